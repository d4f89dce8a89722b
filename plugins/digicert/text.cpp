#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace digicert {
namespace {

/// Letters and digits of any script, roughly: everything beyond ASCII that is no punctuation, symbol or control.
bool is_letter_beyond_ascii(char32_t c) {
    constexpr std::array<std::pair<char32_t, char32_t>, 10> no_letters{{{0x80, 0xa9},
                                                                        {0xab, 0xb4},
                                                                        {0xb6, 0xb9},
                                                                        {0xbb, 0xbf},
                                                                        {0xd7, 0xd7},
                                                                        {0xf7, 0xf7},
                                                                        {0x2000, 0x2bff},
                                                                        {0x3000, 0x3004},
                                                                        {0xe000, 0xf8ff},
                                                                        {0x1f000, 0x1faff}}};
    return std::none_of(no_letters.begin(), no_letters.end(),
                        [c](const auto &range) { return c >= range.first && c <= range.second; });
}

bool is_name_character(char32_t c) {
    if (c >= 0x80) return c == 0x2019 || is_letter_beyond_ascii(c); // 2019: the apostrophe of typesetters
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '-' ||
           c == '\'';
}

} // namespace

std::vector<std::string> split_list(std::string_view text, char separator) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = text.find(separator);
        if (const auto item = trim(text.substr(0, end)); !item.empty()) out.emplace_back(item);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

std::string printed_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        if (!out.empty()) out += ' ';
        out += digits[static_cast<unsigned char>(c) >> 4U];
        out += digits[static_cast<unsigned char>(c) & 15U];
    }
    return out;
}

bool is_oid(std::string_view text) {
    if (text.size() < 3 || text.size() > 64 || text.front() == '.' || text.back() == '.') return false;
    return text.find('.') != std::string_view::npos && text.find("..") == std::string_view::npos &&
           text.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool looks_like_email(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || text.find('@', at + 1) != std::string_view::npos) return false;
    const std::string_view domain = text.substr(at + 1);
    return !domain.empty() && domain.front() != '.' && domain.back() != '.' &&
           text.find_first_of(" \t\r\n,;<>\"") == std::string_view::npos;
}

std::optional<std::string> refused_name_character(std::string_view name) {
    while (!name.empty()) {
        char32_t c = 0;
        const std::size_t length = certbroker::plugin::decode_utf8(name, c);
        if (length == 0) return std::string("?");
        if (!is_name_character(c)) return shown(name.substr(0, length)).empty() ? "?" : shown(name.substr(0, length));
        name.remove_prefix(length);
    }
    return std::nullopt;
}

} // namespace digicert
