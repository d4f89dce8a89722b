#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "xml.hpp"

/// SOAP 1.2 with WS-Addressing and the UsernameToken of WS-Security: envelopes out, answers and faults in.
namespace microsoft_ca::soap {

inline constexpr std::string_view ns_envelope = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view ns_addressing = "http://www.w3.org/2005/08/addressing";
inline constexpr std::string_view ns_schema_instance = "http://www.w3.org/2001/XMLSchema-instance";
inline constexpr std::string_view ns_security =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
inline constexpr std::string_view ns_utility =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
inline constexpr std::string_view ns_enrolment = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment";
inline constexpr const char *content_type = "application/soap+xml; charset=utf-8";

/// Who asks, for the services that take user and password in the message.
struct UserName {
    std::string user;
    std::string password_marker; ///< where the host puts the password
    std::int64_t now = 0;        ///< unix seconds; the token is good for five minutes
};

struct Header {
    std::string_view action;
    std::string message_id; ///< "urn:uuid:..."
    std::string to;
    std::optional<UserName> user = {};
};

/// `body` is written as it is; its elements may use the prefixes s, a, xsi.
std::string envelope(const Header &header, std::string_view body);
/// "2026-11-24T00:15:00.000Z"
std::string utc(std::int64_t unix_seconds);

/// CertificateEnrollmentWSDetail (MS-WSTEP section 3.1.4.1.3.2).
struct Detail {
    std::string binary_response; ///< base64
    std::optional<std::uint32_t> error_code;
    bool invalid_request = false;
    std::string request_id;
};

struct Fault {
    std::string code, subcode; ///< local names: "Receiver", "InternalServiceFault"
    std::string reason;
    std::optional<Detail> detail;

    /// WS-Security or the service says that who asks is not who he must be.
    bool is_authentication() const;
    /// The service did not begin: it is the message that is wrong.
    bool is_sender() const { return code == "Sender"; }
};

struct Reply {
    xml::Document document;
    xml::Element body; ///< the element in the Body
    std::optional<Fault> fault;
    std::string action, relates_to;
    std::string activity; ///< ActivityId, for whoever reads the server's log
};

/// Whether the text looks like an envelope at all: pages of IIS come by the same road.
bool is_envelope(std::string_view text);
/// The SOAP message of an answer. Throws MicrosoftCa.Answer when there is none.
Reply read_reply(std::string_view text, const xml::Limits &limits, const std::string &what);

} // namespace microsoft_ca::soap
