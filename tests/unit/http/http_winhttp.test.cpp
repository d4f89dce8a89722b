// What is WinHTTP's own; what every client does is in tests/conformance/http.
#include <catch2/catch_test_macros.hpp>

#include "http/http.hpp"

using namespace certbroker;

TEST_CASE("There is a client") {
    CHECK(http::make_client() != nullptr);
}
