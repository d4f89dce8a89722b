#include "store/windows/grants.hpp"

#include "store/windows/capi_key.hpp"
#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

TEST_CASE("Accounts are found by name and by SID") {
    const auto everyone = must(sid_of("S-1-1-0"));
    CHECK_FALSE(everyone.empty());
    CHECK(must(sid_of("s-1-1-0")) == everyone);
    CHECK(must(sid_of("NT AUTHORITY\\SYSTEM")) == must(sid_of("S-1-5-18")));
    for (const char *nobody : {"", "no such account here", "NOWHERE\\nobody", "S-1-"}) {
        INFO(nobody);
        CHECK(id_of(sid_of(nobody)) == "Store.Account");
    }
}

TEST_CASE("A key of CryptoAPI says who may use it") {
    const KeyPlace place{win32::widen(unique("certbroker-test-")), rsa_aes_csp, PROV_RSA_AES, AT_KEYEXCHANGE, false};
    CHECK(id_of(readers_at(place)) == "Store.KeyMissing");
    CHECK(id_of(grant_read_at(place, "S-1-5-20")) == "Store.KeyMissing");
    must(make_capi_key(place, rsa2048, false));
    const auto readers = readers_at(place);
    const auto granted = grant_read_at(place, "S-1-5-20");
    const auto after = readers_at(place);
    must(remove_capi_key(place));
    REQUIRE(readers.has_value());
    for (const KeyReader &reader : *readers) {
        CHECK(reader.sid.starts_with("S-1-"));
        CHECK_FALSE(reader.account.empty());
        CHECK_FALSE(reader.rights.empty());
    }
    if (!platform::no_grants(Location::current_user).empty()) {
        CHECK_FALSE(granted.has_value());
        SKIP(platform::no_grants(Location::current_user));
    }
    REQUIRE(granted.has_value());
    CHECK(must(after).size() == readers->size() + 1);
}
