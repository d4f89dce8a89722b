#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The little DER that a template's extensions are told in. Whatever is malformed gives nothing.
namespace microsoft_ca::der {

/// ExtKeyUsageSyntax: SEQUENCE OF OBJECT IDENTIFIER.
std::optional<std::vector<std::string>> read_usages(std::string_view der);
/// Application policies (1.3.6.1.4.1.311.21.10), as certificate policies: SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER, ...
/// }.
std::optional<std::vector<std::string>> read_policies(std::string_view der);
/// KeyUsage (RFC 5280 section 4.2.1.3) by name.
std::optional<std::vector<std::string>> read_key_usage(std::string_view der);

} // namespace microsoft_ca::der
