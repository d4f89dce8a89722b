#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/der.hpp"
#include "base/result.hpp"
#include "x509/name.hpp"

/// The attribute types a distinguished name may be written with, and how their values are encoded. Private to x509.
namespace certbroker::x509::detail {

enum class AttributeSyntax {
    directory, ///< PrintableString where the characters allow it, else UTF8String
    country,   ///< PrintableString of two letters (ISO 3166)
    ia5,       ///< IA5String
};

struct AttributeType {
    std::string_view label;
    std::string_view oid;
    AttributeSyntax syntax;
};

/// By label, any case ("CN", "Email"); nullptr when there is none. The first label of an OID is the one that is shown.
const AttributeType *attribute_by_label(std::string_view label) noexcept;
const AttributeType *attribute_by_oid(std::string_view oid) noexcept;
std::vector<std::string> attribute_labels();

/// Whether the characters stand in X.680's PrintableString.
bool is_printable_string(std::string_view value) noexcept;
/// Why a value cannot be encoded for that syntax; empty when it can.
std::string_view value_defect(AttributeSyntax syntax, std::string_view value) noexcept;

/// Fills value, string_tag and raw of an attribute from the encoded value. Fails on what is not one well-formed
/// element.
Result<void> read_attribute_value(const der::Element &element, NameAttribute &attribute);

/// Limits of a name, read or made.
inline constexpr std::size_t max_name_der = std::size_t{64} * 1024;
inline constexpr std::size_t max_name_text = std::size_t{512} * 1024;
inline constexpr std::size_t max_name_attributes = 200;

} // namespace certbroker::x509::detail
