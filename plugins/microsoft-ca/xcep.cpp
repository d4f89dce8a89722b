#include "xcep.hpp"

#include <algorithm>
#include <map>

#include "errors.hpp"
#include "text.hpp"

namespace microsoft_ca::xcep {
namespace {

constexpr std::size_t most_templates = 10'000, most_authorities = 1000, most_oids = 50'000, most_in_a_list = 1000;
constexpr std::size_t longest_name = 200, longest_extension = 16UL * 1024;
const std::string what = "The enrolment policy";

[[noreturn]] void unusable(const std::string &why) {
    throw failure(errors::answer, what + " cannot be used: " + why);
}

using Oids = std::map<std::int64_t, Oid>;

void limit(std::size_t count, std::size_t most, const char *name) {
    if (count > most) unusable("it holds " + std::to_string(count) + " " + name);
}

/// A child that is there and not nil.
xml::Element present(xml::Element parent, std::string_view name) {
    if (!parent) return {};
    const xml::Element child = parent.child(name);
    return child && !child.is_nil() ? child : xml::Element();
}

std::vector<xml::Element> items(xml::Element parent, std::string_view list, std::string_view item) {
    const xml::Element holder = present(parent, list);
    if (!holder) return {};
    std::vector<xml::Element> found = holder.children(item);
    limit(found.size(), most_in_a_list, "entries in one list");
    return found;
}

std::uint64_t unsigned_of(xml::Element parent, std::string_view name) {
    const std::int64_t value = parent.number_of(name).value_or(0);
    return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

std::optional<std::uint32_t> flags_of(xml::Element parent, std::string_view name) {
    const auto value = parent.number_of(name);
    if (!value) return std::nullopt;
    // Active Directory keeps them signed; both spellings of the same 32 bits are seen.
    if (*value < -0x80000000LL || *value > 0xffffffffLL)
        unusable("'" + std::string(name) + "' is no number of 32 bits");
    return static_cast<std::uint32_t>(*value & 0xffffffffLL);
}

Oid oid_by(const Oids &oids, std::optional<std::int64_t> reference) {
    if (!reference) return {};
    const auto found = oids.find(*reference);
    return found != oids.end() ? found->second : Oid{};
}

std::vector<std::string> oids_of(xml::Element parent, std::string_view list, const Oids &oids) {
    std::vector<std::string> out;
    for (const xml::Element item : items(parent, list, "oIDReference")) {
        if (const Oid oid = oid_by(oids, item.number()); !oid.value.empty()) out.push_back(oid.value);
    }
    return out;
}

Oids read_oids(xml::Element response) {
    Oids out;
    const xml::Element holder = present(response, "oIDs");
    if (!holder) return out;
    const auto rows = holder.children("oID");
    limit(rows.size(), most_oids, "object identifiers");
    for (const xml::Element row : rows) {
        const auto reference = row.number_of("oIDReferenceID");
        Oid oid{row.text_of("value"), row.number_of("group").value_or(0), shown(row.text_of("defaultName"), 200)};
        if (!reference || !is_oid(oid.value)) unusable("an object identifier in it has no number or is none");
        out.emplace(*reference, std::move(oid));
    }
    return out;
}

std::vector<Extension> read_extensions(xml::Element attributes, const Oids &oids) {
    std::vector<Extension> out;
    for (const xml::Element item : items(attributes, "extensions", "extension")) {
        const Oid oid = oid_by(oids, item.number_of("oIDReference"));
        const std::string text = item.text_of("value");
        if (oid.value.empty() || text.empty()) continue; // told for people, not for requests
        auto value = decode_base64(text);
        if (!value) unusable("the value of the extension " + oid.value + " is not base64");
        if (value->size() > longest_extension) unusable("the value of the extension " + oid.value + " is too long");
        out.push_back({oid.value, item.flag_of("critical").value_or(false), *std::move(value)});
    }
    return out;
}

void read_key(xml::Element attributes, const Oids &oids, Template &out) {
    const xml::Element key = present(attributes, "privateKeyAttributes");
    if (!key) return;
    out.minimal_key_length = unsigned_of(key, "minimalKeyLength");
    if (present(key, "keySpec")) out.key_spec = unsigned_of(key, "keySpec");
    if (present(key, "keyUsageProperty")) out.key_usage_property = unsigned_of(key, "keyUsageProperty");
    out.key_permissions = shown(key.text_of("permissions"), 1000);
    out.key_algorithm = oid_by(oids, key.number_of("algorithmOIDReference"));
    for (const xml::Element provider : items(key, "cryptoProviders", "provider"))
        out.providers.push_back(shown(provider.text(), 200));
}

void read_requirements(xml::Element attributes, const Oids &oids, Template &out) {
    if (const xml::Element given = present(attributes, "rARequirements")) {
        RaRequirements ra;
        ra.signatures = unsigned_of(given, "rASignatures");
        ra.usages = oids_of(given, "rAEKUs", oids);
        ra.policies = oids_of(given, "rAPolicies", oids);
        out.ra = std::move(ra);
    }
    out.archival_algorithm = static_cast<bool>(present(attributes, "keyArchivalAttributes"));
}

Template read_template(xml::Element policy, const Oids &oids) {
    Template out;
    out.oid = oid_by(oids, policy.number_of("policyOIDReference"));
    for (const xml::Element item : items(policy, "cAs", "cAReference")) {
        if (const auto reference = item.number()) out.authorities.push_back(*reference);
    }
    const xml::Element attributes = policy.required("attributes");
    out.name = attributes.text_of("commonName");
    if (out.name.empty()) unusable("a template in it has no commonName");
    if (out.name.size() > longest_name || out.name != shown(out.name, longest_name))
        unusable("'" + shown(out.name, 80) + "' is no name of a template");
    out.schema = attributes.number_of("policySchema").value_or(0);
    if (const xml::Element validity = present(attributes, "certificateValidity")) {
        out.validity_seconds = unsigned_of(validity, "validityPeriodSeconds");
        out.renewal_seconds = unsigned_of(validity, "renewalPeriodSeconds");
    }
    if (const xml::Element permission = present(attributes, "permission")) {
        out.enroll = permission.flag_of("enroll").value_or(false);
        out.auto_enroll = permission.flag_of("autoEnroll").value_or(false);
    }
    read_key(attributes, oids, out);
    if (const xml::Element revision = present(attributes, "revision")) {
        out.major_revision = unsigned_of(revision, "majorRevision");
        out.minor_revision = unsigned_of(revision, "minorRevision");
    }
    for (const xml::Element item : items(attributes, "supersededPolicies", "commonName"))
        out.superseded.push_back(shown(item.text(), 256));
    out.private_key_flags = flags_of(attributes, "privateKeyFlags");
    out.subject_name_flags = flags_of(attributes, "subjectNameFlags");
    out.enrollment_flags = flags_of(attributes, "enrollmentFlags");
    out.general_flags = flags_of(attributes, "generalFlags");
    out.hash_algorithm = oid_by(oids, attributes.number_of("hashAlgorithmOIDReference"));
    read_requirements(attributes, oids, out);
    out.extensions = read_extensions(attributes, oids);
    return out;
}

Authority read_authority(xml::Element element) {
    Authority out;
    const auto reference = element.number_of("cAReferenceID");
    if (!reference) unusable("a CA in it has no number");
    out.reference = *reference;
    out.certificate = element.text_of("certificate");
    out.enroll = element.flag_of("enrollPermission").value_or(false);
    for (const xml::Element item : items(element, "uris", "cAURI")) {
        Address address;
        address.authentication = item.number_of("clientAuthentication").value_or(0);
        address.uri = item.text_of("uri");
        address.priority = item.number_of("priority");
        address.renewal_only = item.flag_of("renewalOnly").value_or(false);
        if (!address.uri.empty()) out.addresses.push_back(std::move(address));
    }
    return out;
}

void write_nil(xml::Writer &writer, std::string_view name) {
    writer.open(name, "xsi:nil=\"true\"").close();
}

} // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    std::string out;
    std::uint32_t group = 0;
    unsigned bits = 0;
    std::size_t padding = 0, characters = 0;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        ++characters;
        if (c == '=') {
            ++padding;
            continue;
        }
        if (padding != 0) return std::nullopt;
        std::uint32_t value = 0;
        if (c >= 'A' && c <= 'Z')
            value = static_cast<std::uint32_t>(c - 'A');
        else if (c >= 'a' && c <= 'z')
            value = static_cast<std::uint32_t>(c - 'a') + 26;
        else if (c >= '0' && c <= '9')
            value = static_cast<std::uint32_t>(c - '0') + 52;
        else if (c == '+' || c == '/')
            value = c == '+' ? 62 : 63;
        else
            return std::nullopt;
        group = group << 6U | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>(static_cast<unsigned char>(group >> bits & 0xffU));
        }
    }
    if (characters % 4 != 0 || padding > 2 || (group & ((1U << bits) - 1U)) != 0) return std::nullopt;
    return out;
}

const Extension *Template::extension(std::string_view extension_oid) const {
    for (const Extension &one : extensions) {
        if (one.oid == extension_oid) return &one;
    }
    return nullptr;
}

const Template *Policies::find(std::string_view name_or_oid) const {
    const bool by_oid = is_oid(name_or_oid);
    for (const Template &one : templates) {
        if (by_oid ? one.oid.value == name_or_oid : same(one.name, name_or_oid)) return &one;
    }
    return nullptr;
}

std::vector<const Authority *> Policies::authorities_of(const Template &wanted) const {
    std::vector<const Authority *> out;
    for (const std::int64_t reference : wanted.authorities) {
        const auto found = std::find_if(authorities.begin(), authorities.end(),
                                        [reference](const Authority &one) { return one.reference == reference; });
        if (found != authorities.end()) out.push_back(&*found);
    }
    return out;
}

std::string write_request(std::string_view last_update) {
    xml::Writer writer;
    writer.open("GetPolicies", "xmlns=\"" + std::string(name_space) + "\"").open("client");
    if (last_update.empty())
        write_nil(writer, "lastUpdate");
    else
        writer.element("lastUpdate", last_update);
    write_nil(writer, "preferredLanguage");
    writer.close().open("requestFilter");
    // No filter: versions are for clients that could not read newer templates.
    for (const char *name : {"policyOIDs", "clientVersion", "serverVersion"})
        write_nil(writer, name);
    writer.close().close();
    return writer.take();
}

Policies read_answer(xml::Element body) {
    if (body.local_name() != "GetPoliciesResponse" || body.name_space() != name_space)
        unusable("the service answered with '" + shown(body.local_name(), 80) + "'");
    Policies out;
    if (const xml::Element response = present(body, "response")) {
        out.id = shown(response.text_of("policyID"), 200);
        out.name = shown(response.text_of("policyFriendlyName"), 200);
        out.next_update_hours = response.number_of("nextUpdateHours");
        out.not_changed = response.flag_of("policiesNotChanged").value_or(false);
    }
    if (out.not_changed) return out;
    const Oids oids = read_oids(body);
    if (const xml::Element holder = present(body.child("response"), "policies")) {
        const auto rows = holder.children("policy");
        limit(rows.size(), most_templates, "templates");
        for (const xml::Element row : rows)
            out.templates.push_back(read_template(row, oids));
    }
    if (const xml::Element holder = present(body, "cAs")) {
        const auto rows = holder.children("cA");
        limit(rows.size(), most_authorities, "CAs");
        for (const xml::Element row : rows)
            out.authorities.push_back(read_authority(row));
    }
    return out;
}

} // namespace microsoft_ca::xcep
