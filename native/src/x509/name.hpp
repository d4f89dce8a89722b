#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

/// Distinguished names (RFC 5280 section 4.1.2.4; text as CertStrToName takes it).
namespace certbroker::x509 {

struct NameAttribute {
    std::string oid;
    std::string value;       ///< UTF-8
    std::uint8_t string_tag; ///< der::Tag of the encoded string
    Bytes raw;               ///< the encoded value, whole, when it is not a text ("#04..." values); else empty
};
using RelativeName = std::vector<NameAttribute>;

/// Bits of CertStrToName's flags that X500NameFlags may set (wincrypt.h CERT_NAME_STR_*).
struct NameFlags {
    bool semicolon = false;    ///< 0x40000000: only ';' separates
    bool comma = false;        ///< 0x04000000: only ',' separates
    bool crlf = false;         ///< 0x08000000: only line ends separate
    bool no_plus = false;      ///< 0x20000000
    bool no_quoting = false;   ///< 0x10000000
    bool reverse = false;      ///< 0x02000000: last RDN typed is encoded first
    bool force_utf8 = false;   ///< 0x00080000
    bool disable_utf8 = false; ///< 0x00100000: BMPString instead of UTF8String
};

class Name {
public:
    Name() = default; ///< the empty name

    /// From text: RDNs in the order typed, PrintableString where the characters allow it, else UTF8String; C is
    /// PrintableString of two letters, E and DC are IA5String. An empty text is the empty name. A text without '='
    /// fails with Name.Syntax. Errors carry the column (from 1).
    static Result<Name> parse(std::string_view text, const NameFlags &flags = {});
    /// From DER (a Name), with limits: 64 KiB, 200 attributes.
    static Result<Name> decode(ByteView der);

    const Bytes &der() const noexcept { return der_; } ///< never empty: 30 00 for the empty name
    const std::vector<RelativeName> &rdns() const noexcept { return rdns_; }
    bool empty() const noexcept { return rdns_.empty(); }
    /// As Windows shows names: "CN=web01, O=Example", in DER order, quoted where needed. Read back by parse.
    std::string to_string() const;
    /// First value of an attribute (by OID), or empty.
    std::string first(std::string_view oid) const;
    /// Same attributes with the same values in the same order, whatever the string types (case-sensitive, CAs
    /// re-encode).
    bool same_values(const Name &other) const;

private:
    std::vector<RelativeName> rdns_;
    Bytes der_{0x30, 0x00};
};

/// "CN" for 2.5.4.3 and so on; the OID itself where there is no short name.
std::string name_attribute_label(std::string_view oid);

} // namespace certbroker::x509
