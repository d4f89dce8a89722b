#include "profile/extensions.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/ini_parser.hpp"
#include "x509/errors.hpp"
#include "x509/sid.hpp"

namespace certbroker::profile {
namespace {

namespace oid = x509::oid;
constexpr std::size_t max_items = 1000;
constexpr std::size_t max_extensions = 90; // 100 is what readers take; some are added by default and by the CA's policy

Error unusable(const x509::Extension &extension, const std::string &why) {
    return fail(errors::inf_extension, "The extension " + extension.oid + " could not be read: " + why);
}

/// The value of a known extension must be what its OID says, or a CA would refuse or misread it.
Result<void> check_value(const x509::Extension &extension) {
    if (!der::check_well_formed(extension.value)) {
        return unusable(extension, "its value is not one whole DER element")
            .with_remedy(
                "Give the extension's DER value, whole; {octet} in front wraps plain octets into an OCTET STRING.");
    }
    const auto readable = [&](const auto &decoded) { return static_cast<bool>(decoded); };
    bool fits = true;
    if (extension.oid == oid::basic_constraints) fits = readable(x509::decode_basic_constraints(extension.value));
    if (extension.oid == oid::certificate_policies || extension.oid == oid::application_policies)
        fits = readable(x509::decode_policies(extension.value));
    if (extension.oid == oid::subject_key_identifier)
        fits = readable(x509::decode_subject_key_identifier(extension.value));
    if (extension.oid == oid::authority_key_identifier)
        fits = readable(x509::decode_authority_key_identifier(extension.value));
    if (extension.oid == oid::ntds_ca_security) {
        if (const auto sid = x509::decode_sid_extension(extension.value); !sid)
            return unusable(extension, "its value is not a SID in the form that domain controllers read")
                .with_remedy("Write " + extension.oid + " = \"{text}S-1-5-21-...\" instead.");
    }
    if (!fits) return unusable(extension, "its value is not what this extension holds");
    return {};
}

Result<void> add_key_usage(Request &request, const x509::Extension &extension) {
    const auto bits = x509::decode_key_usage(extension.value);
    if (!bits)
        return unusable(extension, "its value is not a key usage")
            .with_remedy("Write KeyUsage = 0xa0 in [NewRequest] instead.");
    request.key_usage = *bits;
    request.key_usage_critical = extension.critical;
    return {};
}

Result<void> add_names(Request &request, const x509::Extension &extension) {
    auto names = x509::decode_general_names(extension.value);
    if (!names)
        return unusable(extension, "its value is not a list of names")
            .with_remedy("Write 2.5.29.17 = \"{text}dns=web01.example.com\" instead.");
    request.subject_alt_names_critical = extension.critical;
    for (x509::GeneralName &name : *names)
        CERTBROKER_CHECK(add_name(request, std::move(name)));
    return {};
}

Result<void> add_usages(Request &request, const x509::Extension &extension) {
    const auto usages = x509::decode_oid_list(extension.value);
    if (!usages)
        return unusable(extension, "its value is not a list of OIDs")
            .with_remedy("Write OID = ... in [EnhancedKeyUsageExtension] instead.");
    request.enhanced_key_usage_critical = extension.critical;
    for (const std::string &usage : *usages)
        CERTBROKER_CHECK(add_usage(request, usage));
    return {};
}

/// Takes "{word}" from the front of the value, any case, and the blanks behind it.
bool take(std::string_view value, std::size_t &at, std::string_view word) {
    const std::string_view rest = value.substr(at);
    if (rest.size() < word.size() + 2 || rest.front() != '{' || rest[word.size() + 1] != '}' ||
        !iequals(rest.substr(1, word.size()), word))
        return false;
    at += word.size() + 2;
    for (std::size_t size = leading_blank(value.substr(at)); size != 0; size = leading_blank(value.substr(at)))
        at += size;
    return true;
}

Bytes wrap(std::uint8_t tag, ByteView content) {
    der::Writer writer;
    writer.element(tag, content);
    return std::move(writer).take();
}

} // namespace

bool has_extension(const Request &request, std::string_view wanted) {
    if (wanted == oid::key_usage) return request.key_usage.has_value();
    if (wanted == oid::subject_alt_name) return !request.subject_alt_names.empty();
    if (wanted == oid::enhanced_key_usage) return !request.enhanced_key_usage.empty();
    if (wanted == oid::smime_capabilities && request.smime) return true;
    return x509::find_extension(request.extensions, wanted) != nullptr;
}

Result<void> add_extension(Request &request, x509::Extension extension) {
    if (has_extension(request, extension.oid))
        return fail(errors::request_duplicate,
                    "The extension " + extension.oid + " could not be added: it is there already");
    if (request.extensions.size() >= max_extensions)
        return fail(errors::inf_limit,
                    "The extension " + extension.oid + " could not be added: there are more than 90");
    CERTBROKER_CHECK(check_value(extension));
    if (extension.oid == oid::key_usage) return add_key_usage(request, extension);
    if (extension.oid == oid::subject_alt_name) return add_names(request, extension);
    if (extension.oid == oid::enhanced_key_usage) return add_usages(request, extension);
    request.extensions.push_back(std::move(extension));
    return {};
}

Result<bool> add_usage(Request &request, std::string usage) {
    auto &list = request.enhanced_key_usage;
    if (std::find(list.begin(), list.end(), usage) != list.end()) return false;
    if (list.size() >= max_items)
        return fail(errors::inf_limit, "An enhanced key usage could not be added: there are more than 1,000");
    list.push_back(std::move(usage));
    return true;
}

Result<void> add_name(Request &request, x509::GeneralName name) {
    auto &list = request.subject_alt_names;
    if (list.size() >= max_items)
        return fail(errors::inf_limit, "A subject alternative name could not be added: there are more than 1,000");
    if (const auto sid = x509::sid_of_name(name); sid && !x509::is_sid(*sid))
        return fail(errors::sid_value, "The name " + name.to_string() + " could not be used: it holds no SID");
    const bool there =
        std::any_of(list.begin(), list.end(), [&](const x509::GeneralName &known) { return known.der == name.der; });
    if (!there) list.push_back(std::move(name));
    return {};
}

bool read_extension(Request &request, std::string_view oid, const IniEntry &entry, bool critical, Findings &findings) {
    const std::string_view value = entry.value;
    std::size_t at = 0;
    while (take(value, at, "critical"))
        critical = true;
    if (take(value, at, "text")) return TextExtension(request, entry, at, critical, findings).read(oid);

    const auto refuse = [&](const std::string &why, std::string remedy = {}) {
        findings.add(errors::inf_extension, entry.position_of(at),
                     "The extension " + std::string(oid) + " could not be read: " + why, std::move(remedy));
        return false;
    };
    x509::Extension extension{std::string(oid), critical, {}};
    if (take(value, at, "utf8")) {
        extension.value = wrap(der::utf8_string, as_bytes(value.substr(at)));
    } else {
        const bool octet = take(value, at, "octet");
        if (!octet) (void)take(value, at, "asn");
        const bool hex = take(value, at, "hex");
        if (!hex) (void)take(value, at, "base64");
        const std::string_view rest = value.substr(at);
        if (rest.empty()) return refuse("it has no value");
        if (rest.front() == '{')
            return refuse(shown(rest.substr(0, rest.find('}') + 1)) + " is no form of value",
                          "Write {text}, {hex}, {octet}, {utf8}, {asn} or {critical} in front, or bare base64.");
        auto octets = hex ? from_hex(rest) : from_base64(rest);
        if (!octets) {
            std::string remedy;
            if (!hex && rest.find('=') != std::string_view::npos && rest.find('=') + 2 < rest.size())
                remedy = "Write {text} in front, if " + shown(rest) + " is meant as it stands.";
            if (!hex && remedy.empty() && from_hex(rest)) remedy = "Write {hex} in front of hexadecimal values.";
            return refuse(hex ? "{hex} is not followed by pairs of hex digits" : "its value is not base64",
                          std::move(remedy));
        }
        extension.value = octet ? wrap(der::octet_string, *octets) : *std::move(octets);
    }
    if (const auto added = add_extension(request, std::move(extension)); !added) {
        findings.add(added.error(),
                     added.error().id() == errors::request_duplicate.id ? entry.key_position : entry.position_of(at));
        return false;
    }
    return true;
}

} // namespace certbroker::profile
