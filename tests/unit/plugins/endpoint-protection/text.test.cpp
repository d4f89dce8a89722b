#include "text.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace scep;
using namespace std::string_view_literals;

TEST_CASE("blanks, line ends and NUL are trimmed") {
    CHECK(trim(" \t AES\r\n\0"sv) == "AES");
    CHECK(trim("\0\0"sv).empty());
    CHECK(same("SCEPStandard", "scepSTANDARD"));
    CHECK_FALSE(same("AES", "AES2"));
}

TEST_CASE("what would be read otherwise in a query string is escaped") {
    CHECK(escaped("ab+/=c d") == "ab%2B%2F%3Dc%20d");
    CHECK(escaped("Az09-._~") == "Az09-._~");
    CHECK(escaped("\xc3\xa4") == "%C3%A4");
}

TEST_CASE("hex is written small and read in any case") {
    CHECK(hex("\x00\xff\x1a"sv) == "00ff1a");
    CHECK(bytes_of_hex("00FF1a") == std::string("\x00\xff\x1a", 3));
    CHECK_FALSE(bytes_of_hex("abc"));
    CHECK_FALSE(bytes_of_hex("0g"));
    CHECK(bytes_of_hex("") == "");
}

TEST_CASE("numbers are decimal and whole") {
    CHECK(number(" 30 ") == 30);
    CHECK_FALSE(number("3x"));
    CHECK_FALSE(number(""));
    CHECK_FALSE(number("99999999999999999999"));
}

TEST_CASE("a page in UTF-16 is read by its mark or its NUL octets") {
    CHECK(page_text("\xff\xfe<\0B\0>\0"sv) == "<B>");
    CHECK(page_text("\xfe\xff\0<\0B\0>"sv) == "<B>");
    CHECK(page_text("<\0B\0>\0"sv) == "<B>");
    CHECK(page_text("\0<\0B\0>"sv) == "<B>");
    CHECK(page_text("\xef\xbb\xbf<B>"sv) == "<B>");
    CHECK(page_text("<B>") == "<B>");
    CHECK(page_text("\xff\xfe\x3d\xd8\x00\xde"sv) == "\xf0\x9f\x98\x80");
    CHECK(page_text("\xff\xfe\x3d\xd8\x41\x00"sv) == "\xef\xbf\xbd"
                                                     "A");
    CHECK(page_text("\xff\xfe\xac\x20\xe4\x00"sv) == "\xe2\x82\xac\xc3\xa4");
    CHECK(page_text("").empty());
}

TEST_CASE("what is shown is one line, cut between characters") {
    CHECK(shown(" a\r\n\tb\x01 c ") == "a b c");
    CHECK(shown("abcdef", 3) == "abc");
    for (std::size_t limit = 4; limit < 12; ++limit) {
        const std::string cut = shown("aaa\xe2\x82\xac\xe2\x82\xac\xc3\xa4", limit);
        INFO(limit << " " << cut);
        CHECK(cut.size() <= limit);
        CHECK((cut.empty() || static_cast<unsigned char>(cut.back()) < 0xc0));
    }
}

TEST_CASE("UTF-8 is told from what only looks like it") {
    for (const std::string_view good :
         {""sv, "plain"sv, "M\xc3\xbcller"sv, "\xe2\x82\xac"sv, "\xf0\x9f\x94\x91"sv, "\xed\x9f\xbf"sv})
        CHECK(is_utf8(good));
    for (const std::string_view wrong :
         {"\xfc"sv, "\xc3"sv, "\xc3("sv, "\xc0\x80"sv, "\xe0\x80\x80"sv, "\xed\xa0\x80"sv, "\xf0\x80\x80\x80"sv,
          "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\x80"sv, "\xe2\x82"sv})
        CHECK_FALSE(is_utf8(wrong));
}
