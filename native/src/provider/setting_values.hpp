#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "certbroker/schema.h"

/// The values of settings as text and as numbers; shared by the check and by what plugins are handed.
namespace certbroker::provider {

std::optional<std::int64_t> read_number(std::string_view text) noexcept;
/// Seconds: "90", "90s", "15m", "8h", "30d".
std::optional<std::int64_t> read_duration(std::string_view text) noexcept;
std::optional<bool> read_bool(std::string_view text) noexcept;

/// What setting_number gives; 0 for types that are no numbers.
std::int64_t number_of(std::uint32_t type, std::string_view text) noexcept;

/// The value in its checked, canonical form; nothing, and `why`, when the setting does not take it.
std::optional<std::string> canonical_value(const certbroker_setting_info &info, std::string_view value,
                                           std::string &why);

/// What a setting takes, for messages: "one of: a, b", "a number from 1 to 9".
std::string expectation(const certbroker_setting_info &info);

/// Names are unique within a scope.
const certbroker_setting_info *find_setting(const certbroker_setting_info *const *table, std::uint32_t scope,
                                            std::string_view name) noexcept;

} // namespace certbroker::provider
