#include <array>

#include "base/text.hpp"
#include "http/http.hpp"

namespace certbroker::http {
namespace {

void append(SecretBytes &out, std::string_view text) {
    out.insert(out.end(), text.begin(), text.end());
}

void append_hex(SecretBytes &out, std::uint8_t byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    out.push_back(static_cast<std::uint8_t>(digits[byte >> 4U]));
    out.push_back(static_cast<std::uint8_t>(digits[byte & 0xfU]));
}

void append_xml(SecretBytes &out, std::uint8_t byte) {
    switch (byte) {
    case '&':
        return append(out, "&amp;");
    case '<':
        return append(out, "&lt;");
    case '>':
        return append(out, "&gt;");
    case '"':
        return append(out, "&quot;");
    case '\'':
        return append(out, "&apos;");
    case '\t':
        return append(out, "&#9;");
    case '\n':
        return append(out, "&#10;");
    case '\r':
        return append(out, "&#13;");
    default:
        out.push_back(byte);
    }
}

void append_form(SecretBytes &out, std::uint8_t byte) {
    const bool plain = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
                       byte == '-' || byte == '.' || byte == '_' || byte == '~';
    if (plain) {
        out.push_back(byte);
    } else {
        out.push_back('%');
        append_hex(out, byte);
    }
}

void append_json(SecretBytes &out, std::uint8_t byte) {
    if (byte == '"' || byte == '\\') {
        out.push_back('\\');
        out.push_back(byte);
    } else if (byte < 0x20 || byte == 0x7f) {
        append(out, "\\u00");
        append_hex(out, byte);
    } else {
        out.push_back(byte);
    }
}

/// RFC 4648 section 4; base/encoding.hpp's would leave the text in memory that is not wiped.
void append_base64(SecretBytes &out, ByteView bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto at = [&](std::size_t k) { return i + k < bytes.size() ? bytes[i + k] : 0U; };
        const std::uint32_t group = at(0) << 16U | at(1) << 8U | at(2);
        const std::size_t given = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 4; ++k) {
            const char c = k <= given ? alphabet[group >> (18U - 6U * k) & 0x3fU] : '=';
            out.push_back(static_cast<std::uint8_t>(c));
        }
    }
}

void append_escaped(SecretBytes &out, const SecretPlace &place) {
    const ByteView bytes = place.secret.reveal();
    switch (place.escape) {
    case Escape::none:
        out.insert(out.end(), bytes.begin(), bytes.end());
        return;
    case Escape::base64:
        append_base64(out, bytes);
        return;
    case Escape::xml:
        for (const std::uint8_t byte : bytes)
            append_xml(out, byte);
        return;
    case Escape::form:
        for (const std::uint8_t byte : bytes)
            append_form(out, byte);
        return;
    case Escape::json:
        for (const std::uint8_t byte : bytes)
            append_json(out, byte);
        return;
    }
}

} // namespace

SecretBytes place_secrets(ByteView text, const std::vector<SecretPlace> &places) {
    SecretBytes out;
    std::size_t extra = 0;
    for (const SecretPlace &place : places)
        extra += place.secret.size() * 6;
    out.reserve(text.size() + extra);
    std::string_view rest = as_text(text);
    // What was placed is not searched again: a secret may hold what looks like another one's marker.
    while (!rest.empty()) {
        std::size_t nearest = std::string_view::npos;
        const SecretPlace *found = nullptr;
        for (const SecretPlace &place : places) {
            const std::size_t at = place.marker.empty() ? std::string_view::npos : rest.find(place.marker);
            if (at < nearest) {
                nearest = at;
                found = &place;
            }
        }
        append(out, rest.substr(0, nearest));
        if (found == nullptr) break;
        append_escaped(out, *found);
        rest.remove_prefix(nearest + found->marker.size());
    }
    return out;
}

} // namespace certbroker::http
