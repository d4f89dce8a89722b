#include <catch2/catch_test_macros.hpp>

#include "crypto/key.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

TEST_CASE("key algorithm names are those of certreq, in any case, ECDH included") {
    CHECK(parse_key_algorithm("RSA") == KeyAlgorithm::rsa);
    CHECK(parse_key_algorithm("rsa") == KeyAlgorithm::rsa);
    CHECK(parse_key_algorithm("ecdsa_p256") == KeyAlgorithm::ecdsa_p256);
    CHECK(parse_key_algorithm("ECDH_P384") == KeyAlgorithm::ecdsa_p384);
    CHECK(parse_key_algorithm("ECDSA_P521") == KeyAlgorithm::ecdsa_p521);
    for (const char *other : {"", "DSA", "DH", "P256", "ECDSA_P192", "RSA "})
        CHECK_FALSE(parse_key_algorithm(other));
    for (const auto algorithm :
         {KeyAlgorithm::rsa, KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p384, KeyAlgorithm::ecdsa_p521})
        CHECK(parse_key_algorithm(key_algorithm_name(algorithm)) == algorithm);
}

TEST_CASE("key lengths that are allowed pass") {
    CHECK(*checked_key_spec(KeyAlgorithm::rsa, 2048) == KeySpec{KeyAlgorithm::rsa, 2048});
    CHECK(*checked_key_spec(KeyAlgorithm::rsa, 3072) == KeySpec{KeyAlgorithm::rsa, 3072});
    CHECK(*checked_key_spec(KeyAlgorithm::rsa, 16384) == KeySpec{KeyAlgorithm::rsa, 16384});
    CHECK(*checked_key_spec(KeyAlgorithm::ecdsa_p256, 0) == KeySpec{KeyAlgorithm::ecdsa_p256, 256});
    CHECK(*checked_key_spec(KeyAlgorithm::ecdsa_p521, 521) == KeySpec{KeyAlgorithm::ecdsa_p521, 521});
}

TEST_CASE("key lengths that are not allowed say what is") {
    for (const std::uint32_t bits : {0U, 512U, 1024U, 2047U, 2049U, 16385U, 16448U, 4294967295U}) {
        const auto spec = checked_key_spec(KeyAlgorithm::rsa, bits);
        REQUIRE_FALSE(spec);
        CHECK(spec.error().id() == "Crypto.KeyAlgorithm");
        CHECK(spec.error().message().find("2048 to 16384") != std::string::npos);
    }
    const auto spec = checked_key_spec(KeyAlgorithm::ecdsa_p256, 384);
    REQUIRE_FALSE(spec);
    CHECK(spec.error().id() == "Crypto.KeyAlgorithm");
}
