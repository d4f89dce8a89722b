#include "base/event_log.hpp"

#include <catch2/catch_test_macros.hpp>

TEST_CASE("This system has no log of its own for events") {
    CHECK(certbroker::system_event_log() == nullptr);
}
