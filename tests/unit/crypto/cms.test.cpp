#include "crypto/cms.hpp"

#include <catch2/catch_test_macros.hpp>

#include <openssl/err.h>

#include "base/encoding.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

template<class T>
std::string id_of(const Result<T> &result) {
    return result ? "it worked" : result.error().id();
}

Result<CmsVerified> verify(const char *name, const std::vector<Bytes> &candidates = {}, bool allow_legacy = false) {
    return cms_verify(test::data(name), candidates, allow_legacy);
}

Result<SecretBytes> decrypt(const char *name, bool allow_legacy = false) {
    return cms_decrypt(*test::key("rsa2048.pk8.der"), test::data("rsa2048.cer"), test::data(name), allow_legacy);
}

} // namespace

TEST_CASE("messages signed by OpenSSL, GnuTLS and .NET verify") {
    const Bytes text = test::data("message.txt");
    for (const char *name : {"signed.rsa-sha256.p7", "signed.rsa-pss.p7", "signed.p256-sha384.p7", "signed.ber.p7",
                             "signed.noattr.p7", "certtool-signed.p7", "dotnet-signed.p7"}) {
        INFO(name);
        const CmsVerified verified = test::value(verify(name));
        CHECK(verified.content == text);
        const bool p256 = std::string(name).find("p256") != std::string::npos || std::string(name) == "signed.ber.p7" ||
                          std::string(name) == "signed.noattr.p7";
        CHECK(verified.signer_certificate_der == test::data(p256 ? "p256.cer" : "rsa2048.cer"));
    }
    CHECK(test::value(verify("signed.p256-sha384.p7")).digest == DigestAlgorithm::sha384);
    CHECK(test::value(verify("signed.rsa-sha256.p7")).certificates.size() == 2);
    CHECK(test::value(verify("signed.noattr.p7")).signed_attributes.empty());
}

TEST_CASE("the signing time of a message is an attribute like the others") {
    bool found = false;
    for (const CmsAttribute &attribute : test::value(verify("dotnet-signed.p7")).signed_attributes) {
        if (attribute.oid != "1.2.840.113549.1.9.5") continue;
        found = true;
        CHECK(to_hex(attribute.value_der) == "170d" + to_hex(as_bytes("240102030405Z")));
    }
    CHECK(found);
}

TEST_CASE("a signer that is not in the message is found among the candidates") {
    CHECK(id_of(verify("signed.nocerts.p7")) == "Crypto.Cms");
    CHECK(id_of(verify("signed.nocerts.p7", {test::data("rsa2048.cer")})) == "Crypto.Cms");
    CHECK(id_of(verify("signed.nocerts.p7", {to_bytes(as_bytes("nonsense"))})) == "Crypto.Cms");
    const CmsVerified verified =
        test::value(verify("signed.nocerts.p7", {test::data("rsa2048.cer"), test::data("p256.cer")}));
    CHECK(verified.signer_certificate_der == test::data("p256.cer"));
    CHECK(verified.certificates.empty());
}

TEST_CASE("SHA-1 signatures need the legacy switch") {
    CHECK(id_of(verify("signed.rsa-sha1.p7")) == "Crypto.CmsAlgorithm");
    CHECK(test::value(verify("signed.rsa-sha1.p7", {}, true)).digest == DigestAlgorithm::sha1);
}

TEST_CASE("a changed message does not verify") {
    const Bytes message = test::data("signed.rsa-sha256.p7");
    const std::string word = "quick";
    const auto at = std::search(message.begin(), message.end(), word.begin(), word.end());
    REQUIRE(at != message.end());
    Bytes changed = message;
    changed[static_cast<std::size_t>(at - message.begin())] = 'Q';
    CHECK(id_of(cms_verify(changed, {}, false)) == "Crypto.Signature");
    changed = message;
    changed.back() = static_cast<std::uint8_t>(changed.back() ^ 1U);
    CHECK(id_of(cms_verify(changed, {}, false)) == "Crypto.Signature");
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("messages of another shape are refused") {
    CHECK(id_of(verify("signed.two.p7")) == "Crypto.Cms");
    CHECK(id_of(verify("signed.detached.p7")) == "Crypto.Cms");
    CHECK(id_of(verify("bundle.p7b")) == "Crypto.Cms");
    CHECK(id_of(verify("enveloped.aes128.p7")) == "Crypto.Cms");
    CHECK(id_of(cms_verify({}, {}, false)) == "Crypto.Cms");
    CHECK(id_of(cms_verify(as_bytes("nonsense"), {}, false)) == "Crypto.Cms");
    CHECK(id_of(cms_verify(Bytes((16U << 20U) + 1), {}, false)) == "Base.TooLarge");
    Bytes longer = test::data("signed.rsa-sha256.p7");
    longer.push_back(0);
    CHECK(id_of(cms_verify(longer, {}, false)) == "Crypto.Cms");
}

TEST_CASE("a message without content is one whose content is empty, where that is allowed") {
    CHECK(id_of(verify("signed.lacking.p7")) == "Crypto.Cms");
    const CmsVerified verified = test::value(cms_verify(test::data("signed.lacking.p7"), {}, false, true));
    CHECK(verified.content.empty());
    CHECK(verified.signer_certificate_der == test::data("rsa2048.cer"));
    // Detached is something else: what was signed is not there.
    CHECK(id_of(cms_verify(test::data("signed.detached.p7"), {}, false, true)) == "Crypto.Signature");
    CHECK(test::value(cms_verify(test::data("signed.rsa-sha256.p7"), {}, false, true)).content ==
          test::data("message.txt"));
}

TEST_CASE("a message cut off or changed anywhere never verifies to something else") {
    const Bytes message = test::data("signed.p256-sha384.p7");
    for (std::size_t size = 0; size < message.size(); size += 5)
        CHECK_FALSE(cms_verify(Bytes(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size)), {}, false));
    for (std::size_t at = 0; at < message.size(); at += 3) {
        Bytes changed = message;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ 0x20U);
        const auto verified = cms_verify(changed, {}, true);
        if (verified) CHECK(verified->content == test::data("message.txt"));
    }
}

TEST_CASE("messages encrypted by OpenSSL and .NET are decrypted") {
    const Bytes text = test::data("message.txt");
    for (const char *name :
         {"enveloped.aes128.p7", "enveloped.oaep.p7", "enveloped.gcm.p7", "enveloped.ber.p7", "dotnet-enveloped.p7"}) {
        INFO(name);
        CHECK(equal(test::value(decrypt(name)), text));
    }
}

TEST_CASE("old ciphers are decrypted only with the legacy switch, unknown ones never") {
    for (const char *name : {"enveloped.des3.p7", "enveloped.des.p7"}) {
        INFO(name);
        CHECK(id_of(decrypt(name)) == "Crypto.CmsAlgorithm");
        CHECK(equal(test::value(decrypt(name, true)), test::data("message.txt")));
    }
    CHECK(id_of(decrypt("enveloped.rc2.p7", true)) == "Crypto.CmsAlgorithm");
}

TEST_CASE("what is encrypted is decrypted again, by every cipher that is offered") {
    const Bytes text = test::data("message.txt");
    const KeyHandle key = test::key("rsa2048.pk8.der");
    for (const char *cipher : {"AES-128-CBC", "aes-256-cbc", "DES-EDE3-CBC", "DES-CBC"}) {
        INFO(cipher);
        const Bytes message = test::value(cms_encrypt(test::data("rsa2048.cer"), cipher, text, true));
        CHECK(equal(test::value(cms_decrypt(*key, test::data("rsa2048.cer"), message, true)), text));
    }
    const Bytes empty = test::value(cms_encrypt(test::data("rsa2048.cer"), "AES-128-CBC", {}, false));
    CHECK(test::value(cms_decrypt(*key, test::data("rsa2048.cer"), empty, false)).empty());
}

TEST_CASE("ciphers that are weak, unknown or without a sender are not used") {
    const Bytes certificate = test::data("rsa2048.cer");
    for (const char *cipher : {"DES-CBC", "DES-EDE3-CBC", "RC2-40-CBC", "AES-256-GCM", "", "none"})
        CHECK(id_of(cms_encrypt(certificate, cipher, as_bytes("x"), false)) == "Crypto.CmsAlgorithm");
    CHECK(id_of(cms_encrypt(test::data("p256.cer"), "AES-128-CBC", as_bytes("x"), false)) == "Crypto.Cms");
    CHECK(id_of(cms_encrypt(as_bytes("nonsense"), "AES-128-CBC", as_bytes("x"), false)) == "Crypto.Cms");
    CHECK(id_of(cms_encrypt(certificate, "AES-128-CBC", Bytes((16U << 20U) + 1), false)) == "Base.TooLarge");
}

TEST_CASE("a message for somebody else, damaged or of another kind is refused") {
    CHECK(id_of(decrypt("enveloped.other.p7")) == "Crypto.Cms");
    CHECK(id_of(decrypt("signed.rsa-sha256.p7")) == "Crypto.Cms");
    const KeyHandle key = test::key("rsa2048.pk8.der");
    const Bytes certificate = test::data("rsa2048.cer");
    CHECK(id_of(cms_decrypt(*key, certificate, as_bytes("nonsense"), false)) == "Crypto.Cms");
    CHECK(id_of(cms_decrypt(*key, as_bytes("nonsense"), test::data("enveloped.aes128.p7"), false)) == "Crypto.Cms");
    CHECK(id_of(cms_decrypt(*key, certificate, Bytes((16U << 20U) + 1), false)) == "Base.TooLarge");
    Bytes damaged = test::data("enveloped.gcm.p7");
    damaged.back() = static_cast<std::uint8_t>(damaged.back() ^ 1U);
    CHECK(id_of(cms_decrypt(*key, certificate, damaged, false)) == "Crypto.Cms");
    CHECK(id_of(cms_decrypt(*test::key("p256.pk8.der"), certificate, test::data("enveloped.aes128.p7"), false)) ==
          "Crypto.Cms");
    CHECK(ERR_peek_error() == 0);
}
