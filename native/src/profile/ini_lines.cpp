#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/ini_parser.hpp"

namespace certbroker::profile {
namespace {

constexpr std::array<std::string_view, 8> blanks{" ", "\t", "\f", "\u00a0", "\u200b", "\u200e", "\u200f", "\ufeff"};
constexpr std::array<std::string_view, 5> typographic_quotes{"\u201c", "\u201d", "\u201e", "\u2018", "\u2019"};

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\f';
}

bool starts_with_typographic_quote(std::string_view text) noexcept {
    return std::any_of(typographic_quotes.begin(), typographic_quotes.end(),
                       [text](std::string_view quote) { return text.starts_with(quote); });
}

/// Where a "// remark" begins: at the start, or behind a blank, outside quotes. URLs have a colon in front of their
/// slashes.
std::size_t find_remark(std::string_view value) noexcept {
    bool quoted = false;
    for (std::size_t at = 0; at + 1 < value.size(); ++at) {
        if (value[at] == '"') quoted = !quoted;
        if (!quoted && value[at] == '/' && value[at + 1] == '/' && (at == 0 || is_blank(value[at - 1]))) return at;
    }
    return std::string_view::npos;
}

} // namespace

std::size_t leading_blank(std::string_view text) noexcept {
    for (const std::string_view blank : blanks) {
        if (text.starts_with(blank)) return blank.size();
    }
    return 0;
}

std::string_view trim_blanks_end(std::string_view text) noexcept {
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view blank : blanks) {
            if (!text.ends_with(blank)) continue;
            text.remove_suffix(blank.size());
            again = true;
        }
    }
    return text;
}

std::string_view trim_blanks(std::string_view text) noexcept {
    for (std::size_t size = leading_blank(text); size != 0; size = leading_blank(text))
        text.remove_prefix(size);
    return trim_blanks_end(text);
}

void IniLineParser::read(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (++number_ > max_lines) {
            findings_.add(errors::inf_limit, {number_, 1},
                          "The rest of the file was not read: it has more than 100,000 lines");
            return;
        }
        if (findings_.full()) return;
        const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
        read_line(text.substr(at, end - at));
        at = end + 1;
        if (end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n') ++at;
    }
}

Position IniLineParser::position(std::size_t at) const {
    if (at < counted_to_) counted_to_ = characters_ = 0;
    for (; counted_to_ < at; ++counted_to_) {
        if ((static_cast<unsigned char>(line_[counted_to_]) & 0xc0U) != 0x80U) ++characters_;
    }
    return {number_, characters_ + 1};
}

void IniLineParser::unreadable(const ErrorKind &kind, std::size_t at, std::string message, std::string remedy) {
    findings_.add(kind, position(at), std::move(message), std::move(remedy));
    above_ = Above::unreadable;
}

void IniLineParser::skip_blanks() {
    for (std::size_t size = leading_blank(line_.substr(at_)); size != 0; size = leading_blank(line_.substr(at_)))
        at_ += size;
}

void IniLineParser::read_line(std::string_view line) {
    line_ = line;
    at_ = counted_to_ = characters_ = 0;
    skip_blanks();
    if (at_comment_or_end()) return;
    if (line.size() > max_line) {
        return unreadable(errors::inf_limit, 0, "The line could not be read: it is longer than 16 KiB",
                          "Split a long value: end the line, and go on below with _continue_ = \"...\".");
    }
    const auto strange = std::find_if(line.begin(), line.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && !is_blank(c)) || byte == 0x7f;
    });
    if (strange != line.end()) {
        const auto at = static_cast<std::size_t>(strange - line.begin());
        return unreadable(errors::inf_character, at,
                          std::string("The line could not be read: it holds ") +
                              (*strange == '\0' ? "a NUL character" : "a control character"));
    }
    if (const std::size_t at = line.find("\ufffd"); at != std::string_view::npos) {
        return unreadable(errors::inf_character, at,
                          "The line could not be read: it holds a character that could not be decoded");
    }
    if (line_[at_] == '[') return read_section();
    read_entry();
}

void IniLineParser::read_section() {
    const std::size_t start = at_;
    const std::size_t close = line_.find(']', start);
    if (close == std::string_view::npos) {
        findings_.add(errors::inf_syntax, position(start), "The section's name is not closed: ']' is missing",
                      "Write the section's name in square brackets: [NewRequest].");
    } else {
        at_ = close + 1;
        skip_blanks();
        if (!at_comment_or_end()) {
            findings_.add(errors::inf_syntax, position(at_), "Text stands behind the section's name",
                          "Put it on a line of its own, or a semicolon in front of a remark.");
        }
    }
    const std::size_t end = std::min({close, line_.find(';', start), line_.size()});
    const std::string name(trim_blanks(line_.substr(start + 1, end - start - 1)));
    above_ = Above::nothing;
    if (name.empty()) {
        findings_.add(errors::inf_syntax, position(start), "The section has no name",
                      "Write the section's name in square brackets: [NewRequest].");
    }
    // Sections of one name are one section, as in every INF.
    const auto [known, added] = by_name_.try_emplace(ascii_lower(name), document_.sections.size());
    if (added) document_.sections.push_back({name, position(start), {}});
    section_ = known->second;
}

void IniLineParser::read_entry() {
    const std::size_t start = at_;
    bool quoted = false;
    std::size_t equals = start;
    for (; equals < line_.size(); ++equals) {
        const char c = line_[equals];
        if (c == '"') quoted = !quoted;
        if (!quoted && (c == '=' || c == ';')) break;
    }
    if (line_.substr(start).starts_with("//") || line_[start] == '#')
        return unreadable(errors::inf_remark, start,
                          "The line could not be read: it begins like a remark, but only a semicolon starts one");
    if (equals >= line_.size() || line_[equals] != '=')
        return unreadable(errors::inf_syntax, start,
                          shown(trim_blanks(line_.substr(start, equals - start))) +
                              " is neither a [section] nor key = value");
    IniEntry entry;
    entry.key = std::string(trim_blanks(line_.substr(start, equals - start)));
    entry.key_position = position(start);
    if (entry.key.size() >= 2 && entry.key.front() == '"' && entry.key.back() == '"')
        entry.key = entry.key.substr(1, entry.key.size() - 2);
    at_ = equals + 1;
    read_value(entry);
    if (entry.key.empty()) return unreadable(errors::inf_syntax, start, "The key in front of '=' is missing");
    if (iequals(entry.key, "_continue_") || iequals(entry.key, "continue")) return append_to_previous(std::move(entry));
    if (section_ == npos)
        return unreadable(errors::inf_syntax, start, "The key " + shown(entry.key) + " stands in no section",
                          "Write [NewRequest] above it.");
    above_ = Above::entry;
    document_.sections[section_].entries.push_back(std::move(entry));
}

void IniLineParser::append_to_previous(IniEntry &&entry) {
    if (above_ == Above::unreadable) return;
    if (above_ == Above::nothing) {
        findings_.add(errors::inf_continue, entry.key_position,
                      "The value could not be continued: no key stands above it in this section");
        return;
    }
    IniEntry &previous = document_.sections[section_].entries.back();
    if (previous.value.size() + entry.value.size() > max_value) {
        findings_.add(errors::inf_limit, entry.key_position,
                      "The value could not be continued: it is longer than 256 KiB");
        above_ = Above::unreadable;
        return;
    }
    for (const auto &[offset, position] : entry.parts)
        previous.parts.emplace_back(previous.value.size() + offset, position);
    previous.value += entry.value;
}

void IniLineParser::read_value(IniEntry &entry) {
    skip_blanks();
    entry.value_position = position(at_);
    for (;;) {
        if (at_ < line_.size() && line_[at_] == '"') {
            if (entry.parts.empty()) entry.quoted = true;
            read_quoted(entry);
        } else {
            read_unquoted(entry);
            break;
        }
        // "FLAG_A" | "FLAG_B": flags may be quoted one by one.
        skip_blanks();
        if (at_ == line_.size() || line_[at_] != '|') break;
        mark(entry, at_++);
        entry.value += '|';
        skip_blanks();
    }
    if (entry.quoted && !entry.parts.empty()) entry.value_position = entry.parts.front().second;
    if (at_comment_or_end()) return;
    if (line_.substr(at_).starts_with("//")) {
        findings_.add(errors::inf_remark, position(at_),
                      "The remark " + shown(line_.substr(at_)) +
                          " behind the value is not a comment: only a semicolon starts one");
    } else {
        findings_.add(errors::inf_quote, position(at_),
                      "The value could not be read: " + shown(line_.substr(at_)) + " stands behind its closing quote",
                      "Write a quote inside a quoted value twice: \"CN=web01,O=\"\"Example, Inc.\"\"\". Use one pair "
                      "of quotes for the whole value.");
    }
}

void IniLineParser::read_quoted(IniEntry &entry) {
    const std::size_t opening = at_++;
    mark(entry, at_);
    for (;;) {
        if (at_ == line_.size()) {
            findings_.add(diagnostics::unclosed_quote, position(opening),
                          "The quote that opens here is not closed; the value was taken to the end of the line");
            entry.value.resize(trim_blanks_end(entry.value).size());
            return;
        }
        const char c = line_[at_++];
        if (c != '"') {
            entry.value += c;
            continue;
        }
        if (at_ == line_.size() || line_[at_] != '"') return;
        entry.value += '"';
        ++at_;
        mark(entry, at_);
    }
}

/// To the comment or the line's end. Quotes inside stay what they are (CN=a,O="x;y"), and keep a semicolon as text.
void IniLineParser::read_unquoted(IniEntry &entry) {
    const std::size_t start = at_;
    bool quoted = false;
    std::size_t opening = start;
    for (; at_ < line_.size() && (quoted || line_[at_] != ';'); ++at_) {
        if (line_[at_] != '"') continue;
        quoted = !quoted;
        opening = at_;
    }
    std::string_view value = line_.substr(start, at_ - start);
    if (quoted) {
        findings_.add(diagnostics::unclosed_quote, position(opening),
                      "The quote that opens here is not closed; the value was taken to the end of the line");
    } else if (const std::size_t remark = find_remark(value); remark != std::string_view::npos) {
        findings_.add(errors::inf_remark, position(start + remark),
                      "The remark " + shown(trim_blanks(value.substr(remark))) +
                          " behind the value is not a comment: only a semicolon starts one");
        value = value.substr(0, remark);
    }
    value = trim_blanks(value);
    mark(entry, start);
    if (starts_with_typographic_quote(value)) {
        findings_.add(errors::inf_quote, position(start),
                      "The value could not be read: its quotes are typographic ones, which are not quotes in an INF",
                      "Type straight double quotes (\") instead.");
    }
    entry.value += value;
}

} // namespace certbroker::profile
