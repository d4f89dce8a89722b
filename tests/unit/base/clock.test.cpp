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
