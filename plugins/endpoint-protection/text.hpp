#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Text and octets as SCEP's messages and NDES's pages have them. Pure functions.
namespace scep {

std::string lower(std::string_view text);
std::string_view trim(std::string_view text);
bool same(std::string_view a, std::string_view b); ///< without case, ASCII
/// For messages and logs: one line of at most `limit` bytes.
std::string shown(std::string_view text, std::size_t limit = 300);
/// For a query string: everything but letters, digits and -._~ escaped ('+' would be read as a blank).
std::string escaped(std::string_view text);
std::string hex(std::string_view bytes);
/// Hex of any case; nothing when it is none.
std::optional<std::string> bytes_of_hex(std::string_view hex);
std::optional<std::uint64_t> number(std::string_view decimal);
/// A page as UTF-8: UTF-16 by its mark or its NUL octets (NDES writes UTF-16LE), otherwise as it is.
std::string page_text(std::string_view body);
bool is_utf8(std::string_view text);

} // namespace scep
