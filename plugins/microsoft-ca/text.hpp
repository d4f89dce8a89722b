#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Text as the services' messages and pages have it: UTF-8, compared without case in ASCII only. Pure functions.
namespace microsoft_ca {

std::string lower(std::string_view text);
bool same(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);
bool is_utf8(std::string_view text);
/// For messages and logs: one line of at most `limit` bytes, cut between characters.
std::string shown(std::string_view text, std::size_t limit = 300);
/// Between separators, empty ones too.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string> &items, std::string_view between);

std::string base64(std::string_view bytes);
std::string hex(std::string_view bytes);
/// Hex without separators, any case; nothing when it is none.
std::optional<std::string> bytes_of_hex(std::string_view hex);
/// "0x80094012"
std::string hresult_text(std::uint32_t code);
std::optional<std::uint64_t> number(std::string_view decimal);

/// Dotted decimal with at least two arcs, at most 200 characters: those of templates have fifteen arcs.
bool is_oid(std::string_view text);
/// A RequestID as CAs number them: 1 to 10 decimal digits.
bool is_request_id(std::string_view text);

} // namespace microsoft_ca
