#include "provider/redactor.hpp"

#include "base/text.hpp"
#include "http/blank.hpp"

namespace certbroker::provider {

void Redactor::add(const Secret &secret) {
    if (secret.size() < 4) return;
    for (const Secret &known : secrets_) {
        if (equal(known.reveal(), secret.reveal())) return;
    }
    secrets_.push_back(secret);
}

std::string Redactor::clean(std::string_view text, std::size_t limit) const {
    std::string out(text);
    for (const Secret &secret : secrets_) {
        const std::string_view value = as_text(secret.reveal());
        for (std::size_t at = out.find(value); at != std::string::npos; at = out.find(value, at + 3))
            out.replace(at, value.size(), "***");
    }
    if (!is_valid_utf8(out)) {
        std::string valid;
        for (const char32_t c : to_utf32(out))
            append_utf8(valid, c);
        out = std::move(valid);
    }
    for (char &c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    if (out.size() > limit) {
        out.resize(limit);
        while (!is_valid_utf8(out))
            out.pop_back();
        out += "...";
    }
    return out;
}

std::string Redactor::blank(std::string_view text) const {
    std::string out(text);
    for (const Secret &secret : secrets_)
        http::detail::blank_secret(out, secret);
    return out;
}

bool Redactor::holds_secret(ByteView bytes) const {
    for (const Secret &secret : secrets_) {
        if (as_text(bytes).find(as_text(secret.reveal())) != std::string_view::npos) return true;
    }
    return false;
}

} // namespace certbroker::provider
