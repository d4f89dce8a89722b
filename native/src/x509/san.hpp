#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/der.hpp"
#include "base/result.hpp"
#include "x509/name.hpp"

/// GeneralName (RFC 5280 section 4.2.1.6) in all the forms certreq's {text} SAN knows.
namespace certbroker::x509 {

enum class GeneralNameType { other_name, email, dns, directory_name, uri, ip_address, registered_id, unknown };

struct GeneralName {
    GeneralNameType type = GeneralNameType::unknown;
    std::string value;    ///< text form; other_name: readable value where known (UPN, GUID), else hex of the DER
    std::string type_oid; ///< other_name only
    Bytes der;            ///< the whole encoded GeneralName

    /// "dns=web01", "upn=a@b", "1.2.3=0403010203": as the {text} form writes it.
    std::string to_string() const;
};

inline constexpr std::string_view oid_upn = "1.3.6.1.4.1.311.20.2.3";
inline constexpr std::string_view oid_ntds_guid = "1.3.6.1.4.1.311.25.1";

Result<GeneralName> make_dns(std::string_view host); ///< IDN becomes punycode; wildcards allowed leftmost
Result<GeneralName> make_email(std::string_view address);
Result<GeneralName> make_upn(std::string_view upn);
Result<GeneralName> make_uri(std::string_view uri);
Result<GeneralName> make_ip(std::string_view address); ///< v4 or v6
Result<GeneralName> make_guid(std::string_view guid);  ///< Windows GUID text, with or without braces
Result<GeneralName> make_registered_id(std::string_view oid);
Result<GeneralName> make_directory_name(const Name &name);
/// `value_der`: the complete DER of the value inside [0] EXPLICIT; checked to be one well-formed element.
Result<GeneralName> make_other_name(std::string_view oid, ByteView value_der);

/// One token=value item of the {text} form: DNS, EMail, UPN, URL, IPAddress, GUID, OID/RegisteredId, DirectoryName, or
/// a dotted OID with {utf8}, {octet}, {asn}, {hex} in front of the value. Names compare without case.
Result<GeneralName> parse_general_name(std::string_view token, std::string_view value);
/// One encoded GeneralName; forms not known keep `unknown` and their DER.
Result<GeneralName> decode_general_name(const der::Element &element);
/// GeneralNames of a SAN extension value: at least one, at most 1,000.
Result<std::vector<GeneralName>> decode_general_names(ByteView extension_value);
Bytes encode_general_names(const std::vector<GeneralName> &names);

} // namespace certbroker::x509
