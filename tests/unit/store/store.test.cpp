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
