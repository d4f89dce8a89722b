#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace certbroker {
namespace {

constexpr char32_t replacement = 0xfffd;

/// Reads one code point at `at` and moves past it; false (and one byte further) where the bytes are no UTF-8
/// (RFC 3629: shortest form, no surrogates, nothing over U+10FFFF).
bool read_code_point(std::string_view text, std::size_t &at, char32_t &out) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80) {
        out = first;
        ++at;
        return true;
    }
    const std::size_t length = first >= 0xf0 ? 4U : first >= 0xe0 ? 3U : 2U;
    if (first < 0xc2 || first > 0xf4 || text.size() - at < length) {
        ++at;
        return false;
    }
    char32_t value = length == 2 ? (first & 0x1fU) : length == 3 ? (first & 0x0fU) : (first & 0x07U);
    for (std::size_t i = 1; i < length; ++i) {
        const unsigned char next = byte(at + i);
        if ((next & 0xc0U) != 0x80U) {
            ++at;
            return false;
        }
        value = (value << 6U) | (next & 0x3fU);
    }
    constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        ++at;
        return false;
    }
    at += length;
    out = value;
    return true;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

} // namespace

bool is_valid_utf8(std::string_view text) noexcept {
    char32_t ignored = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (!read_code_point(text, at, ignored)) return false;
    }
    return true;
}

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string ascii_lower(std::string_view text) {
    std::string out(text);
    for (char &c : out)
        c = ascii_lower(c);
    return out;
}

std::string ascii_upper(std::string_view text) {
    std::string out(text);
    for (char &c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return out;
}

bool iequals(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

bool istarts_with(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

void append_utf8(std::string &out, char32_t c) {
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) c = replacement;
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0U | (c >> 6U));
        put(0x80U | (c & 0x3fU));
    } else if (c < 0x10000) {
        put(0xe0U | (c >> 12U));
        put(0x80U | ((c >> 6U) & 0x3fU));
        put(0x80U | (c & 0x3fU));
    } else {
        put(0xf0U | (c >> 18U));
        put(0x80U | ((c >> 12U) & 0x3fU));
        put(0x80U | ((c >> 6U) & 0x3fU));
        put(0x80U | (c & 0x3fU));
    }
}

std::u32string to_utf32(std::string_view utf8) {
    std::u32string out;
    out.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        char32_t c = 0;
        out.push_back(read_code_point(utf8, at, c) ? c : replacement);
    }
    return out;
}

std::string utf16_to_utf8(ByteView utf16, bool big_endian) {
    const auto unit = [&](std::size_t i) {
        const unsigned high = utf16[2 * i + (big_endian ? 0 : 1)];
        const unsigned low = utf16[2 * i + (big_endian ? 1 : 0)];
        return static_cast<char32_t>(high << 8U | low);
    };
    std::string out;
    const std::size_t count = utf16.size() / 2;
    for (std::size_t i = 0; i < count; ++i) {
        char32_t c = unit(i);
        if (c >= 0xd800 && c < 0xdc00 && i + 1 < count && unit(i + 1) >= 0xdc00 && unit(i + 1) < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10U) + (unit(i + 1) - 0xdc00);
            ++i;
        }
        append_utf8(out, c);
    }
    if (utf16.size() % 2 != 0) append_utf8(out, replacement);
    return out;
}

Bytes utf8_to_utf16(std::string_view utf8, bool big_endian) {
    Bytes out;
    out.reserve(utf8.size() * 2);
    const auto put = [&](char32_t unit) {
        const auto high = static_cast<std::uint8_t>(unit >> 8U & 0xffU);
        const auto low = static_cast<std::uint8_t>(unit & 0xffU);
        out.push_back(big_endian ? high : low);
        out.push_back(big_endian ? low : high);
    };
    for (const char32_t c : to_utf32(utf8)) {
        if (c < 0x10000) {
            put(c);
        } else {
            put(0xd800 + ((c - 0x10000) >> 10U));
            put(0xdc00 + ((c - 0x10000) & 0x3ffU));
        }
    }
    return out;
}

std::string windows1252_to_utf8(ByteView text) {
    static constexpr std::array<char16_t, 32> high{0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                   0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
                                                   0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                   0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};
    std::string out;
    out.reserve(text.size());
    for (const std::uint8_t byte : text) {
        append_utf8(out, byte >= 0x80 && byte < 0xa0 ? static_cast<char32_t>(high[byte - 0x80U]) : byte);
    }
    return out;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string> &known) {
    const std::string lower = ascii_lower(word.substr(0, 64));
    // Two typing errors in a word of three letters leave nothing of it.
    std::size_t best_distance = lower.size() <= 3 ? 2 : std::max<std::size_t>(2, lower.size() / 3) + 1;
    std::optional<std::string> best;
    for (const std::string &candidate : known) {
        const std::size_t distance = edit_distance(lower, ascii_lower(candidate));
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace certbroker
