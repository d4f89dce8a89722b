#include <catch2/catch_test_macros.hpp>

#include "http/http.hpp"

using certbroker::http::redact_url;

TEST_CASE("URLs are shown without what may be secret") {
    CHECK(redact_url("https://a.example/path") == "https://a.example/path");
    CHECK(redact_url("https://user:pw@a.example/path#frag") == "https://***@a.example/path");
    CHECK(redact_url("https://us@er:p@w@a.example/") == "https://***@a.example/");
    CHECK(redact_url("https://a/x?key=abc&b=&flag") == "https://a/x?key=***&b=***&***");
    CHECK(redact_url("https://a?key=abc@def") == "https://a?key=***");
    CHECK(redact_url("user:pw@host") == "***@host");
    CHECK(redact_url("https://a/x\r\ny") == "https://a/x  y");
    CHECK(redact_url("").empty());
}
