#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "xml.hpp"

/// SOAP 1.1, document/literal: envelopes out, answers and faults in.
namespace digicert::soap {

/// One of DigiCert's services, and what its messages are written in.
struct Service {
    const char *title; ///< for messages: "policy service"
    const char *path;
    const char *name_space;
};
inline constexpr Service policy_service{"policy service", "/pki-ws/policyService",
                                        "http://schemas.verisign.com/pkiservices/2009/07/policy"};
inline constexpr Service enrollment_service{"enrollment service", "/pki-ws/enrollmentService",
                                            "http://schemas.verisign.com/pkiservices/2009/07/enrollment"};
inline constexpr Service management_service{"certificate management service", "/pki-ws/certificateManagementService",
                                            "http://schemas.verisign.com/pkiservices/2009/07/management"};
inline constexpr Service user_service{"user management service", "/pki-ws/userManagementService",
                                      "http://schemas.verisign.com/pkiservices/2011/08/usermanagement"};

/// Transaction ids have at most this many characters.
inline constexpr std::size_t max_transaction_id = 40;

/// xmlns="..." for the body's element.
std::string name_space_attribute(std::string_view name_space);
std::string envelope(std::string_view body);

/// No WSDL declares faults, so everything about them is looked for by local name, in any case and namespace.
struct Fault {
    std::string code;       ///< faultcode
    std::string error_code; ///< detail/errorcode
    std::string message;    ///< detail/message, else faultstring
    std::string client_transaction, server_transaction;

    /// "message (errorcode; faultcode ...; server transaction ...; about)"
    std::string to_string(std::string_view about = {}) const;
    /// The service does not understand an element: its only known fault, said of an unknown profile OID.
    bool is_not_understood() const;
    /// A WS-Security or WS-Trust code that says the caller is not who he must be.
    bool is_authentication() const;
};

struct Reply {
    xml::Document document;
    xml::Element body; ///< the element in the Body
    std::optional<Fault> fault;
};

/// The SOAP message of an answer. Throws DigiCert.Answer when there is none.
Reply read_reply(std::string_view text, const xml::Limits &limits, const std::string &what);

} // namespace digicert::soap
