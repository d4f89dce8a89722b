#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "crypto/cms.hpp"
#include "crypto/errors.hpp"
#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

/// A key that lives elsewhere: only its operations are at hand. May refuse, or answer with other bytes.
class ForeignKey final : public PrivateKey {
public:
    explicit ForeignKey(KeyHandle key) : key_(std::move(key)) {}
    const PublicKey &public_key() const noexcept override { return key_->public_key(); }
    const std::string &uri() const noexcept override { return key_->uri(); }
    bool exportable() const noexcept override { return false; }
    Result<Bytes> sign(const SignatureScheme &scheme, ByteView text) const override { return key_->sign(scheme, text); }
    Result<SecretBytes> decrypt(ByteView text, std::optional<DigestAlgorithm> oaep) const override {
        ++used;
        if (refusal) return Error(*refusal);
        if (other) return *other;
        return key_->decrypt(text, oaep);
    }
    Result<SecretBytes> export_pkcs8() const override {
        return fail(errors::key_not_exportable, "The key could not be exported: it may not leave");
    }
    evp_pkey_st *native() const noexcept override { return nullptr; }

    std::optional<Error> refusal;
    std::optional<SecretBytes> other;
    mutable int used = 0;

private:
    KeyHandle key_;
};

ForeignKey foreign() {
    return ForeignKey(test::key("rsa2048.pk8.der", false));
}

Result<SecretBytes> open(const PrivateKey &key, ByteView message, bool allow_legacy = false) {
    return cms_decrypt(key, test::data("rsa2048.cer"), message, allow_legacy);
}

template<class T>
std::string said(const Result<T> &result) {
    return result ? "it worked" : result.error().id() + ": " + describe(result.error());
}

} // namespace

TEST_CASE("a key that stays where it is opens what OpenSSL and .NET encrypted") {
    const ForeignKey key = foreign();
    for (const char *name : {"enveloped.aes128.p7", "enveloped.oaep.p7", "enveloped.gcm.p7", "enveloped.ber.p7",
                             "dotnet-enveloped.p7", "enveloped.keyid.p7", "enveloped.several.p7"}) {
        INFO(name);
        CHECK(equal(test::value(open(key, test::data(name))), test::data("message.txt")));
    }
    for (const char *name : {"enveloped.des3.p7", "enveloped.des.p7"}) {
        INFO(name);
        CHECK(open(key, test::data(name)).error().id() == "Crypto.CmsAlgorithm");
        CHECK(equal(test::value(open(key, test::data(name), true)), test::data("message.txt")));
    }
    CHECK(key.used == 9);
}

TEST_CASE("a key that stays where it is opens what we encrypted, to the last block") {
    const ForeignKey key = foreign();
    for (const char *cipher : {"AES-128-CBC", "AES-256-CBC", "DES-EDE3-CBC", "DES-CBC"}) {
        for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 100'000U}) {
            INFO(cipher << " " << size);
            const Bytes text(size, 'x');
            const Bytes message = test::value(cms_encrypt(test::data("rsa2048.cer"), cipher, text, true));
            CHECK(equal(test::value(open(key, message, true)), text));
        }
    }
}

TEST_CASE("whatever is wrong with the transported key is one and the same failure") {
    const Bytes text(1000, 'x');
    const Bytes message = test::value(cms_encrypt(test::data("rsa2048.cer"), "AES-128-CBC", text, false));
    ForeignKey key = foreign();
    REQUIRE(equal(test::value(open(key, message)), text));
    // What bad padding of the RSA block is told by, and a content key of another length, end in the content: as wrong
    // keys do. One in 256 wrong keys gives content that seems whole; that content is not the message's.
    key.refusal = fail(errors::cms, "A text could not be decrypted: the padding is bad");
    std::string words;
    for (int i = 0; i < 8; ++i) {
        const auto opened = open(key, message);
        if (opened) {
            CHECK_FALSE(equal(*opened, text));
            continue;
        }
        CHECK(opened.error().cause() == nullptr);
        words = said(opened);
        CHECK(words.find("padding") == std::string::npos);
    }
    key.refusal.reset();
    for (const std::size_t size : {0U, 8U, 15U, 17U, 32U}) {
        key.other = SecretBytes(size, 7);
        const auto opened = open(key, message);
        if (!opened) CHECK(said(opened) == words);
    }
    key.other = SecretBytes(16, 7);
    const auto opened = open(key, message);
    if (!opened) CHECK(said(opened) == words);
    CHECK(words.find("damaged or meant for another key") != std::string::npos);
}

TEST_CASE("a key that may not be used says so") {
    ForeignKey key = foreign();
    key.refusal = fail(errors::key_not_exportable, "The key could not be used: access is denied");
    CHECK(open(key, test::data("enveloped.aes128.p7")).error().id() == "Crypto.KeyNotExportable");
}

TEST_CASE("a message for somebody else, cut off or changed anywhere is never opened to something else") {
    const ForeignKey key = foreign();
    CHECK(open(key, test::data("enveloped.other.p7")).error().id() == "Crypto.Cms");
    CHECK(key.used == 0);
    CHECK(open(key, test::data("enveloped.rc2.p7"), true).error().id() == "Crypto.CmsAlgorithm");
    for (const char *name : {"enveloped.gcm.p7", "enveloped.oaep.p7", "enveloped.aes128.p7"}) {
        const Bytes message = test::data(name);
        for (std::size_t at = 0; at < message.size(); at += 3) {
            Bytes changed = message;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ 0x20U);
            const auto opened = open(key, changed, true);
            // CBC does not authenticate: a change may pass unseen there, and only there.
            if (opened && std::string(name) == "enveloped.gcm.p7") CHECK(equal(*opened, test::data("message.txt")));
            if (at % 9 == 0) {
                changed.resize(at);
                CHECK_FALSE(open(key, changed, true));
            }
        }
    }
}

TEST_CASE("an initialization vector that does not fit the cipher, and a certificate that is none, are malformed") {
    const ForeignKey key = foreign();
    const Bytes message = test::data("enveloped.aes128.p7");
    // An initialization vector that is too short for the cipher: its OCTET STRING holds one octet less.
    const Bytes algorithm = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02, 0x04, 0x10};
    const auto at = std::search(message.begin(), message.end(), algorithm.begin(), algorithm.end());
    REQUIRE(at != message.end());
    Bytes changed = message;
    changed[static_cast<std::size_t>(at - message.begin()) + 10] = 0x0f;
    CHECK(open(key, changed).error().id() == "Crypto.Cms");
    CHECK(cms_decrypt(key, as_bytes("nonsense"), message, false).error().id() == "Crypto.Cms");
}
