#include <array>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "x509/errors.hpp"
#include "x509/san.hpp"

namespace certbroker::x509 {
namespace {

Error refuse(std::string_view token, const std::string &why) {
    return fail(errors::general_name,
                "The value of " + std::string(token.substr(0, 80)) + " could not be read: " + why);
}

/// Takes "{word}" from the front, any case.
bool take_brace(std::string_view &text, std::string_view word) {
    text = trim(text);
    if (text.size() < word.size() + 2 || text.front() != '{' || text[word.size() + 1] != '}' ||
        !iequals(text.substr(1, word.size()), word))
        return false;
    text = trim(text.substr(word.size() + 2));
    return true;
}

/// Base64, or hex behind {hex}.
Result<Bytes> read_octets(std::string_view token, std::string_view value) {
    const bool hex = take_brace(value, "hex");
    auto octets = hex ? from_hex(value) : from_base64(value);
    if (!octets)
        return refuse(token, hex ? "{hex} needs pairs of hex digits"
                                 : "it needs base64 here, or {hex} and pairs of hex digits")
            .because(std::move(octets).error());
    return octets;
}

Result<GeneralName> parse_other_name(std::string_view oid, std::string_view value) {
    if (take_brace(value, "utf8")) {
        if (!is_valid_utf8(value)) return refuse(oid, "it is not valid UTF-8");
        der::Writer writer;
        writer.text(der::utf8_string, value);
        return make_other_name(oid, writer.bytes());
    }
    if (take_brace(value, "octet")) {
        CERTBROKER_TRY(const Bytes octets, read_octets(oid, value));
        der::Writer writer;
        writer.octets(octets);
        return make_other_name(oid, writer.bytes());
    }
    if (take_brace(value, "asn")) {
        CERTBROKER_TRY(const Bytes octets, read_octets(oid, value));
        return make_other_name(oid, octets);
    }
    (void)take_brace(value, "hex");
    const auto octets = from_hex(value);
    if (!octets || value.empty())
        return refuse(oid, "it needs {utf8}, {octet}, {asn} or {hex} in front")
            .with_remedy("Write " + std::string(oid) + "={utf8}text, or the whole DER as {hex}0c 01 41.");
    return make_other_name(oid, *octets);
}

} // namespace

Result<GeneralName> parse_general_name(std::string_view token, std::string_view value) {
    token = trim(token);
    value = trim(value);
    if (iequals(token, "dns")) return make_dns(value);
    if (iequals(token, "email")) return make_email(value);
    if (iequals(token, "upn")) return make_upn(value);
    if (iequals(token, "url")) return make_uri(value);
    if (iequals(token, "ipaddress") || iequals(token, "ip address")) return make_ip(value);
    if (iequals(token, "guid")) return make_guid(value);
    if (iequals(token, "oid") || iequals(token, "registeredid")) return make_registered_id(value);
    if (iequals(token, "directoryname")) {
        auto name = Name::parse(value);
        if (!name) return refuse(token, "it is not a distinguished name").because(std::move(name).error());
        return make_directory_name(*name);
    }
    if (der::is_oid(token)) return parse_other_name(token, value);
    static const std::vector<std::string> known{"DNS",  "EMail", "UPN",          "URL",          "IPAddress",
                                                "GUID", "OID",   "RegisteredId", "DirectoryName"};
    auto unknown =
        fail(errors::general_name, "'" + std::string(token.substr(0, 80)) + "' is no form of alternative name");
    if (const auto meant = nearest(token, known))
        return std::move(unknown).with_remedy(
            "Write " + *meant +
            "=..., if that was meant; or dns, email, upn, url, ipaddress, guid, oid, directoryname, or a dotted OID.");
    return unknown;
}

} // namespace certbroker::x509
