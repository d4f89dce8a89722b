#include "http/http.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace certbroker;

TEST_CASE("Response headers are found in any case, the first of a name") {
    http::Response response;
    response.headers = {{"Content-Type", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}};
    REQUIRE(response.header("content-TYPE") != nullptr);
    CHECK(*response.header("content-TYPE") == "text/plain");
    CHECK(*response.header("X-A") == "1");
    CHECK(response.header("absent") == nullptr);
}
