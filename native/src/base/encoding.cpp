#include "base/encoding.hpp"

#include <array>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace certbroker {
namespace {

constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

constexpr std::array<signed char, 256> make_base64_table() {
    std::array<signed char, 256> table{};
    for (auto &value : table)
        value = -1;
    for (std::size_t i = 0; i < base64_alphabet.size(); ++i)
        table[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<signed char>(i);
    return table;
}

/// What people paste around hex digits: separators, quotes and invisible formatting characters.
bool is_paste_noise(char32_t c) noexcept {
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ':':
    case '-':
    case '"':
    case '\'':
    case 0x00a0:
    case 0x202f:
    case 0x2018:
    case 0x2019:
    case 0x201c:
    case 0x201d:
    case 0x201e:
    case 0x00ab:
    case 0x00bb:
    case 0xfeff:
        return true;
    default:
        return (c >= 0x2000 && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069);
    }
}

} // namespace

std::string to_hex(ByteView bytes, bool upper) {
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        out.push_back(digits[byte >> 4U]);
        out.push_back(digits[byte & 0x0fU]);
    }
    return out;
}

Result<Bytes> from_hex(std::string_view text) {
    Bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size();) {
        if (is_blank(text[i]) || text[i] == ':') {
            ++i;
            continue;
        }
        const int high = hex_value(text[i]);
        const int low = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
        if (high < 0 || low < 0)
            return fail(errors::encoding,
                        "Hex could not be read: there is no pair of hex digits at character " + std::to_string(i + 1));
        out.push_back(static_cast<std::uint8_t>(high << 4 | low));
        i += 2;
    }
    return out;
}

std::string to_base64(ByteView bytes, std::size_t columns, std::string_view line_end) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4 + (columns > 0 ? bytes.size() / columns * 3 : 0));
    std::size_t column = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        if (columns > 0 && column == columns) {
            out += line_end;
            column = 0;
        }
        const std::size_t left = bytes.size() - i;
        const std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16U |
                                    (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8U : 0U) |
                                    (left > 2 ? static_cast<std::uint32_t>(bytes[i + 2]) : 0U);
        out.push_back(base64_alphabet[group >> 18U & 63U]);
        out.push_back(base64_alphabet[group >> 12U & 63U]);
        out.push_back(left > 1 ? base64_alphabet[group >> 6U & 63U] : '=');
        out.push_back(left > 2 ? base64_alphabet[group & 63U] : '=');
        column += 4;
    }
    return out;
}

Result<Bytes> from_base64(std::string_view text) {
    static constexpr auto table = make_base64_table();
    Bytes out;
    out.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    int count = 0;
    int padding = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_blank(c)) continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const int value = table[static_cast<unsigned char>(c)];
        if (value < 0 || padding > 0)
            return fail(errors::encoding,
                        "Base64 could not be read: character " + std::to_string(i + 1) + " does not belong there");
        group = group << 6U | static_cast<std::uint32_t>(value);
        if (++count == 4) {
            out.push_back(static_cast<std::uint8_t>(group >> 16U));
            out.push_back(static_cast<std::uint8_t>(group >> 8U));
            out.push_back(static_cast<std::uint8_t>(group));
            group = 0;
            count = 0;
        }
    }
    const bool padding_fits = padding == 0 || (count == 2 && padding == 2) || (count == 3 && padding == 1);
    if (count == 1 || !padding_fits)
        return fail(errors::encoding, "Base64 could not be read: it is cut off or wrongly padded");
    if (count >= 2) out.push_back(static_cast<std::uint8_t>(count == 2 ? group >> 4U : group >> 10U));
    if (count == 3) out.push_back(static_cast<std::uint8_t>(group >> 2U));
    return out;
}

std::string to_pem(std::string_view label, ByteView bytes, std::string_view line_end) {
    std::string out = "-----BEGIN " + std::string(label) + "-----";
    out += line_end;
    if (!bytes.empty()) {
        out += to_base64(bytes, 64, line_end);
        out += line_end;
    }
    out += "-----END " + std::string(label) + "-----";
    out += line_end;
    return out;
}

bool looks_like_pem(std::string_view text) noexcept {
    return text.find("-----BEGIN ") != std::string_view::npos;
}

Result<std::vector<PemBlock>> from_pem(std::string_view text, std::size_t limit) {
    constexpr std::string_view begin = "-----BEGIN ";
    constexpr std::string_view dashes = "-----";
    std::vector<PemBlock> blocks;
    for (;;) {
        const auto start = text.find(begin);
        if (start == std::string_view::npos) break;
        if (blocks.size() == limit)
            return fail(errors::too_large,
                        "PEM could not be read: it has more than " + std::to_string(limit) + " blocks");
        const auto label_end = text.find(dashes, start + begin.size());
        if (label_end == std::string_view::npos)
            return fail(errors::encoding, "PEM could not be read: the BEGIN line is not complete");
        const std::string label(text.substr(start + begin.size(), label_end - start - begin.size()));
        const std::string end_line = "-----END " + label + "-----";
        const auto body_start = label_end + dashes.size();
        const auto body_end = text.find(end_line, body_start);
        if (label.size() > 64 || body_end == std::string_view::npos)
            return fail(errors::encoding, "PEM could not be read: the END line that matches its BEGIN line is missing");
        const auto body = text.substr(body_start, body_end - body_start);
        if (body.find("Proc-Type:") != std::string_view::npos)
            return fail(errors::encoding,
                        "PEM could not be read: encrypted blocks with RFC 1421 headers are not supported")
                .with_remedy("Convert the key to PKCS#8 or the files to PFX first (openssl pkcs8 -topk8).");
        auto bytes = from_base64(body);
        if (!bytes)
            return fail(errors::encoding, "PEM block '" + label + "' could not be read")
                .because(std::move(bytes).error());
        blocks.push_back({label, *std::move(bytes)});
        text.remove_prefix(body_end + end_line.size());
    }
    if (blocks.empty()) return fail(errors::encoding, "PEM could not be read: there is no BEGIN line");
    return blocks;
}

Result<std::string> normalize_thumbprint(std::string_view text) {
    std::string out;
    if (text.size() <= 1024) {
        for (const char32_t c : to_utf32(text)) {
            if (is_paste_noise(c)) continue;
            if (c > 0x7f || hex_value(static_cast<char>(c)) < 0) {
                out.clear();
                break;
            }
            out.push_back(static_cast<char>(c));
        }
    }
    if (out.size() != 40)
        return fail(
            errors::argument,
            "The thumbprint could not be read: it needs 40 hex digits, and blanks, colons or quotes at most besides");
    return ascii_upper(out);
}

} // namespace certbroker
