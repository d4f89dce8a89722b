#include <catch2/catch_test_macros.hpp>

#include "state_cases.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("State in memory keeps the contract") {
    const auto state = provider::make_memory_state();
    check_state(*state);
}
