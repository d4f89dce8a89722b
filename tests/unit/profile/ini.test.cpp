#include "profile/ini.hpp"

#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("A parsed INF keeps sections, keys and values in the file's order") {
    const IniDocument document =
        parse("[Version]\nSignature=\"$Windows NT$\"\n\n[NewRequest]\nSubject = \"CN=a\"\nKeySpec=1\n");
    CHECK(document.source == "test.ini");
    CHECK(document.diagnostics.empty());
    REQUIRE(document.sections.size() == 2);
    CHECK(document.sections[0].entries[0].value == "$Windows NT$");
    CHECK(document.sections[1].entries[1].key == "KeySpec");
    CHECK(place(document.sections[1].position) == "4:1");
}

TEST_CASE("An empty file is a document without sections") {
    CHECK(parse("").sections.empty());
    CHECK(parse("\r\n \r\n").sections.empty());
}

TEST_CASE("position_of answers for the end and beyond it") {
    const IniDocument document = parse("[s]\nk = abc\n");
    const IniEntry &entry = document.sections[0].entries[0];
    CHECK(place(entry.position_of(3)) == "2:8");
    CHECK(place(entry.position_of(99)) == "2:8");
    CHECK(place(IniEntry().position_of(5)) == "0:0");
}
