#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xcep.hpp"

/// What a template means for a request, and for whoever judges it. Pure functions.
namespace microsoft_ca::templates {

/// A rule of plugin.h with its value.
struct Rule {
    std::int32_t rule;
    std::string value;
};
std::vector<Rule> rules_of(const xcep::Template &wanted);

/// Name and value, as docs/plugin-guide.md names them.
std::vector<std::pair<std::string, std::string>> attributes_of(const xcep::Template &wanted);

/// Whether it lets a requester name somebody else and log on as that one, with nobody looking: the pattern ESC1 of
/// "Certified Pre-Owned". One sentence why; empty = it does not.
std::string impersonation(const xcep::Template &wanted);

/// Throws for a template that nobody, or not this account, can get a certificate from: MicrosoftCa.TemplatePermission,
/// MicrosoftCa.KeyArchival.
void require_usable(const xcep::Template &wanted, std::string_view what);

/// Renewals are signed with the old key as Windows' own client does it, as long as there is one.
inline constexpr const char *renewal_message = "PKCS7 or PKCS10";

inline constexpr std::string_view oid_template_name = "1.3.6.1.4.1.311.20.2";
inline constexpr std::string_view oid_template_information = "1.3.6.1.4.1.311.21.7";

} // namespace microsoft_ca::templates
