#include "crypto/software_key.hpp"

#include <openssl/rsa.h>

#include <array>
#include <mutex>
#include <vector>

#include "crypto/errors.hpp"
#include "crypto/key_encoding.hpp"

namespace certbroker::crypto {

class SoftwareKeyCore {
public:
    SoftwareKeyCore(openssl::Pkey key, PublicKey public_key)
        : key_(std::move(key)), public_key_(std::move(public_key)) {}

    EVP_PKEY *key() const noexcept { return key_.get(); }
    const PublicKey &public_key() const noexcept { return public_key_; }

    /// A context that is ready to sign by that scheme; nullptr with OpenSSL's errors queued. Give it back after use:
    /// making one fetches algorithms and costs a good part of an ECDSA signature.
    openssl::PkeyContext take(const SignatureScheme &scheme) const {
        {
            const std::lock_guard lock(mutex_);
            for (std::size_t i = idle_.size(); i > 0; --i) {
                Ready &ready = idle_[i - 1];
                if (!is_same(ready.scheme, scheme)) continue;
                openssl::PkeyContext found = std::move(ready.context);
                if (i != idle_.size()) ready = std::move(idle_.back());
                idle_.pop_back();
                return found;
            }
        }
        return make(scheme);
    }

    void give_back(const SignatureScheme &scheme, openssl::PkeyContext context) const {
        constexpr std::size_t most = 8;
        const std::lock_guard lock(mutex_);
        if (idle_.size() < most) idle_.push_back({scheme, std::move(context)});
    }

private:
    struct Ready {
        SignatureScheme scheme;
        openssl::PkeyContext context;
    };

    bool is_rsa() const noexcept { return public_key_.spec()->algorithm == KeyAlgorithm::rsa; }
    /// ECDSA contexts sign a hash of any length.
    bool is_same(const SignatureScheme &a, const SignatureScheme &b) const noexcept { return !is_rsa() || a == b; }

    openssl::PkeyContext make(const SignatureScheme &scheme) const {
        openssl::PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
        if (context == nullptr || EVP_PKEY_sign_init(context.get()) != 1) return nullptr;
        if (!is_rsa()) return context;
        if (EVP_PKEY_CTX_set_rsa_padding(context.get(), scheme.pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1 ||
            EVP_PKEY_CTX_set_signature_md(context.get(), openssl::fetched(scheme.digest)) != 1)
            return nullptr;
        if (scheme.pss && (EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), openssl::fetched(scheme.digest)) != 1 ||
                           EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) != 1))
            return nullptr;
        return context;
    }

    openssl::Pkey key_;
    PublicKey public_key_;
    mutable std::mutex mutex_;
    mutable std::vector<Ready> idle_;
};

Result<KeyHandle> make_software_key(openssl::Pkey key, const KeySpec &spec, std::string uri, bool exportable) {
    CERTBROKER_TRY(const Bytes spki, encode_spki(key.get(), spec));
    CERTBROKER_TRY(PublicKey public_key, PublicKey::parse(spki));
    auto core = std::make_shared<const SoftwareKeyCore>(std::move(key), std::move(public_key));
    return KeyHandle(std::make_shared<SoftwareKey>(std::move(core), std::move(uri), exportable));
}

const PublicKey &SoftwareKey::public_key() const noexcept {
    return core_->public_key();
}

evp_pkey_st *SoftwareKey::native() const noexcept {
    return core_->key();
}

Result<Bytes> SoftwareKey::sign(const SignatureScheme &scheme, ByteView data) const {
    const bool rsa = spec()->algorithm == KeyAlgorithm::rsa;
    if (scheme.pss && !rsa)
        return fail(errors::key_algorithm, "A signature cannot be made: PSS goes with RSA keys only");
    if (openssl::fetched(scheme.digest) == nullptr || (!rsa && scheme.digest == DigestAlgorithm::md5))
        return fail(errors::digest_algorithm, "A signature cannot be made: " + std::string(digest_name(scheme.digest)) +
                                                  " does not go with this key on this system");
    const Bytes hash = digest(scheme.digest, data);
    openssl::PkeyContext context = core_->take(scheme);
    if (context == nullptr) return openssl::failure("A signature could not be made");
    std::array<std::uint8_t, 16384 / 8> signature{};
    std::size_t size = signature.size();
    if (EVP_PKEY_sign(context.get(), signature.data(), &size, hash.data(), hash.size()) != 1)
        return openssl::failure("A signature could not be made");
    core_->give_back(scheme, std::move(context));
    return Bytes(signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(size));
}

Result<SecretBytes> SoftwareKey::decrypt(ByteView ciphertext, std::optional<DigestAlgorithm> oaep) const {
    if (spec()->algorithm != KeyAlgorithm::rsa)
        return fail(errors::key_algorithm, "A text could not be decrypted: only RSA keys decrypt");
    if (oaep && openssl::fetched(*oaep) == nullptr)
        return fail(errors::digest_algorithm,
                    "A text could not be decrypted: this system's OpenSSL has no " + std::string(digest_name(*oaep)));
    const openssl::ErrorScope scope;
    const openssl::PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, core_->key(), nullptr));
    if (context == nullptr || EVP_PKEY_decrypt_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), oaep ? RSA_PKCS1_OAEP_PADDING : RSA_PKCS1_PADDING) != 1)
        return openssl::failure("A text could not be decrypted");
    if (oaep && (EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), openssl::fetched(*oaep)) != 1 ||
                 EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), openssl::fetched(*oaep)) != 1))
        return openssl::failure("A text could not be decrypted");
    SecretBytes plain(spec()->bits / 8 + 1);
    std::size_t size = plain.size();
    // One answer for every reason: which one it was would help to decrypt without the key (Bleichenbacher).
    if (EVP_PKEY_decrypt(context.get(), plain.data(), &size, ciphertext.data(), ciphertext.size()) != 1)
        return fail(errors::cms, "A text could not be decrypted: it is damaged or meant for another key");
    plain.resize(size);
    return plain;
}

Result<SecretBytes> SoftwareKey::encode() const {
    return encode_pkcs8(core_->key(), *spec());
}

Result<SecretBytes> SoftwareKey::export_pkcs8() const {
    if (!exportable_)
        return fail(errors::key_not_exportable, "The private key could not be exported: it was made as not exportable");
    return encode();
}

Result<KeyHandle> rebind_key(const KeyHandle &key, std::string uri, bool exportable) {
    const auto *software = dynamic_cast<const SoftwareKey *>(key.get());
    if (software == nullptr)
        return fail(errors::key_not_exportable, "The private key could not be moved: it stays where it was made");
    return software->rebound(std::move(uri), exportable);
}

Result<SecretBytes> encode_for_store(const PrivateKey &key) {
    const auto *software = dynamic_cast<const SoftwareKey *>(&key);
    if (software == nullptr)
        return fail(errors::key_not_exportable, "The private key could not be stored: it stays where it was made");
    return software->encode();
}

} // namespace certbroker::crypto
