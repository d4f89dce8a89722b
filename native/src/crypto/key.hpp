#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/digest.hpp"

/// EVP_PKEY, without OpenSSL's headers.
struct evp_pkey_st;

namespace certbroker::crypto {

enum class KeyAlgorithm { rsa, ecdsa_p256, ecdsa_p384, ecdsa_p521 };

struct KeySpec {
    KeyAlgorithm algorithm = KeyAlgorithm::rsa;
    std::uint32_t bits = 2048; ///< RSA: 2048..16384; ECDSA: implied by the curve

    bool operator==(const KeySpec &) const = default;
};

/// "RSA", "ECDSA_P256", "ECDSA_P384", "ECDSA_P521" (as certreq and New-SelfSignedCertificate spell them).
std::string_view key_algorithm_name(KeyAlgorithm algorithm) noexcept;
/// Any case; also ECDH_P256/384/521 (the curve is the same). nullopt for what is not supported (DSA, DH, ...).
std::optional<KeyAlgorithm> parse_key_algorithm(std::string_view name) noexcept;
/// Fails with Crypto.KeyAlgorithm unless the algorithm takes that length (RSA: 2048 to 16384 in steps of 64); sets the
/// length implied by a curve, for which 0 is taken as well.
Result<KeySpec> checked_key_spec(KeyAlgorithm algorithm, std::uint32_t bits);

struct SignatureScheme {
    DigestAlgorithm digest = DigestAlgorithm::sha256;
    bool pss = false; ///< RSA only: RSASSA-PSS with MGF1 of the same digest and a salt of its length (RFC 4055)

    bool operator==(const SignatureScheme &) const = default;
};

/// A public key: SubjectPublicKeyInfo (RFC 5280 section 4.1) and what can be read of it. Immutable, thread-safe.
class PublicKey {
public:
    /// Any SPKI; an algorithm that is not supported for our own keys still parses (spec() is nullopt), so that a
    /// foreign CA certificate can be shown. Malformed: Crypto.KeyFormat.
    static Result<PublicKey> parse(ByteView spki_der);

    const Bytes &spki() const noexcept; ///< DER
    const std::optional<KeySpec> &spec() const noexcept;
    std::string algorithm_text() const;           ///< "RSA 2048", "ECDSA_P256", or the OID
    const Bytes &sha256() const noexcept;         ///< of the SPKI; names the key everywhere (32 bytes)
    const Bytes &key_identifier() const noexcept; ///< SHA-1 of the BIT STRING's contents (RFC 5280 4.2.1.2 (1))

    /// Crypto.Signature when it does not fit. `algorithm_der` is a whole AlgorithmIdentifier.
    Result<void> verify(ByteView algorithm_der, ByteView data, ByteView signature) const;
    bool operator==(const PublicKey &other) const noexcept { return equal(spki(), other.spki()); }

private:
    struct State;
    explicit PublicKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

/// A private key that can be used, and maybe exported. Immutable and thread-safe; signing from several threads is fine.
/// Kinds: software (OpenSSL, below); later CNG handles. Users never ask which.
class PrivateKey {
public:
    virtual ~PrivateKey() = default;

    virtual const PublicKey &public_key() const noexcept = 0;
    /// Where it lives: "folder:LocalMachine/keys/<sha256>", "memory:<sha256>", "cng:..."; empty for a key nobody keeps.
    virtual const std::string &uri() const noexcept = 0;
    virtual bool exportable() const noexcept = 0;

    virtual Result<Bytes> sign(const SignatureScheme &scheme, ByteView data) const = 0; ///< ECDSA: DER Ecdsa-Sig-Value
    /// RSAES-PKCS1-v1_5 or, with `oaep` set, RSAES-OAEP with that digest (CMS key transport).
    virtual Result<SecretBytes> decrypt(ByteView ciphertext, std::optional<DigestAlgorithm> oaep) const = 0;
    /// PKCS#8 PrivateKeyInfo (RFC 5208), unencrypted. Crypto.KeyNotExportable when it may not leave.
    virtual Result<SecretBytes> export_pkcs8() const = 0;
    /// The OpenSSL object for code in crypto/ and http/ that needs one; nullptr where there is none. Borrowed.
    virtual evp_pkey_st *native() const noexcept = 0;

    const std::optional<KeySpec> &spec() const noexcept { return public_key().spec(); }
};
using KeyHandle = std::shared_ptr<const PrivateKey>;

/// Makes a key in memory. Takes minutes for RSA-16384, microseconds for P-256; `cancelled` is asked now and then
/// (may be empty) and stops it with Base.Cancelled.
Result<KeyHandle> generate_key(const KeySpec &spec, const std::function<bool()> &cancelled = {});
/// Reads PKCS#8 (plain or encrypted), PKCS#1 or SEC1, DER or PEM. `uri` and `exportable` are what the key will say.
Result<KeyHandle> import_key(ByteView bytes, const Secret &password, std::string uri, bool exportable);
/// The same key under another uri and flag: what a store returns after it made a key durable.
Result<KeyHandle> rebind_key(const KeyHandle &key, std::string uri, bool exportable);

/// PKCS#8 whatever exportable() says, for stores that make a key durable. Not for anything a user can reach.
Result<SecretBytes> encode_for_store(const PrivateKey &key);

/// The AlgorithmIdentifier (DER) that a signature of that key and scheme carries.
Result<Bytes> signature_algorithm(const PublicKey &key, const SignatureScheme &scheme);
/// The scheme of an AlgorithmIdentifier, for display and checks: {"sha256RSA", weak=false}. Unknown: the OID as name.
struct SignatureInfo {
    std::string name;
    std::optional<DigestAlgorithm> digest;
    bool weak = false; ///< MD2, MD4, MD5, SHA-1
};
SignatureInfo describe_signature(ByteView algorithm_der);

} // namespace certbroker::crypto
