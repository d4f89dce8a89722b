#include "store/windows/capi_key.hpp"

#include "base/file.hpp"
#include "store/key_uri.hpp"
#include "store/windows/cng_key.hpp"
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
    explicit Container(const wchar_t *provider = rsa_aes_csp, DWORD type = PROV_RSA_AES, bool machine = false,
                       DWORD spec = AT_KEYEXCHANGE)
        : place{win32::widen(unique("certbroker-test-")), provider, type, spec, machine} {}
    Container(const Container &) = delete;
    Container &operator=(const Container &) = delete;
    ~Container() { (void)remove_capi_key(place); }
};

constexpr const wchar_t *schannel = L"Microsoft RSA SChannel Cryptographic Provider";

} // namespace

TEST_CASE("CryptoAPI makes keys that sign, for users and for the machine") {
    for (const bool machine : {false, true}) {
        const Container container(schannel, PROV_RSA_SCHANNEL, machine);
        must(make_capi_key(container.place, rsa2048, false));
        CHECK(id_of(make_capi_key(container.place, rsa2048, false)) == "Store.KeyExists");
        const auto location = machine ? Location::local_machine : Location::current_user;
        const auto key = must(open_capi_key(container.place, location));
        CHECK(key->uri() == KeyUri{"windows", location, key->public_key().sha256()}.to_string());
        CHECK(key->spec() == rsa2048);
        CHECK(key->native() == nullptr);
        check_works(*key);
        CHECK_FALSE(key->exportable());
        CHECK(id_of(key->export_pkcs8()) == "Crypto.KeyNotExportable");
        CHECK(must(remove_capi_key(container.place)));
        CHECK_FALSE(must(remove_capi_key(container.place)));
        CHECK(id_of(open_capi_key(container.place, location)) == "Store.KeyMissing");
    }
}

TEST_CASE("A key that is brought along works, opens what was sealed for it, and leaves as it came") {
    for (const DWORD spec : {AT_KEYEXCHANGE, AT_SIGNATURE}) {
        const Container container(rsa_aes_csp, PROV_RSA_AES, false, spec);
        const Bytes pkcs8 = data("rsa2048.pk8.der");
        must(import_capi_key(container.place, pkcs8, true));
        const auto key = must(open_capi_key(container.place, Location::current_user));
        CHECK(key->public_key().spki() == data("rsa2048.spki.der"));
        check_works(*key);
        check_works(*key, {crypto::DigestAlgorithm::sha1, false});
        check_works(*key, {crypto::DigestAlgorithm::sha384, false});
        CHECK(key->exportable());
        CHECK(equal(must(key->export_pkcs8()), pkcs8));
        if (spec == AT_SIGNATURE) continue;
        CHECK(equal(must(key->decrypt(data("cipher.pkcs1"), std::nullopt)), data("message.txt")));
        for (const Bytes &wrong : {Bytes(), Bytes(10, 1), Bytes(256, 1), Bytes(257, 1)})
            CHECK(id_of(key->decrypt(wrong, std::nullopt)) == "Crypto.Cms");
    }
}

TEST_CASE("OAEP is opened by CryptoAPI with SHA-1") {
    const Container container;
    must(import_capi_key(container.place, data("rsa2048.pk8.der"), false));
    const auto key = must(open_capi_key(container.place, Location::current_user));
    const auto opened = key->decrypt(data("cipher.sha1"), crypto::DigestAlgorithm::sha1);
    CHECK((opened ? equal(*opened, data("message.txt")) : opened.error().id() == "Crypto.Cms"));
}

TEST_CASE("What CryptoAPI cannot do is done by CNG with the same key, or refused") {
    const Container container;
    must(import_capi_key(container.place, data("rsa2048.pk8.der"), false));
    const auto key = must(open_capi_key(container.place, Location::current_user));
    const crypto::SignatureScheme pss{crypto::DigestAlgorithm::sha256, true};
    const bool cng =
        open_cng_handle({container.place.container, software_ksp, 0, 0, false}, AT_KEYEXCHANGE).has_value();
    if (cng) {
        check_works(*key, pss);
        CHECK(equal(must(key->decrypt(data("cipher.sha256"), crypto::DigestAlgorithm::sha256)), data("message.txt")));
    } else {
        CHECK(id_of(key->sign(pss, as_bytes("x"))) == "Store.KeyKind");
        CHECK(id_of(key->decrypt(data("cipher.sha256"), crypto::DigestAlgorithm::sha256)) == "Store.KeyKind");
    }
}

TEST_CASE("CryptoAPI refuses what it does not keep, and leaves nothing behind") {
    const Container container;
    CHECK(id_of(make_capi_key(container.place, p256, false)) == "Store.KeyKind");
    CHECK(id_of(import_capi_key(container.place, data("p256.pk8.der"), false)) == "Store.KeyKind");
    CHECK(id_of(open_capi_key(container.place, Location::current_user)) == "Store.KeyMissing");
    const Container nowhere(L"No such provider", PROV_RSA_AES);
    CHECK(id_of(make_capi_key(nowhere.place, rsa2048, false)) == "Store.KeyProvider");
}
