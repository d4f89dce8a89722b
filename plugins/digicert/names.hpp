#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a request asks for, in the terms that name-value pairs need.
namespace digicert {

namespace oid {
inline constexpr std::string_view common_name = "2.5.4.3";
inline constexpr std::string_view surname = "2.5.4.4";
inline constexpr std::string_view given_name = "2.5.4.42";
inline constexpr std::string_view email = "1.2.840.113549.1.9.1";
inline constexpr std::string_view upn = "1.3.6.1.4.1.311.20.2.3";
inline constexpr std::string_view ntds_guid = "1.3.6.1.4.1.311.25.1";
} // namespace oid

/// "CN" for 2.5.4.3; the OID itself for one without a label here.
std::string label_of(std::string_view oid);
/// The OID of a subject label ("CN", "2.5.4.3", "commonName"); empty for one that is not known.
std::string_view oid_of_label(std::string_view label);

struct RequestNames {
    std::vector<std::pair<std::string, std::string>> subject; ///< OID, value; in order
    std::vector<std::string> emails, upns, dns, ips, uris;
    std::vector<std::pair<std::string, std::string>> others; ///< OID, DER of the value
    std::vector<std::string> unknown;                        ///< forms that no name-value pair can carry
    std::string key_algorithm;                               ///< "RSA", "ECDSA_P256", ...
    std::uint32_t key_bits = 0;

    /// The n-th value of a subject attribute.
    std::optional<std::string> subject_value(std::string_view oid, std::size_t index = 0) const;
};

/// From what the host tells of a CSR: "2.5.4.3=web01" and "email=a@b".
RequestNames read_names(const std::vector<std::string> &subject_attributes, const std::vector<std::string> &alt_names);

/// First and last name of a person, each empty when it cannot be told.
struct PersonName {
    std::string first, last;
};
/// From the common name, split at its last blank; else from what stands before the '@' of UPN or e-mail address, split
/// at its last dot.
PersonName derive_person(const RequestNames &names);

} // namespace digicert
