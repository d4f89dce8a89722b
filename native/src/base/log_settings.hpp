#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/result.hpp"

/// How an administrator switches the log on: the section [log] of certbroker.ini in a data folder.
namespace certbroker {

inline constexpr const char *config_file_name = "certbroker.ini";

struct LogSettings {
    std::string file; ///< UTF-8 path, absolute
    FileLogOptions options{LogFormat::text, LogLevel::info};
};

/// [log] with file (relative to the folder), format (text, json) and level (trace to error). Other sections are passed
/// over. Nothing when there is no such file, or no [log] with a file in it. Base.LogSettings names the line.
Result<std::optional<LogSettings>> read_log_settings(const std::filesystem::path &folder);

/// Base.LogFile.
Result<std::shared_ptr<Log>> open_log(const LogSettings &settings);

} // namespace certbroker
