#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xml.hpp"

/// RequestSecurityToken: asking for a certificate, and what comes back.
namespace digicert::enrollment {

inline constexpr std::string_view action =
    "http://schemas.verisign.com/pkiservices/2009/07/enrollment/requestSecurityToken";

inline constexpr std::string_view issue = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
inline constexpr std::string_view renew = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Renew";
inline constexpr std::string_view query_status = "http://schemas.verisign.com/pkiservices/2009/07/QueryTokenStatus";

struct Request {
    std::string profile, transaction;
    std::string token_type;   ///< wanted; empty = not said
    std::string request_type; ///< issue, renew, query_status
    std::string csr;          ///< base64 of a PKCS#10; empty = none
    std::string certificate;  ///< base64 of the certificate to renew; empty = none
    std::string pending;      ///< pendingTokenReferenceID; empty = none
    std::vector<std::pair<std::string, std::string>> pairs;
};
std::string write_request(const Request &request);

struct Answer {
    std::string client_transaction, server_transaction;
    std::string token;      ///< base64; empty = none
    std::string value_type; ///< of the token, or the answer's tokenType
    std::string pending;    ///< pendingTokenReferenceID
    std::string disposition;
};
/// Throws DigiCert.Answer when it is none.
Answer read_answer(xml::Element body);

/// What a pending order is asked for by: versioned text, because journals keep it for months.
struct Token {
    std::string profile, pending;
};
std::string write_token(const Token &token);
/// Throws DigiCert.Token for what is none.
Token read_token(std::string_view text);

} // namespace digicert::enrollment
