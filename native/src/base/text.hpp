#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace certbroker {

/// Text is UTF-8 everywhere inside. Comparison "without case" is ASCII only, as in the formats read here.
bool is_valid_utf8(std::string_view text) noexcept;
bool is_ascii(std::string_view text) noexcept;
char ascii_lower(char c) noexcept;
std::string ascii_lower(std::string_view text);
std::string ascii_upper(std::string_view text);
bool iequals(std::string_view a, std::string_view b) noexcept;
bool istarts_with(std::string_view text, std::string_view prefix) noexcept;
/// Without blanks and tabs at both ends.
std::string_view trim(std::string_view text) noexcept;
std::vector<std::string_view> split(std::string_view text, char separator);

/// Appends a code point as UTF-8. Surrogates and values over U+10FFFF become U+FFFD.
void append_utf8(std::string &out, char32_t code_point);
/// The code points of valid UTF-8 (U+FFFD for what is not).
std::u32string to_utf32(std::string_view utf8);
/// UTF-16 bytes, without byte order mark. `big_endian` as in BMPString.
std::string utf16_to_utf8(ByteView utf16, bool big_endian);
Bytes utf8_to_utf16(std::string_view utf8, bool big_endian);
/// Windows-1252, in which the five undefined bytes become U+FFFD.
std::string windows1252_to_utf8(ByteView text);

/// The name from `known` that was most likely meant, for "did you mean"; nothing when none is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string> &known);

} // namespace certbroker
