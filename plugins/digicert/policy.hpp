#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xml.hpp"

/// What getPoliciesResponse says: the account's certificate profiles, the CAs that serve them, and what they ask for.
namespace digicert {

/// A field of the certificate: filled by a variable that the requester sends as a name-value pair, or by a fixed value.
struct Field {
    enum class Place { subject, alt_name, extension, seat };
    Place place = Place::subject;
    std::string label;    ///< attributeName: "CN", "rfc822Name", ...
    std::string variable; ///< without the dollar sign; empty = fixed
    std::string fixed;
    std::string type;
    bool mandatory = false;
};

struct Profile {
    std::string oid;
    std::string name;
    std::vector<std::int64_t> authorities; ///< references
    std::uint64_t validity_days = 0, renewal_days = 0;
    bool validity_may_differ = false;            ///< certificateOverrideValidity/overrideFlag
    std::vector<std::string> validity_variables; ///< overrideValidityDays, ...
    std::vector<std::string> other_variables;    ///< publish_flag
    std::vector<Field> fields;
    bool subject_told = false, extensions_told = false; ///< whether the answer says anything about them at all
    std::uint32_t key_size = 0;
    std::string key_algorithm; ///< OID; empty = not said
    bool escrow = false, exportable = false;
    std::string delivery_format; ///< URI; empty = not said
    std::string duplicates, status;
    bool register_user = false; ///< rAPolicy/registerUser
};

struct Authority {
    std::int64_t reference = 0;
    std::string name, type;
    std::string certificate;                ///< base64
    std::vector<std::string> intermediates; ///< base64
    std::string root;                       ///< base64
};

struct PolicySet {
    std::string id, name;
    std::string client_transaction, server_transaction;
    std::optional<std::int64_t> next_update_hours;
    bool not_changed = false; ///< policiesNotChanged
    std::vector<Profile> profiles;
    std::vector<Authority> authorities;

    const Profile *find(std::string_view oid) const;
    /// The CA of a profile; nullptr when the answer holds none.
    const Authority *authority_of(const Profile &profile) const;
};

namespace policy {

inline constexpr std::string_view action = "http://schemas.verisign.com/pkiservices/2009/07/policy/requestPolicies";
inline constexpr xml::Limits limits{32UL * 1024 * 1024, 64, 200'000, 200'000};

/// getPolicies for one profile; for all of the account with an empty OID.
std::string write_request(std::string_view oid, std::string_view transaction);
/// Throws DigiCert.Answer when it is none.
PolicySet read_answer(xml::Element body);

} // namespace policy
} // namespace digicert
