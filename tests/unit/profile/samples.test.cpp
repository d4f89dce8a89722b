#include "profile/fixtures.hpp"

#include "crypto/key.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

/// The files that people copy: samples/ini, and the snippet as the vendor's page prints it.
namespace {

Request sample(const std::string &name) {
    return must(read_inf(file_bytes(std::string(CERTBROKER_SOURCE) + "/samples/ini/" + name), name));
}
const crypto::KeyHandle &key() {
    static const crypto::KeyHandle made = must(crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256}));
    return made;
}

} // namespace

TEST_CASE("samples/ini/certreq.ini is the printed snippet with a real subject") {
    const Bytes printed = file_bytes(std::string(CERTBROKER_TEST_DATA) + "/profile/certreq-as-printed.ini");
    const Bytes real = file_bytes(std::string(CERTBROKER_SOURCE) + "/samples/ini/certreq.ini");
    std::string text(as_text(printed));
    const std::string placeholder = "Subject Name in CN format";
    text.replace(text.find(placeholder), placeholder.size(), "CN=ra.example.com,O=Example Ltd,C=US");
    CHECK(text == as_text(real));

    const Request request = sample("certreq.ini");
    check_clean(request);
    CHECK(check_request(request, nullptr).empty());
    CHECK(request.subject.to_string() == "CN=ra.example.com, O=Example Ltd, C=US");
    CHECK(request.key_spec == 1);
    CHECK(request.key_length == 2048U);
    CHECK(request.exportable);
    CHECK(request.machine_key_set == true);
    CHECK(request.provider_name == "Microsoft RSA SChannel Cryptographic Provider");
    CHECK(request.provider_type == 12);
    CHECK(request.key_usage == 0xa0U);
    CHECK(request.enhanced_key_usage == std::vector<std::string>{"1.3.6.1.5.5.7.3.2"});
    CHECK(must(choose_key(request, nullptr)) == crypto::KeySpec{crypto::KeyAlgorithm::rsa, 2048});
}

TEST_CASE("The snippet as printed fails with file, line, column and what to write") {
    const Request request = must(
        read_inf(file_bytes(std::string(CERTBROKER_TEST_DATA) + "/profile/certreq-as-printed.ini"), "certreq.ini"));
    const Diagnostic finding = only(request, "Inf.Subject");
    CHECK(finding.file == "certreq.ini");
    CHECK(place(finding) == "6:20");
    CHECK(contains(finding.message, "'Subject Name in CN format'"));
    CHECK(contains(finding.remedy, "CN="));
}

TEST_CASE("The sample of a web server is what it says") {
    const Request request = sample("web-server.ini");
    check_clean(request);
    CHECK(check_request(request, nullptr).empty());
    CHECK(request.subject.first("2.5.4.10") == "Example, Ltd");
    CHECK(get_property(request, "SUBJECT_ALT_NAME") ==
          std::vector<std::string>{"dns=www.example.com", "dns=example.com", "dns=*.apps.example.com",
                                   "ipaddress=192.0.2.10", "ipaddress=2001:db8::10"});
    const auto csr =
        must(x509::create_csr(must(make_csr_spec(request, nullptr, key()->public_key(), nullptr)), *key()));
    CHECK(csr.verify().has_value());
    CHECK(csr.subject_alt_names().size() == 5);
}

TEST_CASE("The sample of a person is what it says") {
    const Request request = sample("user.ini");
    check_clean(request);
    CHECK(check_request(request, nullptr).empty());
    CHECK(request.subject.to_string() == "DC=com, DC=example, OU=Sales, CN=Jane Doe");
    CHECK(request.certificate_template == "User");
    CHECK(get_property(request, "UPN") == std::vector<std::string>{"jane@example.com"});
    CHECK(get_property(request, "URI") ==
          std::vector<std::string>{"tag:microsoft.com,2022-09-14:sid:S-1-5-21-1004336348-1177238915-682003330-512"});
    CHECK(request.enhanced_key_usage.size() == 3);
}

TEST_CASE("The sample of a self-signed certificate makes one") {
    const Request request = sample("self-signed.ini");
    check_clean(request);
    CHECK(check_request(request, nullptr).empty());
    const auto spec = must(make_self_signed_spec(request, key()->public_key(), 1795000000, hex("01")));
    const auto certificate = must(x509::sign_certificate(spec, *key()));
    CHECK(certificate.subject_alt_names().size() == 3);
    CHECK(certificate.enhanced_key_usage().size() == 2);
}

TEST_CASE("The sample of a subordinate CA has all its extensions") {
    const Request request = sample("subordinate-ca.ini");
    check_clean(request);
    CHECK(check_request(request, nullptr).empty());
    std::vector<std::string> oids;
    for (const x509::Extension &extension : request.extensions)
        oids.push_back(extension.oid);
    CHECK(oids ==
          std::vector<std::string>{"2.5.29.19", "2.5.29.32", "1.3.6.1.4.1.311.21.10", "2.5.29.36", "2.5.29.30"});
    CHECK(request.extensions[0].critical);
    CHECK_FALSE(request.extensions[1].critical);
    CHECK(request.key_usage == 0x86U);
}

TEST_CASE("The sample of extensions by OID has them all, and no defaults") {
    const Request request = sample("any-extension.ini");
    check_clean(request);
    CHECK(check_request(request, nullptr).empty());
    const auto csr =
        must(x509::create_csr(must(make_csr_spec(request, nullptr, key()->public_key(), nullptr)), *key()));
    CHECK(csr.verify().has_value());
    CHECK(csr.extensions().size() == 8);
    CHECK(csr.attributes().size() == 2);
    const x509::Extension *names = x509::find_extension(csr.extensions(), "2.5.29.17");
    REQUIRE(names != nullptr);
    CHECK(names->critical);
}
