#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "xml.hpp"

/// Enrolment (MS-WSTEP, WS-Trust): RequestSecurityToken and what comes back.
namespace microsoft_ca::wstep {

inline constexpr std::string_view action = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RST/wstep";
inline constexpr xml::Limits limits{4UL * 1024 * 1024, 64, 10'000, 10'000};

/// What a message is, as ValueType says it; the service looks into it anyway.
enum class MessageKind { pkcs10, pkcs7 };

struct Order {
    MessageKind kind = MessageKind::pkcs10;
    std::string message;               ///< base64 of a PKCS#10, a PKCS#7 or CMC
    std::vector<Attribute> attributes; ///< ContextItems: CertificateTemplate, ccm
};

/// Issue; a renewal too.
std::string write_issue(const Order &order);
/// QueryTokenStatus of a request that is pending.
std::string write_query(std::string_view request_id);

struct Answer {
    enum class State { issued, pending } state = State::pending;
    std::string certificate; ///< issued: base64 of the X.509 certificate
    std::string response;    ///< base64 of the CMC full response, with further certificates; may be empty
    std::string disposition; ///< the CA's words, in its language
    std::string request_id;  ///< decimal; may be empty when issued
    std::string reference;   ///< pending: where to ask
};

/// Decides by structure, never by words. Throws MicrosoftCa.Answer for what is neither.
Answer read_answer(xml::Element body);

} // namespace microsoft_ca::wstep
