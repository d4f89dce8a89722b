#include "base/log.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <string>
#include <vector>

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

/// Digits as 0 and the sign of the time zone as +.
std::string shape_of(std::string line) {
    for (char &c : line) {
        if (c >= '0' && c <= '9') c = '0';
    }
    if (line.size() > 23 && line[23] == '-') line[23] = '+';
    return line;
}

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
    CHECK(shape_of(lines[0]) == "0000-00-00T00:00:00.000+00:00 trace [core] first");
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
