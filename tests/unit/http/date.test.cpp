#include "http/date.hpp"

#include <catch2/catch_test_macros.hpp>

using certbroker::http::parse_date;

TEST_CASE("The date of RFC 9110 is read") {
    CHECK(parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784'111'777);
    CHECK(parse_date("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
    CHECK(parse_date("Thu, 29 Feb 2024 23:59:60 GMT") == 1'709'251'200);
}

TEST_CASE("Everything else is no date") {
    for (const char *const text :
         {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Mon, 06 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
          "Thu, 30 Feb 2024 00:00:00 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 0x Nov 1994 08:49:37 GMT"})
        CHECK_FALSE(parse_date(text));
}
