#include "profile/fixtures.hpp"
#include "profile/inf_reader.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("KeyUsage takes Windows' names, RFC 5280's and numbers") {
    CHECK(must(read_key_usage("KeyUsage", "0xa0")) == 0xa0);
    CHECK(must(read_key_usage("KeyUsage", "CERT_DIGITAL_SIGNATURE_KEY_USAGE | CERT_KEY_ENCIPHERMENT_KEY_USAGE")) ==
          0xa0);
    CHECK(must(read_key_usage("KeyUsage", "CERT_OFFLINE_CRL_SIGN_KEY_USAGE|CERT_KEY_CERT_SIGN_KEY_USAGE")) == 0x06);
    CHECK(must(read_key_usage("KeyUsage", "CERT_DECIPHER_ONLY_KEY_USAGE")) == 0x8000);
    CHECK(must(read_key_usage("KeyUsage", "digitalsignature")) == 0x80);
    CHECK(id_of(read_key_usage("KeyUsage", "CERT_DIGITAL_SIGNATURE")) == "Inf.Flag");
    CHECK(id_of(read_key_usage("KeyUsage", "0x100")) == "Inf.Flag");
}

TEST_CASE("Key algorithms that nothing here can make are unsupported, others unknown") {
    CHECK(must(read_key_algorithm("x", "rsa")) == crypto::KeyAlgorithm::rsa);
    CHECK(must(read_key_algorithm("x", "ECDH_P384")) == crypto::KeyAlgorithm::ecdsa_p384);
    for (const char *foreign : {"DSA", "DH", "ECDSA", "ECDSA_brainpoolP256r1"}) {
        const auto algorithm = read_key_algorithm("KeyAlgorithm", foreign);
        REQUIRE_FALSE(algorithm);
        CHECK(algorithm.error().id() == "Request.Unsupported");
        CHECK(algorithm.error().status() == Status::unsupported);
        CHECK(contains(algorithm.error().remedy(), "ECDSA_P256"));
    }
    CHECK(id_of(read_key_algorithm("x", "RAS")) == "Inf.Choice");
    CHECK(id_of(read_key_algorithm("x", "1")) == "Inf.Choice");
}

TEST_CASE("Digests and request types") {
    CHECK(must(read_digest("x", "sha-384")) == crypto::DigestAlgorithm::sha384);
    CHECK(must(read_digest("x", "sha1")) == crypto::DigestAlgorithm::sha1);
    CHECK(id_of(read_digest("x", "md4")) == "Request.Unsupported");
    CHECK(id_of(read_digest("x", "sha3")) == "Inf.Choice");
    CHECK(id_of(read_digest("x", "2")) == "Inf.Choice");
    CHECK(must(read_request_type("x", "pkcs10")) == RequestType::pkcs10);
    CHECK(must(read_request_type("x", "4")) == RequestType::self_signed);
    CHECK(must(read_request_type("x", "0xfd00")) == RequestType::scep);
    CHECK(must(read_request_type("x", "CMC")) == RequestType::cmc);
    CHECK(must(read_request_type("x", "PKCS7")) == RequestType::pkcs7);
    CHECK(id_of(read_request_type("x", "PKCS#10")) == "Inf.Choice");
}
