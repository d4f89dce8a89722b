#include "store/store.hpp"

#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace certbroker::store;

TEST_CASE("A store without lists of accounts says so") {
    const StoreRegistry registry(Roots::under("/nowhere"));
    const auto store = must(registry.open("memory:CurrentUser/My"));
    CHECK((store->capabilities() & grants) == 0);
    const auto key = must(store->create_key({p256, true}, Operation()));
    const auto granted = store->grant_read(key->uri(), "somebody", Operation());
    REQUIRE_FALSE(granted);
    CHECK(granted.error().id() == "Store.NoGrants");
    CHECK(granted.error().message().find("memory:CurrentUser/My") != std::string::npos);
    CHECK(id_of(store->readers(key->uri())) == "Store.NoGrants");
}

TEST_CASE("A store inherits nothing unless it says so") {
    const StoreRegistry registry(Roots::under("/nowhere"));
    must(must(registry.open("memory:LocalMachine/CA"))->put(pki().ca.certificate, {}, Operation()));
    int seen = 0;
    const auto count = [&](const x509::Certificate &) { return ++seen > 0; };
    CHECK(must(registry.open("memory:CurrentUser/CA"))->each_inherited(count, Operation()).has_value());
    CHECK(seen == 0);
}
