#include "base/text.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/encoding.hpp"

using namespace certbroker;

TEST_CASE("UTF-8 is judged by RFC 3629") {
    for (const char *good : {"", "abc", "ä", "€", "😀", "\xf4\x8f\xbf\xbf", "\xee\x80\x80", "\xed\x9f\xbf"})
        CHECK(is_valid_utf8(good));
    for (const char *bad : {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
                            "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xc3z"}) {
        INFO(to_hex(as_bytes(bad)));
        CHECK_FALSE(is_valid_utf8(bad));
    }
    CHECK(is_ascii("abc\x7f"));
    CHECK_FALSE(is_ascii("ä"));
}

TEST_CASE("cases are folded in ASCII only") {
    CHECK(ascii_lower("ABCxyzÄ") == "abcxyzÄ");
    CHECK(ascii_upper("abcXYZä") == "ABCXYZä");
    CHECK(iequals("Subject", "sUBJECT"));
    CHECK_FALSE(iequals("Subject", "Subjec"));
    CHECK_FALSE(iequals("[", "{"));
    CHECK(istarts_with("HTTP://x", "http:"));
    CHECK_FALSE(istarts_with("htt", "http"));
}

TEST_CASE("trimming and splitting keep what is inside") {
    CHECK(trim(" \t a b\t ") == "a b");
    CHECK(trim(" \t").empty());
    CHECK(trim("").empty());
    CHECK(split("a,b,,c", ',') == std::vector<std::string_view>{"a", "b", "", "c"});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
    CHECK(split(",", ',') == std::vector<std::string_view>{"", ""});
}

TEST_CASE("code points that are none become the replacement character") {
    std::string out;
    append_utf8(out, 0xd800);
    append_utf8(out, 0x110000);
    append_utf8(out, 0x1f600);
    CHECK(out == "\xef\xbf\xbd\xef\xbf\xbd😀");
    CHECK(to_utf32("aä€😀") == U"aä€😀");
    CHECK(to_utf32("a\xff"
                   "b\xe2\x82") == U"a\xfffd"
                                   U"b\xfffd\xfffd");
}

TEST_CASE("UTF-16 goes both ways, with surrogates, in both orders") {
    CHECK(to_hex(utf8_to_utf16("aä😀", true)) == "006100e4d83dde00");
    CHECK(to_hex(utf8_to_utf16("aä😀", false)) == "6100e4003dd800de");
    for (const bool big : {true, false})
        CHECK(utf16_to_utf8(utf8_to_utf16("Grüße € 😀", big), big) == "Grüße € 😀");
    CHECK(utf16_to_utf8(*from_hex("d83d"), true) == "\xef\xbf\xbd");
    CHECK(utf16_to_utf8(*from_hex("de00d83d0061"), true) == "\xef\xbf\xbd\xef\xbf\xbd"
                                                            "a");
    CHECK(utf16_to_utf8(*from_hex("006100"), true) == "a\xef\xbf\xbd");
    CHECK(utf16_to_utf8({}, true).empty());
}

TEST_CASE("Windows-1252 has its own 80 to 9F") {
    CHECK(windows1252_to_utf8(Bytes{0x80, 0x9f, 0x41, 0xe4, 0xff}) == "€ŸAäÿ");
    CHECK(windows1252_to_utf8(Bytes{0x81, 0x8d, 0x8f, 0x90, 0x9d}) ==
          "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("the nearest known word is offered, a far one is not") {
    const std::vector<std::string> known{"KeyLength", "KeyUsage", "HashAlgorithm", "Subject"};
    CHECK(nearest("KeyLenght", known) == "KeyLength");
    CHECK(nearest("keyusage", known) == "KeyUsage");
    CHECK(nearest("Subjekt", known) == "Subject");
    CHECK_FALSE(nearest("Template", known));
    CHECK_FALSE(nearest("x", {"OU", "CN"}));
    CHECK(nearest("ON", {"OU", "ABC"}) == "OU");
    CHECK_FALSE(nearest("KeyLength", {}));
    CHECK_FALSE(nearest(std::string(100'000, 'a'), known));
}
