#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xml.hpp"

/// The enrolment policy (MS-XCEP): GetPolicies and the whole of its answer.
namespace microsoft_ca::xcep {

inline constexpr std::string_view name_space = "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy";
inline constexpr std::string_view request_action =
    "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy/IPolicy/GetPolicies";
inline constexpr xml::Limits limits{32UL * 1024 * 1024, 64, 400'000, 400'000};

/// subjectNameFlags, enrollmentFlags, privateKeyFlags, generalFlags (MS-CRTD).
namespace flag {
inline constexpr std::uint32_t enrollee_supplies_subject = 0x1, enrollee_supplies_alt_name = 0x10000,
                               reuse_names_of_old = 0x8;
inline constexpr std::uint32_t pend_all = 0x2, no_security_extension = 0x80000;
inline constexpr std::uint32_t archive_key = 0x1, exportable_key = 0x10;
inline constexpr std::uint32_t machine = 0x40, authority = 0x80;
} // namespace flag

/// A row of oIDs.
struct Oid {
    std::string value; ///< dotted
    std::int64_t group = 0;
    std::string name; ///< defaultName; may be empty
};

struct Extension {
    std::string oid;
    bool critical = false;
    std::string value; ///< DER
};

struct RaRequirements {
    std::uint64_t signatures = 0;
    std::vector<std::string> usages;   ///< OIDs
    std::vector<std::string> policies; ///< OIDs
};

/// One certificate template.
struct Template {
    Oid oid; ///< of the template; the value may be empty
    std::string name;
    std::vector<std::int64_t> authorities; ///< references
    std::int64_t schema = 0;
    std::uint64_t validity_seconds = 0, renewal_seconds = 0;
    bool enroll = false, auto_enroll = false;
    std::uint64_t minimal_key_length = 0;
    std::optional<std::uint64_t> key_spec, key_usage_property;
    std::string key_permissions;        ///< SDDL
    Oid key_algorithm;                  ///< value empty = not said
    std::vector<std::string> providers; ///< names of cryptographic providers
    std::uint64_t major_revision = 0, minor_revision = 0;
    std::vector<std::string> superseded; ///< common names
    std::optional<std::uint32_t> private_key_flags, subject_name_flags, enrollment_flags, general_flags;
    Oid hash_algorithm; ///< value empty = not said
    std::optional<RaRequirements> ra;
    bool archival_algorithm = false; ///< keyArchivalAttributes are told
    std::vector<Extension> extensions;

    bool has_subject_flag(std::uint32_t bit) const { return (subject_name_flags.value_or(0) & bit) != 0; }
    bool has_enrollment_flag(std::uint32_t bit) const { return (enrollment_flags.value_or(0) & bit) != 0; }
    bool has_private_key_flag(std::uint32_t bit) const { return (private_key_flags.value_or(0) & bit) != 0; }
    const Extension *extension(std::string_view extension_oid) const;
};

/// clientAuthentication of an enrolment address.
enum class ClientAuthentication { anonymous = 1, transport = 2, user_name = 4, certificate = 8 };

struct Address {
    std::int64_t authentication = 0; ///< as told; one this client does not know is kept and never used
    std::string uri;
    std::optional<std::int64_t> priority; ///< lower is tried first; none is last
    bool renewal_only = false;
};

struct Authority {
    std::int64_t reference = 0;
    std::string certificate; ///< base64
    bool enroll = false;
    std::vector<Address> addresses;
};

struct Policies {
    std::string id, name;
    std::optional<std::int64_t> next_update_hours;
    bool not_changed = false; ///< what was told before still holds; there is nothing else in the answer
    std::vector<Template> templates;
    std::vector<Authority> authorities;

    /// By common name, any case, or by OID; nullptr when there is none.
    const Template *find(std::string_view name_or_oid) const;
    /// The CAs that issue a template, in the order told.
    std::vector<const Authority *> authorities_of(const Template &wanted) const;
};

/// The body of GetPolicies. `last_update` (utc text) asks for policiesNotChanged; empty = everything.
std::string write_request(std::string_view last_update);
/// Unknown elements are ignored, nil is nothing. Throws MicrosoftCa.Answer when it is no answer.
Policies read_answer(xml::Element body);

/// Base64 as these services write it, with blanks and line ends anywhere. Nothing when it is none.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace microsoft_ca::xcep
