#include "crypto/signature_algorithm.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/encoding.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

std::string hex_of(const char *name, const SignatureScheme &scheme) {
    return to_hex(test::value(signature_algorithm(test::key(name)->public_key(), scheme)));
}

SignatureInfo describe_hex(std::string_view hex) {
    return describe_signature(*from_hex(hex));
}

} // namespace

TEST_CASE("algorithm identifiers are those of RFC 8017, RFC 4055 and RFC 5758") {
    CHECK(hex_of("rsa2048.pk8.der", {DigestAlgorithm::sha256, false}) == "300d06092a864886f70d01010b0500");
    CHECK(hex_of("rsa2048.pk8.der", {DigestAlgorithm::md5, false}) == "300d06092a864886f70d0101040500");
    CHECK(hex_of("p256.pk8.der", {DigestAlgorithm::sha256, false}) == "300a06082a8648ce3d040302");
    CHECK(hex_of("p256.pk8.der", {DigestAlgorithm::sha1, false}) == "300906072a8648ce3d0401");
    CHECK(hex_of("rsa2048.pk8.der", {DigestAlgorithm::sha256, true}) ==
          "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d0609608648"
          "0165030402"
          "010500a203020120");
    // What is the default is left out.
    CHECK(hex_of("rsa2048.pk8.der", {DigestAlgorithm::sha1, true}) == "300d06092a864886f70d01010a3000");
}

TEST_CASE("schemes that do not exist have no identifier") {
    const PublicKey p256 = test::key("p256.pk8.der")->public_key();
    const auto md5 = signature_algorithm(p256, {DigestAlgorithm::md5, false});
    REQUIRE_FALSE(md5);
    CHECK(md5.error().id() == "Crypto.DigestAlgorithm");
    const auto pss = signature_algorithm(p256, {DigestAlgorithm::sha256, true});
    REQUIRE_FALSE(pss);
    CHECK(pss.error().id() == "Crypto.KeyAlgorithm");
    const auto other = signature_algorithm(test::value(PublicKey::parse(test::data("ed25519.spki.der"))), {});
    REQUIRE_FALSE(other);
    CHECK(other.error().id() == "Crypto.KeyAlgorithm");
}

TEST_CASE("signature algorithms are shown by the names Windows gives them") {
    CHECK(describe_hex("300d06092a864886f70d01010b0500").name == "sha256RSA");
    CHECK_FALSE(describe_hex("300d06092a864886f70d01010b0500").weak);
    CHECK(describe_hex("300d06092a864886f70d0101050500").name == "sha1RSA");
    CHECK(describe_hex("300d06092a864886f70d0101050500").weak);
    CHECK(describe_hex("300d06092a864886f70d0101020500").name == "md2RSA");
    CHECK(describe_hex("300d06092a864886f70d0101020500").weak);
    CHECK(describe_hex("300a06082a8648ce3d040303").name == "sha384ECDSA");
    CHECK(describe_hex("300a06082a8648ce3d040303").digest == DigestAlgorithm::sha384);
    CHECK(describe_hex("300506032b6570").name == "Ed25519");
    CHECK(describe_hex("300406022a03").name == "1.2.3");
    CHECK(describe_hex("ff").name == "unknown");
}

TEST_CASE("PSS is judged by the hash in its parameters") {
    const SignatureInfo defaults = describe_hex("300d06092a864886f70d01010a3000");
    CHECK(defaults.name == "RSASSA-PSS");
    CHECK(defaults.digest == DigestAlgorithm::sha1);
    CHECK(defaults.weak);
    const SignatureInfo good = describe_signature(
        test::value(signature_algorithm(test::key("rsa2048.pk8.der")->public_key(), {DigestAlgorithm::sha512, true})));
    CHECK(good.digest == DigestAlgorithm::sha512);
    CHECK_FALSE(good.weak);
    CHECK(parse_signature_algorithm(*from_hex("300b06092a864886f70d01010a"))->salt_length == 20);
}
