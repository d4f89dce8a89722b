#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"

/// What web enrolment and DCOM have in common: a request as the CA takes it, and the CA's no. Both reach ICertRequest
/// in the end, the pages through a web server.
namespace microsoft_ca::request {

/// An order, checked and ready to be sent.
struct Request {
    std::string message;                   ///< PKCS#10, PKCS#7 or CMC in base64, in one line
    std::uint32_t kind = CBP_MESSAGE_NONE; ///< CBP_MESSAGE_...
    std::string key_id;
    std::vector<Attribute> attributes; ///< CertificateTemplate first, where one is named
};
/// Throws MicrosoftCa.Attribute and MicrosoftCa.SanAttribute, wherever an attribute stands.
Request prepare(Call call, const cbp_order &order, const Connection &connection);

/// The template's name as it may stand in an attribute: the internal common name or an OID. Throws
/// MicrosoftCa.Attribute for what is neither, such as a display name with blanks.
std::string template_attribute(std::string_view name);

/// "Name:Value" in lines that end with `end`.
std::string write_attributes(const std::vector<Attribute> &attributes, std::string_view end);

/// What a CA said to a request that it does not issue.
struct Refusal {
    std::string request_id;    ///< may be empty
    std::string words;         ///< the CA's own; may be empty
    std::uint32_t hresult = 0; ///< 0 = none
};
/// Answers denied, with reason and remedy of the error code.
cbp_status deny(Call call, const char *idempotency, const Refusal &refusal);
/// The CA could not be asked or could not work. Throws when it certainly has no request, else answers uncertain.
cbp_status not_done(Call call, const char *idempotency, const Refusal &refusal, const std::string &what);

/// CAs' certificates as chains have them: issuers of nothing else here first, then upwards.
std::vector<cbp_bytes> issuer_first(Call call, std::vector<cbp_bytes> certificates);
bool is_ca(Call call, cbp_bytes certificate);

} // namespace microsoft_ca::request
