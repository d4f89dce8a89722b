#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "names.hpp"
#include "policy.hpp"

/// Policy verification: whether request and certificate profile fit together, and the name-value pairs that follow.
/// Nothing is sent before it has passed.
namespace digicert {

/// Which value a variable of a profile takes.
struct Source {
    enum class Kind {
        none,
        common_name,
        email,
        upn,
        other_name,
        first_name,
        last_name,
        seat,
        dns,
        more_dns,
        ip,
        uri,
        subject
    };
    Kind kind = Kind::none;
    std::string_view oid = {}; ///< subject: which attribute
};

/// How the connection is set up.
struct Options {
    bool strict = true;                  ///< no names that the profile has no field for
    bool refuse_characters = true;       ///< no names with characters that DigiCert is known to refuse
    bool other_name_as_hex_text = false; ///< base64 of the printed hex instead of the bytes
    /// Names of variables that take a value although neither their name nor their field tells; empty = none.
    std::string email, upn, other_name, seat, first_name, last_name;
};

/// What the order adds to the request.
struct Wishes {
    std::string seat, first_name, last_name;
    std::vector<std::pair<std::string, std::string>> attributes; ///< variable, value
    std::uint64_t validity_days = 0;                             ///< 0 = the profile's
};

struct Verified {
    std::vector<std::pair<std::string, std::string>> pairs; ///< in the profile's spelling and order, the seat first
    std::string seat, first_name, last_name, email, common_name;
    std::vector<std::string> notes;    ///< what people may want to know, for the log
    std::vector<std::string> warnings; ///< what is likely to be refused
    bool refused_characters = false;   ///< a name has characters that DigiCert is known to refuse
};

Source source_of(const Field &field, const Options &options);
/// "RSA", "EC", or "" when the profile does not say.
std::string_view key_family(const Profile &profile);
/// The token type to ask for. Throws DigiCert.ServerKey for a profile whose keys DigiCert makes.
std::string token_type(const Profile &profile);

/// The key's kind and length. Throws DigiCert.PolicyVerification.
void check_key(const Profile &profile, const RequestNames &names);
/// What is wrong with the first or last name that the profile gets, if it wants one.
std::optional<std::string> person_problem(const Profile &profile, const RequestNames &names, const Wishes &wishes,
                                          const Options &options);
/// All of it. Throws DigiCert.PolicyVerification or DigiCert.NameCharacters, naming attribute, profile and remedy.
Verified verify(const Profile &profile, const RequestNames &names, const Wishes &wishes, const Options &options);

inline constexpr std::string_view token_x509 =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
inline constexpr std::string_view token_pkcs7 =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#PKCS7";
inline constexpr std::string_view token_pkcs12 = "http://schemas.verisign.com/pkiservices/2009/07/PKCS12";

} // namespace digicert
