#include "base/protect.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace certbroker;

TEST_CASE("where there is no DPAPI a secret is kept as it is, and its file's permissions guard it") {
    const auto sealed = protect::seal(as_bytes("canary-7"), protect::Scope::machine);
    REQUIRE(sealed);
    CHECK(as_text(*sealed) == "canary-7");
    CHECK(as_text(*protect::unseal(*sealed)) == "canary-7");
    CHECK(protect::unseal({})->empty());
}
