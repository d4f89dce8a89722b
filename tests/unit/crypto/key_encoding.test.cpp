#include "crypto/key_encoding.hpp"

#include <catch2/catch_test_macros.hpp>

#include <openssl/err.h>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

void check_refused(const Result<DecodedKey> &key, const char *id) {
    REQUIRE_FALSE(key);
    INFO(describe(key.error()));
    CHECK(key.error().id() == id);
    CHECK(ERR_peek_error() == 0);
}

/// RSAPrivateKey with the given number changed.
Bytes changed_rsa(std::size_t which, bool drop_last = false) {
    const Bytes der = test::data("rsa2048.pkcs1.der");
    der::Reader reader = test::value(der::read_single(der, der::sequence));
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        for (std::size_t i = 0; !reader.empty(); ++i) {
            Bytes number = test::value(reader.read_unsigned());
            if (i == which) number.back() = static_cast<std::uint8_t>(number.back() ^ 0x02U);
            if (drop_last && reader.empty()) break;
            w.unsigned_integer(number);
        }
    });
    return std::move(writer).take();
}

} // namespace

TEST_CASE("public and private keys are written byte by byte as OpenSSL writes them") {
    for (const char *name : {"rsa2048", "p256"}) {
        const KeyHandle key = test::key(std::string(name) + ".pk8.der");
        CHECK(test::data(std::string(name) + ".spki.der") == key->public_key().spki());
        const SecretBytes pkcs8 = test::value(key->export_pkcs8());
        CHECK(equal(pkcs8, test::data(std::string(name) + ".pk8.der")));
    }
    for (const char *name : {"p384", "p521"})
        CHECK(test::data(std::string(name) + ".spki.der") ==
              test::key(std::string(name) + ".pk8.pem")->public_key().spki());
}

TEST_CASE("an RSA key whose numbers do not belong together is refused") {
    CHECK(decode_rsa_private(changed_rsa(99)));
    for (const std::size_t which : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
        INFO("number " << which);
        check_refused(decode_rsa_private(changed_rsa(which)), "Crypto.KeyFormat");
    }
    check_refused(decode_rsa_private(changed_rsa(99, true)), "Crypto.KeyFormat");
    CHECK(decode_rsa_private(changed_rsa(0)).error().id() == "Crypto.KeyAlgorithm"); // version 2: neither known form
}

TEST_CASE("an elliptic curve key whose halves do not belong together is refused") {
    Bytes der = test::data("p256.sec1.der");
    CHECK(decode_ec_private(der, nullptr));
    CHECK(decode_ec_private(der, curve_of(KeyAlgorithm::ecdsa_p256)));
    check_refused(decode_ec_private(der, curve_of(KeyAlgorithm::ecdsa_p384)), "Crypto.KeyFormat");
    Bytes other = der;
    other.back() = static_cast<std::uint8_t>(other.back() ^ 1U);
    check_refused(decode_ec_private(other, nullptr), "Crypto.KeyFormat");
    other = der;
    other[10] = static_cast<std::uint8_t>(other[10] ^ 1U);
    check_refused(decode_ec_private(other, nullptr), "Crypto.KeyFormat");
    check_refused(decode_ec_private(*from_hex("30060201010401 01"), nullptr), "Crypto.KeyFormat");
}

TEST_CASE("elliptic curve numbers outside of their range are refused") {
    const auto with = [](ByteView number) {
        der::Writer writer;
        writer.nest(der::sequence, [&](der::Writer &w) { w.integer(1).octets(number); });
        return std::move(writer).take();
    };
    const Curve *curve = curve_of(KeyAlgorithm::ecdsa_p256);
    const std::string order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    check_refused(decode_ec_private(with(Bytes(32, 0)), curve), "Crypto.KeyFormat");
    check_refused(decode_ec_private(with(*from_hex(order)), curve), "Crypto.KeyFormat");
    check_refused(decode_ec_private(with(Bytes(33, 1)), curve), "Crypto.KeyFormat");
    check_refused(decode_ec_private(with({}), curve), "Crypto.KeyFormat");
    Bytes largest = *from_hex(order);
    --largest.back();
    CHECK(decode_ec_private(with(largest), curve));
    CHECK(decode_ec_private(with(Bytes{7}), curve)); // some writers drop leading zeros
}

TEST_CASE("a private key cut off anywhere is refused and never read past its end") {
    for (const char *name : {"p256.pk8.der", "rsa2048.pk8.der"}) {
        const Bytes der = test::data(name);
        for (std::size_t size = 0; size < der.size(); ++size) {
            const Bytes cut(der.begin(), der.begin() + static_cast<std::ptrdiff_t>(size));
            const auto key = decode_pkcs8(cut);
            REQUIRE_FALSE(key);
            CHECK(key.error().id() == "Crypto.KeyFormat");
        }
    }
}

TEST_CASE("what is no supported key is named") {
    const auto read = [](const char *name) {
        return decode_pkcs8((*from_pem(test::text_of(test::data(name))))[0].bytes);
    };
    for (const char *name :
         {"secp256k1.pk8.pem", "ed25519.pk8.pem", "explicit.pk8.pem", "rsa1024.pk8.pem", "rsa-3primes.pk8.pem"}) {
        INFO(name);
        check_refused(read(name), "Crypto.KeyAlgorithm");
    }
}

TEST_CASE("a public key that is none is not made") {
    const openssl::ErrorScope scope;
    CHECK(make_public_key(test::data("p256.spki.der")) != nullptr);
    CHECK(make_public_key(test::data("rsa2048.spki.der")) != nullptr);
    Bytes off_curve = test::data("p256.spki.der");
    off_curve.back() = static_cast<std::uint8_t>(off_curve.back() ^ 1U);
    CHECK(make_public_key(off_curve) == nullptr);
    CHECK(make_public_key({}) == nullptr);
}
