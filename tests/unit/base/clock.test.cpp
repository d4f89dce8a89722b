#include "base/clock.hpp"

#include <catch2/catch_test_macros.hpp>

#include <ctime>

using namespace certbroker;

TEST_CASE("the machine's clock tells seconds since 1970 and never runs backwards") {
    const std::int64_t now = system_clock().now();
    CHECK(now >= static_cast<std::int64_t>(std::time(nullptr)) - 1);
    CHECK(now <= static_cast<std::int64_t>(std::time(nullptr)) + 1);
    auto before = system_clock().monotonic();
    for (int i = 0; i < 1000; ++i) {
        const auto after = system_clock().monotonic();
        CHECK(after >= before);
        before = after;
    }
}

TEST_CASE("a time is written as date and time of day, UTC") {
    CHECK(utc_text(0) == "1970-01-01 00:00:00 UTC");
    CHECK(utc_text(1795529109) == "2026-11-24 14:05:09 UTC");
    CHECK(utc_text(-1) == "1969-12-31 23:59:59 UTC");
    CHECK(utc_text(253'402'300'799) == "9999-12-31 23:59:59 UTC");
    CHECK(utc_text(-62'167'219'200) == "0000-01-01 00:00:00 UTC");
    CHECK(utc_text(253'402'300'800) == "a date beyond the calendar");
}
