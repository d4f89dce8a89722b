#include "shared/text.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace certbroker::plugin;

TEST_CASE("text: case is ASCII's alone, blanks go at the ends") {
    CHECK(lower("ÄbC") == "Äbc");
    CHECK(same("Basic", "bASIC"));
    CHECK_FALSE(same("Basic", "Basi"));
    CHECK(trim(" \t a b \r\n") == "a b");
}

TEST_CASE("text: one line for messages, cut between characters") {
    CHECK(shown("  a\r\n\tb \x01 c ") == "a b c");
    CHECK(shown("abcdef", 4) == "abcd...");
    CHECK(is_utf8(shown("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4", 5)));
    CHECK(shown("a\xff"
                "b") == "a?b");
    CHECK(shown("").empty());
    CHECK(shown("ab\xc3\xa4", 3) == "ab...");
    CHECK(shown("\xff\xfe") == "??");
}

TEST_CASE("text: UTF-8 is what the standard says") {
    CHECK(is_utf8("\xf0\x9f\x98\x80 \xe2\x82\xac"));
    CHECK_FALSE(is_utf8("\xc0\x80"));         // an overlong NUL
    CHECK_FALSE(is_utf8("\xed\xa0\x80"));     // a surrogate
    CHECK_FALSE(is_utf8("\xf4\x90\x80\x80")); // beyond the last code point
    CHECK_FALSE(is_utf8("\xe2\x82"));
}

TEST_CASE("text: octets and numbers") {
    CHECK(number("42") == 42U);
    CHECK_FALSE(number("4x"));
    CHECK_FALSE(number("4 2"));
    CHECK(hex(bytes_of_hex("00fF").value()) == "00ff");
    CHECK_FALSE(bytes_of_hex("abc"));
    CHECK_FALSE(bytes_of_hex("0x"));
    CHECK(base64("a") == "YQ==");
    CHECK(base64("ab") == "YWI=");
    CHECK(base64("abc") == "YWJj");
    CHECK(base64("").empty());
}
