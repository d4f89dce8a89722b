#include "store/store.hpp"

#include "base/file.hpp"
#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace certbroker::store;

namespace {

const Operation operation;

struct Place {
    TemporaryFolder home;
    StoreRegistry registry{Roots::under(home.path().string())};
    std::unique_ptr<Store> my = must(registry.open("LocalMachine/My"));

    bool holds(std::string_view name, const x509::Certificate &certificate) {
        return must(registry.open("LocalMachine/" + std::string(name)))->get(certificate.thumbprint()).has_value();
    }
};

} // namespace

TEST_CASE("A chain is placed: the leaf here, intermediates in CA, the root only when it is trusted") {
    Place place;
    const Pki &p = pki();
    const Placed placed = must(place_chain(place.registry, *place.my, p.chain, {{"web", true}}, operation));
    CHECK(placed.entry.friendly_name == "web");
    CHECK(placed.entry.store.to_string() == "folder:LocalMachine/My");
    CHECK(place.holds("My", p.leaf.certificate));
    CHECK(place.holds("CA", p.ca.certificate));
    CHECK_FALSE(place.holds("Root", p.root.certificate));
    CHECK_FALSE(place.holds("My", p.ca.certificate));
    REQUIRE(placed.warnings.size() == 1);
    CHECK(placed.warnings[0].find("The root 'CN=Test Root' was not added to Root: pass -TrustRoot") == 0);

    PlaceOptions trusting;
    trusting.trust_root = true;
    CHECK(must(place_chain(place.registry, *place.my, p.chain, trusting, operation)).warnings.empty());
    CHECK(place.holds("Root", p.root.certificate));
    // Trusted by now: nothing to say.
    CHECK(must(place_chain(place.registry, *place.my, p.chain, {}, operation)).warnings.empty());
}

TEST_CASE("Intermediates are left out on request, and keep the names they have") {
    Place place;
    const Pki &p = pki();
    PlaceOptions leaf_only;
    leaf_only.intermediates = false;
    must(place_chain(place.registry, *place.my, {p.leaf.certificate, p.ca.certificate}, leaf_only, operation));
    CHECK_FALSE(place.holds("CA", p.ca.certificate));
    const auto ca = must(place.registry.open("LocalMachine/CA"));
    must(ca->put(p.ca.certificate, {"Our CA", true}, operation));
    must(place_chain(place.registry, *place.my, p.chain, {}, operation));
    CHECK(must(ca->get(p.ca.certificate.thumbprint())).friendly_name == "Our CA");
}

TEST_CASE("A self-signed certificate alone goes where it was put, and to Root when it is trusted") {
    Place place;
    const Issuer own = make_root("CN=alone");
    CHECK(must(place_chain(place.registry, *place.my, {own.certificate}, {}, operation)).warnings.empty());
    CHECK_FALSE(place.holds("Root", own.certificate));
    PlaceOptions trusting;
    trusting.trust_root = true;
    must(place_chain(place.registry, *place.my, {own.certificate}, trusting, operation));
    CHECK(place.holds("Root", own.certificate));
    CHECK(id_of(place_chain(place.registry, *place.my, {}, {}, operation)) == "Base.Argument");
}

TEST_CASE("Trouble with the chain never fails the leaf") {
    Place place;
    const Pki &p = pki();
    // A file where the folders of CA and Root should be.
    std::filesystem::create_directories(place.home.path() / "LocalMachine");
    for (const char *name : {"CA", "Root"})
        must(file::write_atomic(place.home.path() / "LocalMachine" / name, as_bytes("x"), file::Access::everyone,
                                false));
    PlaceOptions trusting;
    trusting.trust_root = true;
    const Placed placed = must(place_chain(place.registry, *place.my, p.chain, trusting, operation));
    CHECK(place.holds("My", p.leaf.certificate));
    REQUIRE(placed.warnings.size() == 2);
    CHECK(placed.warnings[0].find("The certificate 'CN=Test Issuing CA' was not added to CA: ") == 0);
    CHECK(placed.warnings[1].find("The certificate 'CN=Test Root' was not added to Root: ") == 0);
}

TEST_CASE("A chain is completed from CA, Root and My of the entry's location") {
    Place place;
    const Pki &p = pki();
    const Entry entry = must(place.my->put(p.leaf.certificate, {}, operation));
    CHECK(must(complete_chain(place.registry, entry, operation)) == x509::Chain{p.leaf.certificate});
    must(must(place.registry.open("LocalMachine/CA"))->put(p.ca.certificate, {}, operation));
    CHECK(must(complete_chain(place.registry, entry, operation)) == x509::Chain{p.leaf.certificate, p.ca.certificate});
    // Another location's root does not count.
    must(must(place.registry.open("CurrentUser/Root"))->put(p.root.certificate, {}, operation));
    CHECK(must(complete_chain(place.registry, entry, operation)).size() == 2);
    must(place.my->put(p.root.certificate, {}, operation));
    CHECK(must(complete_chain(place.registry, entry, operation)) == p.chain);
    must(place.my->remove(p.root.certificate.thumbprint(), operation));
    must(must(place.registry.open("LocalMachine/Root"))->put(p.root.certificate, {}, operation));
    CHECK(must(complete_chain(place.registry, entry, operation)) == p.chain);
    const Entry root = must(place.my->put(p.root.certificate, {}, operation));
    CHECK(must(complete_chain(place.registry, root, operation)) == x509::Chain{p.root.certificate});
}

TEST_CASE("Issuers of the same name but another key are not taken") {
    Place place;
    const Pki &p = pki();
    const Issuer impostor = make_root("CN=Test Issuing CA");
    must(must(place.registry.open("LocalMachine/CA"))->put(impostor.certificate, {}, operation));
    const Entry entry = must(place.my->put(p.leaf.certificate, {}, operation));
    CHECK(must(complete_chain(place.registry, entry, operation)).size() == 1);
    must(must(place.registry.open("LocalMachine/CA"))->put(p.ca.certificate, {}, operation));
    CHECK(must(complete_chain(place.registry, entry, operation)) == x509::Chain{p.leaf.certificate, p.ca.certificate});
}
