#include "csr_samples.hpp"

#include <cstdio>
#include <cstdlib>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "x509/extension.hpp"

namespace certbroker::interop {
namespace {

template<class T>
T must(Result<T> result) {
    if (result) return *std::move(result);
    (void)std::fprintf(stderr, "a sample could not be made: %s\n", describe(result.error()).c_str());
    std::exit(1);
}

/// What one sample varies; the rest is a plain server request.
struct Recipe {
    std::string name;
    crypto::KeySpec key{crypto::KeyAlgorithm::ecdsa_p256, 256};
    crypto::SignatureScheme scheme = {};
    std::string subject = "CN=web01.example.com,O=Example,C=DE";
    x509::NameFlags flags = {};
    std::vector<std::string> subject_lines = {"2.5.4.3=web01.example.com", "2.5.4.10=Example", "2.5.4.6=DE"};
    std::vector<std::pair<std::string, std::string>> names = {{"dns", "web01.example.com"}};
    std::vector<std::string> eku = {"1.3.6.1.5.5.7.3.1"};
    std::uint32_t ku = 0xa0;
    std::vector<x509::Extension> extensions = {};
    std::vector<x509::CsrAttribute> attributes = {};
    std::string challenge = {};
    std::vector<std::string> openssl = {};
    std::vector<std::string> certtool = {};
};

CsrSample make(const Recipe &recipe) {
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse(recipe.subject, recipe.flags));
    spec.scheme = recipe.scheme;
    spec.attributes = recipe.attributes;
    std::vector<std::string> shown;
    std::vector<x509::GeneralName> names;
    for (const auto &[token, value] : recipe.names) {
        names.push_back(must(x509::parse_general_name(token, value)));
        shown.push_back(names.back().to_string());
    }
    if (recipe.ku != 0) spec.extensions.push_back(x509::make_key_usage(recipe.ku));
    if (!recipe.eku.empty()) spec.extensions.push_back(x509::make_enhanced_key_usage(recipe.eku));
    if (!names.empty()) spec.extensions.push_back(x509::make_subject_alt_name(names));
    for (const x509::Extension &extension : recipe.extensions)
        spec.extensions.push_back(extension);
    if (!recipe.challenge.empty()) {
        der::Writer writer;
        writer.text(der::printable_string, recipe.challenge);
        spec.challenge_password_value = writer.bytes();
    }
    const crypto::KeyHandle key = must(crypto::generate_key(recipe.key));
    return {recipe.name, must(x509::create_csr(spec, *key)), recipe.subject_lines, std::move(shown),
            recipe.eku,  x509::key_usage_names(recipe.ku),   recipe.openssl,       recipe.certtool};
}

void add_keys(std::vector<CsrSample> &samples) {
    using enum crypto::KeyAlgorithm;
    using enum crypto::DigestAlgorithm;
    struct Row {
        const char *name;
        crypto::KeySpec key;
        crypto::SignatureScheme scheme;
        const char *openssl_key;
        const char *openssl_signature;
    };
    const std::vector<Row> rows{
        {"rsa2048", {rsa, 2048}, {sha256, false}, "Public-Key: (2048 bit)", "sha256WithRSAEncryption"},
        {"rsa3072-sha384", {rsa, 3072}, {sha384, false}, "Public-Key: (3072 bit)", "sha384WithRSAEncryption"},
        {"rsa2048-sha512", {rsa, 2048}, {sha512, false}, "Public-Key: (2048 bit)", "sha512WithRSAEncryption"},
        {"rsa2048-pss", {rsa, 2048}, {sha256, true}, "Public-Key: (2048 bit)", "rsassaPss"},
        {"rsa2048-pss-sha512", {rsa, 2048}, {sha512, true}, "Public-Key: (2048 bit)", "rsassaPss"},
        {"p256", {ecdsa_p256, 256}, {sha256, false}, "NIST CURVE: P-256", "ecdsa-with-SHA256"},
        {"p384", {ecdsa_p384, 384}, {sha384, false}, "NIST CURVE: P-384", "ecdsa-with-SHA384"},
        {"p521", {ecdsa_p521, 521}, {sha512, false}, "NIST CURVE: P-521", "ecdsa-with-SHA512"},
    };
    for (const Row &row : rows)
        samples.push_back(
            make({.name = row.name,
                  .key = row.key,
                  .scheme = row.scheme,
                  .openssl = {row.openssl_key, std::string("Signature Algorithm: ") + row.openssl_signature}}));
}

void add_subjects(std::vector<CsrSample> &samples) {
    samples.push_back(make({.name = "subject-empty", .subject = "", .subject_lines = {}}));
    samples.push_back(
        make({.name = "subject-unicode",
              .subject = "CN=Größe € 日本,O=\"Example, Inc. \"\"Best\"\"\",E=a@example.com,DC=example,DC=com",
              .subject_lines = {"2.5.4.3=Größe € 日本", "2.5.4.10=Example, Inc. \"Best\"",
                                "1.2.840.113549.1.9.1=a@example.com", "0.9.2342.19200300.100.1.25=example",
                                "0.9.2342.19200300.100.1.25=com"}}));
    samples.push_back(make({.name = "subject-bmp",
                            .subject = "CN=Größe,C=DE",
                            .flags = {.disable_utf8 = true},
                            .subject_lines = {"2.5.4.3=Größe", "2.5.4.6=DE"}}));
    samples.push_back(make({.name = "subject-many-in-one",
                            .subject = "CN=a+OU=b+O=c,2.5.4.17=12345,OID.1.2.3.4=x,STREET=s,L=l,S=st,SN=sn,G=g,I=i,T=t,"
                                       "SERIALNUMBER=1,Description=d",
                            .subject_lines = {"2.5.4.3=a + 2.5.4.10=c + 2.5.4.11=b", "2.5.4.17=12345", "1.2.3.4=x",
                                              "2.5.4.9=s", "2.5.4.7=l", "2.5.4.8=st", "2.5.4.4=sn", "2.5.4.42=g",
                                              "2.5.4.43=i", "2.5.4.12=t", "2.5.4.5=1", "2.5.4.13=d"}}));
    samples.push_back(make({.name = "subject-reversed",
                            .subject = "CN=web01;O=Example;C=DE",
                            .flags = {.reverse = true},
                            .subject_lines = {"2.5.4.6=DE", "2.5.4.10=Example", "2.5.4.3=web01"}}));
}

void add_names(std::vector<CsrSample> &samples) {
    samples.push_back(
        make({.name = "san-all",
              .names = {{"DNS", "web01.example.com"},
                        {"DNS", "*.example.com"},
                        {"DNS", "bücher.example.com"},
                        {"EMail", "admin@example.com"},
                        {"UPN", "user@example.com"},
                        {"URL", "https://example.com/a?b=c"},
                        {"URL", "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-1104"},
                        {"IPAddress", "192.0.2.1"},
                        {"IPAddress", "2001:db8::1"},
                        {"GUID", "00112233-4455-6677-8899-aabbccddeeff"},
                        {"RegisteredId", "1.2.3.4"},
                        {"DirectoryName", "C=DE,O=Example,CN=inner"},
                        {"1.2.3.4.5", "{utf8}text"},
                        {"1.2.3.4.6", "{octet}AAEC"},
                        {"1.2.3.4.7", "{asn}BAMAAQI="},
                        {"1.2.3.4.8", "{hex}04 03 00 01 02"}},
              .openssl = {"DNS:web01.example.com, DNS:*.example.com, DNS:xn--bcher-kva.example.com, "
                          "email:admin@example.com, othername: UPN:",
                          "user@example.com, URI:https://example.com/a?b=c, "
                          "URI:tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-1104, "
                          "IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, othername: ",
                          "Registered ID:1.2.3.4, DirName:", "othername: 1.2.3.4.5:", "othername: 1.2.3.4.8:"},
              .certtool = {"DNSname: web01.example.com", "DNSname: xn--bcher-kva.example.com",
                           "directoryName: CN=inner,O=Example,C=DE",
                           "otherName DER: 041033221100554477668899aabbccddeeff"}}));
    samples.push_back(make({.name = "san-none", .names = {}, .eku = {}, .ku = 0}));
    Recipe many{.name = "san-many"};
    many.names.clear();
    for (int i = 0; i < 500; ++i)
        many.names.emplace_back("dns", "host" + std::to_string(i) + ".example.com");
    many.openssl = {"DNS:host0.example.com, DNS:host1.example.com", "DNS:host499.example.com"};
    many.certtool = {"DNSname: host499.example.com"};
    samples.push_back(make(many));
}

void add_extensions(std::vector<CsrSample> &samples) {
    using Kind = x509::PolicyQualifier::Kind;
    samples.push_back(make(
        {.name = "usage-all",
         .eku = {"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.311.20.2.2", "1.2.3.4.5"},
         .ku = 0x80ff,
         .openssl = {"TLS Web Server Authentication, TLS Web Client Authentication, E-mail Protection, Microsoft "
                     "Smartcard Login, 1.2.3.4.5",
                     "Digital Signature, Non Repudiation, Key Encipherment, Data Encipherment, Key Agreement, "
                     "Certificate Sign, "
                     "CRL Sign, Encipher Only, Decipher Only"},
         .certtool = {"TLS WWW Client.", "Email protection.", "Smart Card Logon.", "1.2.3.4.5"}}));
    samples.push_back(make(
        {.name = "ca",
         .ku = x509::key_usage::key_cert_sign | x509::key_usage::crl_sign,
         .extensions = {x509::make_basic_constraints(true, 3, true),
                        must(x509::make_policies(
                            {{"1.2.3", {{Kind::url, "https://example.com/cps"}, {Kind::notice, "Größe"}}}}, false)),
                        must(x509::make_policies({{"1.2.4", {}}}, false, x509::oid::application_policies)),
                        must(x509::make_policy_mappings({{"1.2.3", "1.2.4"}}, true)),
                        x509::make_policy_constraints(0, 1, true),
                        must(x509::make_name_constraints(
                            {{"DNS", "example.com"}, {"EMail", ".example.com"}, {"IPAddress", "192.0.2.0/24"}},
                            {{"DirectoryName", "C=XX"}}, true)),
                        x509::make_crl_distribution_points({"http://example.com/a.crl", "http://example.org/a.crl"}),
                        x509::make_cross_certificate_distribution_points(24, {"http://example.com/x.crt"}),
                        x509::make_subject_key_identifier(Bytes{1, 2, 3, 4})},
         .openssl = {"CA:TRUE, pathlen:3", "Policy: 1.2.3", "CPS: https://example.com/cps", "1.2.3:1.2.4",
                     "Require Explicit Policy:0, Inhibit Policy Mapping:1", "DNS:example.com",
                     "IP:192.0.2.0/255.255.255.0", "URI:http://example.org/a.crl", "01:02:03:04"},
         .certtool = {"Certificate Authority (CA): TRUE", "Path Length Constraint: 3", "http://example.org/a.crl"}}));
    der::Writer os_version;
    os_version.text(der::ia5_string, "10.0.20348.2");
    der::Writer csp;
    csp.nest(der::sequence, [](der::Writer &w) {
        w.integer(1)
            .element(der::bmp_string, utf8_to_utf16("Microsoft RSA SChannel Cryptographic Provider", true))
            .bits({});
    });
    der::Writer pair;
    pair.nest(der::sequence, [](der::Writer &w) {
        w.element(der::bmp_string, utf8_to_utf16("CertificateTemplate", true))
            .element(der::bmp_string, utf8_to_utf16("WebServer", true));
    });
    // In an order that is not DER's: they must come out sorted, or .NET and strict readers refuse them.
    samples.push_back(make({.name = "microsoft",
                            .extensions = {x509::make_template_name("WebServer"),
                                           x509::make_template_information("1.3.6.1.4.1.311.21.8.1.2", 100, 5),
                                           x509::make_smime_capabilities()},
                            .attributes = {{"1.3.6.1.4.1.311.13.2.2", {csp.bytes()}},
                                           {"1.3.6.1.4.1.311.13.2.1", {pair.bytes()}},
                                           {"1.3.6.1.4.1.311.13.2.3", {os_version.bytes()}}},
                            .challenge = "secret1",
                            .openssl = {"challengePassword        :secret1", "10.0.20348.2", "W.e.b.S.e.r.v.e.r"},
                            .certtool = {"Challenge password: secret1"}}));
    samples.push_back(make({.name = "extension-any",
                            .extensions = {{"1.2.3.99", true, must(from_hex("0403010203"))}},
                            .openssl = {"1.2.3.99: critical"},
                            .certtool = {"1.2.3.99"}}));
}

} // namespace

std::vector<CsrSample> csr_samples() {
    std::vector<CsrSample> samples;
    add_keys(samples);
    add_subjects(samples);
    add_names(samples);
    add_extensions(samples);
    return samples;
}

} // namespace certbroker::interop
