#include "store/memory/memory_store.hpp"

#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace certbroker::store;

namespace {
const Operation operation;
}

TEST_CASE("Memory stores of one registry are one set, those of another are not") {
    const StoreRegistry one(Roots::under("/nowhere"));
    const StoreRegistry two(Roots::under("/nowhere"));
    must(must(one.open("memory:LocalMachine/My"))->put(pki().leaf.certificate, {}, operation));
    CHECK(must(one.open("memory:LocalMachine/My"))->get(pki().leaf.certificate.thumbprint()).has_value());
    CHECK(id_of(must(one.open("memory:LocalMachine/Root"))->get(pki().leaf.certificate.thumbprint())) ==
          "Store.NotFound");
    CHECK(id_of(must(one.open("memory:CurrentUser/My"))->get(pki().leaf.certificate.thumbprint())) == "Store.NotFound");
    CHECK(id_of(must(two.open("memory:LocalMachine/My"))->get(pki().leaf.certificate.thumbprint())) ==
          "Store.NotFound");
}

TEST_CASE("A memory store's key keeps working when the caller's is gone") {
    const StoreRegistry registry(Roots::under("/nowhere"));
    const auto store = must(registry.open("memory:LocalMachine/My"));
    crypto::KeyHandle stored;
    {
        const crypto::KeyHandle key = make_key();
        stored = must(store->import_key(*key, false, operation));
    }
    CHECK(stored->sign({}, as_bytes("x")).has_value());
    CHECK(stored->uri().starts_with("memory:LocalMachine/keys/"));
    CHECK_FALSE(stored->exportable());
}
