#include "fixture.hpp"
#include "pfx/pfx.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::conformance;

namespace {

const Operation operation;

KeyOptions options(const crypto::KeySpec &spec, bool exportable) {
    KeyOptions wanted;
    wanted.spec = spec;
    wanted.exportable = exportable;
    return wanted;
}

void check_works(const crypto::PrivateKey &key) {
    const auto algorithm = must(crypto::signature_algorithm(key.public_key(), {}));
    const Bytes signature = must(key.sign({}, as_bytes("signed")));
    CHECK(key.public_key().verify(algorithm, as_bytes("signed"), signature).has_value());
}

} // namespace

TEST_CASE("Keys are made, work, and are found again") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, keeps_keys);
    const auto store = fixture->open();
    for (const crypto::KeySpec &spec : {p256, crypto::KeySpec{crypto::KeyAlgorithm::ecdsa_p384, 384},
                                        crypto::KeySpec{crypto::KeyAlgorithm::rsa, 2048}}) {
        INFO(crypto::key_algorithm_name(spec.algorithm));
        if (!fixture->keeps(spec.algorithm)) {
            CHECK(id_of(store->create_key(options(spec, true), operation)) == "Store.KeyKind");
            continue;
        }
        const auto key = must(store->create_key(options(spec, true), operation));
        CHECK(key->spec() == spec);
        CHECK(key->exportable());
        CHECK_FALSE(key->uri().empty());
        check_works(*key);
        for (const auto &found : {must(store->open_key(key->uri())), must(store->find_key(key->public_key().sha256())),
                                  must(fixture->registry().open_key(key->uri())),
                                  must(fixture->open("LocalMachine/CA")->open_key(key->uri()))}) {
            CHECK(found->public_key() == key->public_key());
            CHECK(found->uri() == key->uri());
            CHECK(found->exportable());
            check_works(*found);
        }
    }
    CHECK(id_of(store->create_key(options({crypto::KeyAlgorithm::rsa, 512}, true), operation)) ==
          "Crypto.KeyAlgorithm");
}

TEST_CASE("A key is usable after a restart") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, keeps_keys);
    CERTBROKER_NEED(*fixture, persistent);
    const auto made = must(fixture->open()->create_key(options(fixture->key_spec(), false), operation));
    const x509::Certificate certificate = make_certificate_for(*made);
    must(fixture->open()->put(certificate, {}, operation));
    fixture->restart();
    const Entry entry = must(fixture->open()->get(certificate.thumbprint()));
    REQUIRE(entry.has_private_key());
    const auto key = must(fixture->open()->open_key(entry.key_uri));
    CHECK(key->public_key() == made->public_key());
    CHECK_FALSE(key->exportable());
    check_works(*key);
}

TEST_CASE("A certificate is linked to its key, whichever comes first") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, keeps_keys);
    const auto store = fixture->open();
    const auto key = must(store->create_key(options(fixture->key_spec(), true), operation));
    const Entry entry = must(store->put(make_certificate_for(*key), {}, operation));
    CHECK(entry.key_uri == key->uri());
    CHECK(entry.exportable);

    const crypto::KeyHandle later = fixture->make_key();
    const x509::Certificate certificate = make_certificate_for(*later);
    CHECK_FALSE(must(store->put(certificate, {}, operation)).has_private_key());
    const auto stored = must(store->import_key(*later, false, operation));
    const Entry linked = must(store->get(certificate.thumbprint()));
    CHECK(linked.key_uri == stored->uri());
    CHECK_FALSE(linked.exportable);
    for (const Entry &one : all(*store))
        CHECK(one.has_private_key());
}

TEST_CASE("A renewed certificate has the key of the one before") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, keeps_keys);
    const auto store = fixture->open();
    const auto key = must(store->create_key(options(fixture->key_spec(), true), operation));
    const x509::Certificate before = make_certificate_for(*key);
    const x509::Certificate after = make_certificate_for(*key);
    must(store->put(before, {}, operation));
    CHECK(must(store->put(after, {}, operation)).key_uri == key->uri());
    must(store->remove(before.thumbprint(), operation));
    CHECK(must(store->get(after.thumbprint())).key_uri == key->uri());
    check_works(*must(store->open_key(key->uri())));
}

TEST_CASE("The same key imported twice is one key, and not exportable wins") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, keeps_keys);
    const auto store = fixture->open();
    const crypto::KeyHandle key = fixture->make_key();
    const auto first = must(store->import_key(*key, true, operation));
    CHECK(first->exportable());
    CHECK(must(store->import_key(*key, true, operation))->uri() == first->uri());
    CHECK_FALSE(must(store->import_key(*key, false, operation))->exportable());
    CHECK_FALSE(must(store->import_key(*key, true, operation))->exportable());
    CHECK_FALSE(must(store->open_key(first->uri()))->exportable());
}

TEST_CASE("A key that is not exportable leaves neither as PKCS#8 nor in a PFX") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, keeps_keys);
    const auto store = fixture->open();
    const auto key = must(store->create_key(options(fixture->key_spec(), false), operation));
    const x509::Certificate certificate = make_certificate_for(*key);
    must(store->put(certificate, {}, operation));
    const Entry entry = must(fixture->open()->get(certificate.thumbprint()));
    CHECK_FALSE(entry.exportable);
    const auto opened = must(store->open_key(entry.key_uri));
    CHECK(id_of(opened->export_pkcs8()) == "Crypto.KeyNotExportable");
    const auto written = pfx::write({certificate}, *opened, Secret(as_bytes("x")), {}, operation);
    REQUIRE_FALSE(written);
    CHECK(written.error().status() == Status::access);
}

TEST_CASE("Removing a certificate leaves its key; the key goes when nothing uses it") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, keeps_keys);
    const auto store = fixture->open();
    const auto key = must(store->create_key(options(fixture->key_spec(), true), operation));
    const x509::Certificate certificate = make_certificate_for(*key);
    must(store->put(certificate, {}, operation));
    // Another store of the location counts as well.
    must(fixture->open("LocalMachine/WebHosting")->put(certificate, {}, operation));
    const auto in_use = store->remove_key(key->uri(), operation);
    REQUIRE_FALSE(in_use);
    CHECK(in_use.error().id() == "Store.KeyInUse");
    CHECK(in_use.error().message().find(certificate.thumbprint()) != std::string::npos);
    must(store->remove(certificate.thumbprint(), operation));
    CHECK(store->open_key(key->uri()).has_value());
    CHECK(store->check_key(key->uri()).has_value());
    CHECK(fixture->registry().check_key(key->uri()).has_value());
    CHECK(id_of(store->remove_key(key->uri(), operation)) == "Store.KeyInUse");
    must(fixture->open("LocalMachine/WebHosting")->remove(certificate.thumbprint(), operation));
    must(store->remove_key(key->uri(), operation));
    CHECK(id_of(store->open_key(key->uri())) == "Store.KeyMissing");
    CHECK(id_of(store->check_key(key->uri())) == "Store.KeyMissing");
    CHECK(id_of(fixture->registry().check_key(key->uri())) == "Store.KeyMissing");
    CHECK(id_of(store->find_key(key->public_key().sha256())) == "Store.KeyMissing");
    CHECK(id_of(store->remove_key(key->uri(), operation)) == "Store.KeyMissing");
    // The certificate without its key is a certificate.
    CHECK_FALSE(must(store->put(certificate, {}, operation)).has_private_key());
}

TEST_CASE("Keys of another location are not here") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, keeps_keys);
    const auto key = must(fixture->open("LocalMachine/My")->create_key(options(fixture->key_spec(), true), operation));
    const auto user = fixture->open("CurrentUser/My");
    CHECK(id_of(user->open_key(key->uri())) == "Store.KeyMissing");
    CHECK(id_of(user->check_key(key->uri())) == "Store.KeyMissing");
    CHECK(id_of(user->find_key(key->public_key().sha256())) == "Store.KeyMissing");
    CHECK(id_of(user->remove_key(key->uri(), operation)) == "Store.KeyMissing");
    CHECK_FALSE(must(user->put(make_certificate_for(*key), {}, operation)).has_private_key());
    CHECK(id_of(user->open_key("no uri")) == "Store.Uri");
    CHECK(id_of(user->remove_key("no uri", operation)) == "Store.Uri");
}

TEST_CASE("Making a long key stops when it is cancelled") {
    CERTBROKER_STORE_FIXTURE(fixture);
    CERTBROKER_NEED(*fixture, keeps_keys);
    const auto hurried = Operation().with_timeout(std::chrono::milliseconds(50));
    CHECK(id_of(fixture->open()->create_key(options({crypto::KeyAlgorithm::rsa, fixture->long_key_bits()}, true),
                                            hurried)) == "Base.Timeout");
}
