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

struct RequestMessage; // request_message.hpp

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
    /// PEM ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "PKCS7", "CMS"), bare base64, or DER; at most 1 MiB. A
    /// PKCS#7 or CMC message gives the request in it, which knows its message. Does not verify.
    static Result<Csr> parse(ByteView bytes);

    const Bytes &der() const noexcept; ///< of the PKCS#10, without message
    /// The message that it came in or goes out in; nullptr for a bare one.
    const RequestMessage *message() const noexcept { return message_.get(); }
    Csr in_message(RequestMessage message) const;
    const Bytes &sendable_der() const noexcept; ///< the message's where there is one
    const Name &subject() const noexcept;
    const crypto::PublicKey &public_key() const noexcept;
    const std::vector<CsrAttribute> &attributes() const noexcept;
    const std::vector<Extension> &extensions() const noexcept; ///< of the extensionRequest attribute (either OID)
    std::vector<GeneralName> subject_alt_names() const;
    crypto::SignatureInfo signature() const;
    /// Proof of possession: Csr.Signature when it fails; of a message its signatures too (RequestMessage.Signature).
    Result<void> verify() const;

    /// "-----BEGIN CERTIFICATE REQUEST-----" with LF, for messages PKCS7 and CMS (RFC 7468); `certreq_style` gives NEW
    /// CERTIFICATE REQUEST with CRLF, whatever it is.
    std::string to_pem(bool certreq_style) const;

private:
    struct State;
    explicit Csr(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
    std::shared_ptr<const RequestMessage> message_;
};

/// Builds and signs. The DER is written in one pass; the only expensive step is the signature.
Result<Bytes> create_csr_der(const CsrSpec &spec, const crypto::PrivateKey &key);
Result<Csr> create_csr(const CsrSpec &spec, const crypto::PrivateKey &key);

} // namespace certbroker::x509
