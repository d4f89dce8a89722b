#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace certbroker {

class LogEvent;

/// Values are part of both ABIs.
enum class LogLevel : std::int32_t { trace = 0, debug = 1, info = 2, warning = 3, error = 4 };
std::string_view log_level_name(LogLevel level) noexcept; ///< "trace" ...
std::optional<LogLevel> parse_log_level(std::string_view name) noexcept;

/// Where log lines go. Lines never hold a secret. May be called from any thread.
class Log {
public:
    virtual ~Log() = default;
    virtual void write(LogLevel level, std::string_view source, std::string_view message) noexcept = 0;
    /// Something of the catalogue (base/event.hpp). Where there is no better place for it its message is a line.
    virtual void event(const LogEvent &event) noexcept;
    /// Whether anybody wants to see what is exchanged with CAs. Asked before that is put into words, which costs.
    virtual bool tracing() const noexcept { return false; }
    /// One exchange, redacted, of many lines; only `\n` parts them. Dropped unless somebody wants it.
    virtual void trace(std::string_view source, std::string_view text) noexcept;
};

/// Drops everything.
Log &null_log();

enum class LogFormat : std::int32_t { text = 0, json = 1 };
std::optional<LogFormat> parse_log_format(std::string_view name) noexcept;

struct FileLogOptions {
    LogFormat format = LogFormat::text;
    LogLevel level = LogLevel::trace; ///< what is below is not written
};

/// Writes lines (base/log_format.hpp) to a file that only its owner may read. It is rotated at 10 MiB, five older files
/// are kept. nullptr when the file cannot be opened.
std::shared_ptr<Log> file_log(const std::string &path, const FileLogOptions &options = {});

/// Writes to both; either may be null, and both null is null.
std::shared_ptr<Log> both_logs(std::shared_ptr<Log> first, std::shared_ptr<Log> second);

} // namespace certbroker
