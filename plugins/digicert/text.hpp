#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Text as DigiCert's messages and certificate names have it: UTF-8, compared without case in ASCII only.
namespace digicert {

std::string lower(std::string_view text);
bool same(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);
bool is_utf8(std::string_view text);
/// For messages and logs: one line of at most `limit` bytes, cut between characters.
std::string shown(std::string_view text, std::size_t limit = 300);
std::vector<std::string> split_list(std::string_view text, char separator);

std::string base64(std::string_view bytes);
/// Hex without separators, any case; nothing when it is none.
std::optional<std::string> bytes_of_hex(std::string_view hex);
/// "04 12 b8": as Windows prints octets.
std::string printed_hex(std::string_view bytes);
std::optional<std::uint64_t> number(std::string_view decimal);

/// Dotted decimal with at least two arcs, at most 64 characters.
bool is_oid(std::string_view text);
/// Something in front of one '@', a domain behind it, no blanks.
bool looks_like_email(std::string_view text);
/// Whether DigiCert takes it in a first or last name: letters of any script, digits, blank, hyphen, apostrophe.
/// Gives the first character that it does not take, as text.
std::optional<std::string> refused_name_character(std::string_view name);

} // namespace digicert
