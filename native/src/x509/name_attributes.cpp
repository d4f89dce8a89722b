#include "x509/name_attributes.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace certbroker::x509 {
namespace detail {
namespace {

using enum AttributeSyntax;

// CertStrToName's keys. Where an OID has several, Windows shows the first.
constexpr auto types = std::to_array<AttributeType>({
    {"CN", "2.5.4.3", directory},
    {"SN", "2.5.4.4", directory},
    {"SERIALNUMBER", "2.5.4.5", directory},
    {"C", "2.5.4.6", country},
    {"L", "2.5.4.7", directory},
    {"S", "2.5.4.8", directory},
    {"ST", "2.5.4.8", directory},
    {"STREET", "2.5.4.9", directory},
    {"O", "2.5.4.10", directory},
    {"OU", "2.5.4.11", directory},
    {"T", "2.5.4.12", directory},
    {"Title", "2.5.4.12", directory},
    {"Description", "2.5.4.13", directory},
    {"BusinessCategory", "2.5.4.15", directory},
    {"PostalCode", "2.5.4.17", directory},
    {"POBox", "2.5.4.18", directory},
    {"Phone", "2.5.4.20", directory},
    {"X21Address", "2.5.4.24", directory},
    {"G", "2.5.4.42", directory},
    {"GN", "2.5.4.42", directory},
    {"GivenName", "2.5.4.42", directory},
    {"I", "2.5.4.43", directory},
    {"Initials", "2.5.4.43", directory},
    {"dnQualifier", "2.5.4.46", directory},
    {"E", "1.2.840.113549.1.9.1", ia5},
    {"Email", "1.2.840.113549.1.9.1", ia5},
    {"unstructuredName", "1.2.840.113549.1.9.2", directory},
    {"unstructuredAddress", "1.2.840.113549.1.9.8", directory},
    {"DC", "0.9.2342.19200300.100.1.25", ia5},
    {"UID", "0.9.2342.19200300.100.1.1", directory},
    {"USERID", "0.9.2342.19200300.100.1.1", directory},
});

bool is_letter(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// The text of an encoded string; false when the octets are not what the tag promises.
bool read_text(std::uint8_t tag, ByteView content, std::string &out) {
    constexpr std::uint8_t numeric_string = 0x12;
    constexpr std::uint8_t visible_string = 0x1a;
    switch (tag) {
    case der::utf8_string:
        out = as_text(content);
        return is_valid_utf8(out);
    // Characters outside PrintableString ('@', '*', '_') are common in what others encoded as one.
    case der::printable_string:
    case der::ia5_string:
    case numeric_string:
    case visible_string:
        out = as_text(content);
        return is_ascii(out);
    // Nobody ever wrote T.61 into it.
    case der::t61_string:
        out = windows1252_to_utf8(content);
        return true;
    case der::bmp_string:
        if (content.size() % 2 != 0) return false;
        out = utf16_to_utf8(content, true);
        return true;
    case der::universal_string:
        if (content.size() % 4 != 0) return false;
        out.clear();
        for (std::size_t i = 0; i < content.size(); i += 4) {
            const char32_t c = static_cast<char32_t>(content[i]) << 24U | static_cast<char32_t>(content[i + 1]) << 16U |
                               static_cast<char32_t>(content[i + 2]) << 8U | content[i + 3];
            append_utf8(out, c);
        }
        return true;
    default:
        return false;
    }
}

} // namespace

const AttributeType *attribute_by_label(std::string_view label) noexcept {
    const auto *const found =
        std::find_if(types.begin(), types.end(), [&](const AttributeType &type) { return iequals(type.label, label); });
    return found == types.end() ? nullptr : found;
}

const AttributeType *attribute_by_oid(std::string_view oid) noexcept {
    const auto *const found =
        std::find_if(types.begin(), types.end(), [&](const AttributeType &type) { return type.oid == oid; });
    return found == types.end() ? nullptr : found;
}

std::vector<std::string> attribute_labels() {
    std::vector<std::string> labels;
    for (const AttributeType &type : types)
        labels.emplace_back(type.label);
    return labels;
}

bool is_printable_string(std::string_view value) noexcept {
    return std::all_of(value.begin(), value.end(), [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') ||
               std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
    });
}

std::string_view value_defect(AttributeSyntax syntax, std::string_view value) noexcept {
    if (value.empty()) return "it has no value";
    if (syntax == country && !(value.size() == 2 && is_letter(value[0]) && is_letter(value[1])))
        return "a country is a code of two letters, such as DE or US";
    if (syntax == ia5 && !is_ascii(value)) return "only ASCII characters can be encoded here";
    return {};
}

Result<void> read_attribute_value(const der::Element &element, NameAttribute &attribute) {
    attribute.string_tag = element.tag;
    if (read_text(element.tag, element.content, attribute.value)) return {};
    CERTBROKER_CHECK(der::check_well_formed(element.whole));
    attribute.raw = to_bytes(element.whole);
    attribute.value = "#" + to_hex(element.whole, true);
    return {};
}

} // namespace detail

std::string name_attribute_label(std::string_view oid) {
    const detail::AttributeType *type = detail::attribute_by_oid(oid);
    return std::string(type != nullptr ? type->label : oid);
}

} // namespace certbroker::x509
