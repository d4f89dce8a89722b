#include "base/event.hpp"

#include "base/text.hpp"

namespace certbroker {
namespace {

bool has_field(const EventKind &kind, std::string_view name) {
    for (const std::string_view field : split(kind.fields, ' ')) {
        if (field == name) return true;
    }
    return false;
}

} // namespace

LogEvent &&LogEvent::with(const char *name, std::string value) && {
    if (!value.empty() && has_field(*kind_, name)) fields_.emplace_back(name, std::move(value));
    return std::move(*this);
}

LogEvent &&LogEvent::about(const Error &error) && {
    const auto http = error.numbers().find(ErrorNumber::http_status);
    return std::move(*this)
        .with("errorId", error.id())
        .with("httpStatus", http != error.numbers().end() ? std::to_string(http->second) : std::string());
}

} // namespace certbroker
