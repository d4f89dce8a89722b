#include <algorithm>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/findings.hpp"
#include "profile/person.hpp"

/// Templates with {{variables}}. A template is taken apart first and the values are put in afterwards, once: what a
/// value holds can neither end an attribute nor name another variable.
namespace certbroker::profile {
namespace {

constexpr std::size_t max_template = std::size_t{8} * 1024;
constexpr std::size_t max_variables = 100;
constexpr std::size_t max_name = 128;
constexpr std::size_t max_directory_name_parts = 100;

struct Piece {
    bool variable = false;
    std::string text; ///< as it stands, or the variable's name
};

/// type=value of a subject template.
struct Attribute {
    std::string type;          ///< empty for a variable that stands alone
    std::vector<Piece> pieces; ///< of the value, without its quotes
    std::string plain;         ///< the whole attribute as typed, when it has no variable
    char separator = 0;        ///< what comes behind it; 0 at the end
    bool has_variable() const noexcept {
        return std::any_of(pieces.begin(), pieces.end(), [](const Piece &piece) { return piece.variable; });
    }
};

Error wrong(std::string_view text, const std::string &why) {
    return fail(errors::person_template, "The template " + shown(text) + " could not be used: " + why);
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_separator(char c) noexcept {
    return c == ',' || c == ';' || c == '+';
}

/// Reads "{{name}}" at the start of `rest`; its size in the template goes to `size`.
Result<std::string> read_variable(std::string_view text, std::string_view rest, std::size_t &size) {
    const auto end = rest.find("}}", 2);
    if (end == std::string_view::npos) return wrong(text, "a {{ is not closed by }}");
    std::string_view name = rest.substr(2, end - 2);
    while (!name.empty() && is_blank(name.front()))
        name.remove_prefix(1);
    while (!name.empty() && is_blank(name.back()))
        name.remove_suffix(1);
    const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
        return c == '{' || c == '}' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (name.empty() || name.size() > max_name || odd) return wrong(text, "a {{ is not followed by a name and }}");
    size = end + 2;
    return std::string(name);
}

Result<void> check_text(std::string_view text) {
    if (text.size() > max_template)
        return fail(errors::person_template, "A template could not be used: it is longer than 8 KiB");
    if (!is_valid_utf8(text))
        return fail(errors::person_template, "A template could not be used: it is not valid UTF-8");
    return {};
}

class SubjectTemplate {
public:
    explicit SubjectTemplate(std::string_view text) : text_(text) {}
    Result<std::vector<Attribute>> read();

private:
    bool at_end() const noexcept { return at_ == text_.size(); }
    std::string_view rest() const noexcept { return text_.substr(at_); }
    bool at_variable() const noexcept { return rest().starts_with("{{"); }
    void skip_blanks() noexcept {
        while (!at_end() && is_blank(text_[at_]))
            ++at_;
    }
    Result<void> add_variable(Attribute &attribute);
    Result<void> read_type(Attribute &attribute);
    Result<void> read_quoted(Attribute &attribute);
    Result<void> read_unquoted(Attribute &attribute);
    Result<Attribute> read_attribute();

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t variables_ = 0;
};

void add_character(Attribute &attribute, char c) {
    if (attribute.pieces.empty() || attribute.pieces.back().variable) attribute.pieces.emplace_back();
    attribute.pieces.back().text += c;
}

Result<void> SubjectTemplate::add_variable(Attribute &attribute) {
    if (++variables_ > max_variables) return wrong(text_, "it has more than 100 variables");
    std::size_t size = 0;
    CERTBROKER_TRY(std::string name, read_variable(text_, rest(), size));
    attribute.pieces.push_back({true, std::move(name)});
    at_ += size;
    return {};
}

/// The type and its '='; or one variable that stands alone.
Result<void> SubjectTemplate::read_type(Attribute &attribute) {
    if (at_variable()) {
        CERTBROKER_CHECK(add_variable(attribute));
        skip_blanks();
        if (at_end() || is_separator(text_[at_])) return {};
        return wrong(text_, "a variable stands in front of '=', or something follows one that stands alone");
    }
    const std::size_t start = at_;
    while (!at_end() && text_[at_] != '=' && !is_separator(text_[at_]) && !at_variable())
        ++at_;
    attribute.type = std::string(trim(text_.substr(start, at_ - start)));
    if (!at_end() && at_variable()) return wrong(text_, "a variable stands where an attribute begins");
    if (!at_end() && text_[at_] == '=') ++at_;
    return {};
}

Result<void> SubjectTemplate::read_quoted(Attribute &attribute) {
    ++at_;
    for (;;) {
        if (at_end()) return wrong(text_, "a quote is not closed");
        if (at_variable()) {
            CERTBROKER_CHECK(add_variable(attribute));
        } else if (text_[at_] != '"') {
            add_character(attribute, text_[at_++]);
        } else if (rest().starts_with("\"\"")) {
            add_character(attribute, '"');
            at_ += 2;
        } else {
            break;
        }
    }
    ++at_;
    skip_blanks();
    if (!at_end() && !is_separator(text_[at_])) return wrong(text_, "a separator is missing behind a closing quote");
    return {};
}

Result<void> SubjectTemplate::read_unquoted(Attribute &attribute) {
    bool odd = false;
    while (!at_end() && !is_separator(text_[at_])) {
        if (at_variable()) {
            CERTBROKER_CHECK(add_variable(attribute));
            continue;
        }
        odd = odd || text_[at_] == '"' || text_[at_] == '=';
        add_character(attribute, text_[at_++]);
    }
    if (!attribute.has_variable()) return {};
    // "CN={{UserName}} O=Example" is a forgotten comma far more often than a name.
    if (odd)
        return wrong(text_, "an equals sign or a quote stands in the value of " + shown(attribute.type))
            .with_remedy(
                "Put a comma in front of the next attribute, or quote the whole value: CN=\"{{UserName}} = x\".");
    Piece &last = attribute.pieces.back();
    while (!last.variable && !last.text.empty() && is_blank(last.text.back()))
        last.text.pop_back();
    return {};
}

Result<Attribute> SubjectTemplate::read_attribute() {
    Attribute attribute;
    skip_blanks();
    const std::size_t start = at_;
    CERTBROKER_CHECK(read_type(attribute));
    if (!attribute.has_variable()) {
        skip_blanks();
        if (!at_end() && text_[at_] == '"') {
            CERTBROKER_CHECK(read_quoted(attribute));
        } else {
            CERTBROKER_CHECK(read_unquoted(attribute));
        }
    }
    if (!attribute.has_variable()) attribute.plain = std::string(text_.substr(start, at_ - start));
    if (!at_end()) attribute.separator = text_[at_++];
    return attribute;
}

Result<std::vector<Attribute>> SubjectTemplate::read() {
    CERTBROKER_CHECK(check_text(text_));
    std::vector<Attribute> attributes;
    while (!at_end()) {
        CERTBROKER_TRY(Attribute attribute, read_attribute());
        const bool joined = attribute.separator == '+' || (!attributes.empty() && attributes.back().separator == '+');
        if (attribute.type.empty() && attribute.has_variable() && joined)
            return wrong(text_, "a variable that stands alone is joined by a plus sign");
        attributes.push_back(std::move(attribute));
    }
    return attributes;
}

/// A name template's pieces. What CertBroker's forerunners could not have behind a variable is refused here too, so
/// that a template means the same in both.
Result<std::vector<Piece>> read_name_template(std::string_view text) {
    CERTBROKER_CHECK(check_text(text));
    std::vector<Piece> pieces;
    std::size_t variables = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with("{{")) {
            if (++variables > max_variables) return wrong(text, "it has more than 100 variables");
            std::size_t size = 0;
            CERTBROKER_TRY(std::string name, read_variable(text, text.substr(at), size));
            pieces.push_back({true, std::move(name)});
            at += size;
            continue;
        }
        const char c = text[at++];
        if (variables > 0 && (c == '{' || c == '}' || c == '|' || c == ';'))
            return wrong(text, "the text behind a variable holds { } | or ;");
        if (pieces.empty() || pieces.back().variable) pieces.emplace_back();
        pieces.back().text += c;
    }
    return pieces;
}

/// The value of a variable of that template; a missing one is an error.
Result<std::string> value_of(const std::string &variable, std::string_view text, const Person &person) {
    CERTBROKER_TRY(std::optional<std::string> value, person.find(variable));
    if (value) return *std::move(value);
    auto missing = fail(errors::person_variable, "The template " + shown(text) + " could not be filled for " +
                                                     person.label() + ": there is no {{" + variable + "}}");
    if (const auto meant = nearest(variable, person.known_names()); meant && !iequals(*meant, variable))
        return std::move(missing).with_remedy("Write {{" + *meant + "}}, if that was meant, or give " + person.label() +
                                              " a " + variable + ".");
    return std::move(missing).with_remedy("Give " + person.label() + " a " + variable +
                                          ", or take the variable out of the template.");
}

Result<std::string> expand(const std::vector<Piece> &pieces, std::string_view text, const Person &person) {
    std::string out;
    for (const Piece &piece : pieces) {
        if (!piece.variable) {
            out += piece.text;
            continue;
        }
        CERTBROKER_TRY(const std::string value, value_of(piece.text, text, person));
        out += value;
    }
    return out;
}

void append_quoted(std::string &out, std::string_view type, std::string_view value) {
    out += type;
    out += "=\"";
    for (const char c : value) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

/// A distinguished name as directories write it (RFC 4514, backslashes escape), for x509::Name::parse, to which a
/// backslash is a character like any other.
class DirectoryName {
public:
    explicit DirectoryName(std::string_view text) : text_(text) {}
    Result<std::string> rewrite();

private:
    static Error bad(const char *why) {
        return fail(errors::person_value, std::string("It is not a distinguished name: ") + why);
    }
    bool at_end() const noexcept { return at_ == text_.size(); }
    Result<std::string> read_value();
    Result<char> read_escaped();

    std::string_view text_;
    std::size_t at_ = 0;
};

Result<char> DirectoryName::read_escaped() {
    ++at_;
    if (at_end()) return bad("it ends in a backslash");
    if (at_ + 2 <= text_.size()) {
        if (const auto octet = from_hex(text_.substr(at_, 2)); octet && octet->size() == 1) {
            if (octet->front() < 0x20 || octet->front() == 0x7f) return bad("it holds a control character");
            at_ += 2;
            return static_cast<char>(octet->front());
        }
    }
    return text_[at_++];
}

Result<std::string> DirectoryName::read_value() {
    std::string value;
    std::size_t kept = 0; ///< blanks at the end do not count unless they are escaped
    while (!at_end() && text_[at_] == ' ')
        ++at_;
    while (!at_end() && !is_separator(text_[at_])) {
        if (text_[at_] == '\\') {
            CERTBROKER_TRY(const char c, read_escaped());
            value += c;
            kept = value.size();
        } else {
            if (text_[at_] == '"' || text_[at_] == '=') return bad("a quote or an equals sign stands in a value");
            value += text_[at_++];
            if (value.back() != ' ') kept = value.size();
        }
    }
    value.resize(kept);
    return value;
}

Result<std::string> DirectoryName::rewrite() {
    std::string out;
    for (std::size_t parts = 0; !at_end(); ++parts) {
        if (parts == max_directory_name_parts) return bad("it has more than 100 parts");
        const auto equals = text_.find('=', at_);
        if (equals == std::string_view::npos) return bad("a part of it has no '='");
        const std::string_view type = trim(text_.substr(at_, equals - at_));
        if (type.find_first_of(",;+\\\"#") != std::string_view::npos || type.empty())
            return bad("an attribute is not named");
        at_ = equals + 1;
        const bool hex = text_.substr(at_).starts_with('#');
        CERTBROKER_TRY(const std::string value, read_value());
        if (!is_valid_utf8(value)) return bad("its escaped octets are not UTF-8");
        if (hex) {
            // An escaped separator in it would end the part: only digits go on as they are.
            if (!from_hex(std::string_view(value).substr(1))) return bad("'#' is not followed by pairs of hex digits");
            out += std::string(type) + "=" + value;
        } else {
            append_quoted(out, type, value);
        }
        if (at_end()) break;
        out += text_[at_++] == '+' ? '+' : ',';
        if (at_end()) return bad("it ends in a separator");
    }
    return out;
}

/// What a variable that stands alone expands to. Only one of them is a name.
Result<std::string> expand_alone(const std::string &variable, std::string_view text, const Person &person) {
    std::string folded = ascii_lower(variable);
    folded.erase(std::remove(folded.begin(), folded.end(), '_'), folded.end());
    if (folded != "onpremdistinguishedname" && folded != "onpremisesdistinguishedname" && folded != "distinguishedname")
        return wrong(text, "{{" + variable + "}} stands where an attribute is needed")
            .with_remedy("Write an attribute in front of it, as in CN={{" + variable +
                         "}}; only {{OnPrem_Distinguished_Name}} is a name by itself.");
    CERTBROKER_TRY(const std::string value, value_of(variable, text, person));
    auto name = DirectoryName(value).rewrite();
    if (name) return name;
    return fail(errors::person_value, "The value of {{" + variable + "}} could not be used for " + person.label())
        .because(std::move(name).error());
}

} // namespace

Result<std::string> expand_subject(std::string_view subject, const Person &person) {
    CERTBROKER_TRY(const std::vector<Attribute> attributes, SubjectTemplate(subject).read());
    std::string out;
    for (const Attribute &attribute : attributes) {
        if (!attribute.has_variable()) {
            out += attribute.plain;
        } else if (attribute.type.empty()) {
            CERTBROKER_TRY(const std::string name, expand_alone(attribute.pieces.front().text, subject, person));
            out += name;
        } else {
            CERTBROKER_TRY(const std::string value, expand(attribute.pieces, subject, person));
            append_quoted(out, attribute.type, value);
        }
        if (attribute.separator != 0) out += attribute.separator;
    }
    return out;
}

Result<std::string> expand_name(std::string_view text, const Person &person) {
    CERTBROKER_TRY(const std::vector<Piece> pieces, read_name_template(text));
    return expand(pieces, text, person);
}

Result<void> check_subject_template(std::string_view subject) {
    CERTBROKER_CHECK(SubjectTemplate(subject).read());
    return {};
}

Result<void> check_name_template(std::string_view text) {
    CERTBROKER_CHECK(read_name_template(text));
    return {};
}

} // namespace certbroker::profile
