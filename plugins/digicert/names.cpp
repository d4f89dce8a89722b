#include "names.hpp"

#include <algorithm>
#include <array>

#include "text.hpp"

namespace digicert {
namespace {

struct Label {
    std::string_view oid;
    std::string_view label; ///< the first of an OID is the one to show
};
constexpr auto labels = std::to_array<Label>({
    {"2.5.4.3", "CN"},
    {"2.5.4.3", "commonName"},
    {"1.2.840.113549.1.9.1", "E"},
    {"1.2.840.113549.1.9.1", "emailAddress"},
    {"1.2.840.113549.1.9.1", "email"},
    {"1.2.840.113549.1.9.1", "mail"},
    {"2.5.4.4", "SN"},
    {"2.5.4.4", "surname"},
    {"2.5.4.42", "G"},
    {"2.5.4.42", "GN"},
    {"2.5.4.42", "givenName"},
    {"2.5.4.5", "SERIALNUMBER"},
    {"2.5.4.6", "C"},
    {"2.5.4.6", "country"},
    {"2.5.4.7", "L"},
    {"2.5.4.7", "locality"},
    {"2.5.4.8", "S"},
    {"2.5.4.8", "ST"},
    {"2.5.4.8", "state"},
    {"2.5.4.9", "STREET"},
    {"2.5.4.9", "streetAddress"},
    {"2.5.4.10", "O"},
    {"2.5.4.10", "organization"},
    {"2.5.4.10", "organizationName"},
    {"2.5.4.11", "OU"},
    {"2.5.4.11", "organizationalUnit"},
    {"2.5.4.11", "organizationalUnitName"},
    {"2.5.4.12", "T"},
    {"2.5.4.12", "title"},
    {"2.5.4.17", "PostalCode"},
    {"2.5.4.45", "uniqueIdentifier"},
    {"2.5.4.46", "dnQualifier"},
    {"2.5.4.65", "pseudonym"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"0.9.2342.19200300.100.1.25", "domainComponent"},
    {"0.9.2342.19200300.100.1.1", "UID"},
    {"0.9.2342.19200300.100.1.1", "userId"},
    {"1.2.840.113549.1.9.2", "unstructuredName"},
    {"1.2.840.113549.1.9.8", "unstructuredAddress"},
});

/// "f7c3ac41-b8ce-...", as people read it, to the DER that stands in the certificate; its first three fields are
/// stored little-endian.
std::optional<std::string> der_of_guid(std::string_view text) {
    std::string digits(text);
    std::erase(digits, '-');
    const auto shown_bytes = bytes_of_hex(digits);
    if (!shown_bytes || shown_bytes->size() != 16) return std::nullopt;
    constexpr std::array<std::size_t, 16> order{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    std::string der{'\x04', '\x10'};
    for (const std::size_t i : order)
        der.push_back((*shown_bytes)[i]);
    return der;
}

/// The text of a DER UTF8String of less than 128 bytes.
std::optional<std::string> utf8_string(std::string_view der) {
    if (der.size() < 2 || der[0] != 0x0c || static_cast<unsigned char>(der[1]) != der.size() - 2 || der.size() > 129)
        return std::nullopt;
    const std::string_view text = der.substr(2);
    if (!is_utf8(text)) return std::nullopt;
    return std::string(text);
}

/// A SAN form with an OID for its name is an other name, with the DER of its value in hex.
void add_other(RequestNames &names, std::string_view form, std::string_view value) {
    auto der = bytes_of_hex(value);
    if (!is_oid(form) || !der) {
        names.unknown.emplace_back(form);
        return;
    }
    if (form == oid::upn) {
        if (auto text = utf8_string(*der)) {
            names.upns.push_back(*std::move(text));
            return;
        }
    }
    names.others.emplace_back(form, *std::move(der));
}

void add_alt_name(RequestNames &names, std::string_view form, std::string_view value) {
    if (form == "email") {
        names.emails.emplace_back(value);
    } else if (form == "upn") {
        names.upns.emplace_back(value);
    } else if (form == "dns") {
        names.dns.emplace_back(value);
    } else if (form == "ipaddress") {
        names.ips.emplace_back(value);
    } else if (form == "url") {
        names.uris.emplace_back(value);
    } else if (form == "guid") {
        if (auto der = der_of_guid(value))
            names.others.emplace_back(oid::ntds_guid, *std::move(der));
        else
            names.unknown.emplace_back(form);
    } else {
        add_other(names, form, value);
    }
}

PersonName split_at(std::string_view text, char separator) {
    const auto at = text.rfind(separator);
    if (at == std::string_view::npos) return {std::string(trim(text)), ""};
    return {std::string(trim(text.substr(0, at))), std::string(trim(text.substr(at + 1)))};
}

} // namespace

std::string label_of(std::string_view wanted) {
    const auto found = std::find_if(labels.begin(), labels.end(), [wanted](const Label &l) { return l.oid == wanted; });
    return std::string(found != labels.end() ? found->label : wanted);
}

std::string_view oid_of_label(std::string_view label) {
    for (const Label &known : labels) {
        if (same(known.label, label) || known.oid == label) return known.oid;
    }
    return {};
}

std::optional<std::string> RequestNames::subject_value(std::string_view wanted, std::size_t index) const {
    for (const auto &[name, value] : subject) {
        if (name == wanted && index-- == 0) return value;
    }
    return std::nullopt;
}

RequestNames read_names(const std::vector<std::string> &subject_attributes, const std::vector<std::string> &alt_names) {
    const auto parts = [](std::string_view text) {
        const auto equals = text.find('=');
        return std::pair(text.substr(0, equals),
                         equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1));
    };
    RequestNames names;
    for (const std::string &text : subject_attributes) {
        const auto [name, value] = parts(text);
        names.subject.emplace_back(name, value);
    }
    for (const std::string &text : alt_names) {
        const auto [form, value] = parts(text);
        add_alt_name(names, form, value);
    }
    return names;
}

PersonName derive_person(const RequestNames &names) {
    const std::string common = names.subject_value(oid::common_name).value_or("");
    if (!looks_like_email(common) && common.find(' ') != std::string::npos) return split_at(common, ' ');
    std::string account = looks_like_email(common) ? common : "";
    if (account.empty() && !names.upns.empty()) account = names.upns.front();
    if (account.empty() && !names.emails.empty()) account = names.emails.front();
    if (account.empty()) account = names.subject_value(oid::email).value_or("");
    if (account.empty()) return {common, ""};
    return split_at(std::string_view(account).substr(0, account.find('@')), '.');
}

} // namespace digicert
