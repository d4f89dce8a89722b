#include "crypto/software_key.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

#include "support.hpp"

using namespace certbroker;
using namespace certbroker::crypto;

namespace {

/// A key that lives elsewhere.
class ForeignKey final : public PrivateKey {
public:
    explicit ForeignKey(KeyHandle key) : key_(std::move(key)) {}
    const PublicKey &public_key() const noexcept override { return key_->public_key(); }
    const std::string &uri() const noexcept override { return key_->uri(); }
    bool exportable() const noexcept override { return true; }
    Result<Bytes> sign(const SignatureScheme &scheme, ByteView text) const override { return key_->sign(scheme, text); }
    Result<SecretBytes> decrypt(ByteView text, std::optional<DigestAlgorithm> oaep) const override {
        return key_->decrypt(text, oaep);
    }
    Result<SecretBytes> export_pkcs8() const override { return key_->export_pkcs8(); }
    evp_pkey_st *native() const noexcept override { return nullptr; }

private:
    KeyHandle key_;
};

} // namespace

TEST_CASE("a key signs by every scheme it knows and its public half agrees") {
    const ByteView text = as_bytes("The quick brown fox");
    for (const char *name : {"rsa2048.pk8.der", "p256.pk8.der", "p384.pk8.pem", "p521.pk8.pem"}) {
        const KeyHandle key = test::key(name);
        const bool rsa = key->spec()->algorithm == KeyAlgorithm::rsa;
        for (const auto digest : {DigestAlgorithm::md5, DigestAlgorithm::sha1, DigestAlgorithm::sha256,
                                  DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
            for (const bool pss : {false, true}) {
                if (!rsa && (pss || digest == DigestAlgorithm::md5)) continue;
                if (pss && digest == DigestAlgorithm::md5) continue;
                INFO(name << " " << digest_name(digest) << (pss ? " PSS" : ""));
                const Bytes algorithm = test::value(signature_algorithm(key->public_key(), {digest, pss}));
                // Twice: the second one takes the context that the first one gave back.
                for (int i = 0; i < 2; ++i) {
                    const Bytes signature = test::value(key->sign({digest, pss}, text));
                    CHECK(key->public_key().verify(algorithm, text, signature));
                }
            }
        }
    }
}

TEST_CASE("threads sign with one key at the same time") {
    const KeyHandle key = test::key("p256.pk8.der");
    const Bytes algorithm = test::value(signature_algorithm(key->public_key(), {}));
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                const std::string text = std::to_string(t * 1000 + i);
                const auto signature = key->sign({}, as_bytes(text));
                if (signature && key->public_key().verify(algorithm, as_bytes(text), *signature)) ++good;
            }
        });
    }
    for (auto &thread : threads)
        thread.join();
    CHECK(good == 200);
}

TEST_CASE("schemes that do not go with the key are refused") {
    const KeyHandle key = test::key("p256.pk8.der");
    const auto pss = key->sign({DigestAlgorithm::sha256, true}, as_bytes("x"));
    REQUIRE_FALSE(pss);
    CHECK(pss.error().id() == "Crypto.KeyAlgorithm");
    const auto md5 = key->sign({DigestAlgorithm::md5, false}, as_bytes("x"));
    REQUIRE_FALSE(md5);
    CHECK(md5.error().id() == "Crypto.DigestAlgorithm");
    const auto plain = key->decrypt(Bytes(256, 1), std::nullopt);
    REQUIRE_FALSE(plain);
    CHECK(plain.error().id() == "Crypto.KeyAlgorithm");
}

TEST_CASE("ciphertexts made by OpenSSL are decrypted") {
    const KeyHandle key = test::key("rsa2048.pk8.der");
    const std::string text = test::text_of(test::data("message.txt"));
    CHECK(test::text_of(test::value(key->decrypt(test::data("cipher.pkcs1"), std::nullopt))) == text);
    CHECK(test::text_of(test::value(key->decrypt(test::data("cipher.sha1"), DigestAlgorithm::sha1))) == text);
    CHECK(test::text_of(test::value(key->decrypt(test::data("cipher.sha256"), DigestAlgorithm::sha256))) == text);
}

TEST_CASE("a ciphertext for another padding or of a wrong length is one failure and tells nothing") {
    const KeyHandle key = test::key("rsa2048.pk8.der");
    for (const Bytes &wrong : {test::data("cipher.sha1"), Bytes(), Bytes(10, 1), Bytes(257, 255)}) {
        const auto plain = key->decrypt(wrong, DigestAlgorithm::sha256);
        REQUIRE_FALSE(plain);
        CHECK(plain.error().id() == "Crypto.Cms");
        CHECK(plain.error().numbers().empty());
    }
}

TEST_CASE("a key that is not exportable stays, but its store may keep it") {
    const KeyHandle free = test::key("p256.pk8.der");
    const KeyHandle bound = test::value(rebind_key(free, "folder:LocalMachine/keys/x", false));
    CHECK(bound->uri() == "folder:LocalMachine/keys/x");
    CHECK_FALSE(bound->exportable());
    CHECK(bound->public_key() == free->public_key());
    CHECK(bound->native() == free->native());
    const auto exported = bound->export_pkcs8();
    REQUIRE_FALSE(exported);
    CHECK(exported.error().id() == "Crypto.KeyNotExportable");
    CHECK(test::value(encode_for_store(*bound)) == test::value(free->export_pkcs8()));
}

TEST_CASE("a key of another kind cannot be moved or stored") {
    const KeyHandle foreign = std::make_shared<ForeignKey>(test::key("p256.pk8.der"));
    const auto moved = rebind_key(foreign, "x", true);
    REQUIRE_FALSE(moved);
    CHECK(moved.error().id() == "Crypto.KeyNotExportable");
    const auto stored = encode_for_store(*foreign);
    REQUIRE_FALSE(stored);
    CHECK(stored.error().id() == "Crypto.KeyNotExportable");
}

TEST_CASE("the longest RSA key signs and decrypts") {
    const KeyHandle key = test::key("rsa16384.pk8.der");
    CHECK(key->spec() == KeySpec{KeyAlgorithm::rsa, 16384});
    const Bytes signature = test::value(key->sign({DigestAlgorithm::sha512, false}, as_bytes("text")));
    CHECK(signature.size() == 2048);
    CHECK(
        key->public_key().verify(test::value(signature_algorithm(key->public_key(), {DigestAlgorithm::sha512, false})),
                                 as_bytes("text"), signature));
    CHECK(equal(test::value(encode_for_store(*key)), test::data("rsa16384.pk8.der")));
}
