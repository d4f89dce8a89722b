#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::conformance;

namespace {
const Operation operation;

/// A known store, which may hold other certificates, too.
std::unique_ptr<Store> known(const StoreFixture &fixture, const std::string &place) {
    std::string skipped;
    auto store = fixture.open_known(place, skipped);
    if (!skipped.empty()) SKIP(skipped);
    return store;
}
} // namespace

TEST_CASE("An answer's chain is placed and completed again") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto ca = known(*fixture, "LocalMachine/CA");
    const auto root = known(*fixture, "LocalMachine/Root");
    const auto store = fixture->open();
    const Pki &p = pki();
    CHECK(id_of(ca->get(p.ca.certificate.thumbprint())) == "Store.NotFound");
    const Placed first = must(place_chain(fixture->registry(), *store, p.chain, {}, operation));
    CHECK(first.warnings.size() == 1); // the root is not trusted
    CHECK(must(complete_chain(fixture->registry(), first.entry, operation)) ==
          x509::Chain{p.leaf.certificate, p.ca.certificate});
    PlaceOptions trusting;
    trusting.trust_root = true;
    const Placed second = must(place_chain(fixture->registry(), *store, p.chain, trusting, operation));
    CHECK(second.warnings.empty());
    CHECK(must(complete_chain(fixture->registry(), second.entry, operation)) == p.chain);
    CHECK(must(ca->get(p.ca.certificate.thumbprint())).certificate == p.ca.certificate);
    CHECK(must(root->get(p.root.certificate.thumbprint())).certificate == p.root.certificate);
    CHECK(id_of(ca->get(p.root.certificate.thumbprint())) == "Store.NotFound");
    CHECK(id_of(root->get(p.ca.certificate.thumbprint())) == "Store.NotFound");
    CHECK(all(*store).size() == 1);
}

TEST_CASE("A chain is completed by certificates of its own location, and by the machine's where users have them") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto machine = known(*fixture, "LocalMachine/CA");
    const auto user = known(*fixture, "CurrentUser/CA");
    const Pki &p = pki();
    const Entry entry = must(fixture->open("CurrentUser/My")->put(p.leaf.certificate, {}, operation));
    must(machine->put(p.ca.certificate, {}, operation));
    CHECK(must(complete_chain(fixture->registry(), entry, operation)).size() == (fixture->inherits() ? 2U : 1U));
    must(user->put(p.ca.certificate, {}, operation));
    CHECK(must(complete_chain(fixture->registry(), entry, operation)).size() == 2);
}

TEST_CASE("A root that the machine trusts is asked for again unless its users trust it with it") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto root = known(*fixture, "LocalMachine/Root");
    const auto user = known(*fixture, "CurrentUser/CA");
    must(root->put(pki().root.certificate, {}, operation));
    const auto store = fixture->open("CurrentUser/My");
    CHECK(must(place_chain(fixture->registry(), *store, pki().chain, {}, operation)).warnings.empty() ==
          fixture->inherits());
    CHECK(id_of(known(*fixture, "CurrentUser/Root")->get(pki().root.certificate.thumbprint())) == "Store.NotFound");
}
