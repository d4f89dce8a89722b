#include "profile/connector_xml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.hpp"
#include "profile/errors.hpp"

namespace certbroker::profile {
namespace {

constexpr std::size_t max_depth = 64;
constexpr std::size_t max_elements = 20'000;
constexpr std::size_t max_attributes = 100;

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_name_start(char c) noexcept {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_character(char c) noexcept {
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_xml_character(std::uint32_t c) noexcept {
    return c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
           (c >= 0x10000 && c <= 0x10ffff);
}

/// The character of "&name;" without its signs; nothing for one that XML does not define.
std::optional<char32_t> reference(std::string_view name) {
    struct Named {
        std::string_view name;
        char32_t character;
    };
    constexpr std::array known{Named{"lt", '<'}, Named{"gt", '>'}, Named{"amp", '&'}, Named{"quot", '"'},
                               Named{"apos", '\''}};
    for (const Named &row : known) {
        if (row.name == name) return row.character;
    }
    if (!name.starts_with('#')) return std::nullopt;
    name.remove_prefix(1);
    const int base = name.starts_with('x') ? 16 : 10;
    if (base == 16) name.remove_prefix(1);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number, base);
    if (name.empty() || error != std::errc() || end != name.data() + name.size() || !is_xml_character(number))
        return std::nullopt;
    return static_cast<char32_t>(number);
}

class Scanner {
public:
    Scanner(std::string_view text, const std::string &file) : text_(text), file_(file) {}
    Result<XmlDocument> scan();

private:
    bool at_end() const noexcept { return at_ == text_.size(); }
    std::string_view rest() const noexcept { return text_.substr(at_); }
    bool skip_blanks() noexcept {
        const std::size_t start = at_;
        while (!at_end() && is_blank(text_[at_]))
            ++at_;
        return at_ != start;
    }
    Error bad(std::size_t offset, const std::string &why) const {
        const auto [line, column] = xml_place(text_, offset);
        return fail(errors::connector_xml, "The configuration could not be read: " + why).at(file_, line, column);
    }

    Result<std::string_view> read_name(const char *of);
    Result<char32_t> read_reference();
    Result<XmlAttribute> read_attribute();
    Result<void> read_declaration();
    Result<void> skip_comment();
    Result<void> skip_instruction();
    Result<void> skip_cdata();
    Result<void> read_start_tag();
    Result<void> read_end_tag();
    Result<void> read_markup();
    Result<void> read_text();

    std::string_view text_;
    const std::string &file_;
    std::size_t at_ = 0;
    XmlDocument document_;
    std::vector<std::size_t> open_; ///< indices of the elements that are not closed yet
};

Result<std::string_view> Scanner::read_name(const char *of) {
    const std::size_t start = at_;
    if (at_end() || !is_name_start(text_[at_])) return bad(at_, std::string("the name of ") + of + " is missing");
    while (!at_end() && is_name_character(text_[at_]))
        ++at_;
    return text_.substr(start, at_ - start);
}

Result<char32_t> Scanner::read_reference() {
    const std::size_t end = text_.substr(at_, 16).find(';');
    if (end == std::string_view::npos) return bad(at_, "an & does not begin a reference; write &amp;");
    const std::string_view name = text_.substr(at_ + 1, end - 1);
    const auto character = reference(name);
    if (!character) return bad(at_, "the reference '&" + std::string(name) + ";' is not one of XML's own");
    at_ += end + 1;
    return *character;
}

Result<XmlAttribute> Scanner::read_attribute() {
    XmlAttribute attribute;
    CERTBROKER_TRY(attribute.name, read_name("an attribute"));
    skip_blanks();
    if (at_end() || text_[at_] != '=') return bad(at_, "an attribute has no '='");
    ++at_;
    skip_blanks();
    if (at_end() || (text_[at_] != '"' && text_[at_] != '\'')) return bad(at_, "a value is not in quotes");
    attribute.quote = text_[at_++];
    attribute.begin = at_;
    while (!at_end() && text_[at_] != attribute.quote) {
        const char c = text_[at_];
        if (c == '<') return bad(at_, "a '<' stands in a value; is a quote missing?");
        if (c == '&') {
            CERTBROKER_TRY(const char32_t character, read_reference());
            append_utf8(attribute.value, character);
            continue;
        }
        attribute.value += is_blank(c) ? ' ' : c;
        ++at_;
    }
    if (at_end()) return bad(attribute.begin - 1, "a quote is not closed");
    attribute.end = at_++;
    return attribute;
}

/// <?xml version="1.0" encoding="utf-8"?>
Result<void> Scanner::read_declaration() {
    if (!rest().starts_with("<?xml") || rest().size() < 6 || !is_blank(rest()[5])) return {};
    at_ += 5;
    for (;;) {
        const bool blank = skip_blanks();
        if (rest().starts_with("?>")) break;
        if (!blank || at_end()) return bad(at_, "the XML declaration is not closed by ?>");
        CERTBROKER_TRY(const XmlAttribute attribute, read_attribute());
        if (attribute.name == "encoding") document_.encoding = attribute.value;
    }
    at_ += 2;
    return {};
}

Result<void> Scanner::skip_comment() {
    const std::size_t start = at_;
    const std::size_t end = text_.find("--", at_ + 4);
    if (end == std::string_view::npos) return bad(start, "a comment is not closed");
    if (!text_.substr(end).starts_with("-->")) return bad(end, "'--' stands in a comment");
    at_ = end + 3;
    return {};
}

Result<void> Scanner::skip_instruction() {
    const std::size_t start = at_;
    at_ += 2;
    CERTBROKER_TRY(const std::string_view name, read_name("an instruction"));
    if (iequals(name, "xml")) return bad(start, "the XML declaration does not stand at the very beginning");
    const std::size_t end = text_.find("?>", at_);
    if (end == std::string_view::npos) return bad(start, "an instruction is not closed by ?>");
    at_ = end + 2;
    return {};
}

Result<void> Scanner::skip_cdata() {
    const std::size_t end = text_.find("]]>", at_);
    if (open_.empty() || end == std::string_view::npos) return bad(at_, "a CDATA section is misplaced or not closed");
    at_ = end + 3;
    return {};
}

Result<void> Scanner::read_start_tag() {
    XmlElement element;
    element.start = at_++;
    CERTBROKER_TRY(element.name, read_name("an element"));
    if (open_.empty() && !document_.elements.empty()) return bad(element.start, "there is a second root element");
    if (open_.size() == max_depth) return bad(element.start, "it is nested deeper than 64 levels");
    if (document_.elements.size() == max_elements) return bad(element.start, "it has more than 20,000 elements");
    if (!open_.empty()) element.parent = open_.back();
    for (;;) {
        const bool blank = skip_blanks();
        if (at_end()) return bad(element.start, "a tag is not closed");
        if (text_[at_] == '>' || rest().starts_with("/>")) break;
        if (!blank) return bad(at_, "a blank is missing between attributes");
        if (element.attributes.size() == max_attributes) return bad(at_, "an element has more than 100 attributes");
        const std::size_t start = at_;
        CERTBROKER_TRY(XmlAttribute attribute, read_attribute());
        if (element.find(attribute.name) != nullptr)
            return bad(start, "the attribute '" + std::string(attribute.name) + "' is given twice");
        element.attributes.push_back(std::move(attribute));
    }
    const bool closed = text_[at_] == '/';
    at_ += closed ? 2 : 1;
    element.tag_end = element.content_end = element.end = at_;
    if (!closed) open_.push_back(document_.elements.size());
    document_.elements.push_back(std::move(element));
    return {};
}

Result<void> Scanner::read_end_tag() {
    const std::size_t start = at_;
    at_ += 2;
    CERTBROKER_TRY(const std::string_view name, read_name("an element"));
    skip_blanks();
    if (at_end() || text_[at_] != '>') return bad(start, "a tag is not closed");
    ++at_;
    if (open_.empty()) return bad(start, "</" + std::string(name) + "> closes nothing");
    XmlElement &element = document_.elements[open_.back()];
    if (element.name != name)
        return bad(start, "</" + std::string(name) + "> stands where </" + std::string(element.name) + "> is expected");
    element.content_end = start;
    element.end = at_;
    open_.pop_back();
    return {};
}

Result<void> Scanner::read_markup() {
    if (rest().starts_with("<!--")) return skip_comment();
    if (rest().starts_with("<![CDATA[")) return skip_cdata();
    if (rest().starts_with("<!"))
        return bad(at_, "it has a document type or an entity, which configurations do not have");
    if (rest().starts_with("<?")) return skip_instruction();
    if (rest().starts_with("</")) return read_end_tag();
    return read_start_tag();
}

/// Up to the next '<'.
Result<void> Scanner::read_text() {
    while (!at_end() && text_[at_] != '<') {
        if (open_.empty() && !is_blank(text_[at_])) return bad(at_, "text stands outside of the root element");
        if (text_[at_] == '&') {
            CERTBROKER_CHECK(read_reference());
        } else {
            ++at_;
        }
    }
    return {};
}

Result<XmlDocument> Scanner::scan() {
    const auto odd = std::find_if(text_.begin(), text_.end(),
                                  [](char c) { return static_cast<unsigned char>(c) < 0x20 && !is_blank(c); });
    if (odd != text_.end()) return bad(static_cast<std::size_t>(odd - text_.begin()), "it holds a control character");
    CERTBROKER_CHECK(read_declaration());
    while (!at_end()) {
        if (text_[at_] == '<') {
            CERTBROKER_CHECK(read_markup());
        } else {
            CERTBROKER_CHECK(read_text());
        }
    }
    if (!open_.empty()) {
        const XmlElement &element = document_.elements[open_.back()];
        return bad(element.start, "<" + std::string(element.name) + "> is not closed");
    }
    if (document_.elements.empty()) return bad(0, "it has no element");
    return std::move(document_);
}

} // namespace

const XmlAttribute *XmlElement::find(std::string_view attribute) const noexcept {
    const auto found = std::find_if(attributes.begin(), attributes.end(),
                                    [attribute](const XmlAttribute &item) { return item.name == attribute; });
    return found == attributes.end() ? nullptr : &*found;
}

std::pair<std::uint32_t, std::uint32_t> xml_place(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::string_view start = before.substr(before.rfind('\n') + 1);
    const auto column = 1 + std::count_if(start.begin(), start.end(),
                                          [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
    return {static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(column)};
}

Result<XmlDocument> scan_xml(std::string_view text, const std::string &file) {
    return Scanner(text, file).scan();
}

} // namespace certbroker::profile
