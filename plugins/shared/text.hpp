#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Text as messages and pages of CAs have it: UTF-8, compared without case in ASCII only. Pure functions.
namespace certbroker::plugin {

std::string lower(std::string_view text);
bool same(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);
/// The length of the UTF-8 sequence at the front, 0 when it is none; `out` gets the code point.
std::size_t decode_utf8(std::string_view text, char32_t &out);
bool is_utf8(std::string_view text);
/// For messages and logs: one line of at most `limit` bytes, cut between characters.
std::string shown(std::string_view text, std::size_t limit = 300);

std::string base64(std::string_view bytes);
std::string hex(std::string_view bytes);
/// Hex without separators, any case; nothing when it is none.
std::optional<std::string> bytes_of_hex(std::string_view hex);
std::optional<std::uint64_t> number(std::string_view decimal);

} // namespace certbroker::plugin
