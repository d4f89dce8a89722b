#include <catch2/catch_test_macros.hpp>

#include "base/encoding.hpp"
#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;
using certbroker::plugin::bytes;
using certbroker::plugin::text;

TEST_CASE("Keys are made, found again and used by handle") {
    Host host;
    std::string uri;
    Bytes spki;
    host.in_call([&](const Plug &plug) {
        const cbp_key *key = nullptr;
        CHECK(plug.host->key_create(plug.call, nullptr, "ECDSA_P256", 0, &key) == CBP_OK);
        uri = plug.host->key_uri(plug.call, key);
        cbp_bytes der{};
        CHECK(plug.host->key_public(plug.call, key, &der) == CBP_OK);
        spki.assign(der.data, der.data + der.size);
    });
    CHECK(uri.starts_with("memory:CurrentUser/"));
    for (int i = 0; i < 2; ++i) { // the second time the instance knows it
        host.script->check = nullptr;
        host.in_call([&](const Plug &plug) {
            const cbp_key *key = nullptr;
            CHECK(plug.host->key_open(plug.call, uri.c_str(), &key) == CBP_OK);
            CHECK(plug.host->key_open(plug.call, uri.c_str(), &key) == CBP_OK);
            cbp_bytes signature{};
            CHECK(plug.host->key_sign(plug.call, key, "SHA256", bytes("hello"), &signature) == CBP_OK);
            const auto algorithm = must(crypto::signature_algorithm(must(crypto::PublicKey::parse(spki)), {}));
            CHECK(must(crypto::PublicKey::parse(spki))
                      .verify(algorithm, as_bytes("hello"), ByteView(signature.data, signature.size)));
        });
    }
}

TEST_CASE("Keys are made where the plugin says") {
    Host host;
    host.in_call([](const Plug &plug) {
        const cbp_key *key = nullptr;
        CHECK(plug.host->key_create(plug.call, "LocalMachine/My", "RSA", 2048, &key) == CBP_OK);
        CHECK(std::string(plug.host->key_uri(plug.call, key)).starts_with("memory:LocalMachine/"));
    });
}

TEST_CASE("Keys that cannot be made or found are failures with their own ids") {
    Host host;
    const cbp_key *key = nullptr;
    CHECK(id_of(host.check_with([&](const Plug &plug) {
              return plug.host->key_create(plug.call, nullptr, "DSA", 1024, &key);
          })) == "Crypto.KeyAlgorithm");
    CHECK(id_of(host.check_with([&](const Plug &plug) {
              return plug.host->key_create(plug.call, nullptr, "RSA", 512, &key);
          })) == "Crypto.KeyAlgorithm");
    CHECK(id_of(host.check_with([&](const Plug &plug) {
              return plug.host->key_create(plug.call, "nowhere", "RSA", 2048, &key);
          })) == "Store.Uri");
    CHECK(id_of(host.check_with([&](const Plug &plug) { return plug.host->key_open(plug.call, "junk", &key); })) ==
          "Store.Uri");
    const std::string absent = "memory:CurrentUser/keys/" + std::string(64, 'a');
    CHECK(id_of(host.check_with([&](const Plug &plug) {
              return plug.host->key_open(plug.call, absent.c_str(), &key);
          })) == "Store.KeyMissing");
    CHECK(id_of(host.check_with([&](const Plug &plug) {
              cbp_bytes der{};
              CHECK(plug.host->key_create(plug.call, nullptr, "ECDSA_P256", 0, &key) == CBP_OK);
              return plug.host->key_certificate(plug.call, key, &der);
          })) == "Provider.NotFound");
    host.services.stores = nullptr;
    CHECK(id_of(host.check_with([&](const Plug &plug) {
              return plug.host->key_open(plug.call, absent.c_str(), &key);
          })) == "Provider.Unsupported");
}

TEST_CASE("Digests and encodings work") {
    Host host;
    host.in_call([](const Plug &plug) {
        cbp_bytes hash{};
        CHECK(plug.host->digest(plug.call, "sha256", bytes("abc"), &hash) == CBP_OK);
        const char *hex = nullptr;
        CHECK(plug.host->hex_encode(plug.call, hash, &hex) == CBP_OK);
        CHECK(std::string(hex) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        const char *base64 = nullptr;
        CHECK(plug.host->base64_encode(plug.call, bytes("hello"), &base64) == CBP_OK);
        CHECK(std::string(base64) == "aGVsbG8=");
        cbp_bytes decoded{};
        CHECK(plug.host->base64_decode(plug.call, "aGVs\nbG8=", &decoded) == CBP_OK);
        CHECK(text(decoded) == "hello");
        CHECK(plug.host->base64_encode(plug.call, cbp_bytes{}, &base64) == CBP_OK);
        CHECK(std::string(base64).empty());
    });
    CHECK(id_of(host.check_with([](const Plug &plug) {
              cbp_bytes out{};
              return plug.host->base64_decode(plug.call, "!!!", &out);
          })) == "Base.Encoding");
    CHECK(id_of(host.check_with([](const Plug &plug) {
              cbp_bytes out{};
              return plug.host->digest(plug.call, "MD17", bytes("x"), &out);
          })) == "Crypto.DigestAlgorithm");
}
