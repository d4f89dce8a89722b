#include "shared/xml.hpp"

#include <charconv>

#include "shared/text.hpp"

namespace certbroker::plugin::xml {
namespace {

constexpr std::string_view schema_instance = "http://www.w3.org/2001/XMLSchema-instance";

[[noreturn]] void unreadable(const std::string &what, const std::string &why) {
    throw failure(failures().unusable, what + " cannot be used: " + why);
}

std::string_view local(std::string_view name) {
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}
std::string_view prefix(std::string_view name) {
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

/// The namespace a prefix stands for at a node; for attributes an empty prefix is no namespace.
std::string_view name_space_of(pugi::xml_node node, std::string_view wanted) {
    if (wanted == "xml") return "http://www.w3.org/XML/1998/namespace";
    for (; node; node = node.parent()) {
        for (const pugi::xml_attribute attribute : node.attributes()) {
            const std::string_view name = attribute.name();
            if (wanted.empty() ? name == "xmlns" : prefix(name) == "xmlns" && local(name) == wanted)
                return attribute.value();
        }
    }
    return {};
}

/// Looks at the markup alone, before any memory is spent on it: what may not be there, and how much there is.
class Scan {
public:
    Scan(std::string_view text, const Limits &limits, const std::string &what)
        : text_(text), limits_(limits), what_(what) {}

    void run() {
        if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
        if (text_.substr(at_).starts_with("<?xml") && text_.size() > at_ + 5 &&
            std::string_view(" \t\r\n").find(text_[at_ + 5]) != std::string_view::npos)
            skip_past("?>");
        for (at_ = text_.find('<', at_); at_ != std::string_view::npos; at_ = text_.find('<', at_)) {
            const std::string_view rest = text_.substr(at_);
            if (rest.starts_with("<!--"))
                skip_past("-->");
            else if (rest.starts_with("<![CDATA["))
                skip_past("]]>");
            else if (rest.starts_with("<!"))
                unreadable(what_, "it has a document type or entities of its own, which no answer of its kind has");
            else if (rest.starts_with("<?"))
                unreadable(what_, "it has a processing instruction, which no answer of its kind has");
            else
                tag();
        }
        if (depth_ != 0) unreadable(what_, "it is cut off");
    }

private:
    void skip_past(std::string_view end) {
        const auto found = text_.find(end, at_);
        if (found == std::string_view::npos) unreadable(what_, "it is cut off");
        at_ = found + end.size();
    }

    void tag() {
        const bool closing = at_ + 1 < text_.size() && text_[at_ + 1] == '/';
        char quote = 0;
        std::size_t end = at_ + 1;
        for (; end < text_.size(); ++end) {
            const char c = text_[end];
            if (quote != 0) {
                if (c == quote) quote = 0;
            } else if (c == '"' || c == '\'') {
                quote = c;
                if (++attributes_ > limits_.attributes) unreadable(what_, "it has too many attributes");
            } else if (c == '>') {
                break;
            }
        }
        if (end >= text_.size()) unreadable(what_, "it is cut off");
        if (closing) {
            if (depth_ == 0) unreadable(what_, "its elements do not match");
            --depth_;
        } else {
            if (++elements_ > limits_.elements) unreadable(what_, "it has too many elements");
            if (text_[end - 1] != '/' && ++depth_ > limits_.depth) unreadable(what_, "it is nested too deeply");
        }
        at_ = end + 1;
    }

    std::string_view text_;
    const Limits &limits_;
    const std::string &what_;
    std::size_t at_ = 0, depth_ = 0, elements_ = 0, attributes_ = 0;
};

} // namespace

Document::Document(std::string_view text, const Limits &limits, const std::string &what)
    : document_(std::make_unique<pugi::xml_document>()) {
    if (trim(text).empty()) unreadable(what, "it is empty");
    if (text.size() > limits.bytes) unreadable(what, "it is larger than " + std::to_string(limits.bytes) + " bytes");
    if (text.find('\0') != std::string_view::npos || !is_utf8(text)) unreadable(what, "it is not UTF-8");
    Scan(text, limits, what).run();
    const pugi::xml_parse_result parsed = document_->load_buffer(
        text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
    if (!parsed) unreadable(what, std::string("it is no XML (") + parsed.description() + ")");
    if (!document_->document_element()) unreadable(what, "it is no XML");
}

Element Document::root() const {
    return Element(document_->document_element());
}

std::string_view Element::local_name() const {
    return local(node_.name());
}

std::string_view Element::name_space() const {
    return name_space_of(node_, prefix(node_.name()));
}

Element Element::child(std::string_view name, std::string_view wanted) const {
    Element found;
    for (const pugi::xml_node node : node_.children()) {
        if (node.type() != pugi::node_element || local(node.name()) != name) continue;
        const Element candidate(node);
        if (candidate.name_space() != wanted) continue;
        if (found)
            unreadable(failures().answer,
                       "it has '" + shown(name, 80) + "' twice in '" + shown(local_name(), 80) + "'");
        found = candidate;
    }
    return found;
}

Element Element::required(std::string_view name) const {
    const Element found = child(name);
    if (!found)
        unreadable(failures().answer, "'" + shown(name, 80) + "' is missing in '" + shown(local_name(), 80) + "'");
    return found;
}

std::vector<Element> Element::children(std::string_view name) const {
    const std::string_view own = name_space();
    std::vector<Element> out;
    for (const pugi::xml_node node : node_.children()) {
        if (node.type() == pugi::node_element && local(node.name()) == name && Element(node).name_space() == own)
            out.emplace_back(node);
    }
    return out;
}

std::vector<Element> Element::children() const {
    std::vector<Element> out;
    for (const pugi::xml_node node : node_.children()) {
        if (node.type() == pugi::node_element) out.emplace_back(node);
    }
    return out;
}

bool Element::is_nil() const {
    for (const pugi::xml_attribute attribute : node_.attributes()) {
        const std::string_view name = attribute.name();
        if (local(name) == "nil" && name_space_of(node_, prefix(name)) == schema_instance)
            return read_flag(attribute.value()).value_or(false);
    }
    return false;
}

std::string Element::text() const {
    std::string all;
    if (!node_ || is_nil()) return all;
    for (const pugi::xml_node node : node_.children()) {
        if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) all += node.value();
    }
    // A character reference may name what UTF-8 has not.
    if (!is_utf8(all)) unreadable(failures().answer, "'" + shown(local_name(), 80) + "' holds no text");
    return std::string(trim(all));
}

std::string Element::text_of(std::string_view child_name) const {
    const Element found = child(child_name);
    return found ? found.text() : std::string();
}

std::optional<bool> Element::flag_of(std::string_view child_name) const {
    return read_flag(text_of(child_name));
}

std::optional<std::int64_t> Element::number_of(std::string_view child_name) const {
    const Element found = child(child_name);
    return found ? found.number() : std::nullopt;
}

std::optional<std::int64_t> Element::number() const {
    const std::string digits = text();
    if (digits.empty()) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem != std::errc() || end != digits.data() + digits.size())
        unreadable(failures().answer, "'" + shown(digits, 40) + "' in '" + shown(local_name(), 80) + "' is no number");
    return value;
}

std::string Element::attribute(std::string_view name) const {
    for (const pugi::xml_attribute attribute : node_.attributes()) {
        if (local(attribute.name()) == name && prefix(attribute.name()) != "xmlns")
            return std::string(trim(attribute.value()));
    }
    return {};
}

std::optional<bool> read_flag(std::string_view text) {
    text = trim(text);
    if (same(text, "true") || text == "1") return true;
    if (same(text, "false") || text == "0") return false;
    return std::nullopt;
}

std::string escape(std::string_view text) {
    if (!is_utf8(text))
        throw failure(failures().unwritable, "The request cannot be written: a value is not valid UTF-8");
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&apos;";
            break;
        case '\r':
            out += "&#13;"; // readers make it a line feed otherwise
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n')
                throw failure(failures().unwritable,
                              "The request cannot be written: the value '" + shown(text, 80) +
                                  "' has a control character, which XML cannot hold",
                              "Take the character out of the name or setting.");
            out += c;
        }
    }
    // U+FFFE and U+FFFF are UTF-8 and yet no characters of XML.
    if (out.find("\xef\xbf\xbe") != std::string::npos || out.find("\xef\xbf\xbf") != std::string::npos)
        throw failure(failures().unwritable, "The request cannot be written: the value '" + shown(text, 80) +
                                                 "' has a character that XML cannot hold");
    return out;
}

Writer &Writer::open(std::string_view name, std::string_view attributes) {
    out_ += '<';
    out_ += name;
    if (!attributes.empty()) {
        out_ += ' ';
        out_ += attributes;
    }
    out_ += '>';
    open_.emplace_back(name);
    return *this;
}

Writer &Writer::close() {
    out_ += "</" + open_.back() + ">";
    open_.pop_back();
    return *this;
}

Writer &Writer::element(std::string_view name, std::string_view text, std::string_view attributes) {
    open(name, attributes);
    out_ += escape(text);
    return close();
}

} // namespace certbroker::plugin::xml
