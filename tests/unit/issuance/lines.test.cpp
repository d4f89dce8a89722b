#include "issuance/lines.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace certbroker::issuance;

TEST_CASE("Any text survives being written as a line") {
    for (const std::string text : {"", "plain", " blanks at both ends ", "two\nlines\r\nand\ttab", "back\\slash\\n",
                                   "a=b", "; not a comment", "\\", " "}) {
        const std::string written = lines::escape(text);
        CHECK(written.find('\n') == std::string::npos);
        CHECK(lines::unescape(written) == text);
    }
    const std::vector<std::pair<std::string, std::string>> values = {
        {"one", " 1 "}, {"two", "a\nb = c"}, {"three", ""}};
    CHECK(lines::read(lines::write(values)) == values);
}

TEST_CASE("Lines that are not name = value are noticed") {
    CHECK_FALSE(lines::read("name\n"));
    CHECK_FALSE(lines::read("= value\n"));
    CHECK_FALSE(lines::read("name = a\\qb\n"));
    CHECK_FALSE(lines::unescape("open\\"));
    CHECK(lines::read("")->empty());
    CHECK(lines::read_line("  name=  value ")->second == "value");
}
