#include <algorithm>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "x509/errors.hpp"
#include "x509/name.hpp"
#include "x509/name_attributes.hpp"

namespace certbroker::x509 {
namespace {

/// One attribute with its DER (SEQUENCE of type and value), which decides the order inside an RDN.
struct Encoded {
    NameAttribute attribute;
    Bytes der;
};

class Parser {
public:
    Parser(std::string_view text, const NameFlags &flags) : text_(text), flags_(flags) {
        const bool any = flags.comma || flags.semicolon || flags.crlf;
        comma_ = flags.comma || !any;
        semicolon_ = flags.semicolon || !any;
    }

    Result<std::vector<std::vector<Encoded>>> parse();

private:
    bool at_end() const noexcept { return at_ == text_.size(); }
    bool is_line_end(char c) const noexcept { return c == '\r' || c == '\n'; }
    bool is_separator(char c) const noexcept {
        return (c == ',' && comma_) || (c == ';' && semicolon_) || (flags_.crlf && is_line_end(c));
    }
    bool is_plus(char c) const noexcept { return c == '+' && !flags_.no_plus; }
    bool is_quote(char c) const noexcept { return c == '"' && !flags_.no_quoting; }
    bool is_blank(char c) const noexcept { return c == ' ' || c == '\t' || (!flags_.crlf && is_line_end(c)); }
    void skip_blanks() noexcept {
        while (!at_end() && is_blank(text_[at_]))
            ++at_;
    }
    std::string_view trimmed(std::size_t from, std::size_t to) const noexcept {
        while (to > from && is_blank(text_[to - 1]))
            --to;
        return text_.substr(from, to - from);
    }

    /// Columns count characters, not octets, from 1: what an editor shows.
    std::int64_t column(std::size_t at) const {
        return 1 + std::count_if(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at),
                                 [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
    }
    Error error(const ErrorKind &kind, std::size_t at, const std::string &why) const {
        return fail(kind,
                    "The distinguished name could not be read: " + why + " (column " + std::to_string(column(at)) + ")")
            .with(ErrorNumber::column, column(at));
    }

    Result<Encoded> read_attribute();
    Result<std::string> read_type(std::string_view &label);
    Result<std::string> read_quoted();
    Result<std::string> read_unquoted();
    Result<void> check_missing_separator(std::string_view value, std::size_t start) const;
    Result<Encoded> encode_text(std::string oid, std::string_view label, std::string value, std::size_t start) const;
    Result<Encoded> encode_hex(std::string oid, std::string_view hex, std::size_t start) const;

    std::string_view text_;
    NameFlags flags_;
    bool comma_ = true;
    bool semicolon_ = true;
    std::size_t at_ = 0;
};

Bytes encode_pair(std::string_view oid, ByteView value_der) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) { w.oid(oid).raw(value_der); });
    return std::move(writer).take();
}

Result<std::string> Parser::read_type(std::string_view &label) {
    const std::size_t start = at_;
    while (!at_end() && text_[at_] != '=' && !is_separator(text_[at_]) && !is_plus(text_[at_]))
        ++at_;
    label = trimmed(start, at_);
    if (label.empty()) {
        return error(errors::name_syntax, start,
                     at_end() || text_[at_] != '=' ? "an attribute is missing between two separators"
                                                   : "the attribute's name in front of '=' is missing")
            .with_remedy("Quote a value that holds commas, semicolons or plus signs: O=\"Example, Inc.\".");
    }
    if (at_end() || text_[at_] != '=') {
        return error(errors::name_syntax, start, "'" + std::string(label.substr(0, 64)) + "' is not followed by '='")
            .with_remedy("Quote a value that holds commas, semicolons or plus signs, as in O=\"Example, Inc.\"; a "
                         "backslash does not escape them.");
    }
    ++at_;
    if (const auto *type = detail::attribute_by_label(label); type != nullptr) return std::string(type->oid);
    const std::string_view dotted = istarts_with(label, "OID.") ? label.substr(4) : label;
    if (der::is_oid(dotted)) return std::string(dotted);
    auto unknown =
        error(errors::name_attribute, start, "'" + std::string(label.substr(0, 64)) + "' is not a known attribute");
    if (const auto meant = nearest(label, detail::attribute_labels()))
        return std::move(unknown).with_remedy("Write " + *meant + "=, if that was meant, or the attribute's OID.");
    return unknown;
}

Result<std::string> Parser::read_quoted() {
    const std::size_t opening = at_++;
    std::string value;
    for (;;) {
        if (at_end()) return error(errors::name_syntax, opening, "the quote that opens here is not closed");
        const char c = text_[at_++];
        if (c != '"') {
            value += c;
            continue;
        }
        if (at_end() || text_[at_] != '"') break;
        value += '"';
        ++at_;
    }
    skip_blanks();
    if (!at_end() && !is_separator(text_[at_]) && !is_plus(text_[at_]))
        return error(errors::name_syntax, at_, "a separator is missing behind the closing quote")
            .with_remedy("A quote inside a quoted value is written twice (\"\").");
    return value;
}

/// "CN=web01 O=Example" would silently become one CN: a known attribute and '=' behind a blank is a forgotten comma.
Result<void> Parser::check_missing_separator(std::string_view value, std::size_t start) const {
    for (std::size_t equals = value.find('='); equals != std::string_view::npos; equals = value.find('=', equals + 1)) {
        std::size_t end = equals;
        while (end > 0 && is_blank(value[end - 1]))
            --end;
        std::size_t begin = end;
        while (begin > 0 && !is_blank(value[begin - 1]) && end - begin <= 20)
            --begin;
        if (begin == 0 || begin == end || !is_blank(value[begin - 1])) continue;
        const std::string_view word = value.substr(begin, end - begin);
        if (detail::attribute_by_label(word) == nullptr) continue;
        return error(errors::name_syntax, start + begin,
                     "a separator is missing in front of '" + std::string(word) + "='")
            .with_remedy("Put a comma in front of it, or quote the value if it is meant as it stands.");
    }
    return {};
}

Result<std::string> Parser::read_unquoted() {
    const std::size_t start = at_;
    while (!at_end() && !is_separator(text_[at_]) && !is_plus(text_[at_])) {
        const auto c = static_cast<unsigned char>(text_[at_]);
        if (is_quote(text_[at_])) {
            return error(errors::name_syntax, at_, "a quote stands in the middle of a value")
                .with_remedy("Quote the whole value and write each quote inside it twice: CN=\"the \"\"big\"\" one\".");
        }
        if ((c < 0x20 && !is_blank(text_[at_])) || c == 0x7f)
            return error(errors::name_value, at_, "a control character stands in a value");
        ++at_;
    }
    const std::string_view value = trimmed(start, at_);
    CERTBROKER_CHECK(check_missing_separator(value, start));
    return std::string(value);
}

Result<Encoded> Parser::encode_text(std::string oid, std::string_view label, std::string value,
                                    std::size_t start) const {
    const auto *type = detail::attribute_by_oid(oid);
    const auto syntax = type != nullptr ? type->syntax : detail::AttributeSyntax::directory;
    if (const auto defect = detail::value_defect(syntax, value); !defect.empty()) {
        auto refused = error(errors::name_value, start, std::string(label) + " is not usable: " + std::string(defect));
        if (value.empty()) return std::move(refused).with_remedy("Give the attribute a value, or leave it out.");
        return refused;
    }
    std::uint8_t tag = der::printable_string;
    if (syntax == detail::AttributeSyntax::ia5) {
        tag = der::ia5_string;
    } else if (syntax == detail::AttributeSyntax::directory) {
        if (flags_.force_utf8) {
            tag = der::utf8_string;
        } else if (!detail::is_printable_string(value)) {
            tag = flags_.disable_utf8 ? der::bmp_string : der::utf8_string;
        }
    }
    der::Writer writer;
    if (tag == der::bmp_string) {
        writer.element(tag, utf8_to_utf16(value, true));
    } else {
        writer.text(tag, value);
    }
    Bytes der = encode_pair(oid, writer.bytes());
    return Encoded{{std::move(oid), std::move(value), tag, {}}, std::move(der)};
}

/// "#hex": one whole DER element is the encoded value (RFC 4514 section 2.4); any other octets become an OCTET STRING,
/// as CertStrToName makes of them.
Result<Encoded> Parser::encode_hex(std::string oid, std::string_view hex, std::size_t start) const {
    auto octets = from_hex(hex);
    if (!octets || octets->empty())
        return error(errors::name_syntax, start, "'#' is not followed by pairs of hex digits")
            .with_remedy("Quote the value if it is a text that begins with '#'.");
    Bytes value = *std::move(octets);
    if (!der::check_well_formed(value)) {
        der::Writer writer;
        writer.octets(value);
        value = std::move(writer).take();
    }
    NameAttribute attribute{std::move(oid), {}, 0, {}};
    der::Reader reader(value);
    CERTBROKER_TRY(const der::Element element, reader.next());
    CERTBROKER_CHECK(detail::read_attribute_value(element, attribute));
    Bytes der = encode_pair(attribute.oid, value);
    return Encoded{std::move(attribute), std::move(der)};
}

Result<Encoded> Parser::read_attribute() {
    std::string_view label;
    CERTBROKER_TRY(std::string oid, read_type(label));
    skip_blanks();
    const std::size_t start = at_;
    if (!at_end() && is_quote(text_[at_])) {
        CERTBROKER_TRY(std::string value, read_quoted());
        return encode_text(std::move(oid), label, std::move(value), start);
    }
    CERTBROKER_TRY(std::string value, read_unquoted());
    if (!value.empty() && value.front() == '#')
        return encode_hex(std::move(oid), std::string_view(value).substr(1), start);
    return encode_text(std::move(oid), label, std::move(value), start);
}

Result<std::vector<std::vector<Encoded>>> Parser::parse() {
    std::vector<std::vector<Encoded>> rdns;
    std::size_t count = 0;
    bool join = false;
    for (;;) {
        skip_blanks();
        while (!join && flags_.crlf && !at_end() && (is_line_end(text_[at_]) || is_blank(text_[at_])))
            ++at_;
        // A separator at the very end is passed over, as CertStrToName does; a plus sign is not.
        if (at_end() && !join) return rdns;
        const std::size_t start = at_;
        CERTBROKER_TRY(Encoded attribute, read_attribute());
        if (++count > detail::max_name_attributes)
            return error(errors::name_syntax, start, "it has more than 200 attributes");
        if (!join) rdns.emplace_back();
        rdns.back().push_back(std::move(attribute));
        if (at_end()) return rdns;
        join = is_plus(text_[at_]);
        ++at_;
    }
}

} // namespace

Result<Name> Name::parse(std::string_view text, const NameFlags &flags) {
    if (text.size() > detail::max_name_text)
        return fail(errors::name_syntax, "The distinguished name could not be read: it is longer than 512 KiB");
    if (!is_valid_utf8(text))
        return fail(errors::name_syntax, "The distinguished name could not be read: it is not valid UTF-8");
    const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (blank) return Name();
    if (text.find('=') == std::string_view::npos) {
        const std::string shown(trim(text.size() > 200 ? std::string_view("web01.example.com") : text));
        return fail(errors::name_syntax,
                    "The distinguished name could not be read: it has no '=', so no attribute is named (column 1)")
            .with_remedy("Write Subject = \"CN=" + shown + "\", if this is the common name.")
            .with(ErrorNumber::column, 1);
    }
    CERTBROKER_TRY(auto parsed, Parser(text, flags).parse());
    if (flags.reverse) std::reverse(parsed.begin(), parsed.end());

    Name name;
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        for (std::vector<Encoded> &rdn : parsed) {
            std::stable_sort(rdn.begin(), rdn.end(),
                             [](const Encoded &a, const Encoded &b) { return as_text(a.der) < as_text(b.der); });
            RelativeName attributes;
            w.nest(der::set, [&](der::Writer &set) {
                for (Encoded &attribute : rdn) {
                    set.raw(attribute.der);
                    attributes.push_back(std::move(attribute.attribute));
                }
            });
            name.rdns_.push_back(std::move(attributes));
        }
    });
    if (writer.bytes().size() > detail::max_name_der)
        return fail(errors::name_syntax, "The distinguished name could not be encoded: it is larger than 64 KiB");
    name.der_ = std::move(writer).take();
    return name;
}

} // namespace certbroker::x509
