#include <catch2/catch_test_macros.hpp>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "crypto/key.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

PublicKey public_key(const std::string &name) {
    return test::value(PublicKey::parse(test::data(name + ".spki.der")));
}

Bytes algorithm(std::string_view oid, bool null = false) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        w.oid(oid);
        if (null) w.null();
    });
    return std::move(writer).take();
}

std::string id_of(const Result<void> &result) {
    return result ? "it verified" : result.error().id();
}

constexpr std::string_view sha256_rsa = "1.2.840.113549.1.1.11";
constexpr std::string_view sha1_rsa = "1.2.840.113549.1.1.5";
constexpr std::string_view sha256_ecdsa = "1.2.840.10045.4.3.2";
constexpr std::string_view sha512_ecdsa = "1.2.840.10045.4.3.4";

} // namespace

TEST_CASE("public keys say what they are") {
    CHECK(public_key("rsa2048").spec() == KeySpec{KeyAlgorithm::rsa, 2048});
    CHECK(public_key("rsa2048").algorithm_text() == "RSA 2048");
    CHECK(public_key("p256").spec() == KeySpec{KeyAlgorithm::ecdsa_p256, 256});
    CHECK(public_key("p256").algorithm_text() == "ECDSA_P256");
    CHECK(public_key("p521").spec() == KeySpec{KeyAlgorithm::ecdsa_p521, 521});
    CHECK_FALSE(public_key("rsa1024").spec());
    CHECK(public_key("rsa1024").algorithm_text() == "RSA 1024");
    CHECK_FALSE(public_key("ed25519").spec());
    CHECK(public_key("ed25519").algorithm_text() == "1.3.101.112");
    CHECK_FALSE(public_key("secp256k1").spec());
}

TEST_CASE("public keys are named by their SHA-256 and their RFC 5280 identifier") {
    const PublicKey key = public_key("p256");
    CHECK(key.sha256() == sha256(key.spki()));
    CHECK(key.key_identifier() == sha1(ByteView(key.spki()).last(65)));
    CHECK(key == public_key("p256"));
    CHECK_FALSE(key == public_key("p384"));
}

TEST_CASE("signatures made by OpenSSL verify") {
    const Bytes text = test::data("message.txt");
    CHECK(public_key("rsa2048").verify(algorithm(sha256_rsa, true), text, test::data("sig.rsa-sha256")));
    CHECK(public_key("rsa2048").verify(algorithm(sha256_rsa), text, test::data("sig.rsa-sha256")));
    CHECK(public_key("rsa2048").verify(algorithm(sha1_rsa, true), text, test::data("sig.rsa-sha1")));
    CHECK(public_key("p521").verify(algorithm(sha512_ecdsa), text, test::data("sig.p521-sha512")));
    CHECK(public_key("secp256k1").verify(algorithm(sha256_ecdsa), text, test::data("sig.secp256k1-sha256")));
    CHECK(public_key("ed25519").verify(algorithm("1.3.101.112"), text, test::data("sig.ed25519")));
}

TEST_CASE("PSS takes hash, mask and salt length from its parameters") {
    const auto pss = [](std::string_view digest, std::string_view mask_digest, std::int64_t salt) {
        const auto identifier = [](der::Writer &w, std::string_view oid) {
            w.nest(der::sequence, [&](der::Writer &x) { x.oid(oid).null(); });
        };
        der::Writer writer;
        writer.nest(der::sequence, [&](der::Writer &w) {
            w.oid("1.2.840.113549.1.1.10");
            w.nest(der::sequence, [&](der::Writer &params) {
                params.nest(der::context(0, true), [&](der::Writer &x) { identifier(x, digest); });
                params.nest(der::context(1, true), [&](der::Writer &x) {
                    x.nest(der::sequence, [&](der::Writer &mask) {
                        mask.oid("1.2.840.113549.1.1.8");
                        identifier(mask, mask_digest);
                    });
                });
                params.nest(der::context(2, true), [&](der::Writer &x) { x.integer(salt); });
            });
        });
        return std::move(writer).take();
    };
    const std::string_view sha384 = digest_oid(DigestAlgorithm::sha384);
    const Bytes text = test::data("message.txt");
    const Bytes signature = test::data("sig.pss-sha384-salt20");
    const PublicKey key = public_key("rsa2048");
    CHECK(key.verify(pss(sha384, sha384, 20), text, signature));
    CHECK(id_of(key.verify(pss(sha384, sha384, 48), text, signature)) == "Crypto.Signature");
    CHECK(id_of(key.verify(pss(sha384, digest_oid(DigestAlgorithm::sha256), 20), text, signature)) ==
          "Crypto.Signature");
    CHECK(id_of(key.verify(pss("1.2.3", sha384, 20), text, signature)) == "Crypto.DigestAlgorithm");
    CHECK(id_of(key.verify(pss(sha384, sha384, -1), text, signature)) == "Crypto.Signature");
    CHECK(id_of(key.verify(algorithm(sha256_rsa, true), text, signature)) == "Crypto.Signature");
}

TEST_CASE("what does not fit does not verify") {
    const Bytes text = test::data("message.txt");
    const PublicKey rsa = public_key("rsa2048");
    const Bytes good = test::data("sig.rsa-sha256");
    Bytes changed = good;
    changed[100] = static_cast<std::uint8_t>(changed[100] ^ 1U);
    CHECK(id_of(rsa.verify(algorithm(sha256_rsa, true), text, changed)) == "Crypto.Signature");
    CHECK(id_of(rsa.verify(algorithm(sha256_rsa, true), as_bytes("other"), good)) == "Crypto.Signature");
    CHECK(id_of(rsa.verify(algorithm(sha256_rsa, true), text, {})) == "Crypto.Signature");
    CHECK(id_of(rsa.verify(algorithm(sha256_ecdsa), text, good)) == "Crypto.Signature");
    CHECK(id_of(rsa.verify(algorithm("1.3.101.112"), text, good)) == "Crypto.Signature");
    CHECK(id_of(public_key("p256").verify(algorithm(sha256_rsa, true), text, good)) == "Crypto.Signature");
    CHECK(id_of(public_key("p256").verify(algorithm(sha256_ecdsa), text, Bytes(8, 0x30))) == "Crypto.Signature");
    CHECK(id_of(rsa.verify(as_bytes("nonsense"), text, good)) == "Crypto.Signature");
    CHECK(id_of(rsa.verify(algorithm("1.2.840.113549.1.1.2", true), text, good)) == "Crypto.DigestAlgorithm");
}

TEST_CASE("a point that is not on its curve fails when it is used") {
    Bytes spki = test::data("p256.spki.der");
    spki.back() = static_cast<std::uint8_t>(spki.back() ^ 1U);
    const PublicKey key = test::value(PublicKey::parse(spki));
    CHECK(id_of(key.verify(algorithm(sha256_ecdsa), as_bytes("x"), Bytes(70, 1))) == "Crypto.KeyFormat");
    CHECK(id_of(key.verify(algorithm(sha256_ecdsa), as_bytes("x"), Bytes(70, 1))) == "Crypto.KeyFormat");
}

TEST_CASE("malformed public keys are refused") {
    const Bytes good = test::data("p256.spki.der");
    std::vector<Bytes> bad{{}, to_bytes(as_bytes("nonsense")), *from_hex("3000"), *from_hex("30053003060129")};
    for (std::size_t size = 0; size < good.size(); ++size)
        bad.emplace_back(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    Bytes longer = good;
    longer.push_back(0);
    bad.push_back(longer);
    Bytes form = good;
    form[26] = 5;
    bad.push_back(form);
    Bytes rsa = test::data("rsa2048.spki.der");
    rsa[24] = 0x31;
    bad.push_back(rsa);
    for (const Bytes &der : bad) {
        const auto key = PublicKey::parse(der);
        INFO(to_hex(der));
        REQUIRE_FALSE(key);
        CHECK(key.error().id() == "Crypto.KeyFormat");
    }
}
