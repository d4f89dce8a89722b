#include "text.hpp"

#include <algorithm>
#include <charconv>

namespace scep {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

char lower_char(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~").find(c) != std::string_view::npos;
}

void append_utf8(std::string &out, char32_t c) {
    const auto put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0 | c >> 6U);
        put(0x80 | (c & 0x3fU));
    } else if (c < 0x10000) {
        put(0xe0 | c >> 12U);
        put(0x80 | (c >> 6U & 0x3fU));
        put(0x80 | (c & 0x3fU));
    } else {
        put(0xf0 | c >> 18U);
        put(0x80 | (c >> 12U & 0x3fU));
        put(0x80 | (c >> 6U & 0x3fU));
        put(0x80 | (c & 0x3fU));
    }
}

std::string utf8_of_utf16(std::string_view bytes, bool big_endian) {
    const auto unit = [&](std::size_t i) {
        const auto first = static_cast<unsigned char>(bytes[2 * i]);
        const auto second = static_cast<unsigned char>(bytes[2 * i + 1]);
        return static_cast<char32_t>(big_endian ? first << 8U | second : second << 8U | first);
    };
    std::string out;
    const std::size_t count = bytes.size() / 2;
    for (std::size_t i = 0; i < count; ++i) {
        char32_t c = unit(i);
        if (c >= 0xd800 && c < 0xe000) {
            const char32_t next = i + 1 < count ? unit(i + 1) : 0;
            const bool pair = c < 0xdc00 && next >= 0xdc00 && next < 0xe000;
            c = pair ? 0x10000 + ((c - 0xd800) << 10U) + (next - 0xdc00) : 0xfffd;
            if (pair) ++i;
        }
        append_utf8(out, c);
    }
    return out;
}

} // namespace

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower_char);
    return out;
}

std::string_view trim(std::string_view text) {
    // NUL, too: some servers end their lines with it.
    constexpr std::string_view blanks(" \t\r\n\f\v\0", 7);
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower_char(x) == lower_char(y); });
}

std::string shown(std::string_view text, std::size_t limit) {
    std::string out;
    for (const char c : trim(text)) {
        if (out.size() >= limit) break;
        const auto byte = static_cast<unsigned char>(c);
        const bool control = byte < 0x20 || byte == 0x7f;
        if (control || c == ' ') {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else {
            out += c;
        }
    }
    // Not in the middle of a character.
    while (!out.empty() && out.size() >= limit && (static_cast<unsigned char>(out.back()) & 0xc0U) == 0x80U)
        out.pop_back();
    if (!out.empty() && out.size() >= limit - 3 && static_cast<unsigned char>(out.back()) >= 0xc0U) out.pop_back();
    return out;
}

std::string escaped(std::string_view text) {
    constexpr std::string_view capitals = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        if (is_plain(c)) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += capitals[byte >> 4U];
            out += capitals[byte & 15U];
        }
    }
    return out;
}

std::string hex(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::optional<std::string> bytes_of_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = digits.find(lower_char(text[i]));
        const auto low = digits.find(lower_char(text[i + 1]));
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        out += static_cast<char>(static_cast<unsigned char>(high << 4U | low));
    }
    return out;
}

std::optional<std::uint64_t> number(std::string_view decimal) {
    const std::string_view text = trim(decimal);
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t size = first < 0x80   ? 1U
                                 : first < 0xc2 ? 0U
                                 : first < 0xe0 ? 2U
                                 : first < 0xf0 ? 3U
                                 : first < 0xf5 ? 4U
                                                : 0U;
        if (size == 0 || size > text.size() - i) return false;
        char32_t c = size == 1 ? first : first & (0x7fU >> size);
        for (std::size_t k = 1; k < size; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xc0U) != 0x80U) return false;
            c = c << 6U | (next & 0x3fU);
        }
        // Too long a form, a surrogate, or past the last character.
        if ((size == 3 && c < 0x800) || (size == 4 && c < 0x10000) || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
            return false;
        i += size;
    }
    return true;
}

std::string page_text(std::string_view body) {
    using namespace std::string_view_literals;
    if (body.starts_with("\xff\xfe"sv)) return utf8_of_utf16(body.substr(2), false);
    if (body.starts_with("\xfe\xff"sv)) return utf8_of_utf16(body.substr(2), true);
    if (body.size() >= 2 && body[0] != '\0' && body[1] == '\0') return utf8_of_utf16(body, false);
    if (body.size() >= 2 && body[0] == '\0' && body[1] != '\0') return utf8_of_utf16(body, true);
    return std::string(body.starts_with("\xef\xbb\xbf"sv) ? body.substr(3) : body);
}

} // namespace scep
