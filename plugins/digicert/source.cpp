#include <array>

#include "text.hpp"
#include "verify.hpp"

/// Which value belongs to a variable: by the admin's mapping, by names seen in working clients, by the field's label.
namespace digicert {
namespace {

using Kind = Source::Kind;

struct Known {
    std::string_view name;
    Source source;
};

constexpr auto variables = std::to_array<Known>({
    {"common_name", {Kind::common_name}},
    {"mail_email", {Kind::email}},
    {"emailAddress", {Kind::email}},
    {"email", {Kind::email}},
    {"mail", {Kind::email}},
    {"otherNameUPN", {Kind::upn}},
    {"userPrincipalName", {Kind::upn}},
    {"upn", {Kind::upn}},
    {"mail_firstName", {Kind::first_name}},
    {"mail_lastName", {Kind::last_name}},
    {"seat_id", {Kind::seat}},
    {"dnsName", {Kind::dns}},
    {"custom_encode_dnsName_multi", {Kind::more_dns}},
    {"san_ipAddress", {Kind::ip}},
    {"otherName", {Kind::other_name}},
    {"otherNameGUID", {Kind::other_name}},
    {"country", {Kind::subject, "2.5.4.6"}},
    {"state", {Kind::subject, "2.5.4.8"}},
    {"locality", {Kind::subject, "2.5.4.7"}},
    {"corp_company", {Kind::subject, "2.5.4.10"}},
    {"jobTitle", {Kind::subject, "2.5.4.12"}},
});

constexpr auto alt_name_labels = std::to_array<Known>({
    {"rfc822Name", {Kind::email}},
    {"rfc822", {Kind::email}},
    {"email", {Kind::email}},
    {"AltNameTypeEmail", {Kind::email}},
    {"otherNameUPN", {Kind::upn}},
    {"userPrincipalName", {Kind::upn}},
    {"upn", {Kind::upn}},
    {"AltNameTypeUpn", {Kind::upn}},
    {"1.3.6.1.4.1.311.20.2.3", {Kind::upn}},
    {"dNSName", {Kind::dns}},
    {"dns", {Kind::dns}},
    {"iPAddress", {Kind::ip}},
    {"ip", {Kind::ip}},
    {"uniformResourceIdentifier", {Kind::uri}},
    {"uri", {Kind::uri}},
    {"otherName", {Kind::other_name}},
    {"otherNameGUID", {Kind::other_name}},
    {"AltNameTypeOtherName", {Kind::other_name}},
    {"guid", {Kind::other_name}},
    {"1.3.6.1.4.1.311.25.1", {Kind::other_name}},
});

template<class Table>
const Known *look_up(const Table &table, std::string_view name) {
    for (const Known &known : table) {
        if (same(known.name, name)) return &known;
    }
    return nullptr;
}

Source by_label(const Field &field) {
    switch (field.place) {
    case Field::Place::seat:
        return {Kind::seat};
    case Field::Place::alt_name:
        if (const Known *known = look_up(alt_name_labels, field.label)) return known->source;
        return {};
    case Field::Place::subject: {
        const std::string_view attribute = oid_of_label(field.label);
        if (attribute == oid::common_name) return {Kind::common_name};
        if (attribute == oid::email) return {Kind::email};
        if (!attribute.empty()) return {Kind::subject, attribute};
        return {};
    }
    case Field::Place::extension:
        break;
    }
    return {};
}

} // namespace

Source source_of(const Field &field, const Options &options) {
    if (field.variable.empty()) return by_label(field);
    const std::pair<const std::string *, Kind> mapped[] = {
        {&options.email, Kind::email},           {&options.upn, Kind::upn},
        {&options.other_name, Kind::other_name}, {&options.seat, Kind::seat},
        {&options.first_name, Kind::first_name}, {&options.last_name, Kind::last_name}};
    for (const auto &[name, kind] : mapped) {
        if (!name->empty() && same(*name, field.variable)) return {kind};
    }
    if (const Known *known = look_up(variables, field.variable)) return known->source;
    // cert_org_unit, cert_org_unit2, cert_org_unit3
    if (lower(field.variable).starts_with("cert_org_unit")) return {Kind::subject, "2.5.4.11"};
    return by_label(field);
}

std::string_view key_family(const Profile &profile) {
    if (profile.key_algorithm.starts_with("1.2.840.113549.1.1.")) return "RSA";
    if (profile.key_algorithm.starts_with("1.2.840.10045.")) return "EC";
    // No RSA key is that short, and no curve that long.
    if (profile.key_size >= 1024) return "RSA";
    if (profile.key_size == 256 || profile.key_size == 384 || profile.key_size == 521) return "EC";
    return "";
}

} // namespace digicert
