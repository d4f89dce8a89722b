#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "x509/extension.hpp"
#include "x509/name.hpp"

/// PKCS#10 certification requests (RFC 2986).
namespace certbroker::x509 {

struct CsrAttribute {
    std::string oid;
    std::vector<Bytes> values; ///< DER of each member of the SET
};

/// What goes into a request, all decided; filled from a profile::Request.
struct CsrSpec {
    Name subject;
    std::vector<Extension> extensions;    ///< become one extensionRequest attribute (1.2.840.113549.1.9.14)
    std::vector<CsrAttribute> attributes; ///< besides it; all are written in the order that DER wants of a SET OF
    crypto::SignatureScheme scheme;
    std::optional<Bytes> challenge_password_value; ///< DER of the challengePassword attribute's value (RFC 2985 5.4.1)
    bool allow_weak_hash = false; ///< SHA-1 and MD5 are refused (Csr.WeakHash) unless a named switch allowed them
};

/// A parsed request. Immutable, cheap to copy, thread-safe.
class Csr {
public:
    /// PEM ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"), bare base64, or DER; at most 1 MiB. Does not verify.
    static Result<Csr> parse(ByteView bytes);

    const Bytes &der() const noexcept;
    const Name &subject() const noexcept;
    const crypto::PublicKey &public_key() const noexcept;
    const std::vector<CsrAttribute> &attributes() const noexcept;
    const std::vector<Extension> &extensions() const noexcept; ///< of the extensionRequest attribute (either OID)
    std::vector<GeneralName> subject_alt_names() const;
    crypto::SignatureInfo signature() const;
    /// Proof of possession: Csr.Signature when it fails.
    Result<void> verify() const;

    /// "-----BEGIN CERTIFICATE REQUEST-----" with LF; `certreq_style` gives NEW CERTIFICATE REQUEST with CRLF.
    std::string to_pem(bool certreq_style) const;

private:
    struct State;
    explicit Csr(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

/// Builds and signs. The DER is written in one pass; the only expensive step is the signature.
Result<Bytes> create_csr_der(const CsrSpec &spec, const crypto::PrivateKey &key);
Result<Csr> create_csr(const CsrSpec &spec, const crypto::PrivateKey &key);

} // namespace certbroker::x509
