#include "x509/ip.hpp"

#include <array>
#include <charconv>

#include "base/text.hpp"

namespace certbroker::x509::detail {
namespace {

bool append_ipv4(std::string_view text, Bytes &out) {
    const auto parts = split(text, '.');
    if (parts.size() != 4) return false;
    for (const std::string_view part : parts) {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (part.empty() || part.size() > 3 || error != std::errc() || end != part.data() + part.size()) return false;
        if (value > 255 || (part.size() > 1 && part.front() == '0')) return false;
        out.push_back(static_cast<std::uint8_t>(value));
    }
    return true;
}

/// The groups on one side of "::"; an IPv4 address may stand for the last two.
bool append_groups(std::string_view text, bool ipv4_allowed, Bytes &out) {
    if (text.empty()) return true;
    const auto parts = split(text, ':');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string_view part = parts[i];
        if (part.find('.') != std::string_view::npos)
            return ipv4_allowed && i + 1 == parts.size() && append_ipv4(part, out);
        unsigned value = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
        if (part.empty() || part.size() > 4 || error != std::errc() || end != part.data() + part.size()) return false;
        out.push_back(static_cast<std::uint8_t>(value >> 8U));
        out.push_back(static_cast<std::uint8_t>(value & 0xffU));
    }
    return true;
}

std::optional<Bytes> parse_ipv6(std::string_view text) {
    Bytes head;
    const auto gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (!append_groups(text, true, head) || head.size() != 16) return std::nullopt;
        return head;
    }
    const std::string_view rest = text.substr(gap + 2);
    Bytes tail;
    if (rest.find("::") != std::string_view::npos || !append_groups(text.substr(0, gap), false, head) ||
        !append_groups(rest, true, tail))
        return std::nullopt;
    // "::" stands for at least one group.
    if (head.size() + tail.size() > 14) return std::nullopt;
    head.resize(16 - tail.size(), 0);
    head.insert(head.end(), tail.begin(), tail.end());
    return head;
}

} // namespace

std::optional<Bytes> parse_ip(std::string_view text) {
    if (text.empty() || text.size() > 45) return std::nullopt;
    if (text.find(':') != std::string_view::npos) return parse_ipv6(text);
    Bytes out;
    if (!append_ipv4(text, out)) return std::nullopt;
    return out;
}

std::string format_ip(ByteView octets) {
    std::string out;
    if (octets.size() == 4) {
        for (const std::uint8_t octet : octets)
            out += (out.empty() ? "" : ".") + std::to_string(octet);
        return out;
    }
    if (octets.size() != 16) return {};
    const auto group = [&](std::size_t i) { return static_cast<unsigned>(octets[2 * i] << 8U | octets[2 * i + 1]); };
    // The first longest run of two or more zero groups becomes "::".
    std::size_t gap = 8;
    std::size_t gap_length = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t length = 0;
        while (i + length < 8 && group(i + length) == 0)
            ++length;
        if (length > gap_length) {
            gap = i;
            gap_length = length;
        }
    }
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == gap) {
            out += "::";
            i += gap_length - 1;
            continue;
        }
        if (!out.empty() && out.back() != ':') out += ':';
        std::array<char, 5> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), group(i), 16).ptr;
        out.append(text.data(), end);
    }
    return out;
}

} // namespace certbroker::x509::detail
