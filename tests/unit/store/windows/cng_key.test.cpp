#include "store/windows/cng_key.hpp"

#include "base/file.hpp"
#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::store::test;

namespace {

Bytes data(const std::string &name) {
    return must(file::read(std::filesystem::path(CERTBROKER_TEST_DATA) / "crypto" / name, 1U << 20U));
}

/// A container that goes with the case.
struct Container {
    KeyPlace place;
    explicit Container(bool machine = false)
        : place{win32::widen(unique("certbroker-test-")), software_ksp, 0, 0, machine} {}
    Container(const Container &) = delete;
    Container &operator=(const Container &) = delete;
    ~Container() { (void)remove_cng_key(place); }
};

} // namespace

TEST_CASE("CNG makes keys of every kind that work where they are") {
    if (!platform::no_cng_keys().empty()) SKIP(platform::no_cng_keys());
    for (const bool machine : {false, true}) {
        for (const crypto::KeySpec &spec : {rsa2048, p256, crypto::KeySpec{crypto::KeyAlgorithm::ecdsa_p384, 384},
                                            crypto::KeySpec{crypto::KeyAlgorithm::ecdsa_p521, 521}}) {
            const Container container(machine);
            must(make_cng_key(container.place, spec, false));
            CHECK(id_of(make_cng_key(container.place, spec, false)) == "Store.KeyExists");
            const auto location = machine ? Location::local_machine : Location::current_user;
            const auto key = must(open_cng_key(container.place, location));
            CHECK(key->spec() == spec);
            CHECK(key->native() == nullptr);
            check_works(*key);
            CHECK_FALSE(key->exportable());
            CHECK(id_of(key->export_pkcs8()) == "Crypto.KeyNotExportable");
            CHECK(must(remove_cng_key(container.place)));
            CHECK_FALSE(must(remove_cng_key(container.place)));
            CHECK(id_of(open_cng_key(container.place, location)) == "Store.KeyMissing");
        }
    }
}

TEST_CASE("A key that is brought to CNG works, and leaves as it came") {
    if (!platform::no_cng_keys().empty()) SKIP(platform::no_cng_keys());
    for (const char *name : {"rsa2048.pk8.der", "p256.pk8.der"}) {
        INFO(name);
        const Container container;
        const auto came = must(crypto::import_key(data(name), Secret(), "", true));
        must(import_cng_key(container.place, must(came->export_pkcs8()), true));
        const auto key = must(open_cng_key(container.place, Location::current_user));
        CHECK(key->public_key() == came->public_key());
        CHECK(key->exportable());
        check_works(*key);
        CHECK(must(crypto::import_key(must(key->export_pkcs8()), Secret(), "", true))->public_key() ==
              came->public_key());
        if (key->spec()->algorithm != crypto::KeyAlgorithm::rsa) continue;
        check_works(*key, {crypto::DigestAlgorithm::sha384, true});
        CHECK(equal(must(key->decrypt(data("cipher.pkcs1"), std::nullopt)), data("message.txt")));
        CHECK(equal(must(key->decrypt(data("cipher.sha256"), crypto::DigestAlgorithm::sha256)), data("message.txt")));
        CHECK(id_of(key->decrypt(Bytes(256, 1), std::nullopt)) == "Crypto.Cms");
    }
}

TEST_CASE("A provider that makes keys and does not keep them is found out") {
    if (platform::no_cng_keys().empty()) SKIP("this system's key storage provider keeps its keys");
    const Container container;
    CHECK(id_of(make_cng_key(container.place, rsa2048, false)) == "Store.KeyKind");
    CHECK(id_of(import_cng_key(container.place, data("rsa2048.pk8.der"), false)) == "Store.KeyKind");
}
