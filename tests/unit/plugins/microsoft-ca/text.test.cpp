#include "text.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace microsoft_ca;

TEST_CASE("text: case is ASCII's alone, blanks go at the ends") {
    CHECK(lower("ÄbC") == "Äbc");
    CHECK(same("Basic", "bASIC"));
    CHECK_FALSE(same("Basic", "Basi"));
    CHECK(trim(" \t a b \r\n") == "a b");
}

TEST_CASE("text: what is shown is one line, cut between characters") {
    CHECK(shown(" a\r\n b\tc ") == "a b c");
    CHECK(shown("ab\xc3\xa4", 3) == "ab...");
    CHECK(shown("\xff\xfe") == "??");
    CHECK_FALSE(is_utf8("\xed\xa0\x80"));
    CHECK(is_utf8("\xf0\x9f\x98\x80"));
}

TEST_CASE("text: splitting keeps what is empty") {
    CHECK(split("a,,b", ',').size() == 3);
    CHECK(split("", ',').size() == 1);
    CHECK(join({"a", "b"}, "; ") == "a; b");
}

TEST_CASE("text: numbers and codes") {
    CHECK(hresult_text(0x80094012U) == "0x80094012");
    CHECK(hresult_text(0x800706BAU) == "0x800706BA");
    CHECK(number("42") == 42U);
    CHECK_FALSE(number("4x"));
    CHECK(is_oid("1.3.6.1"));
    CHECK_FALSE(is_oid("1..3"));
    CHECK_FALSE(is_oid("WebServer"));
    CHECK(is_request_id("1017"));
    CHECK_FALSE(is_request_id("12345678901"));
    CHECK_FALSE(is_request_id("0x11"));
    CHECK(hex(bytes_of_hex("00fF").value()) == "00ff");
    CHECK_FALSE(bytes_of_hex("abc"));
    CHECK(base64("a") == "YQ==");
}
