#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace certbroker {

/// Values are part of both ABIs.
enum class LogLevel : std::int32_t { trace = 0, debug = 1, info = 2, warning = 3, error = 4 };

/// Where log lines go. Lines never hold a secret. May be called from any thread.
class Log {
public:
    virtual ~Log() = default;
    virtual void write(LogLevel level, std::string_view source, std::string_view message) noexcept = 0;
};

/// Drops everything.
Log &null_log();

/// Writes lines "time level [source] message" to a file that is rotated at 10 MiB (5 files kept). nullptr when the
/// file cannot be opened.
std::shared_ptr<Log> file_log(const std::string &path);

} // namespace certbroker
