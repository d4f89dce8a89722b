#include "base/log.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <string>
#include <vector>

#include "base/event.hpp"

#include "support/temporary_folder.hpp"

using namespace certbroker;

namespace {

std::vector<std::string> lines_of(const std::filesystem::path &path) {
    std::ifstream in(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

/// Digits as 0.
std::string shape_of(std::string line) {
    for (char &c : line) {
        if (c >= '0' && c <= '9') c = '0';
    }
    return line;
}

class Listener final : public Log {
public:
    explicit Listener(bool traces = false) : traces_(traces) {}
    void write(LogLevel level, std::string_view source, std::string_view message) noexcept override {
        text += std::string(log_level_name(level)) + " " + std::string(source) + " " + std::string(message) + "|";
    }
    bool tracing() const noexcept override { return traces_; }
    std::string text;

private:
    bool traces_;
};

} // namespace

TEST_CASE("a log file has time, level, source and message") {
    const test::TemporaryFolder folder;
    {
        const auto log = file_log((folder / "a.log").string());
        REQUIRE(log != nullptr);
        log->write(LogLevel::trace, "core", "first");
        log->write(LogLevel::error, "store.folder", "second {} %s");
    }
    const auto lines = lines_of(folder / "a.log");
    REQUIRE(lines.size() == 2);
    CHECK(shape_of(lines[0]) == "0000-00-00T00:00:00.000Z trace [core] first");
    CHECK(lines[1].ends_with("error [store.folder] second {} %s"));
}

TEST_CASE("a message cannot forge a line of its own") {
    const test::TemporaryFolder folder;
    {
        const auto log = file_log((folder / "a.log").string());
        log->write(LogLevel::warning, "core",
                   "subject CN=x\n2026-01-01T00:00:00.000+00:00 info [core] forged\r\x1b[2J");
    }
    CHECK(lines_of(folder / "a.log").size() == 1);
    const auto log = file_log((folder / "b.log").string(), {LogFormat::json});
    log->event(LogEvent(events::request_denied, "issuance", "a\nb").with("subject", "CN=x\n{\"level\":\"info\"}"));
    CHECK(lines_of(folder / "b.log").size() == 1);
}

TEST_CASE("a log file that cannot be opened is no log") {
    const test::TemporaryFolder folder;
    CHECK(file_log(folder.path().string()) == nullptr); // a folder is no file
    null_log().write(LogLevel::error, "nobody", "listens");
}

TEST_CASE("a log file is rotated before it grows over 10 MiB") {
    const test::TemporaryFolder folder;
    {
        const auto log = file_log((folder / "a.log").string());
        const std::string line(1000, 'x');
        for (int i = 0; i < 11'000; ++i)
            log->write(LogLevel::info, "core", line);
    }
    CHECK(std::filesystem::file_size(folder / "a.log") <= 10U << 20U);
    CHECK(std::filesystem::exists(folder / "a.1.log"));
}

TEST_CASE("a log file and those it was rotated to are for their owner alone") {
    const test::TemporaryFolder folder;
    const auto log = file_log((folder / "a.log").string());
    const std::string line(100'000, 'x');
    for (int i = 0; i < 120; ++i)
        log->write(LogLevel::info, "core", line);
    namespace fs = std::filesystem;
    for (const char *name : {"a.log", "a.1.log"}) {
        REQUIRE(fs::exists(folder / name));
#if !defined(_WIN32)
        CHECK((fs::status(folder / name).permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
              fs::perms::none);
#endif
    }
}

TEST_CASE("a log file goes on where another process left it") {
    const test::TemporaryFolder folder;
    file_log((folder / "a.log").string())->write(LogLevel::info, "core", "first");
    file_log((folder / "a.log").string())->write(LogLevel::info, "core", "second");
    CHECK(lines_of(folder / "a.log").size() == 2);
}

TEST_CASE("an exchange is written line by line as text, as one object as JSON, and only at the level trace") {
    const test::TemporaryFolder folder;
    file_log((folder / "a.log").string())->trace("http", "> GET\n< 200\n");
    const auto lines = lines_of(folder / "a.log");
    REQUIRE(lines.size() == 2);
    CHECK(lines[1].ends_with("trace [http] < 200"));
    file_log((folder / "b.log").string(), {LogFormat::json})->trace("http", "> GET\n< 200\n");
    const auto objects = lines_of(folder / "b.log");
    REQUIRE(objects.size() == 1);
    CHECK(objects[0].ends_with(R"("source":"http","message":"> GET\u000a< 200\u000a"})"));
    const auto quiet = file_log((folder / "c.log").string(), {LogFormat::text, LogLevel::debug});
    CHECK_FALSE(quiet->tracing());
    quiet->trace("http", "> GET");
    CHECK(lines_of(folder / "c.log").empty());
}

TEST_CASE("two logs are one, which traces when one of them does") {
    const auto first = std::make_shared<Listener>();
    const auto second = std::make_shared<Listener>(true);
    CHECK(both_logs(nullptr, nullptr) == nullptr);
    CHECK(both_logs(first, nullptr) == first);
    CHECK(both_logs(nullptr, first) == first);
    const auto both = both_logs(first, second);
    both->write(LogLevel::info, "a", "line");
    both->event(LogEvent(events::request_denied, "b", "event"));
    CHECK(both->tracing());
    both->trace("c", "one\ntwo");
    CHECK(first->text == "info a line|warning b event|");
    CHECK(second->text == "info a line|warning b event|trace c one|trace c two|");
    CHECK_FALSE(both_logs(first, std::make_shared<Listener>())->tracing());
}

TEST_CASE("levels and formats have names") {
    for (const LogLevel level : {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error})
        CHECK(parse_log_level(log_level_name(level)) == level);
    CHECK(parse_log_level("INFO") == LogLevel::info);
    CHECK_FALSE(parse_log_level("loud"));
    CHECK(parse_log_format("JSON") == LogFormat::json);
    CHECK(parse_log_format("text") == LogFormat::text);
    CHECK_FALSE(parse_log_format("xml"));
}
