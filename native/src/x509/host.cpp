#include "x509/host.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"
#include "x509/errors.hpp"
#include "x509/ip.hpp"

namespace certbroker::x509::detail {
namespace {

constexpr std::size_t max_host = 253;
constexpr std::size_t max_label = 63;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_host_character(char c) noexcept {
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || is_digit(c) || c == '-' || c == '_';
}

/// Upper-case letters outside ASCII, by the blocks in which names are written.
bool is_foreign_upper(char32_t c) noexcept {
    if (c < 0xc0) return false;
    if (c <= 0xde) return c != 0xd7;
    if (c >= 0x100 && c <= 0x137) return c % 2 == 0;
    if (c >= 0x139 && c <= 0x148) return c % 2 == 1;
    if (c >= 0x14a && c <= 0x177) return c % 2 == 0;
    if (c >= 0x178 && c <= 0x17e) return c == 0x178 || c % 2 == 1;
    if (c >= 0x386 && c <= 0x3ab) return c != 0x387 && c != 0x390;
    if (c >= 0x400 && c <= 0x42f) return true;
    if (c >= 0x531 && c <= 0x556) return true;
    return c >= 0x1e00 && c <= 0x1eff && c % 2 == 0 && !(c >= 0x1e96 && c <= 0x1e9d);
}

/// Blanks, dots of other scripts, symbols, combining and invisible characters and what is assigned to nobody.
bool is_unusable(char32_t c) noexcept {
    if (c <= 0xbf) return c != 0xb7;
    if (c == 0xd7 || c == 0xf7 || (c >= 0x300 && c <= 0x36f)) return true;
    if (c >= 0x2000 && c <= 0x2bff) return true;
    if ((c >= 0x3000 && c <= 0x3004) || (c >= 0xd800 && c <= 0xf8ff)) return true;
    return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xfe20 && c <= 0xfe6f) || (c >= 0xfeff && c <= 0xffef) || c >= 0xfff0;
}

Error refuse(std::string_view host, const std::string &why) {
    return fail(errors::general_name, "'" + std::string(host.substr(0, max_host)) + "' is not a DNS name: " + why);
}

Result<std::string> label_to_ascii(std::string_view label, std::string_view host) {
    if (label.empty())
        return refuse(host, "a label between its dots is empty")
            .with_remedy("Write the name without a dot at its beginning or end and without two dots in a row.");
    if (is_ascii(label)) {
        if (!std::all_of(label.begin(), label.end(), is_host_character))
            return refuse(host, "only letters, digits, hyphens and underscores are allowed in it");
        if (label.front() == '-' || label.back() == '-') return refuse(host, "a label begins or ends with a hyphen");
        if (label.size() > max_label) return refuse(host, "a label is longer than 63 characters");
        return std::string(label);
    }
    std::u32string points = to_utf32(label);
    for (char32_t &c : points) {
        if (c < 0x80) {
            c = static_cast<char32_t>(static_cast<unsigned char>(ascii_lower(static_cast<char>(c))));
            if (!is_host_character(static_cast<char>(c)))
                return refuse(host, "only letters, digits and hyphens are allowed in it");
        } else if (is_foreign_upper(c)) {
            return refuse(host, "it has an upper-case letter outside ASCII")
                .with_remedy("Write the name in lower case, or its label in the xn-- form.");
        } else if (is_unusable(c)) {
            return refuse(host, "it has a character that no international name may have")
                .with_remedy("Write each letter as one composed character, or the label in its xn-- form.");
        }
    }
    CERTBROKER_TRY(std::string encoded, punycode_encode(points));
    if (encoded.size() + 4 > max_label) return refuse(host, "a label is longer than 63 characters in its xn-- form");
    return "xn--" + encoded;
}

} // namespace

Result<std::string> punycode_encode(std::u32string_view label) {
    constexpr std::uint32_t base = 36;
    constexpr std::uint32_t tmin = 1;
    constexpr std::uint32_t tmax = 26;
    constexpr std::uint32_t skew = 38;
    constexpr std::uint32_t damp = 700;
    const auto digit = [](std::uint32_t d) {
        return static_cast<char>(d < 26 ? 'a' + static_cast<int>(d) : '0' + static_cast<int>(d) - 26);
    };

    // 64 characters leave no room for an overflow of 32 bits: 0x10ffff * 65 fits.
    if (label.size() > 64)
        return fail(errors::general_name, "A label could not be encoded for DNS: it is longer than 63 characters");
    std::string out;
    for (const char32_t c : label) {
        if (c < 0x80) out.push_back(static_cast<char>(c));
    }
    const auto basic = static_cast<std::uint32_t>(out.size());
    std::uint32_t handled = basic;
    if (basic > 0) out.push_back('-');

    std::uint32_t n = 0x80;
    std::uint32_t delta = 0;
    std::uint32_t bias = 72;
    while (handled < label.size()) {
        std::uint32_t next = 0x10ffff;
        for (const char32_t c : label) {
            if (c >= n && c < next) next = c;
        }
        delta += (next - n) * (handled + 1);
        n = next;
        for (const char32_t c : label) {
            if (c < n) ++delta;
            if (c != n) continue;
            std::uint32_t q = delta;
            for (std::uint32_t k = base;; k += base) {
                const std::uint32_t t = k <= bias ? tmin : k >= bias + tmax ? tmax : k - bias;
                if (q < t) break;
                out.push_back(digit(t + (q - t) % (base - t)));
                q = (q - t) / (base - t);
            }
            out.push_back(digit(q));
            delta = handled == basic ? delta / damp : delta / 2;
            delta += delta / (handled + 1);
            std::uint32_t k = 0;
            for (; delta > (base - tmin) * tmax / 2; k += base)
                delta /= base - tmin;
            bias = k + (base - tmin + 1) * delta / (delta + skew);
            delta = 0;
            ++handled;
        }
        ++delta;
        ++n;
    }
    return out;
}

Result<std::string> host_to_ascii(std::string_view host, bool wildcard) {
    // Four octets a character at most: anything longer cannot become a name of 253.
    if (host.empty() || host.size() > max_host * 4) return refuse(host, "it is empty or longer than 253 characters");
    if (!is_valid_utf8(host)) return refuse("?", "it is not valid UTF-8");
    if (parse_ip(host))
        return refuse(host, "it is an IP address").with_remedy("Write ipaddress=" + std::string(host) + " instead.");
    const std::vector<std::string_view> labels = split(host, '.');
    std::string out;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (i > 0) out += '.';
        if (labels[i].find('*') != std::string_view::npos) {
            if (!wildcard) return refuse(host, "no wildcard is allowed here");
            if (i != 0 || labels[i] != "*")
                return refuse(host, "a wildcard must be the whole leftmost label, as in *.example.com");
            if (labels.size() < 3)
                return refuse(host, "a wildcard needs at least two labels behind it; no client matches a shorter one");
            out += '*';
            continue;
        }
        CERTBROKER_TRY(const std::string label, label_to_ascii(labels[i], host));
        out += label;
    }
    if (out.size() > max_host) return refuse(host, "it is longer than 253 characters");
    return out;
}

} // namespace certbroker::x509::detail
