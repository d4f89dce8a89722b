#include "base/der.hpp"
#include "crypto/key.hpp"
#include "profile/fixtures.hpp"
#include "profile/values.hpp"
#include "x509/certificate.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

const crypto::KeyHandle &rsa_key() {
    static const crypto::KeyHandle key = must(
        crypto::import_key(file_bytes(std::string(CERTBROKER_TEST_DATA) + "/crypto/rsa2048.pk8.der"), {}, "", true));
    return key;
}
const crypto::KeyHandle &curve_key() {
    static const crypto::KeyHandle key =
        must(crypto::import_key(file_bytes(std::string(CERTBROKER_TEST_DATA) + "/crypto/p256.pk8.der"), {}, "", true));
    return key;
}
x509::CsrSpec spec_of(const Request &request, const Policy *policy = nullptr,
                      const ClientInformation *client = nullptr) {
    return must(make_csr_spec(request, policy, rsa_key()->public_key(), client));
}
template<class List>
std::vector<std::string> oids(const List &list) {
    std::vector<std::string> out;
    for (const auto &item : list)
        out.push_back(item.oid);
    return out;
}

} // namespace

TEST_CASE("The key is the request's, else the policy's, else RSA-2048") {
    CHECK(must(choose_key(Request(), nullptr)) == crypto::KeySpec{crypto::KeyAlgorithm::rsa, 2048});
    Policy policy;
    policy.allowed_keys = {{crypto::KeyAlgorithm::ecdsa_p256, 0, 0}, {crypto::KeyAlgorithm::rsa, 3072, 4096}};
    CHECK(must(choose_key(Request(), &policy)) == crypto::KeySpec{crypto::KeyAlgorithm::ecdsa_p256, 256});
    CHECK(must(choose_key(read_new_request("KeyAlgorithm=RSA\n"), &policy)) ==
          crypto::KeySpec{crypto::KeyAlgorithm::rsa, 3072});
    CHECK(must(choose_key(read_new_request("KeyLength=4096\n"), &policy)) ==
          crypto::KeySpec{crypto::KeyAlgorithm::rsa, 4096});
    CHECK(must(choose_key(read_new_request("KeyAlgorithm=ECDSA_P521\n"), nullptr)) ==
          crypto::KeySpec{crypto::KeyAlgorithm::ecdsa_p521, 521});
    CHECK(id_of(choose_key(read_new_request("KeyLength=2048\n"), &policy)) == "Policy.KeyLength");
    CHECK(id_of(choose_key(read_new_request("KeyAlgorithm=ECDSA_P521\n"), &policy)) == "Policy.KeyAlgorithm");
    const auto weak = choose_key(read_new_request("KeyLength=1024\n"), nullptr);
    REQUIRE_FALSE(weak);
    CHECK(weak.error().id() == "Request.KeyLength");
    CHECK(weak.error().numbers().at(ErrorNumber::line) == 3);
}

TEST_CASE("Attributes and extensions stand in Windows' order, encoded as Windows does") {
    const Request request = read_new_request("KeySpec=1\nSMIME=TRUE\nKeyUsage=0xa0\nProviderName=\"A\"\n["
                                             "EnhancedKeyUsageExtension]\nOID=1.3.6.1.5.5.7.3.2\n[Extensions]\n"
                                             "1.2.3={hex}0500\n2.5.29.17=\"{text}dns=a\"\n1.3.6.1.4.1.311.20.2=\"{text}"
                                             "User\"\n[RequestAttributes]\nCertificateTemplate=User\ncdc=b\n");
    const ClientInformation client{"10.0.20348.2", "m", "D\\u", "p"};
    const auto spec = spec_of(request, nullptr, &client);
    CHECK(oids(spec.attributes) == std::vector<std::string>{"1.3.6.1.4.1.311.13.2.3", "1.3.6.1.4.1.311.13.2.1",
                                                            "1.3.6.1.4.1.311.13.2.1", "1.3.6.1.4.1.311.21.20",
                                                            "1.3.6.1.4.1.311.13.2.2"});
    CHECK(spec.attributes[0].values.front() == hex("160c31302e302e32303334382e32"));
    CHECK(spec.attributes[2].values.front() == hex("300c1e060063006400631e020062"));
    CHECK(spec.attributes[3].values.front() == hex("300e0201050c016d0c03445c750c0170"));
    CHECK(spec.attributes[4].values.front() == hex("300a0201011e020041030100"));
    CHECK(oids(spec.extensions) == std::vector<std::string>{"1.3.6.1.4.1.311.20.2", "2.5.29.37", "2.5.29.15",
                                                            "2.5.29.17", "1.2.3", "1.2.840.113549.1.9.15",
                                                            "2.5.29.14"});
    CHECK(spec.extensions[0].value == hex("1e080055007300650072"));
    CHECK(spec.extensions[1].value == hex("300a06082b06010505070302"));
    CHECK_FALSE(spec.extensions[1].critical);
    CHECK(spec.extensions[2].value == hex("030205a0"));
    CHECK(spec.extensions[2].critical);
    CHECK(spec.extensions[3].value == hex("3003820161"));
    CHECK(spec.scheme == crypto::SignatureScheme{crypto::DigestAlgorithm::sha256, false});
    const auto csr = must(x509::create_csr(spec, *rsa_key()));
    CHECK(csr.verify().has_value());
    CHECK(csr.subject().to_string() == "CN=a");
    CHECK(csr.extensions().size() == 7);
}

TEST_CASE("Key usages are encoded as named bit lists") {
    const auto value = [](const char *bits) {
        return spec_of(read_new_request("KeyUsage=" + std::string(bits) + "\n")).extensions.front().value;
    };
    CHECK(value("0xf0") == hex("030204f0"));
    CHECK(value("0x06") == hex("03020106"));
    CHECK(value("\"CERT_DECIPHER_ONLY_KEY_USAGE | CERT_KEY_AGREEMENT_KEY_USAGE\"") == hex("0303070880"));
}

TEST_CASE("Without a client and a provider name there are no default attributes") {
    const auto spec = spec_of(read_new_request(""));
    CHECK(spec.attributes.empty());
    CHECK(oids(spec.extensions) == std::vector<std::string>{"2.5.29.14"});
    CHECK_FALSE(spec.challenge_password_value);
}

TEST_CASE("SuppressDefaults leaves the defaults out and keeps what was asked for") {
    const ClientInformation client{"10.0", "m", "u", "p"};
    const auto spec =
        spec_of(read_new_request("SuppressDefaults=TRUE\nProviderName=A\nKeyUsage=0x80\n[RequestAttributes]\na=b\n"),
                nullptr, &client);
    CHECK(oids(spec.attributes) == std::vector<std::string>{"1.3.6.1.4.1.311.13.2.1"});
    CHECK(oids(spec.extensions) == std::vector<std::string>{"2.5.29.15"});
}

TEST_CASE("A key identifier that the file gives replaces the default one") {
    const auto spec = spec_of(read_extensions("2.5.29.14 = {octet}{hex}01 02\n"));
    REQUIRE(spec.extensions.size() == 1);
    CHECK(spec.extensions[0].value == hex("04020102"));
}

TEST_CASE("The policy adds its extensions and its challenge") {
    Policy policy;
    policy.extensions = {x509::make_template_name("Device"), {"1.2.3", false, hex("0500")}};
    policy.challenge_password = Secret(as_bytes("secret 1"));
    const auto spec = spec_of(read_new_request("KeyUsage=0x80\n"), &policy);
    CHECK(oids(spec.extensions) == std::vector<std::string>{"1.3.6.1.4.1.311.20.2", "2.5.29.15", "1.2.3", "2.5.29.14"});
    REQUIRE(spec.challenge_password_value);
    CHECK(*spec.challenge_password_value == hex("13087365637265742031"));
    policy.challenge_password = Secret(as_bytes("a*b"));
    CHECK(*spec_of(read_new_request(""), &policy).challenge_password_value == hex("0c03612a62"));
    policy.challenge_password = Secret(ByteView());
    CHECK(id_of(make_csr_spec(read_new_request(""), &policy, rsa_key()->public_key(), nullptr)) == "Request.Value");
    // What the request says already is not said twice.
    policy.challenge_password.reset();
    CHECK(spec_of(read_extensions("1.2.3 = {hex}0500\n"), &policy).extensions.size() == 3);
}

TEST_CASE("A template that came as a parameter is not written into the request") {
    Request request = read_new_request("");
    REQUIRE(set_property(request, "TEMPLATE", "WebServer").has_value());
    CHECK(spec_of(request).attributes.empty());
}

TEST_CASE("A request with errors, or of another kind, makes no CSR") {
    const auto make = [](const Request &request, const Policy *policy = nullptr) {
        return id_of(make_csr_spec(request, policy, rsa_key()->public_key(), nullptr));
    };
    CHECK(make(read_new_request("KeyLength=x\n")) == "Inf.Number");
    CHECK(make(read_new_request("RequestType=SCEP\n")) == "Request.Unsupported");
    CHECK(make(read_new_request("HashAlgorithm=SHA1\n")) == "Request.WeakHash");
    CHECK(make(read_new_request("RequestType=Cert\n")) == "Request.Combination");
    Policy policy;
    policy.allowed_keys = {{crypto::KeyAlgorithm::ecdsa_p256, 0, 0}};
    CHECK(make(read_new_request(""), &policy) == "Policy.KeyAlgorithm");
}

TEST_CASE("PSS is for RSA keys only") {
    CHECK(spec_of(read_new_request("AlternateSignatureAlgorithm=TRUE\n")).scheme.pss);
    CHECK_FALSE(must(make_csr_spec(read_new_request("AlternateSignatureAlgorithm=TRUE\n"), nullptr,
                                   curve_key()->public_key(), nullptr))
                    .scheme.pss);
}

TEST_CASE("A self-signed certificate lasts as long as was asked for") {
    const std::int64_t now = must(read_date("now", "2026-11-23 12:00"));
    const Bytes serial = hex("0102");
    const auto make = [&](std::string_view lines) {
        return must(make_self_signed_spec(read_new_request("RequestType=Cert\n" + std::string(lines)),
                                          curve_key()->public_key(), now, serial));
    };
    const auto usual = make("KeyUsage=0x80\n[Extensions]\n2.5.29.17=\"{text}dns=a\"\n");
    CHECK(usual.not_before == now - 600);
    CHECK(usual.not_after == must(read_date("x", "2027-11-23 12:00")));
    CHECK(usual.serial == serial);
    CHECK(oids(usual.extensions) == std::vector<std::string>{"2.5.29.15", "2.5.29.17", "2.5.29.14"});
    CHECK(make("ValidityPeriod=Months\nValidityPeriodUnits=3\n").not_after == must(read_date("x", "2027-02-23 12:00")));
    CHECK(make("ValidityPeriod=Days\nValidityPeriodUnits=3\nNotBefore=2027-01-01\n").not_after ==
          must(read_date("x", "2027-01-04")));
    CHECK(make("NotAfter=2030-01-01\nSerialNumber=0a\n").not_after == must(read_date("x", "2030-01-01")));
    CHECK(make("SerialNumber=0a\n").serial == hex("0a"));
    const auto certificate = must(x509::sign_certificate(usual, *curve_key()));
    CHECK(certificate.self_issued());
    CHECK(certificate.verify_issued_by(certificate).has_value());
    CHECK(id_of(make_self_signed_spec(read_new_request("RequestType=Cert\nNotAfter=2020-01-01\n"),
                                      curve_key()->public_key(), now, serial)) == "Request.Combination");
    CHECK(id_of(make_self_signed_spec(read("[NewRequest]\n"), curve_key()->public_key(), now, serial)) ==
          "Request.NoSubject");
}
