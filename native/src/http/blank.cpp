#include "http/blank.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "base/text.hpp"
#include "http/http.hpp"

namespace certbroker::http::detail {
namespace {

constexpr std::size_t max_tag = 64UL * 1024;

bool ends_with_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.ends_with(word); });
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

/// "wsse:Challenge-Password_2" is "challengepassword".
std::string plain_name(std::string_view name) {
    if (const auto colon = name.rfind(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
    std::string plain;
    for (const char c : name) {
        if (c != '-' && c != '_' && c != '.' && c != ' ') plain += ascii_lower(c);
    }
    while (!plain.empty() && plain.back() >= '0' && plain.back() <= '9' && plain != "pkcs12")
        plain.pop_back();
    return plain;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Reads a text from its start, and writes what may be seen of it.
class FieldBlanker {
public:
    explicit FieldBlanker(std::string_view text) : text_(text) { out_.reserve(text.size()); }

    std::string run() {
        while (at_ < text_.size()) {
            if (text_[at_] == '<')
                tag();
            else if (text_[at_] == '"')
                member();
            else
                copy_to(at_ + 1);
        }
        return std::move(out_);
    }

private:
    void copy_to(std::size_t end) {
        out_ += text_.substr(at_, end - at_);
        at_ = end;
    }
    void blank_to(std::size_t end) {
        if (end > at_) out_ += blanked;
        at_ = end;
    }
    std::size_t skip_blanks(std::size_t at) const {
        while (at < text_.size() && is_blank(text_[at]))
            ++at;
        return at;
    }

    /// Where the tag that begins here ends (its '>'); npos when it is none.
    std::size_t tag_end() const {
        const std::size_t limit = std::min(text_.size(), at_ + max_tag);
        char quote = '\0';
        for (std::size_t i = at_ + 1; i < limit; ++i) {
            const char c = text_[i];
            if (quote != '\0') {
                if (c == quote) quote = '\0';
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                return i;
            } else if (c == '<') {
                return std::string_view::npos;
            }
        }
        return std::string_view::npos;
    }

    struct Attribute {
        std::string_view name;
        std::size_t value = 0, value_end = 0; ///< in the text, without quotes
    };
    std::optional<Attribute> next_attribute(std::size_t from, std::size_t end) const {
        from = skip_blanks(from);
        const std::size_t name = from;
        while (from < end && text_[from] != '=' && !is_blank(text_[from]))
            ++from;
        Attribute attribute{text_.substr(name, from - name)};
        from = skip_blanks(from);
        if (from >= end) return std::nullopt;
        if (text_[from] != '=') { // HTML: a name alone
            attribute.value = attribute.value_end = from;
            return attribute;
        }
        from = skip_blanks(from + 1);
        if (from < end && (text_[from] == '"' || text_[from] == '\'')) {
            attribute.value = from + 1;
            attribute.value_end = std::min(end, text_.find(text_[from], from + 1));
        } else {
            attribute.value = attribute.value_end = from;
            while (attribute.value_end < end && !is_blank(text_[attribute.value_end]))
                ++attribute.value_end;
        }
        return attribute;
    }

    void tag() {
        const std::size_t end = tag_end();
        const char first = at_ + 1 < text_.size() ? text_[at_ + 1] : '>';
        if (end == std::string_view::npos || first == '/' || first == '!' || first == '?') {
            copy_to(at_ + 1);
            return;
        }
        std::size_t name_end = at_ + 1;
        while (name_end < end && !is_blank(text_[name_end]) && text_[name_end] != '/')
            ++name_end;
        const std::string_view name = text_.substr(at_ + 1, name_end - at_ - 1);
        // <add key="Password" value="..."/> and <input name="password" value="..."> say it in another place.
        bool secret = is_secret_name(name);
        for (auto a = next_attribute(name_end, end); a; a = next_attribute(a->value_end + 1, end)) {
            if (is_one_of(plain_name(a->name), {"name", "key", "id"}))
                secret = secret || is_secret_name(text_.substr(a->value, a->value_end - a->value));
        }
        for (auto a = next_attribute(name_end, end); a; a = next_attribute(a->value_end + 1, end)) {
            if (is_secret_name(a->name) || (secret && plain_name(a->name) == "value")) {
                copy_to(a->value);
                blank_to(a->value_end);
            }
        }
        const bool empty = text_[end - 1] == '/';
        copy_to(end + 1);
        if (secret && !empty && !is_one_of(ascii_lower(name), {"input", "meta", "param"}))
            blank_to(std::min(text_.size(), text_.find("</" + std::string(name), at_)));
    }

    /// Behind the quote that ends the string which begins here; npos when none does.
    std::size_t string_end(std::size_t at) const {
        for (++at; at < text_.size(); ++at) {
            if (text_[at] == '\\')
                ++at;
            else if (text_[at] == '"')
                return at + 1;
        }
        return std::string_view::npos;
    }

    /// Behind the value that begins here, whatever it is.
    std::size_t value_end(std::size_t at) const {
        if (at < text_.size() && text_[at] == '"') return std::min(text_.size(), string_end(at));
        int depth = 0;
        for (; at < text_.size(); ++at) {
            const char c = text_[at];
            if (c == '"') {
                at = string_end(at);
                if (at == std::string_view::npos) return text_.size();
                --at;
            } else if (c == '{' || c == '[') {
                ++depth;
            } else if (c == '}' || c == ']') {
                if (depth == 0) return at;
                if (--depth == 0) return at + 1;
            } else if (depth == 0 && (c == ',' || is_blank(c))) {
                return at;
            }
        }
        return at;
    }

    void member() {
        if (no_string_) return copy_to(at_ + 1);
        const std::size_t end = string_end(at_);
        if (end == std::string_view::npos) {
            no_string_ = true;
            return copy_to(at_ + 1);
        }
        const std::size_t colon = skip_blanks(end);
        if (colon >= text_.size() || text_[colon] != ':') {
            // In running text and in attributes a quote may stand for itself: the next one is looked at as well.
            return copy_to(at_ + 1);
        }
        const bool secret = is_secret_name(text_.substr(at_ + 1, end - at_ - 2));
        copy_to(skip_blanks(colon + 1));
        if (!secret) return;
        const std::size_t value = value_end(at_);
        const bool quoted = at_ < text_.size() && text_[at_] == '"';
        if (!quoted) return blank_to(value);
        out_ += '"';
        out_ += blanked;
        out_ += '"';
        at_ = value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string out_;
    bool no_string_ = false; ///< no quote from here on has another one that ends it
};

std::string blank_private_keys(std::string_view text) {
    constexpr std::string_view begin = "-----BEGIN ";
    constexpr std::string_view label_end = "PRIVATE KEY-----";
    std::string out;
    for (;;) {
        const std::size_t start = text.find(begin);
        const std::size_t label = start == std::string_view::npos ? start : text.find("-----", start + begin.size());
        if (label == std::string_view::npos) break;
        const std::size_t body = label + 5;
        out += text.substr(0, body);
        const bool secret = text.substr(0, body).ends_with(label_end);
        text.remove_prefix(body);
        if (!secret) continue;
        out += '\n';
        out += blanked;
        out += '\n';
        const std::size_t end = text.find("-----END ");
        text = end == std::string_view::npos ? std::string_view() : text.substr(end);
    }
    out += text;
    return out;
}

void replace_all(std::string &text, std::string_view what) {
    if (what.empty()) return;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + blanked.size()))
        text.replace(at, what.size(), blanked);
}

} // namespace

bool is_secret_name(std::string_view name) {
    if (name.size() > 200) return false;
    const std::string plain = plain_name(name);
    return ends_with_one_of(plain, {"password", "passwd", "passphrase", "passcode", "pwd", "secret", "apikey",
                                    "privatekey", "challenge", "pkcs12", "pfx", "authcode", "enrollmentcode",
                                    "accesstoken", "refreshtoken", "idtoken", "authtoken", "sessionid"}) ||
           is_one_of(plain, {"token", "otp", "pin", "p12"});
}

std::string blank_fields(std::string_view text) {
    return FieldBlanker(blank_private_keys(text)).run();
}

std::string blank_form(std::string_view text) {
    std::string out;
    for (const std::string_view pair : split(text, '&')) {
        if (!out.empty()) out += '&';
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || !is_secret_name(pair.substr(0, equals))) {
            out += pair;
        } else {
            out += pair.substr(0, equals + 1);
            out += blanked;
        }
    }
    return out;
}

std::string blank_header(std::string_view name, std::string_view value) {
    const std::string plain = plain_name(name);
    // "Basic realm=..." is a question; "Negotiate oYG2..." is an answer with somebody's ticket in it.
    const bool asks = plain == "wwwauthenticate" || plain == "proxyauthenticate";
    const bool question = asks && value.find('=') != std::string_view::npos && !istarts_with(value, "negotiate") &&
                          !istarts_with(value, "ntlm");
    if (question) return std::string(value);
    if (asks || ends_with_one_of(plain, {"authorization"})) {
        const std::size_t blank = value.find(' ');
        return blank == std::string_view::npos && asks ? std::string(value)
                                                       : std::string(value.substr(0, blank + 1)) + std::string(blanked);
    }
    const bool secret = is_secret_name(name) || plain.find("cookie") != std::string::npos ||
                        ends_with_one_of(plain, {"token", "key", "session", "credential", "credentials"});
    return secret ? std::string(blanked) : std::string(value);
}

void blank_secret(std::string &text, const Secret &secret) {
    if (secret.size() < 4) return;
    for (const Escape escape : {Escape::none, Escape::xml, Escape::form, Escape::json, Escape::base64}) {
        // The marker gives its place to the secret as the client would write it.
        const SecretBytes written = place_secrets(as_bytes("@"), {{"@", secret, escape}});
        replace_all(text, as_text(written));
        if (escape != Escape::form) continue;
        // %2F and %2f are the same.
        SecretBytes lower = written;
        for (std::size_t i = 0; i + 2 < lower.size(); ++i) {
            if (lower[i] != '%') continue;
            for (const std::size_t digit : {i + 1, i + 2})
                lower[digit] = static_cast<std::uint8_t>(ascii_lower(static_cast<char>(lower[digit])));
        }
        replace_all(text, as_text(lower));
    }
}

} // namespace certbroker::http::detail
