#include "html.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "text.hpp"

namespace microsoft_ca::html {
namespace {

constexpr std::size_t npos = std::string_view::npos;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Behind the tag that begins at `at`; quotes may hold angle brackets. A quote that is not closed soon is none.
std::size_t end_of_tag(std::string_view page, std::size_t at) {
    constexpr std::size_t longest = 8192;
    char quote = 0;
    for (std::size_t i = at + 1; i < page.size() && i - at < longest; ++i) {
        const char c = page[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '>') {
            return i + 1;
        } else if ((c == '"' || c == '\'') && page[i - 1] == '=') {
            quote = c;
        }
    }
    const auto close = page.find('>', at);
    return close == npos ? page.size() : close + 1;
}

/// Where "</script" begins, without case.
std::size_t find_end(std::string_view page, std::size_t at, const std::string &name) {
    for (auto found = page.find("</", at); found != npos; found = page.find("</", found + 2)) {
        if (same(page.substr(found + 2, name.size()), name)) return found;
    }
    return page.size();
}

void append_utf8(std::string &out, std::uint32_t c) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        out += '?';
    } else if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0U | c >> 6U);
        put(0x80U | (c & 0x3fU));
    } else if (c < 0x10000) {
        put(0xe0U | c >> 12U);
        put(0x80U | (c >> 6U & 0x3fU));
        put(0x80U | (c & 0x3fU));
    } else {
        put(0xf0U | c >> 18U);
        put(0x80U | (c >> 12U & 0x3fU));
        put(0x80U | (c >> 6U & 0x3fU));
        put(0x80U | (c & 0x3fU));
    }
}

/// Appends what "&name;" or "&#1;" stands for; false = it is no entity.
bool append_entity(std::string &out, std::string_view name) {
    struct Named {
        std::string_view name;
        std::uint32_t code;
    };
    constexpr std::array<Named, 14> known{{{"amp", '&'},
                                           {"lt", '<'},
                                           {"gt", '>'},
                                           {"quot", '"'},
                                           {"apos", '\''},
                                           {"nbsp", ' '},
                                           {"laquo", 0xab},
                                           {"raquo", 0xbb},
                                           {"eacute", 0xe9},
                                           {"egrave", 0xe8},
                                           {"auml", 0xe4},
                                           {"ouml", 0xf6},
                                           {"uuml", 0xfc},
                                           {"szlig", 0xdf}}};
    for (const auto &[word, code] : known) {
        if (word == name) {
            append_utf8(out, code);
            return true;
        }
    }
    if (name.size() < 2 || name[0] != '#') return false;
    const bool hexadecimal = name[1] == 'x' || name[1] == 'X';
    const std::string_view digits = name.substr(hexadecimal ? 2 : 1);
    std::uint32_t code = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, hexadecimal ? 16 : 10);
    if (digits.empty() || end != digits.data() + digits.size()) return false;
    append_utf8(out, problem == std::errc() ? code : 0);
    return true;
}

} // namespace

std::string name_of(std::string_view tag) {
    std::size_t end = 1;
    while (end < tag.size() &&
           (is_letter(tag[end]) || (end == 1 && tag[end] == '/') || (end > 1 && tag[end] >= '0' && tag[end] <= '9')))
        ++end;
    return lower(tag.substr(1, end - 1));
}

void take_apart(std::string_view page, const std::function<void(Part, std::string_view)> &give) {
    for (std::size_t at = 0; at < page.size();) {
        const auto open = std::min(page.find('<', at), page.size());
        if (open > at) give(Part::text, page.substr(at, open - at));
        if (open == page.size()) return;
        if (page.substr(open, 4) == "<!--") {
            const auto close = page.find("-->", open + 4);
            if (close == npos) return;
            at = close + 3;
            continue;
        }
        const char next = open + 1 < page.size() ? page[open + 1] : ' ';
        if (!is_letter(next) && next != '/' && next != '!' && next != '?') {
            give(Part::text, page.substr(open, 1)); // a bracket that is meant
            at = open + 1;
            continue;
        }
        const std::size_t end = end_of_tag(page, open);
        const std::string_view tag = page.substr(open, end - open);
        give(Part::tag, tag);
        at = end;
        const std::string name = name_of(tag);
        if (name != "script" && name != "style") continue;
        const std::size_t close = find_end(page, at, name);
        if (close > at && name == "script") give(Part::script, page.substr(at, close - at));
        at = close;
    }
}

std::string decode(std::string_view text) {
    constexpr std::size_t longest = 10;
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '&') {
            const auto end = text.substr(i + 1, longest + 1).find(';');
            if (end != npos && append_entity(out, text.substr(i + 1, end))) {
                i += end + 1;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

std::string repaired(std::string_view text) {
    if (is_utf8(text)) return std::string(text);
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::size_t size = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        const std::string_view one = text.substr(i, size);
        if (one.size() == size && is_utf8(one)) {
            out += one;
            i += size;
        } else {
            out += '?';
            ++i;
        }
    }
    return out;
}

} // namespace microsoft_ca::html
