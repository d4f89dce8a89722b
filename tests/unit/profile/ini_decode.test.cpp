#include "profile/ini_decode.hpp"

#include "base/text.hpp"
#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("Every encoding that INF files come in gives the same request") {
    const std::string folder = std::string(CERTBROKER_TEST_DATA) + "/profile/";
    for (const char *name :
         {"utf16le-bom.ini", "utf16be-bom.ini", "utf16le.ini", "utf8-bom.ini", "crlf.ini", "cr.ini"}) {
        CAPTURE(name);
        const Request request = must(read_inf(file_bytes(folder + name), name));
        check_clean(request);
        CHECK(request.subject.first("2.5.4.3") == "Müller & Söhne");
        CHECK(request.subject.first("2.5.4.7") == "Zürich");
        CHECK(request.key_length == 2048U);
    }
}

TEST_CASE("Bytes that are not UTF-8 are read as Windows-1252, with a warning") {
    const std::string folder = std::string(CERTBROKER_TEST_DATA) + "/profile/";
    const Request request = must(read_inf(file_bytes(folder + "windows1252.ini"), "windows1252.ini"));
    const Diagnostic warning = only(request, "Inf.Encoding");
    CHECK(warning.severity == Severity::warning);
    CHECK(warning.file == "windows1252.ini");
    CHECK(request.subject.first("2.5.4.3") == "Müller & Söhne");
}

TEST_CASE("UTF-16 big endian is recognised without a mark") {
    const Bytes bytes = utf8_to_utf16("[NewRequest]\nSubject=CN=a\n", true);
    CHECK(must(decode_text(bytes)).encoding == TextEncoding::utf16);
    check_clean(must(read_inf(bytes, "")));
}

TEST_CASE("What is no text at all fails, and says so") {
    const std::string folder = std::string(CERTBROKER_TEST_DATA) + "/crypto/";
    const auto pfx = read_inf(file_bytes(folder + "openssl-modern.pfx"), "a.pfx");
    REQUIRE_FALSE(pfx);
    CHECK(pfx.error().id() == "Inf.Unreadable");
    CHECK(pfx.error().file() == "a.pfx");
    CHECK(id_of(read_inf(file_bytes(folder + "p256.pk8.der"), "")) == "Inf.Unreadable");
    CHECK(id_of(read_inf(hex("fffe00005b000000"), "")) == "Inf.Unreadable"); // UTF-32
    CHECK(id_of(read_inf(Bytes(std::size_t{2} << 20U, '\n'), "big.ini")) == "Base.TooLarge");
}

TEST_CASE("A Ctrl-Z at the end of an old file is passed over") {
    check_clean(read("[NewRequest]\r\nSubject=CN=a\r\n\x1a"));
}

TEST_CASE("An odd number of UTF-16 bytes is a finding, not a guess") {
    Bytes bytes = utf8_to_utf16("[NewRequest]\nSubject=CN=a", false);
    bytes.insert(bytes.begin(), {0xff, 0xfe});
    bytes.push_back('x');
    only(must(read_inf(bytes, "")), "Inf.Character");
}
