#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "x509/extension.hpp"
#include "x509/name.hpp"

namespace certbroker::x509 {

/// An X.509 certificate (RFC 5280). Immutable, cheap to copy, thread-safe. Parsing reads the whole structure strictly;
/// at most 1 MiB.
class Certificate {
public:
    /// Exactly one certificate: DER, PEM or bare base64. More than one: see parse_certificates in chain.hpp.
    static Result<Certificate> parse(ByteView bytes);

    const Bytes &der() const noexcept;
    const std::string &thumbprint() const noexcept; ///< SHA-1, 40 upper-case hex
    Bytes sha256() const;
    const Name &subject() const noexcept;
    const Name &issuer() const noexcept;
    const Bytes &serial() const noexcept; ///< big-endian, without sign octet
    std::string serial_hex() const;       ///< upper-case, as Windows shows it
    /// Negative, zero or over 20 octets: against RFC 5280 section 4.1.2.2, but read all the same. serial() of a
    /// negative one is its two's complement octets.
    bool has_odd_serial() const noexcept;
    std::int64_t not_before() const noexcept; ///< unix seconds
    std::int64_t not_after() const noexcept;
    const crypto::PublicKey &public_key() const noexcept;
    const std::vector<Extension> &extensions() const noexcept;
    crypto::SignatureInfo signature() const;

    /// Decoded extensions; absent or unreadable ones are empty.
    std::vector<GeneralName> subject_alt_names() const;
    std::vector<std::string> enhanced_key_usage() const; ///< OIDs
    std::uint32_t key_usage() const;                     ///< 0 when absent
    BasicConstraints basic_constraints() const;
    Bytes subject_key_identifier() const;
    Bytes authority_key_identifier() const;

    bool self_issued() const; ///< subject = issuer
    /// Checks the signature with the issuer's key and that the names fit (by value: some CAs write their own name with
    /// other string types into what they issue). Certificate.Signature when not.
    Result<void> verify_issued_by(const Certificate &issuer) const;
    bool operator==(const Certificate &other) const noexcept { return equal(der(), other.der()); }

    std::string to_pem() const;

private:
    struct State;
    explicit Certificate(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

/// What a CA puts into a certificate, all decided.
struct CertificateSpec {
    Name subject;
    Name issuer;  ///< for a self-signed certificate: the subject
    Bytes serial; ///< big-endian, positive, at most 20 octets
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
    Bytes spki; ///< DER of the subject's public key
    std::vector<Extension> extensions;
    crypto::SignatureScheme scheme;
};
Result<Certificate> sign_certificate(const CertificateSpec &spec, const crypto::PrivateKey &issuer_key);

/// CRL reason codes (RFC 5280 section 5.3.1).
enum class RevocationReason : std::int32_t {
    unspecified = 0,
    key_compromise = 1,
    ca_compromise = 2,
    affiliation_changed = 3,
    superseded = 4,
    cessation_of_operation = 5,
    certificate_hold = 6,
    remove_from_crl = 8,
    privilege_withdrawn = 9,
    aa_compromise = 10,
};

struct RevokedCertificate {
    Bytes serial;
    std::int64_t revoked_at = 0;
    RevocationReason reason = RevocationReason::unspecified;
};
struct CrlSpec {
    Name issuer;
    Bytes authority_key_identifier;
    std::int64_t this_update = 0;
    std::int64_t next_update = 0;
    std::uint64_t number = 1;
    std::vector<RevokedCertificate> revoked;
    crypto::SignatureScheme scheme;
};
/// A version 2 CRL (RFC 5280 section 5), DER.
Result<Bytes> sign_crl(const CrlSpec &spec, const crypto::PrivateKey &issuer_key);

} // namespace certbroker::x509
