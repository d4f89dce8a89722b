#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"

/// The catalogue of events and what is written of one (events.def, docs/events.md).
namespace certbroker {

/// One row of the catalogue.
struct EventKind {
    std::int32_t id;
    const char *name;
    LogLevel level;
    const char *meaning;
    const char *fields; ///< names of the fields it may carry, parted by blanks
};

/// Something that happened, to be given to a Log.
class LogEvent {
public:
    LogEvent(const EventKind &kind, std::string_view source, std::string message)
        : kind_(&kind), source_(source), message_(std::move(message)) {}

    /// `name` is of static life. Left out when the value is empty, and when the kind has no such field: what the
    /// catalogue does not list is not written.
    LogEvent &&with(const char *name, std::string value) &&;
    /// errorId and httpStatus.
    LogEvent &&about(const Error &error) &&;

    const EventKind &kind() const noexcept { return *kind_; }
    const std::string &source() const noexcept { return source_; }
    const std::string &message() const noexcept { return message_; }
    const std::vector<std::pair<const char *, std::string>> &fields() const noexcept { return fields_; }

private:
    const EventKind *kind_;
    std::string source_;
    std::string message_;
    std::vector<std::pair<const char *, std::string>> fields_;
};

namespace events {
#define CERTBROKER_EVENT(cpp_name, id, name, level, meaning, fields)                                                   \
    inline constexpr EventKind cpp_name{id, name, LogLevel::level, meaning, fields};
#include "base/events.def"
#undef CERTBROKER_EVENT
} // namespace events

} // namespace certbroker
