#include "shared/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace certbroker::plugin {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

} // namespace

std::size_t decode_utf8(std::string_view text, char32_t &out) {
    const auto at = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.empty()) return 0;
    const unsigned char first = at(0);
    if (first < 0x80) {
        out = first;
        return 1;
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    if (length == 0 || first > 0xf4 || text.size() < length) return 0;
    char32_t value = length == 2 ? first & 0x1fU : length == 3 ? first & 0x0fU : first & 0x07U;
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xc0U) != 0x80) return 0;
        value = value << 6U | (at(i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
    out = value;
    return length;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
    return out;
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        char32_t ignored = 0;
        const std::size_t length = decode_utf8(text, ignored);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string shown(std::string_view text, std::size_t limit) {
    std::string out;
    bool blank = false;
    for (text = trim(text); !text.empty();) {
        char32_t c = 0;
        const std::size_t length = decode_utf8(text, c);
        const std::size_t step = std::max<std::size_t>(length, 1);
        if (length == 0) {
            out += '?';
        } else if (c <= 0x20 || c == 0x7f) {
            blank = true;
        } else {
            if (blank) out += ' ';
            blank = false;
            out += text.substr(0, step);
        }
        text.remove_prefix(step);
        if (out.size() > limit) {
            while (out.size() > limit || (static_cast<unsigned char>(out.back()) & 0xc0U) == 0x80)
                out.pop_back();
            if (static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
            return out + "...";
        }
    }
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto octet = [&](std::size_t k) -> std::uint32_t {
            return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0;
        };
        const std::uint32_t group = octet(0) << 16U | octet(1) << 8U | octet(2);
        out += alphabet[group >> 18U];
        out += alphabet[group >> 12U & 63U];
        out += i + 1 < bytes.size() ? alphabet[group >> 6U & 63U] : '=';
        out += i + 2 < bytes.size() ? alphabet[group & 63U] : '=';
    }
    return out;
}

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        out += hex_digits[static_cast<unsigned char>(c) >> 4U];
        out += hex_digits[static_cast<unsigned char>(c) & 15U];
    }
    return out;
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        unsigned value = 0;
        const auto [end, problem] = std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        if (problem != std::errc() || end != hex.data() + i + 2) return std::nullopt;
        out.push_back(static_cast<char>(value));
    }
    return out;
}

std::optional<std::uint64_t> number(std::string_view decimal) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
    if (decimal.empty() || problem != std::errc() || end != decimal.data() + decimal.size()) return std::nullopt;
    return value;
}

} // namespace certbroker::plugin
