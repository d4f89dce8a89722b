#include "base/der.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

CertificateSpec good_spec() {
    CertificateSpec spec;
    spec.subject = must(Name::parse("CN=a"));
    spec.issuer = must(Name::parse("CN=ca"));
    spec.serial = {0x80, 1};
    spec.not_before = test::y2024;
    spec.not_after = test::y2034;
    spec.spki = test::key(0)->public_key().spki();
    return spec;
}

} // namespace

TEST_CASE("A signed certificate holds what the spec says") {
    CertificateSpec spec = good_spec();
    spec.extensions = {make_basic_constraints(false, std::nullopt, true),
                       make_subject_alt_name({must(make_dns("a.de"))})};
    const Certificate certificate = must(sign_certificate(spec, *test::key(1)));
    CHECK(certificate.subject().to_string() == "CN=a");
    CHECK(certificate.issuer().to_string() == "CN=ca");
    CHECK(certificate.serial() == Bytes{0x80, 1});
    CHECK_FALSE(certificate.has_odd_serial());
    CHECK(certificate.not_before() == test::y2024);
    CHECK(certificate.not_after() == test::y2034);
    CHECK(certificate.public_key() == test::key(0)->public_key());
    CHECK(certificate.subject_alt_names().front().to_string() == "dns=a.de");
    CHECK(certificate.verify_issued_by(test::make({.subject = "CN=ca", .subject_key = 1})));
}

TEST_CASE("Dates from 2050 on and before 1950 are written as GeneralizedTime and read back") {
    CertificateSpec spec = good_spec();
    spec.not_before = -1000000000;
    spec.not_after = 253402300799; // 9999-12-31 23:59:59: no end
    const Certificate certificate = must(sign_certificate(spec, *test::key(1)));
    CHECK(certificate.not_before() == spec.not_before);
    CHECK(certificate.not_after() == spec.not_after);
}

TEST_CASE("Without extensions it is a certificate of version 1") {
    const Certificate certificate = must(sign_certificate(good_spec(), *test::key(1)));
    CHECK(certificate.extensions().empty());
    CHECK(to_hex(certificate.der()).find("a003020102") == std::string::npos);
}

TEST_CASE("Every scheme of every key signs a certificate that verifies") {
    const auto rsa = must(crypto::generate_key({crypto::KeyAlgorithm::rsa, 2048}));
    const auto p521 = must(crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p521, 521}));
    using crypto::DigestAlgorithm;
    for (const auto &[key, scheme, name] :
         {std::tuple{rsa, crypto::SignatureScheme{DigestAlgorithm::sha256, false}, "sha256RSA"},
          std::tuple{rsa, crypto::SignatureScheme{DigestAlgorithm::sha512, false}, "sha512RSA"},
          std::tuple{rsa, crypto::SignatureScheme{DigestAlgorithm::sha384, true}, "RSASSA-PSS"},
          std::tuple{p521, crypto::SignatureScheme{DigestAlgorithm::sha512, false}, "sha512ECDSA"}}) {
        CertificateSpec spec = good_spec();
        spec.issuer = spec.subject;
        spec.spki = key->public_key().spki();
        spec.scheme = scheme;
        const Certificate certificate = must(sign_certificate(spec, *key));
        CHECK(certificate.signature().name == name);
        CHECK(certificate.verify_issued_by(certificate));
    }
}

TEST_CASE("Specs that would make a certificate nobody accepts are refused") {
    const auto refused = [](auto change) {
        CertificateSpec spec = good_spec();
        change(spec);
        return id_of(sign_certificate(spec, *test::key(1)));
    };
    CHECK(refused([](CertificateSpec &spec) { spec.serial = {}; }) == "Base.Argument");
    CHECK(refused([](CertificateSpec &spec) { spec.serial = {0, 0}; }) == "Base.Argument");
    CHECK(refused([](CertificateSpec &spec) { spec.serial = Bytes(20, 0x80); }) == "Base.Argument");
    CHECK(refused([](CertificateSpec &spec) { spec.serial = Bytes(21, 1); }) == "Base.Argument");
    CHECK(refused([](CertificateSpec &spec) { spec.not_after = spec.not_before - 1; }) == "Base.Argument");
    CHECK(refused([](CertificateSpec &spec) { spec.issuer = Name(); }) == "Base.Argument");
    CHECK(refused([](CertificateSpec &spec) { spec.extensions = {{"x", false, {}}}; }) == "Base.Argument");
    CHECK(refused([](CertificateSpec &spec) { spec.spki = {0x30}; }) == "Certificate.Format");
    CHECK(refused([](CertificateSpec &spec) { spec.serial = Bytes(20, 0x7f); }) == "");
}
