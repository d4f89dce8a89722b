#include "base/encoding.hpp"
#include "fixture.hpp"
#include "support/child.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::conformance;

namespace {

const Operation operation;

KeyOptions any_key(const StoreFixture &fixture) {
    KeyOptions options;
    options.spec = fixture.key_spec();
    options.exportable = true;
    return options;
}

} // namespace

TEST_CASE("Two handles at the same place see each other's changes at once") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto one = fixture->open();
    const auto two = fixture->open();
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(one->put(certificate, {"one", true}, operation));
    CHECK(must(two->get(certificate.thumbprint())).friendly_name == "one");
    must(two->update(certificate.thumbprint(), {"two", {}}, operation));
    CHECK(must(one->get(certificate.thumbprint())).friendly_name == "two");
    must(two->remove(certificate.thumbprint(), operation));
    CHECK(id_of(one->get(certificate.thumbprint())) == "Store.NotFound");
    CHECK(all(*one).empty());
}

TEST_CASE("A cancelled operation changes nothing") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const auto store = fixture->open();
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(store->put(certificate, {"name", true}, operation));
    Operation cancelled;
    cancelled.cancellation->request();
    CHECK(id_of(store->put(pki().ca.certificate, {}, cancelled)) == "Base.Cancelled");
    CHECK(id_of(store->update(certificate.thumbprint(), {"x", {}}, cancelled)) == "Base.Cancelled");
    CHECK(id_of(store->remove(certificate.thumbprint(), cancelled)) == "Base.Cancelled");
    CHECK(id_of(store->create_key(any_key(*fixture), cancelled)) == "Base.Cancelled");
    CHECK(id_of(store->import_key(*pki().leaf.key, true, cancelled)) == "Base.Cancelled");
    CHECK(id_of(store->each([](const Entry &) { return true; }, cancelled)) == "Base.Cancelled");
    REQUIRE(all(*store).size() == 1);
    CHECK(all(*store)[0].friendly_name == "name");
    CHECK(id_of(store->find_key(pki().leaf.key->public_key().sha256())) == "Store.KeyMissing");
}

TEST_CASE("Who may not write gets Store.Access, and reads") {
    CERTBROKER_STORE_FIXTURE(fixture);
    const x509::Certificate &certificate = pki().leaf.certificate;
    must(fixture->open()->put(certificate, {"name", true}, operation));
    std::string skipped;
    const std::string wrong = fixture->as_reader(
        [&](Store &store) -> std::string {
            const auto id = [](const auto &result) { return result ? std::string("no error") : result.error().id(); };
            if (!store.get(certificate.thumbprint())) return "the certificate cannot be read";
            if (id(store.put(pki().ca.certificate, {}, operation)) != "Store.Access") return "put";
            if (id(store.remove(certificate.thumbprint(), operation)) != "Store.Access") return "remove";
            if (id(store.update(certificate.thumbprint(), {"x", {}}, operation)) != "Store.Access") return "update";
            if (id(store.create_key(any_key(*fixture), operation)) != "Store.Access") return "create_key";
            return {};
        },
        skipped);
    if (!skipped.empty()) SKIP(skipped);
    CHECK(wrong.empty());
    CHECK(must(fixture->open()->get(certificate.thumbprint())).friendly_name == "name");
}

TEST_CASE("Killed anywhere between a new key and its certificate, nothing is half") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, persistent);
    CERTBROKER_NEED(*fixture, keeps_keys);
    const crypto::KeyHandle key = fixture->make_key();
    const x509::Certificate certificate = make_certificate_for(*key);
    const int deaths = die_at_every_fault_point(
        [&] {
            const auto store = fixture->open();
            demand_value(store->import_key(*key, true, operation));
            demand_value(store->put(certificate, {"name", true}, operation));
        },
        [&](bool completed) {
            fixture->restart();
            const auto store = fixture->open();
            const auto found = store->get(certificate.thumbprint());
            if (found) {
                // The key came first, so a certificate has it.
                CHECK(found->friendly_name == "name");
                REQUIRE(found->has_private_key());
                CHECK(must(store->open_key(found->key_uri))->sign({}, as_bytes("x")).has_value());
                must(store->remove(certificate.thumbprint(), operation));
            }
            CHECK((found.has_value() || !completed));
            const auto kept = store->find_key(key->public_key().sha256());
            if (kept) must(store->remove_key((*kept)->uri(), operation));
        });
    CHECK(deaths > 0);
}

TEST_CASE("Several processes at one place lose nothing") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, persistent);
    const crypto::KeyHandle key = fixture->make_key();
    std::vector<x509::Certificate> made;
    for (int i = 0; i < 60; ++i)
        made.push_back(make_certificate_for(*key));
    std::vector<ChildId> children;
    for (std::size_t child = 0; child < 3; ++child) {
        children.push_back(start_child([&, child] {
            const auto store = fixture->open();
            for (std::size_t i = child; i < made.size(); i += 3)
                demand_value(store->put(made[i], {std::to_string(i), true}, operation));
            // All of them at the same one.
            for (int i = 0; i < 20; ++i)
                demand_value(store->put(made[0], {"0", true}, operation));
        }));
    }
    for (const ChildId child : children)
        CHECK(wait_for_child(child) == 0);
    const auto store = fixture->open();
    for (std::size_t i = 0; i < made.size(); ++i)
        CHECK(must(store->get(made[i].thumbprint())).friendly_name == std::to_string(i));
}
