#include <catch2/catch_test_macros.hpp>

#include <chrono>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "crypto/key.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

/// EncryptedPrivateKeyInfo that only its work factors make special.
Bytes sealed(std::string_view derivation, std::vector<std::int64_t> numbers) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &outer) {
        outer.nest(der::sequence, [&](der::Writer &algorithm) {
            algorithm.oid("1.2.840.113549.1.5.13");
            algorithm.nest(der::sequence, [&](der::Writer &params) {
                params.nest(der::sequence, [&](der::Writer &kdf) {
                    kdf.oid(derivation);
                    kdf.nest(der::sequence, [&](der::Writer &w) {
                        w.octets(Bytes(8, 1));
                        for (const std::int64_t number : numbers)
                            w.integer(number);
                    });
                });
                params.nest(der::sequence,
                            [&](der::Writer &cipher) { cipher.oid("2.16.840.1.101.3.4.1.42").octets(Bytes(16, 2)); });
            });
        });
        outer.octets(Bytes(32, 3));
    });
    return std::move(writer).take();
}

std::string id_of(const Result<KeyHandle> &key) {
    return key ? "it was read" : key.error().id();
}

constexpr std::string_view pbkdf2 = "1.2.840.113549.1.5.12";
constexpr std::string_view scrypt = "1.3.6.1.4.1.11591.4.11";

} // namespace

TEST_CASE("one key is the same key in every form") {
    const Bytes p256 = test::data("p256.spki.der");
    for (const char *name : {"p256.pk8.der", "p256.pk8.pem", "p256.sec1.pem", "p256.sec1.der", "p256.sec1-nopub.der",
                             "p256.sec1-compressed.der", "p256.with-params.pem"}) {
        INFO(name);
        const KeyHandle key = test::value(import_key(test::data(name), Secret(), "memory:x", false));
        CHECK(key->public_key().spki() == p256);
        CHECK(key->uri() == "memory:x");
        CHECK_FALSE(key->exportable());
    }
    for (const char *name : {"rsa2048.pk8.der", "rsa2048.pk8.pem", "rsa2048.pkcs1.pem", "rsa2048.pkcs1.der"}) {
        INFO(name);
        CHECK(test::key(name)->public_key().spki() == test::data("rsa2048.spki.der"));
    }
}

TEST_CASE("encrypted keys of old and new programs are read") {
    for (const char *name : {"p256.enc-aes.pem", "p256.enc-des3.der", "p256.enc-des.der", "p256.enc-scrypt.pem"}) {
        INFO(name);
        const KeyHandle key = test::value(import_key(test::data(name), test::password(), "", true));
        CHECK(key->public_key().spki() == test::data("p256.spki.der"));
        CHECK(id_of(import_key(test::data(name), Secret(), "", true)) == "Crypto.KeyEncrypted");
        CHECK(id_of(import_key(test::data(name), test::secret("wrong"), "", true)) == "Crypto.KeyEncrypted");
        CHECK(id_of(import_key(test::data(name), test::secret(""), "", true)) == "Crypto.KeyEncrypted");
    }
    CHECK(
        test::value(import_key(test::data("dotnet-encrypted.pk8"), test::password(), "", true))->public_key().spki() ==
        test::data("rsa2048.spki.der"));
}

TEST_CASE("a password that is not needed does no harm") {
    CHECK(import_key(test::data("p256.pk8.pem"), test::password(), "", true));
}

TEST_CASE("PEM with RFC 1421 encryption is refused with the command that converts it") {
    const auto key = import_key(test::data("p256.enc-rfc1421.pem"), test::password(), "", true);
    CHECK(id_of(key) == "Crypto.KeyFormat");
    REQUIRE(key.error().cause() != nullptr);
    CHECK(key.error().cause()->id() == "Base.Encoding");
    CHECK(key.error().cause()->remedy().find("openssl pkcs8") != std::string::npos);
}

TEST_CASE("hostile work factors are refused before any work is done") {
    const auto start = std::chrono::steady_clock::now();
    const Secret password = test::password();
    for (const std::int64_t iterations : {std::int64_t{0}, std::int64_t{-5}, std::int64_t{10'000'001},
                                          std::int64_t{2'147'483'647}, std::int64_t{1} << 40})
        CHECK(id_of(import_key(sealed(pbkdf2, {iterations}), password, "", true)) == "Crypto.KeyWork");
    CHECK(id_of(import_key(sealed(scrypt, {1 << 21, 8, 1}), password, "", true)) == "Crypto.KeyWork");
    CHECK(id_of(import_key(sealed(scrypt, {1 << 14, 64, 1}), password, "", true)) == "Crypto.KeyWork");
    CHECK(id_of(import_key(sealed(scrypt, {1 << 14, 8, 1 << 20}), password, "", true)) == "Crypto.KeyWork");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("an encryption nobody knows is named as such and not as a wrong password") {
    CHECK(id_of(import_key(sealed("1.2.3.4", {1000}), test::password(), "", true)) == "Crypto.KeyFormat");
    CHECK(id_of(import_key(sealed(pbkdf2, {}), test::password(), "", true)) == "Crypto.KeyFormat");
}

TEST_CASE("what is no private key is refused") {
    for (const char *name : {"message.txt", "p256.spki.der", "p256.cert.pem", "p256.cer", "sig.rsa-sha256"}) {
        INFO(name);
        CHECK(id_of(import_key(test::data(name), Secret(), "", true)) == "Crypto.KeyFormat");
    }
    CHECK(id_of(import_key({}, Secret(), "", true)) == "Crypto.KeyFormat");
    CHECK(id_of(import_key(*from_hex("3003020100"), Secret(), "", true)) == "Crypto.KeyFormat");
    CHECK(id_of(import_key(as_bytes("-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----"), Secret(), "",
                           true)) == "Crypto.KeyFormat");
    CHECK(id_of(import_key(Bytes((1U << 20U) + 1), Secret(), "", true)) == "Base.TooLarge");
}

TEST_CASE("keys of kinds that are not supported say so") {
    for (const char *name :
         {"secp256k1.pk8.pem", "ed25519.pk8.pem", "rsa1024.pk8.pem", "rsa-3primes.pk8.pem", "explicit.pk8.pem"}) {
        INFO(name);
        CHECK(id_of(import_key(test::data(name), Secret(), "", true)) == "Crypto.KeyAlgorithm");
    }
}
