#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/event.hpp"

/// Lines of a log file. What comes from outside (a subject, a server's answer) can neither begin a line of its own nor
/// turn a terminal's screen around: control characters and marks of writing direction are written as \u000a.
namespace certbroker::log_format {

struct Line {
    std::int64_t milliseconds = 0; ///< since 1970, UTC
    LogLevel level = LogLevel::info;
    std::string_view source;
    std::string_view message;
    const LogEvent *event = nullptr;
};

/// "2026-11-23T20:15:00.123Z" in UTC.
std::string time_text(std::int64_t milliseconds);
/// "time level [source] message", for an event "time level [source] 1004 CertificateIssued: message (field=value,
/// ...)". Without line end.
std::string text_line(const Line &line);
/// One JSON object (RFC 8259), UTF-8, without line end: time, level, eventId, event, source, message, then the event's
/// fields, all but eventId texts.
std::string json_line(const Line &line);

/// Text with everything escaped that could do harm in a terminal or an editor; `keep_lines` leaves \n and \t.
std::string harmless(std::string_view text, bool keep_lines = false);

} // namespace certbroker::log_format
