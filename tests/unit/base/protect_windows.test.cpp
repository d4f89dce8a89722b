#include "base/protect.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace certbroker;

TEST_CASE("DPAPI seals a secret, for the machine and for the user, and unseals it") {
    for (const auto scope : {protect::Scope::machine, protect::Scope::user}) {
        const auto sealed = protect::seal(as_bytes("canary-7"), scope);
        REQUIRE(sealed);
        CHECK(as_text(*sealed).find("canary") == std::string_view::npos);
        CHECK(sealed->size() > 32);
        const auto secret = protect::unseal(*sealed);
        REQUIRE(secret);
        CHECK(as_text(*secret) == "canary-7");
    }
}

TEST_CASE("what is damaged or was not sealed is Base.Sealed") {
    Bytes sealed = *protect::seal(as_bytes("canary-7"), protect::Scope::user);
    sealed.resize(sealed.size() / 2);
    for (const ByteView bytes : {ByteView(sealed), as_bytes("canary-7"), ByteView()}) {
        const auto opened = protect::unseal(bytes);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().id() == "Base.Sealed");
        CHECK(opened.error().message().find("canary") == std::string::npos);
    }
}
