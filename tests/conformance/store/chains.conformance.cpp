#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::conformance;

namespace {
const Operation operation;
}

TEST_CASE("An answer's chain is placed and completed again") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto store = fixture->open();
    const Pki &p = pki();
    const Placed first = must(place_chain(fixture->registry(), *store, p.chain, {}, operation));
    CHECK(first.warnings.size() == 1); // the root is not trusted
    CHECK(must(complete_chain(fixture->registry(), first.entry, operation)) ==
          x509::Chain{p.leaf.certificate, p.ca.certificate});
    PlaceOptions trusting;
    trusting.trust_root = true;
    const Placed second = must(place_chain(fixture->registry(), *store, p.chain, trusting, operation));
    CHECK(second.warnings.empty());
    CHECK(must(complete_chain(fixture->registry(), second.entry, operation)) == p.chain);
    CHECK(all(*fixture->open("LocalMachine/CA")).size() == 1);
    CHECK(all(*fixture->open("LocalMachine/Root")).size() == 1);
    CHECK(all(*store).size() == 1);
}

TEST_CASE("A chain is completed by certificates of its own location only") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const Pki &p = pki();
    const Entry entry = must(fixture->open("CurrentUser/My")->put(p.leaf.certificate, {}, operation));
    must(fixture->open("LocalMachine/CA")->put(p.ca.certificate, {}, operation));
    CHECK(must(complete_chain(fixture->registry(), entry, operation)).size() == 1);
    must(fixture->open("CurrentUser/CA")->put(p.ca.certificate, {}, operation));
    CHECK(must(complete_chain(fixture->registry(), entry, operation)).size() == 2);
}
