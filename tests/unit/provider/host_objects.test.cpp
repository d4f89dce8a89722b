#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;
using certbroker::plugin::bytes;
using certbroker::plugin::text;

namespace {

std::vector<std::string> texts(const Plug &plug, const cbp_parsed *parsed, std::int32_t field) {
    std::vector<std::string> out;
    for (std::size_t i = 0;; ++i) {
        const char *value = plug.host->parsed_text(plug.call, parsed, field, i);
        if (value == nullptr) return out;
        out.emplace_back(value);
    }
}

/// EnrollmentNameValuePair as Microsoft writes it.
Bytes pair_of(std::string_view name, std::string_view value) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        w.element(der::bmp_string, utf8_to_utf16(name, true));
        w.element(der::bmp_string, utf8_to_utf16(value, true));
    });
    return std::move(writer).take();
}

x509::CsrSpec full_spec() {
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse("CN=web01, O=Example"));
    spec.extensions = {
        x509::make_subject_alt_name({must(x509::make_dns("web01.example.com")), must(x509::make_ip("192.0.2.1"))}),
        x509::make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1"}), x509::make_key_usage(x509::key_usage::digital_signature)};
    return spec;
}

} // namespace

TEST_CASE("The fields of a request can be read") {
    Host host;
    x509::CsrSpec spec = full_spec();
    spec.attributes = {
        {"1.3.6.1.4.1.311.13.2.1", {pair_of("CertificateTemplate", "WebServer"), pair_of("Owner", "me")}}};
    const auto key = make_key();
    const auto csr = must(x509::create_csr(spec, *key));
    host.in_call([&](const Plug &plug) {
        const cbp_parsed *parsed = nullptr;
        const std::string pem = csr.to_pem(false);
        CHECK(plug.host->parse(plug.call, CBP_PARSE_CSR, bytes(pem), &parsed) == CBP_OK);
        CHECK(texts(plug, parsed, CBP_FIELD_SUBJECT) == std::vector<std::string>{"CN=web01, O=Example"});
        CHECK(texts(plug, parsed, CBP_FIELD_ISSUER).empty());
        CHECK(texts(plug, parsed, CBP_FIELD_SERIAL).empty());
        CHECK(texts(plug, parsed, CBP_FIELD_KEY_ALGORITHM) == std::vector<std::string>{"ECDSA_P256"});
        CHECK(texts(plug, parsed, CBP_FIELD_SUBJECT_ALT_NAME) ==
              std::vector<std::string>{"dns=web01.example.com", "ipaddress=192.0.2.1"});
        CHECK(texts(plug, parsed, CBP_FIELD_ENHANCED_KEY_USAGE) == std::vector<std::string>{"1.3.6.1.5.5.7.3.1"});
        CHECK(texts(plug, parsed, CBP_FIELD_KEY_USAGE) == std::vector<std::string>{"DigitalSignature"});
        CHECK(texts(plug, parsed, CBP_FIELD_SUBJECT_ATTRIBUTE) ==
              std::vector<std::string>{"2.5.4.3=web01", "2.5.4.10=Example"});
        CHECK(texts(plug, parsed, CBP_FIELD_KEY_ID) == std::vector<std::string>{to_hex(key->public_key().sha256())});
        CHECK(texts(plug, parsed, CBP_FIELD_SIGNATURE_ALGORITHM).size() == 1);
        CHECK(texts(plug, parsed, CBP_FIELD_TEMPLATE) == std::vector<std::string>{"WebServer"});
        CHECK(texts(plug, parsed, CBP_FIELD_REQUEST_ATTRIBUTE) ==
              std::vector<std::string>{"Owner=me", "CertificateTemplate=WebServer"}); // DER sorts a SET OF
        CHECK(texts(plug, parsed, 999).empty());
        CHECK(text(plug.host->parsed_bytes(parsed, CBP_BYTES_DER)) == as_text(csr.der()));
        CHECK(text(plug.host->parsed_bytes(parsed, CBP_BYTES_PUBLIC_KEY)) == as_text(key->public_key().spki()));
        CHECK(text(plug.host->parsed_bytes(parsed, CBP_BYTES_KEY_IDENTIFIER)) ==
              as_text(key->public_key().key_identifier()));
        CHECK(plug.host->parsed_bytes(parsed, CBP_BYTES_SERIAL).size == 0);
        CHECK(plug.host->parsed_bytes(parsed, 999).size == 0);
        CHECK(plug.host->parsed_number(parsed, CBP_NUMBER_KEY_LENGTH) == 256);
        CHECK(plug.host->parsed_number(parsed, CBP_NUMBER_NOT_AFTER) == 0);
        CHECK(plug.host->parsed_number(parsed, 999) == 0);
        const char *armoured = nullptr;
        CHECK(plug.host->csr_pem(plug.call, {csr.der().data(), csr.der().size()}, &armoured) == CBP_OK);
        CHECK(std::string(armoured) == pem);
    });
}

TEST_CASE("Templates are read from either extension") {
    Host host;
    const auto template_of = [&](x509::Extension extension) {
        x509::CsrSpec spec = full_spec();
        spec.extensions.push_back(std::move(extension));
        const auto csr = must(x509::create_csr(spec, *make_key()));
        std::string found;
        host.in_call([&](const Plug &plug) {
            const cbp_parsed *parsed = nullptr;
            CHECK(plug.host->parse(plug.call, CBP_PARSE_CSR, {csr.der().data(), csr.der().size()}, &parsed) == CBP_OK);
            const char *value = plug.host->parsed_text(plug.call, parsed, CBP_FIELD_TEMPLATE, 0);
            found = value != nullptr ? value : "";
        });
        return found;
    };
    CHECK(template_of(x509::make_template_name("Användare")) == "Användare");
    CHECK(template_of(x509::make_template_information("1.3.6.1.4.1.311.21.8.1", 100, 1)) == "1.3.6.1.4.1.311.21.8.1");
    CHECK(template_of({std::string(x509::oid::template_information), false, {0x30, 0x05}}).empty());
}

TEST_CASE("The fields of a certificate can be read") {
    Host host;
    const x509::Certificate &ca = host.pki.ca.certificate;
    host.in_call([&](const Plug &plug) {
        const cbp_parsed *parsed = nullptr;
        CHECK(plug.host->parse(plug.call, CBP_PARSE_CERTIFICATE, {ca.der().data(), ca.der().size()}, &parsed) ==
              CBP_OK);
        CHECK(texts(plug, parsed, CBP_FIELD_ISSUER) == std::vector<std::string>{"CN=Test Root"});
        CHECK(texts(plug, parsed, CBP_FIELD_SERIAL) == std::vector<std::string>{ca.serial_hex()});
        CHECK(texts(plug, parsed, CBP_FIELD_THUMBPRINT) == std::vector<std::string>{ca.thumbprint()});
        CHECK(text(plug.host->parsed_bytes(parsed, CBP_BYTES_ISSUER)) == as_text(ca.issuer().der()));
        CHECK(text(plug.host->parsed_bytes(parsed, CBP_BYTES_SUBJECT)) == as_text(ca.subject().der()));
        CHECK(text(plug.host->parsed_bytes(parsed, CBP_BYTES_SERIAL)) == as_text(ca.serial()));
        CHECK(plug.host->parsed_number(parsed, CBP_NUMBER_IS_CA) == 1);
        CHECK(plug.host->parsed_number(parsed, CBP_NUMBER_NOT_AFTER) == ca.not_after());
        CHECK(plug.host->parsed_number(parsed, CBP_NUMBER_NOT_BEFORE) == ca.not_before());
    });
}

TEST_CASE("Every certificate of a bundle is found") {
    Host host;
    const Bytes p7b = x509::encode_chain(host.pki.chain, x509::ChainEncoding::p7b_der);
    host.in_call([&](const Plug &plug) {
        const cbp_list *list = nullptr;
        CHECK(plug.host->split_certificates(plug.call, {p7b.data(), p7b.size()}, &list) == CBP_OK);
        CHECK(plug.host->list_count(list) == 3);
    });
    host.in_call([&](const Plug &plug) {
        const cbp_list *list = nullptr;
        CHECK(plug.host->split_crls(plug.call, {p7b.data(), p7b.size()}, &list) == CBP_OK);
        CHECK(plug.host->list_count(list) == 0);
    });
    CHECK(id_of(host.check_with([](const Plug &plug) {
              const cbp_list *list = nullptr;
              return plug.host->split_crls(plug.call, bytes("<html>"), &list);
          })) == "Crypto.Cms");
    CHECK(id_of(host.check_with([](const Plug &plug) {
              const cbp_list *list = nullptr;
              return plug.host->split_certificates(plug.call, bytes("<html>"), &list);
          })) != "");
    CHECK(id_of(host.check_with([](const Plug &plug) {
              const cbp_parsed *parsed = nullptr;
              CHECK(plug.host->parse(plug.call, 77, bytes("x"), &parsed) != CBP_OK);
              return pass(plug);
          })) == "Provider.Contract");
}

TEST_CASE("Lists: the CRLs of a bundle are given as they are") {
    const Bytes bundle =
        must(file::read(std::filesystem::path(CERTBROKER_TEST_DATA) / "crypto" / "bundle-crl.p7b", 1U << 20U));
    Host host;
    host.in_call([&](const Plug &plug) {
        const cbp_list *list = nullptr;
        CHECK(plug.host->split_crls(plug.call, {bundle.data(), bundle.size()}, &list) == CBP_OK);
        REQUIRE(plug.host->list_count(list) == 1);
        const cbp_bytes crl = plug.host->list_at(list, 0);
        CHECK(std::search(bundle.begin(), bundle.end(), crl.data, crl.data + crl.size) != bundle.end());
        CHECK(crl.size > 100);
        CHECK(crl.data[0] == 0x30);
    });
}

TEST_CASE("Certificates: who issued whom is told by name and signature") {
    Host host;
    const Bytes &leaf = host.pki.chain[0].der();
    const Bytes &issuer = host.pki.chain[1].der();
    const Bytes &root = host.pki.chain[2].der();
    host.in_call([&](const Plug &plug) {
        const auto asks = [&plug](const Bytes &one, const Bytes &other) {
            return plug.host->issued_by(plug.call, {one.data(), one.size()}, {other.data(), other.size()});
        };
        CHECK(asks(leaf, issuer) == CBP_OK);
        CHECK(asks(issuer, root) == CBP_OK);
        CHECK(asks(root, root) == CBP_OK);
        CHECK(asks(leaf, root) == CBP_E_NOT_FOUND);
        CHECK(asks(issuer, leaf) == CBP_E_NOT_FOUND);
    });
    CHECK_FALSE(
        host.check_with([](const Plug &plug) { return plug.host->issued_by(plug.call, bytes("x"), bytes("y")); }));
}
