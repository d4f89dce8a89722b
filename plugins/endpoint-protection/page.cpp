#include "page.hpp"

#include "text.hpp"

namespace scep {
namespace {

constexpr std::size_t most_octets = 1024UL * 1024;
constexpr std::size_t longest_password = 256;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_capital_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

struct Range {
    std::size_t start, end;
};

/// Behind "The enrollment challenge password is:", which may have tags and blanks behind it.
std::optional<Range> behind_sentence(const std::string &page) {
    constexpr std::string_view sentence = "the enrollment challenge password is:";
    const auto found = lower(page).find(sentence);
    if (found == std::string::npos) return std::nullopt;
    std::size_t at = found + sentence.size();
    for (int tags = 0; at < page.size() && tags < 16;) {
        if (is_blank(page[at])) {
            ++at;
        } else if (page[at] == '<') {
            const auto close = page.find('>', at);
            if (close == std::string::npos) return std::nullopt;
            at = close + 1;
            ++tags;
        } else if (page.compare(at, 6, "&nbsp;") == 0) {
            at += 6;
        } else {
            break;
        }
    }
    std::size_t end = at;
    while (end < page.size() && !is_blank(page[end]) && page[end] != '<' && page[end] != '&')
        ++end;
    if (end == at || end == page.size() || end - at > longest_password) return std::nullopt;
    return Range{at, end};
}

/// The only isolated 16 hex digits in capitals; two different ones are ambiguous.
std::optional<Range> by_shape(const std::string &page) {
    constexpr std::size_t length = 16;
    std::optional<Range> found;
    for (std::size_t at = 0; at < page.size();) {
        if (!is_word(page[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        bool all_hex = true;
        while (end < page.size() && is_word(page[end]))
            all_hex = is_capital_hex(page[end++]) && all_hex;
        if (all_hex && end - at == length && end < page.size()) {
            if (found && page.compare(found->start, length, page, at, length) != 0) return std::nullopt;
            if (!found) found = Range{at, end};
        }
        at = end;
    }
    return found;
}

/// What stands before the password, so much of it that it stands nowhere earlier.
std::string text_before(const std::string &page, std::size_t start) {
    constexpr std::size_t longest = 1024; // the host takes 4096
    for (std::size_t size = 8; size <= longest && size <= start; size *= 2) {
        std::size_t from = start - size;
        while (from > 0 && (static_cast<unsigned char>(page[from]) & 0xc0U) == 0x80U) // whole characters
            --from;
        std::string before = page.substr(from, start - from);
        if (before.find('\0') == std::string::npos && page.find(before) == from) return before;
    }
    return {};
}

} // namespace

ChallengePage read_challenge_page(std::string_view body) {
    ChallengePage out;
    const std::string page = page_text(body.substr(0, most_octets));
    auto found = behind_sentence(page);
    if (!found) found = by_shape(page);
    if (found) {
        out.before = text_before(page, found->start);
        out.after = page.substr(found->end, 1);
        if (!out.before.empty() && out.after[0] != '\0') {
            out.kind = ChallengePage::Kind::password;
            return out;
        }
        out.before.clear();
        out.after.clear();
    }
    const std::string small = lower(page);
    if (small.find("password cache is full") != std::string::npos)
        out.kind = ChallengePage::Kind::cache_full;
    else if (small.find("do not have sufficient permission") != std::string::npos)
        out.kind = ChallengePage::Kind::no_permission;
    return out;
}

} // namespace scep
