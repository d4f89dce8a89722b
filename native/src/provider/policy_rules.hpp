#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "profile/policy.hpp"

namespace certbroker::provider {

/// Adds one rule of plugin.h (CBP_RULE_...) as its text says it. Returns why it is malformed, or nothing.
std::optional<std::string> add_rule(profile::Policy &policy, std::int32_t rule, std::string_view value);
/// The name a rule is shown under ("Key", "DnsPattern"); empty for a number that is none.
std::string_view rule_name(std::int32_t rule) noexcept;

} // namespace certbroker::provider
