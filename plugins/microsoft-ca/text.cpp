#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace microsoft_ca {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

} // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    for (;;) {
        const auto end = text.find(separator);
        out.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 1);
    }
}

std::string join(const std::vector<std::string> &items, std::string_view between) {
    std::string out;
    for (const std::string &item : items) {
        if (!out.empty()) out += between;
        out += item;
    }
    return out;
}

std::string hresult_text(std::uint32_t code) {
    std::string out = "0x";
    for (int shift = 28; shift >= 0; shift -= 4) {
        const char digit = hex_digits[code >> static_cast<unsigned>(shift) & 15U];
        out += digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
    }
    return out;
}

bool is_oid(std::string_view text) {
    if (text.size() < 3 || text.size() > 128 || text.front() == '.' || text.back() == '.') return false;
    return text.find('.') != std::string_view::npos && text.find("..") == std::string_view::npos &&
           text.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_request_id(std::string_view text) {
    return !text.empty() && text.size() <= 10 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace microsoft_ca
