#include "der.hpp"

#include <array>
#include <cstdint>

namespace microsoft_ca::der {
namespace {

constexpr char sequence = '\x30', oid_tag = '\x06', bit_string = '\x03';
constexpr std::size_t most = 200;

/// The content of the element at the front, which is taken off; nothing when it has another tag or is cut off.
std::optional<std::string_view> take(std::string_view &from, char tag) {
    if (from.size() < 2 || from[0] != tag) return std::nullopt;
    std::size_t size = static_cast<unsigned char>(from[1]);
    std::size_t head = 2;
    if (size >= 0x80) {
        const std::size_t octets = size & 0x7fU;
        if (octets == 0 || octets > 3 || from.size() < 2 + octets) return std::nullopt;
        size = 0;
        for (std::size_t i = 0; i < octets; ++i)
            size = size << 8U | static_cast<unsigned char>(from[2 + i]);
        head += octets;
    }
    if (from.size() - head < size) return std::nullopt;
    const std::string_view content = from.substr(head, size);
    from.remove_prefix(head + size);
    return content;
}

std::optional<std::string> dotted(std::string_view content) {
    if (content.empty() || content.size() > 64) return std::nullopt;
    std::string out;
    std::uint64_t arc = 0;
    bool first = true;
    for (const char c : content) {
        const auto octet = static_cast<unsigned char>(c);
        if (arc > (UINT64_MAX >> 7U)) return std::nullopt;
        arc = arc << 7U | (octet & 0x7fU);
        if ((octet & 0x80U) != 0) continue;
        if (first) {
            const std::uint64_t root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
            out = std::to_string(root) + "." + std::to_string(arc - root * 40);
            first = false;
        } else {
            out += "." + std::to_string(arc);
        }
        arc = 0;
    }
    if ((static_cast<unsigned char>(content.back()) & 0x80U) != 0) return std::nullopt;
    return out;
}

std::optional<std::vector<std::string>> read_list(std::string_view der, bool in_sequences) {
    auto list = take(der, sequence);
    if (!list || !der.empty()) return std::nullopt;
    std::vector<std::string> out;
    while (!list->empty()) {
        std::optional<std::string_view> holder = *list;
        if (in_sequences) {
            holder = take(*list, sequence);
            if (!holder) return std::nullopt;
        }
        std::string_view &from = in_sequences ? *holder : *list;
        const auto content = take(from, oid_tag);
        if (!content || out.size() >= most) return std::nullopt;
        auto oid = dotted(*content);
        if (!oid) return std::nullopt;
        out.push_back(*std::move(oid));
    }
    return out;
}

} // namespace

std::optional<std::vector<std::string>> read_usages(std::string_view der) {
    return read_list(der, false);
}

std::optional<std::vector<std::string>> read_policies(std::string_view der) {
    return read_list(der, true);
}

std::optional<std::vector<std::string>> read_key_usage(std::string_view der) {
    constexpr std::array<const char *, 9> names{"DigitalSignature", "NonRepudiation", "KeyEncipherment",
                                                "DataEncipherment", "KeyAgreement",   "KeyCertSign",
                                                "CrlSign",          "EncipherOnly",   "DecipherOnly"};
    const auto content = take(der, bit_string);
    if (!content || !der.empty() || content->empty() || content->size() > 3) return std::nullopt;
    std::vector<std::string> out;
    for (std::size_t bit = 0; bit < names.size() && bit / 8 + 1 < content->size(); ++bit) {
        const auto octet = static_cast<unsigned char>((*content)[bit / 8 + 1]);
        if ((octet & (0x80U >> (bit % 8))) != 0) out.emplace_back(names[bit]);
    }
    return out;
}

} // namespace microsoft_ca::der
