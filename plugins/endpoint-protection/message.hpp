#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// SCEP's own structures apart from CMS (RFC 8894 section 3): names, numbers, and what is kept of a transaction.
namespace scep {

/// messageType, section 3.2.1.2.
enum class MessageType { cert_rep = 3, renewal = 17, pkcs_req = 19, cert_poll = 20, get_cert = 21, get_crl = 22 };
enum class PkiStatus { success = 0, failure = 2, pending = 3 };

/// The signed attributes' types, section 3.2.1.
namespace attribute {
inline constexpr const char *message_type = "2.16.840.1.113733.1.9.2";
inline constexpr const char *pki_status = "2.16.840.1.113733.1.9.3";
inline constexpr const char *fail_info = "2.16.840.1.113733.1.9.4";
inline constexpr const char *sender_nonce = "2.16.840.1.113733.1.9.5";
inline constexpr const char *recipient_nonce = "2.16.840.1.113733.1.9.6";
inline constexpr const char *transaction_id = "2.16.840.1.113733.1.9.7";
inline constexpr const char *fail_info_text = "1.3.6.1.5.5.7.24.1";
} // namespace attribute

/// failInfo, section 3.2.1.4: its name, and what an admin does about it. Unknown numbers have their own words.
struct FailInfo {
    std::string name;
    std::string remedy;
    bool unknown_certificate = false; ///< badCertId
};
FailInfo fail_info(std::string_view number);

/// IssuerAndSubject, section 3.3.3, of two complete Names.
std::string issuer_and_subject(std::string_view issuer, std::string_view subject);
/// IssuerAndSerialNumber (RFC 5652 section 10.2.4); the serial number big-endian, without sign octet.
std::string issuer_and_serial(std::string_view issuer, std::string_view serial);

/// What a transaction needs to be asked for again. No secret in it: the key by its uri, certificate and names in DER.
struct Token {
    std::string transaction;
    std::string key_uri;
    std::string signer; ///< the certificate that signed the request
    std::string subject;
    std::string key_id;  ///< of the requested certificate's key: SHA-256 of its SubjectPublicKeyInfo, hex
    std::string order{}; ///< the host's name of the order; empty in tokens of before
};
std::string write_token(const Token &token);
/// Nothing when it is none of this provider's, or of a later version.
std::optional<Token> read_token(std::string_view text);

/// Whether it is a transaction id that may be sent: 1 to 255 printable characters.
bool is_transaction(std::string_view text);
/// Whether the host reads it as an address of a key at all, rather than to take it for a mistake of ours.
bool is_key_uri(std::string_view text);

} // namespace scep
