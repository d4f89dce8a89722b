#include "text.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace microsoft_ca;

TEST_CASE("text: splitting keeps what is empty") {
    CHECK(split("a,,b", ',').size() == 3);
    CHECK(split("", ',').size() == 1);
    CHECK(join({"a", "b"}, "; ") == "a; b");
}

TEST_CASE("text: numbers and codes") {
    CHECK(hresult_text(0x80094012U) == "0x80094012");
    CHECK(hresult_text(0x800706BAU) == "0x800706BA");
    CHECK(is_oid("1.3.6.1"));
    CHECK_FALSE(is_oid("1..3"));
    CHECK_FALSE(is_oid("WebServer"));
    CHECK(is_request_id("1017"));
    CHECK_FALSE(is_request_id("12345678901"));
    CHECK_FALSE(is_request_id("0x11"));
}
