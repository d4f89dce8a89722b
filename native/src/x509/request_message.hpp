#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/cms.hpp"
#include "x509/certificate.hpp"
#include "x509/csr.hpp"

/// Signed messages that a PKCS#10 request travels in (MS-WCCE 2.2.2.6): PKCS #7, which is SignedData around it, and CMC
/// full PKI requests (RFC 5272 section 3.2.1).
namespace certbroker::x509 {

namespace oid {
inline constexpr std::string_view renewal_certificate = "1.3.6.1.4.1.311.13.1",
                                  name_value_pair = "1.3.6.1.4.1.311.13.2.1";
} // namespace oid

/// Values are those of plugin.h (CBP_MESSAGE_...).
enum class MessageKind : std::uint32_t { none = 0, pkcs7 = 1, cmc = 2 };
/// "PKCS10", "PKCS7", "CMC", as RequestType spells them.
std::string_view message_kind_name(MessageKind kind) noexcept;

/// Who signed a message, as it says.
struct MessageSigner {
    std::optional<Certificate> certificate; ///< when it travels along
    bool own_key = false;                   ///< the request's key itself
    std::string name;                       ///< the certificate's subject, or how the message names the signer
    crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256;
};

struct RequestMessage {
    MessageKind kind = MessageKind::none;
    Bytes der; ///< whole
    std::vector<MessageSigner> signers;
    std::vector<std::pair<std::string, std::string>> values; ///< RegInfo: name and value
    std::vector<CsrAttribute> added_attributes;              ///< CMC's control 1.3.6.1.4.1.311.10.10.1
};

struct RequestMessageSpec {
    MessageKind kind = MessageKind::pkcs7;
    /// PKCS #7 takes exactly one. Signers without certificate are named by their key's identifier.
    std::vector<crypto::CmsSigner> signers;
    crypto::DigestAlgorithm digest = crypto::DigestAlgorithm::sha256;
    std::vector<std::pair<std::string, std::string>> values; ///< CMC only
    std::vector<CsrAttribute> added_attributes;              ///< CMC only
};
/// The same request in a message of its own.
Result<Csr> make_request_message(const Csr &csr, const RequestMessageSpec &spec);

/// Reads a message and the request in it; at most 1 MiB, 100 certificates, 10 signers, 100 controls and values. Does
/// not verify. Csr::parse calls it for what is no PKCS#10. RequestMessage.Format.
Result<Csr> parse_request_message(ByteView der);
/// Whether DER is a SignedData at all.
bool is_signed_data(ByteView der) noexcept;
/// Every signature fits the signer's certificate or the request's own key; whether a signer is trusted is the CA's to
/// say. RequestMessage.Signature.
Result<void> verify_request_message(const RequestMessage &message, const crypto::PublicKey &request_key);

/// The certificate that a request renews, by its attribute 1.3.6.1.4.1.311.13.1 or CMC's; nothing when it renews none.
std::optional<Certificate> renewal_certificate_of(const Csr &csr);
/// For whom somebody else asks (requestername); empty when nobody does.
std::string requester_name_of(const Csr &csr);

CsrAttribute make_renewal_certificate(const Certificate &old);
CsrAttribute make_name_value_pair(std::string_view name, std::string_view value);

} // namespace certbroker::x509
