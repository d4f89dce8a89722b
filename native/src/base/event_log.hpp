#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.hpp"

/// The operating system's own log for events: Windows' Event Log. Linux has none; a log file serves there.
namespace certbroker {

/// The name under which an administrator registers CertBroker with the Event Log.
inline constexpr const char *event_log_source = "CertBroker";

/// What moves one event there; tests put themselves in its place.
class EventReporter {
public:
    virtual ~EventReporter() = default;
    /// `level` is info, warning or error; `text` has several lines.
    virtual void report(LogLevel level, std::uint32_t id, const std::string &text) noexcept = 0;
};

/// Gives events of the catalogue at information and above to the reporter, and nothing else: plain lines have no id.
std::shared_ptr<Log> event_log(std::unique_ptr<EventReporter> reporter);

/// Windows' Event Log, log Application, when the source is registered there; null otherwise.
std::shared_ptr<Log> system_event_log();

} // namespace certbroker
