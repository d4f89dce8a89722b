#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/extensions.hpp"
#include "profile/findings.hpp"
#include "profile/inf_reader.hpp"
#include "profile/ini_parser.hpp"
#include "profile/request.hpp"
#include "profile/values.hpp"
#include "x509/sid.hpp"

/// Properties of a request by the names of properties.def: what the C ABI sets and reads back.
namespace certbroker::profile {
namespace {

Error refused(std::string_view property, const std::string &why) {
    return fail(errors::request_value, std::string(property) + " could not be set: " + why);
}

/// Values of parameters fail under one id; the file's ids would name a file that is not there.
template<class T>
Result<T> as_parameter(Result<T> value) {
    if (value || !value.error().id().starts_with("Inf.")) return value;
    return fail(errors::request_value, value.error().message()).with_remedy(value.error().remedy());
}

Result<void> set_text(std::string &out, std::string_view property, std::string_view value) {
    if (!is_valid_utf8(value)) return refused(property, "its value is not valid UTF-8");
    if (value.size() > 1024) return refused(property, "its value is longer than 1,024 bytes");
    if (std::any_of(value.begin(), value.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        return refused(property, "its value holds a control character");
    out = std::string(value);
    return {};
}

Result<void> set_subject(Request &request, std::string_view, std::string_view value) {
    auto name = x509::Name::parse(value, request.name_flags);
    if (!name) {
        if (value.find('=') != std::string_view::npos) return std::move(name).error();
        return std::move(name).error().with_remedy(
            "Write CN=" + (value.size() > 200 ? std::string("web01.example.com") : std::string(trim_blanks(value))) +
            ", if this is the common name.");
    }
    request.subject = *std::move(name);
    request.subject_given = true;
    return {};
}

Result<void> set_key_algorithm(Request &request, std::string_view property, std::string_view value) {
    CERTBROKER_TRY(request.key_algorithm, as_parameter(read_key_algorithm(property, value)));
    return {};
}

Result<void> set_key_length(Request &request, std::string_view property, std::string_view value) {
    CERTBROKER_TRY(const std::uint32_t bits, as_parameter(read_number(property, value, 0, 65536)));
    // The algorithm may be told later; a length that no key has is refused at once.
    const bool curve = bits == 256 || bits == 384 || bits == 521;
    if (const auto spec = crypto::checked_key_spec(crypto::KeyAlgorithm::rsa, bits); !spec && !curve)
        return fail(errors::request_key,
                    std::string(property) + " could not be set: no key has " + std::to_string(bits) + " bits");
    request.key_length = bits;
    return {};
}

Result<void> set_digest(Request &request, std::string_view property, std::string_view value) {
    CERTBROKER_TRY(request.digest, as_parameter(read_digest(property, value)));
    return {};
}

Result<void> set_type(Request &request, std::string_view property, std::string_view value) {
    CERTBROKER_TRY(request.type, as_parameter(read_request_type(property, value)));
    return {};
}

Result<void> set_template(Request &request, std::string_view property, std::string_view value) {
    for (const auto &[name, told] : request.request_attributes) {
        if (iequals(name, "CertificateTemplate") && !iequals(told, value))
            return refused(property, "the request names the template " + shown(told) + " already")
                .with_remedy("Give the same template in both places, or in one only.");
    }
    return set_text(request.certificate_template, property, value);
}

Result<void> set_friendly_name(Request &request, std::string_view property, std::string_view value) {
    return set_text(request.friendly_name, property, value);
}

Result<void> set_provider_name(Request &request, std::string_view property, std::string_view value) {
    return set_text(request.provider_name, property, value);
}

Result<void> add_eku(Request &request, std::string_view property, std::string_view value) {
    auto usage = x509::eku_oid(value);
    if (!usage) {
        const auto meant = nearest(value.substr(0, 64), x509::eku_names());
        return refused(property, shown(value) + " is neither an OID nor the name of a usage")
            .with_remedy(meant ? "Write '" + *meant + "', if that was meant, or the usage's OID."
                               : "Write the usage's OID, such as 1.3.6.1.5.5.7.3.2.");
    }
    CERTBROKER_CHECK(add_usage(request, *std::move(usage)));
    return {};
}

Result<void> add_key_usage_bits(Request &request, std::string_view property, std::string_view value) {
    auto bits = x509::key_usage_flag(trim_blanks(value));
    if (!bits) {
        CERTBROKER_TRY(bits, as_parameter(read_key_usage(property, value)));
    }
    if (*bits != 0) request.key_usage = request.key_usage.value_or(0) | *bits;
    return {};
}

template<bool Request::*member>
Result<void> set_boolean(Request &request, std::string_view property, std::string_view value) {
    CERTBROKER_TRY(request.*member, as_parameter(read_boolean(property, value)));
    return {};
}

Result<void> set_machine_key_set(Request &request, std::string_view property, std::string_view value) {
    CERTBROKER_TRY(request.machine_key_set, as_parameter(read_boolean(property, value)));
    return {};
}

template<Result<x509::GeneralName> (*make)(std::string_view)>
Result<void> add_general_name(Request &request, std::string_view, std::string_view value) {
    CERTBROKER_TRY(x509::GeneralName name, make(trim_blanks(value)));
    return add_name(request, std::move(name));
}

Result<void> add_directory_name(Request &request, std::string_view, std::string_view value) {
    CERTBROKER_TRY(const x509::Name name, x509::Name::parse(value, request.name_flags));
    CERTBROKER_TRY(x509::GeneralName general, x509::make_directory_name(name));
    return add_name(request, std::move(general));
}

/// "oid=hex" of EXTENSION and OTHER_NAME: the hex digits are one whole DER element.
Result<std::pair<std::string, Bytes>> read_oid_and_hex(std::string_view property, std::string_view value) {
    const std::size_t equals = value.find('=');
    const std::string_view oid = trim_blanks(value.substr(0, equals));
    if (equals == std::string_view::npos || !der::is_oid(oid))
        return refused(property, shown(value) + " is not of the form oid=hex")
            .with_remedy("Write an OID, an equals sign and hex digits: 1.2.3.4=0c0141.");
    auto octets = from_hex(value.substr(equals + 1));
    if (!octets) return refused(property, "the value behind " + std::string(oid) + "= is not hexadecimal");
    if (const auto whole = der::check_well_formed(*octets); !whole) {
        return refused(property, "the value behind " + std::string(oid) + "= is not one whole DER element")
            .with_remedy("Give the complete DER: 0c0141 is the UTF8String A, 0401ff an OCTET STRING of one octet.");
    }
    return std::pair(std::string(oid), *std::move(octets));
}

Result<void> add_other_name(Request &request, std::string_view property, std::string_view value) {
    CERTBROKER_TRY(const auto parts, read_oid_and_hex(property, value));
    CERTBROKER_TRY(x509::GeneralName name, x509::make_other_name(parts.first, parts.second));
    return add_name(request, std::move(name));
}

Result<void> add_encoded_extension(Request &request, std::string_view property, std::string_view value) {
    value = trim_blanks(value);
    const bool critical = value.starts_with('!');
    if (critical) value.remove_prefix(1);
    CERTBROKER_TRY(auto parts, read_oid_and_hex(property, value));
    auto added = add_extension(request, {std::move(parts.first), critical, std::move(parts.second)});
    if (added || !added.error().id().starts_with("Inf.")) return added;
    return refused(property, added.error().message()).with_remedy(added.error().remedy());
}

Result<void> add_sid(Request &request, std::string_view, std::string_view value) {
    CERTBROKER_TRY(x509::Extension extension, x509::make_sid_extension(trim_blanks(value)));
    return add_extension(request, std::move(extension));
}

Result<void> set_requester_name(Request &request, std::string_view property, std::string_view value) {
    return set_text(request.requester_name, property, value);
}

Result<void> set_renewal_cert(Request &request, std::string_view property, std::string_view value) {
    auto thumbprint = normalize_thumbprint(value);
    if (!thumbprint)
        return refused(property, shown(value) + " is not a thumbprint")
            .with_remedy("Write the 40 hex digits of the certificate's thumbprint.");
    request.renewal_cert = *std::move(thumbprint);
    return {};
}

using Values = std::vector<std::string>;

Values text_or_none(const std::string &text) {
    return text.empty() ? Values() : Values{text};
}

Values boolean_text(bool value) {
    return {value ? "true" : "false"};
}

template<x509::GeneralNameType type>
Values names_of(const Request &request) {
    Values out;
    for (const x509::GeneralName &name : request.subject_alt_names) {
        if (name.type == type) out.push_back(name.value);
    }
    return out;
}

template<const std::string_view &oid>
Values other_names_of(const Request &request) {
    Values out;
    for (const x509::GeneralName &name : request.subject_alt_names) {
        if (name.type == x509::GeneralNameType::other_name && name.type_oid == oid) out.push_back(name.value);
    }
    return out;
}

Values type_text(const Request &request) {
    switch (request.type) {
    case RequestType::pkcs10:
        return {"PKCS10"};
    case RequestType::pkcs7:
        return {"PKCS7"};
    case RequestType::cmc:
        return {"CMC"};
    case RequestType::self_signed:
        return {"Cert"};
    case RequestType::scep:
        return {"SCEP"};
    }
    return {};
}

struct Property {
    std::string_view name;
    Result<void> (*set)(Request &, std::string_view, std::string_view); ///< nullptr: read only
    Values (*get)(const Request &);                                     ///< nullptr: write only
};

using Type = x509::GeneralNameType;
const std::array properties{
    Property{"SUBJECT", set_subject,
             [](const Request &r) { return r.subject_given ? Values{r.subject.to_string()} : Values(); }},
    Property{"KEY_ALGORITHM", set_key_algorithm,
             [](const Request &r) {
                 return r.key_algorithm ? Values{std::string(crypto::key_algorithm_name(*r.key_algorithm))} : Values();
             }},
    Property{"KEY_LENGTH", set_key_length,
             [](const Request &r) { return r.key_length ? Values{std::to_string(*r.key_length)} : Values(); }},
    Property{
        "HASH_ALGORITHM", set_digest,
        [](const Request &r) { return r.digest ? Values{std::string(crypto::digest_name(*r.digest))} : Values(); }},
    Property{"ALLOW_WEAK_HASH", set_boolean<&Request::allow_weak_hash>,
             [](const Request &r) { return boolean_text(r.allow_weak_hash); }},
    Property{"ENHANCED_KEY_USAGE", add_eku, [](const Request &r) { return r.enhanced_key_usage; }},
    Property{"KEY_USAGE", add_key_usage_bits,
             [](const Request &r) { return r.key_usage ? x509::key_usage_names(*r.key_usage) : Values(); }},
    Property{"FRIENDLY_NAME", set_friendly_name, [](const Request &r) { return text_or_none(r.friendly_name); }},
    Property{"EXPORTABLE", set_boolean<&Request::exportable>,
             [](const Request &r) { return boolean_text(r.exportable); }},
    Property{"MACHINE_KEY_SET", set_machine_key_set,
             [](const Request &r) { return r.machine_key_set ? boolean_text(*r.machine_key_set) : Values(); }},
    Property{"TEMPLATE", set_template, [](const Request &r) { return text_or_none(r.certificate_template); }},
    Property{"REQUEST_TYPE", set_type, type_text},
    Property{"SUPPRESS_DEFAULTS", set_boolean<&Request::suppress_defaults>,
             [](const Request &r) { return boolean_text(r.suppress_defaults); }},
    Property{"PROVIDER_NAME", set_provider_name, [](const Request &r) { return text_or_none(r.provider_name); }},
    Property{"SOURCE", nullptr, [](const Request &r) { return text_or_none(r.source); }},
    Property{"SUBJECT_ALT_NAME", nullptr,
             [](const Request &r) {
                 Values out;
                 for (const x509::GeneralName &name : r.subject_alt_names)
                     out.push_back(name.to_string());
                 return out;
             }},
    Property{"DNS_NAME", add_general_name<x509::make_dns>, names_of<Type::dns>},
    Property{"EMAIL_ADDRESS", add_general_name<x509::make_email>, names_of<Type::email>},
    Property{"UPN", add_general_name<x509::make_upn>, other_names_of<x509::oid_upn>},
    Property{"IP_ADDRESS", add_general_name<x509::make_ip>, names_of<Type::ip_address>},
    Property{"URI", add_general_name<x509::make_uri>, names_of<Type::uri>},
    Property{"GUID", add_general_name<x509::make_guid>, other_names_of<x509::oid_ntds_guid>},
    Property{"DIRECTORY_NAME", add_directory_name, names_of<Type::directory_name>},
    Property{"REGISTERED_ID", add_general_name<x509::make_registered_id>, names_of<Type::registered_id>},
    Property{"SECURITY_IDENTIFIER", add_sid,
             [](const Request &r) {
                 const auto sids = x509::sids_of(r.extensions, r.subject_alt_names);
                 return Values(sids.begin(), sids.end());
             }},
    Property{"REQUESTER_NAME", set_requester_name, [](const Request &r) { return text_or_none(r.requester_name); }},
    Property{"RENEWAL_CERT", set_renewal_cert, [](const Request &r) { return text_or_none(r.renewal_cert); }},
    Property{"USE_EXISTING_KEY_SET", set_boolean<&Request::use_existing_key_set>,
             [](const Request &r) { return boolean_text(r.use_existing_key_set); }},
    Property{"OTHER_NAME", add_other_name, nullptr},
    Property{"EXTENSION", add_encoded_extension, nullptr},
};

const Property *find_property(std::string_view name) noexcept {
    const auto found =
        std::find_if(properties.begin(), properties.end(), [name](const Property &row) { return row.name == name; });
    return found == properties.end() ? nullptr : &*found;
}

} // namespace

Result<void> set_property(Request &request, std::string_view property, std::string_view value) {
    const Property *row = find_property(property);
    if (row == nullptr)
        return fail(errors::request_property,
                    "The property " + shown(property) + " could not be set: a request has no such property");
    if (row->set == nullptr)
        return fail(errors::request_property,
                    "The property " + shown(property) + " could not be set: it can only be read");
    return row->set(request, property, value);
}

std::vector<std::string> get_property(const Request &request, std::string_view property) {
    const Property *row = find_property(property);
    return row == nullptr || row->get == nullptr ? std::vector<std::string>() : row->get(request);
}

} // namespace certbroker::profile
