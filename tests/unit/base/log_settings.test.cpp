#include "base/log_settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>

#include "support/temporary_folder.hpp"

using namespace certbroker;

namespace {

Result<std::optional<LogSettings>> read_text(const test::TemporaryFolder &folder, const std::string &text) {
    std::ofstream(folder / config_file_name, std::ios::binary) << text;
    return read_log_settings(folder.path());
}

std::string problem(const test::TemporaryFolder &folder, const std::string &text) {
    const auto read = read_text(folder, text);
    REQUIRE_FALSE(read);
    CHECK(read.error().id() == "Base.LogSettings");
    return read.error().message() + "@" + std::to_string(read.error().numbers().at(ErrorNumber::line));
}

} // namespace

TEST_CASE("Without a file, or without [log] in it, nothing is logged") {
    const test::TemporaryFolder folder;
    CHECK_FALSE(*read_log_settings(folder.path()));
    CHECK_FALSE(*read_text(folder, ""));
    CHECK_FALSE(*read_text(folder, "[other]\nfile = x.log\nnonsense\n"));
    CHECK_FALSE(*read_text(folder, "[log]\nlevel = debug\n"));
}

TEST_CASE("[log] says file, format and level") {
    const test::TemporaryFolder folder;
    const auto plain = *read_text(folder, "[log]\nfile = certbroker.log\n");
    REQUIRE(plain);
    CHECK(std::filesystem::path(plain->file) == folder / "certbroker.log");
    CHECK(plain->options.format == LogFormat::text);
    CHECK(plain->options.level == LogLevel::info);

    const std::string absolute = folder.file("elsewhere.jsonl");
    const auto full =
        *read_text(folder, "\xef\xbb\xbf; a note\r\n[Other]\r\nx=1\r\n[LOG]\r\n# a note\r\nFile=" + absolute +
                               "\r\n Format = JSON \r\nlevel=Trace\r\n[more]\r\nlevel=nonsense\r\n");
    REQUIRE(full);
    CHECK(full->file == absolute);
    CHECK(full->options.format == LogFormat::json);
    CHECK(full->options.level == LogLevel::trace);
}

TEST_CASE("What cannot be used is named with its line") {
    const test::TemporaryFolder folder;
    CHECK(problem(folder, "[log]\nfile = a\nformat = xml\n").ends_with("the format is text or json, not 'xml'@3"));
    CHECK(problem(folder, "[log]\nlevel = loud\n").ends_with("warning or error, not 'loud'@2"));
    CHECK(problem(folder, "[log]\nfile\n").ends_with("not name = value@2"));
    CHECK(problem(folder, "[log]\nfile =\n").ends_with("'file' is empty@2"));
    CHECK(problem(folder, "[log]\nfromat = text\n").ends_with("did you mean 'format'?@2"));
    CHECK(problem(folder, "[log]\nfile = \xff\n").ends_with("it is not UTF-8@0"));
    std::ofstream(folder / config_file_name, std::ios::binary) << std::string(70'000, ' ');
    CHECK(read_log_settings(folder.path()).error().id() == "Base.TooLarge");
}

TEST_CASE("A log is opened as it was said, or it is told why not") {
    const test::TemporaryFolder folder;
    const auto log = open_log({folder.file("a.log"), {LogFormat::text, LogLevel::warning}});
    REQUIRE(log);
    (*log)->write(LogLevel::info, "core", "too quiet");
    (*log)->write(LogLevel::warning, "core", "heard");
    CHECK_FALSE((*log)->tracing());
    std::ifstream in(folder / "a.log");
    std::string line;
    REQUIRE(std::getline(in, line));
    CHECK(line.ends_with("warning [core] heard"));
    CHECK_FALSE(std::getline(in, line));
    const auto nowhere = open_log({folder.path().string(), {}});
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().id() == "Base.LogFile");
}
