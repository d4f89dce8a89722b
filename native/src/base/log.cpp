#include "base/log.hpp"

#include "base/file.hpp"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

namespace certbroker {
namespace {

class NullLog final : public Log {
public:
    void write(LogLevel, std::string_view, std::string_view) noexcept override {}
};

/// What comes from outside (a subject, a server's answer) must not begin a line of its own.
std::string one_line(std::string_view message) {
    std::string text(message);
    for (char &c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return text;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
    case LogLevel::trace:
        return spdlog::level::trace;
    case LogLevel::debug:
        return spdlog::level::debug;
    case LogLevel::info:
        return spdlog::level::info;
    case LogLevel::warning:
        return spdlog::level::warn;
    case LogLevel::error:
        return spdlog::level::err;
    }
    return spdlog::level::info;
}

class FileLog final : public Log {
public:
    explicit FileLog(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}
    void write(LogLevel level, std::string_view source, std::string_view message) noexcept override {
        // spdlog reports trouble to stderr by itself and must never stop an issuance.
        try {
            logger_->log(to_spdlog(level), "[{}] {}", source, one_line(message));
            if (level >= LogLevel::warning) logger_->flush();
        } catch (...) { // NOLINT(bugprone-empty-catch): a log line is not worth a failed request
        }
    }

private:
    std::shared_ptr<spdlog::logger> logger_;
};

} // namespace

Log &null_log() {
    static NullLog log;
    return log;
}

std::shared_ptr<Log> file_log(const std::string &path) {
    constexpr std::size_t max_size = 10UL * 1024 * 1024;
    constexpr std::size_t max_files = 5;
    try {
        auto sink =
            std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file::to_path(path).native(), max_size, max_files);
        auto logger = std::make_shared<spdlog::logger>("certbroker", std::move(sink));
        logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
        logger->set_level(spdlog::level::trace);
        return std::make_shared<FileLog>(std::move(logger));
    } catch (const spdlog::spdlog_ex &) {
        return nullptr;
    }
}

} // namespace certbroker
