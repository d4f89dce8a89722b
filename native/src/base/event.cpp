#include "base/event.hpp"

namespace certbroker {

LogEvent &&LogEvent::with(const char *name, std::string value) && {
    if (!value.empty()) fields_.emplace_back(name, std::move(value));
    return std::move(*this);
}

LogEvent &&LogEvent::about(const Error &error) && {
    fields_.emplace_back("errorId", error.id());
    const auto http = error.numbers().find(ErrorNumber::http_status);
    if (http != error.numbers().end()) fields_.emplace_back("httpStatus", std::to_string(http->second));
    return std::move(*this);
}

} // namespace certbroker
