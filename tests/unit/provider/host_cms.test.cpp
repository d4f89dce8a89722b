#include <catch2/catch_test_macros.hpp>

#include <filesystem>

#include "base/file.hpp"
#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;
using certbroker::plugin::bytes;
using certbroker::plugin::text;

namespace {

/// A key in the host's store and its self-signed certificate, as SCEP uses them.
struct Signer {
    const cbp_key *key = nullptr;
    cbp_bytes certificate{};
};

Signer make_signer(const Plug &plug) {
    Signer signer;
    CHECK(plug.host->key_create(plug.call, nullptr, "RSA", 2048, &signer.key) == CBP_OK);
    cbp_certify options{};
    options.struct_size = sizeof(options);
    options.not_before = 1'700'000'000;
    options.not_after = 1'900'000'000;
    options.subject = "CN=signer";
    options.path_length = -1;
    CHECK(plug.host->certify(plug.call, signer.key, {}, {}, &options, &signer.certificate) == CBP_OK);
    return signer;
}

constexpr const char *message_type = "2.16.840.1.113733.1.9.2";
constexpr const char *nonce = "2.16.840.1.113733.1.9.5";

} // namespace

TEST_CASE("A message is signed with typed attributes, verified and read back") {
    Host host;
    host.in_call([](const Plug &plug) {
        const Signer signer = make_signer(plug);
        const cbp_attribute type{sizeof(cbp_attribute), CBP_ASN1_PRINTABLE, message_type, bytes("19")};
        const cbp_attribute random{sizeof(cbp_attribute), CBP_ASN1_OCTETS, nonce, bytes("0123456789abcdef")};
        const cbp_attribute whole{sizeof(cbp_attribute), CBP_ASN1_DER, "1.2.3.4",
                                  bytes(std::string_view("\x05\x00", 2))};
        const cbp_attribute number{sizeof(cbp_attribute), CBP_ASN1_INTEGER, "1.2.3.5", bytes("\x80")};
        const cbp_attribute *const attributes[] = {&type, &random, &whole, &number, nullptr};
        cbp_cms_sign_options options{};
        options.struct_size = sizeof(options);
        options.digest = "SHA256";
        options.attributes = attributes;
        cbp_bytes message{};
        CHECK(plug.host->cms_sign(plug.call, signer.key, signer.certificate, bytes("content"), &options, &message) ==
              CBP_OK);
        cbp_bytes content{};
        cbp_bytes who{};
        CHECK(plug.host->cms_verify(plug.call, message, nullptr, 0, 0, &content, &who) == CBP_OK);
        CHECK(text(content) == "content");
        CHECK(text(who) == text(signer.certificate));
        std::int32_t kind = -1;
        cbp_bytes value{};
        CHECK(plug.host->cms_attribute(plug.call, message_type, &kind, &value) == CBP_OK);
        CHECK(kind == CBP_ASN1_PRINTABLE);
        CHECK(text(value) == "19");
        CHECK(plug.host->cms_attribute(plug.call, nonce, &kind, &value) == CBP_OK);
        CHECK(text(value) == "0123456789abcdef");
        CHECK(plug.host->cms_attribute(plug.call, "1.2.3.4", &kind, &value) == CBP_OK);
        CHECK(kind == CBP_ASN1_DER);
        CHECK(value.size == 2);
        CHECK(plug.host->cms_attribute(plug.call, "1.2.3.5", &kind, &value) == CBP_OK);
        CHECK(kind == CBP_ASN1_INTEGER);
        CHECK(plug.host->cms_attribute(plug.call, "1.2.3.99", &kind, &value) == CBP_E_NOT_FOUND);
    });
}

TEST_CASE("A message is encrypted for its recipient and opened with the key") {
    Host host;
    host.in_call([](const Plug &plug) {
        const Signer recipient = make_signer(plug);
        cbp_bytes message{};
        CHECK(plug.host->cms_encrypt(plug.call, recipient.certificate, "AES-256-CBC", 0, bytes("secret content"),
                                     &message) == CBP_OK);
        cbp_bytes content{};
        CHECK(plug.host->cms_decrypt(plug.call, recipient.key, recipient.certificate, 0, message, &content) == CBP_OK);
        CHECK(text(content) == "secret content");
    });
}

TEST_CASE("A message without content is verified where the plugin says that it may lack it") {
    const Bytes lacking =
        must(file::read(std::filesystem::path(CERTBROKER_TEST_DATA) / "crypto" / "signed.lacking.p7", 1U << 20U));
    Host host;
    const auto verify = [&lacking](const Plug &plug, std::uint32_t flags, cbp_bytes *content) {
        return plug.host->cms_verify(plug.call, {lacking.data(), lacking.size()}, nullptr, 0, flags, content, nullptr);
    };
    host.in_call([&](const Plug &plug) {
        cbp_bytes content{lacking.data(), 1};
        CHECK(verify(plug, CBP_CMS_MAY_LACK_CONTENT, &content) == CBP_OK);
        CHECK(content.size == 0);
    });
    CHECK(id_of(host.check_with([&](const Plug &plug) {
              cbp_bytes content{};
              return verify(plug, 0, &content);
          })) == "Crypto.Cms");
}

TEST_CASE("Weak algorithms need the flag, and rubbish is refused") {
    Host host;
    const auto fails = [&](const Slot &slot) { return id_of(host.check_with(slot)); };
    CHECK(fails([](const Plug &plug) {
              const Signer signer = make_signer(plug);
              cbp_cms_sign_options options{};
              options.struct_size = sizeof(options);
              options.digest = "SHA1";
              cbp_bytes message{};
              return plug.host->cms_sign(plug.call, signer.key, signer.certificate, bytes("x"), &options, &message);
          }) == "Crypto.CmsAlgorithm");
    CHECK(fails([](const Plug &plug) {
              const Signer signer = make_signer(plug);
              cbp_bytes message{};
              return plug.host->cms_encrypt(plug.call, signer.certificate, "DES-CBC", 0, bytes("x"), &message);
          }) == "Crypto.CmsAlgorithm");
    CHECK(fails([](const Plug &plug) {
              cbp_bytes content{};
              return plug.host->cms_verify(plug.call, bytes("rubbish"), nullptr, 0, 0, &content, nullptr);
          }) == "Crypto.Cms");
    CHECK(fails([](const Plug &plug) {
              cbp_bytes value{};
              CHECK(plug.host->cms_attribute(plug.call, "1.2.3", nullptr, &value) != CBP_OK);
              return pass(plug);
          }) == "Provider.Contract");
    CHECK(fails([](const Plug &plug) {
              const Signer signer = make_signer(plug);
              const cbp_attribute odd{sizeof(cbp_attribute), 0x77, "1.2.3", bytes("x")};
              const cbp_attribute *const attributes[] = {&odd, nullptr};
              cbp_cms_sign_options options{};
              options.struct_size = sizeof(options);
              options.attributes = attributes;
              cbp_bytes message{};
              CHECK(plug.host->cms_sign(plug.call, signer.key, signer.certificate, bytes("x"), &options, &message) !=
                    CBP_OK);
              return pass(plug);
          }) == "Provider.Contract");
}
