#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Whom a plugin's file is trusted for: who may have written it, and who vouches for its contents.
namespace certbroker::provider {

/// Why others than administrators (root) and this user could have written a file or folder; nothing when nobody could.
/// Parents up to the root count, symbolic links are resolved first. For a process with administrators' rights the user
/// counts as well as the others, unless it is root or has no other rights to log on with.
std::optional<std::string> writable_by_others(const std::filesystem::path &path);
/// What the admin does about it.
std::string_view trust_remedy() noexcept;

/// Lines "sha256  name" (plugins.manifest) by name, or "id sha256" (approvals) by id; the hash in lower case. Lines
/// that are neither are passed over.
std::map<std::string, std::string> parse_manifest(std::string_view text);
std::map<std::string, std::string> parse_approvals(std::string_view text);

/// Reads such a file when it exists and nobody else could have written it; empty, and `why`, when it may not be used.
std::string read_pins(const std::filesystem::path &path, std::string &why);
/// Adds or replaces a pin; other lines stay.
Result<void> write_approval(const std::filesystem::path &path, std::string_view id, std::string_view sha256);

bool is_sha256_hex(std::string_view text) noexcept;

} // namespace certbroker::provider
