#include "base/log.hpp"

#include <chrono>

#include "base/event.hpp"
#include "base/file.hpp"
#include "base/log_format.hpp"
#include "base/text.hpp"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

namespace certbroker {
namespace {

class NullLog final : public Log {
public:
    void write(LogLevel, std::string_view, std::string_view) noexcept override {}
    void event(const LogEvent &) noexcept override {}
};

class FileLog final : public Log {
public:
    FileLog(std::shared_ptr<spdlog::logger> logger, const FileLogOptions &options)
        : logger_(std::move(logger)), options_(options) {}

    void write(LogLevel level, std::string_view source, std::string_view message) noexcept override {
        put({0, level, source, message, nullptr});
    }
    void event(const LogEvent &event) noexcept override {
        put({0, event.kind().level, event.source(), event.message(), &event});
    }
    bool tracing() const noexcept override { return options_.level == LogLevel::trace; }
    void trace(std::string_view source, std::string_view text) noexcept override {
        if (!tracing()) return;
        if (options_.format == LogFormat::json)
            put({0, LogLevel::trace, source, text, nullptr}); // one exchange, one object
        else
            Log::trace(source, text);
    }

private:
    void put(log_format::Line line) noexcept {
        if (line.level < options_.level) return;
        // A log that cannot be written to must never stop an issuance.
        try {
            using namespace std::chrono;
            line.milliseconds = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
            logger_->log(spdlog::level::info,
                         spdlog::string_view_t(options_.format == LogFormat::json ? log_format::json_line(line)
                                                                                  : log_format::text_line(line)));
        } catch (...) { // NOLINT(bugprone-empty-catch): a log line is not worth a failed request
        }
    }

    std::shared_ptr<spdlog::logger> logger_;
    FileLogOptions options_;
};

class BothLogs final : public Log {
public:
    BothLogs(std::shared_ptr<Log> first, std::shared_ptr<Log> second)
        : first_(std::move(first)), second_(std::move(second)) {}
    void write(LogLevel level, std::string_view source, std::string_view message) noexcept override {
        first_->write(level, source, message);
        second_->write(level, source, message);
    }
    void event(const LogEvent &event) noexcept override {
        first_->event(event);
        second_->event(event);
    }
    bool tracing() const noexcept override { return first_->tracing() || second_->tracing(); }
    void trace(std::string_view source, std::string_view text) noexcept override {
        for (Log *log : {first_.get(), second_.get()}) {
            if (log->tracing()) log->trace(source, text);
        }
    }

private:
    std::shared_ptr<Log> first_, second_;
};

/// Made before spdlog opens it, which would leave its mode to the umask; also after every rotation.
void make_private(const spdlog::filename_t &name) {
    (void)file::write_atomic(std::filesystem::path(name), {}, file::Access::owner, false, "log");
}

} // namespace

std::string_view log_level_name(LogLevel level) noexcept {
    switch (level) {
    case LogLevel::trace:
        return "trace";
    case LogLevel::debug:
        return "debug";
    case LogLevel::info:
        return "info";
    case LogLevel::warning:
        return "warning";
    case LogLevel::error:
        return "error";
    }
    return "info";
}

std::optional<LogLevel> parse_log_level(std::string_view name) noexcept {
    for (const LogLevel level :
         {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
        if (iequals(name, log_level_name(level))) return level;
    }
    return std::nullopt;
}

std::optional<LogFormat> parse_log_format(std::string_view name) noexcept {
    if (iequals(name, "text")) return LogFormat::text;
    if (iequals(name, "json")) return LogFormat::json;
    return std::nullopt;
}

void Log::event(const LogEvent &event) noexcept {
    write(event.kind().level, event.source(), event.message());
}

void Log::trace(std::string_view source, std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        write(LogLevel::trace, source, text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

Log &null_log() {
    static NullLog log;
    return log;
}

std::shared_ptr<Log> file_log(const std::string &path, const FileLogOptions &options) {
    constexpr std::size_t max_size = 10UL * 1024 * 1024;
    constexpr std::size_t max_files = 5;
    try {
        spdlog::file_event_handlers handlers;
        handlers.before_open = &make_private;
        auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file::to_path(path).native(), max_size,
                                                                           max_files, false, handlers);
        auto logger = std::make_shared<spdlog::logger>("certbroker", std::move(sink));
        logger->set_pattern("%v");
        logger->set_level(spdlog::level::trace);
        // Who reads the file while something happens must see it, and who ends the process must not lose it.
        logger->flush_on(spdlog::level::trace);
        // A full disk is not told on the standard error of somebody's script.
        logger->set_error_handler([](const std::string &) {});
        return std::make_shared<FileLog>(std::move(logger), options);
    } catch (const spdlog::spdlog_ex &) {
        return nullptr;
    }
}

std::shared_ptr<Log> both_logs(std::shared_ptr<Log> first, std::shared_ptr<Log> second) {
    if (!first) return second;
    if (!second) return first;
    return std::make_shared<BothLogs>(std::move(first), std::move(second));
}

} // namespace certbroker
