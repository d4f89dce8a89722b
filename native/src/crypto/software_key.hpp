#pragma once

#include <memory>
#include <string>

#include "crypto/key.hpp"
#include "crypto/openssl.hpp"

namespace certbroker::crypto {

/// The OpenSSL key and its ready contexts; shared by all handles of one key.
class SoftwareKeyCore;

/// A key in this process's memory.
class SoftwareKey final : public PrivateKey {
public:
    SoftwareKey(std::shared_ptr<const SoftwareKeyCore> core, std::string uri, bool exportable)
        : core_(std::move(core)), uri_(std::move(uri)), exportable_(exportable) {}

    const PublicKey &public_key() const noexcept override;
    const std::string &uri() const noexcept override { return uri_; }
    bool exportable() const noexcept override { return exportable_; }
    Result<Bytes> sign(const SignatureScheme &scheme, ByteView data) const override;
    Result<SecretBytes> decrypt(ByteView ciphertext, std::optional<DigestAlgorithm> oaep) const override;
    Result<SecretBytes> export_pkcs8() const override;
    evp_pkey_st *native() const noexcept override;

    /// Whatever exportable() says.
    Result<SecretBytes> encode() const;
    KeyHandle rebound(std::string uri, bool exportable) const {
        return std::make_shared<SoftwareKey>(core_, std::move(uri), exportable);
    }

private:
    std::shared_ptr<const SoftwareKeyCore> core_;
    std::string uri_;
    bool exportable_;
};

/// Takes an OpenSSL key pair of that kind.
Result<KeyHandle> make_software_key(openssl::Pkey key, const KeySpec &spec, std::string uri, bool exportable);

} // namespace certbroker::crypto
