#include "policy.hpp"

#include <algorithm>
#include <map>

#include "errors.hpp"
#include "soap.hpp"
#include "text.hpp"

namespace digicert {

const Profile *PolicySet::find(std::string_view oid) const {
    const auto found = std::find_if(profiles.begin(), profiles.end(), [oid](const Profile &p) { return p.oid == oid; });
    return found != profiles.end() ? &*found : nullptr;
}

const Authority *PolicySet::authority_of(const Profile &profile) const {
    for (const std::int64_t reference : profile.authorities) {
        for (const Authority &authority : authorities) {
            if (authority.reference == reference) return &authority;
        }
    }
    return nullptr;
}

namespace policy {
namespace {

constexpr std::string_view subject_alt_name = "2.5.29.17";
constexpr std::size_t max_fields = 1000;
constexpr std::size_t max_text = 1000;

using Oids = std::map<std::int64_t, std::pair<std::string, std::string>>; ///< reference: OID, name

/// A text for settings and messages of ours: what is longer is no name of anything.
std::string short_text(std::string text, std::string_view what) {
    if (text.size() > max_text)
        throw failure(errors::answer, "the answer cannot be used: '" + std::string(what) + "' is longer than " +
                                          std::to_string(max_text) + " bytes");
    return text;
}

Oids read_oids(xml::Element list) {
    Oids oids;
    for (const xml::Element one : list.children("oID")) {
        const auto reference = one.number_of("oIDReferenceID");
        if (reference)
            oids[*reference] = {short_text(one.text_of("value"), "value"),
                                short_text(one.text_of("defaultName"), "defaultName")};
    }
    return oids;
}

std::vector<Authority> read_authorities(xml::Element list) {
    std::vector<Authority> out;
    for (const xml::Element one : list.children("cA")) {
        Authority authority;
        authority.reference = one.number_of("cAReferenceID").value_or(0);
        authority.name = short_text(one.text_of("cAIssuerName"), "cAIssuerName");
        authority.type = short_text(one.text_of("cAType"), "cAType");
        authority.certificate = one.text_of("certificate");
        authority.root = one.text_of("rootCACertificate");
        for (const xml::Element intermediate : one.children("intermediateCACertificates"))
            authority.intermediates.push_back(intermediate.text());
        out.push_back(std::move(authority));
    }
    return out;
}

/// AttributeNameValuePairType, or seatIdInfo, which lacks the name. What begins with a dollar sign is a variable.
/// Whether it is mandatory stands at the value, or else in the property; the type likewise.
std::optional<Field> read_field(xml::Element pair, Field::Place place) {
    Field field;
    field.place = place;
    field.label = short_text(pair.text_of("attributeName"), "attributeName");
    const xml::Element value = pair.child("attributeNameValue");
    const xml::Element property = pair.child("attributeNameValueProperty");
    std::string text = value ? value.text() : std::string();
    if (text.empty() && property) text = property.text_of("value");
    text = short_text(std::move(text), "attributeNameValue");
    std::optional<bool> mandatory;
    if (value) {
        mandatory = xml::read_flag(value.attribute("mandatory"));
        field.type = value.attribute("type");
    }
    if (!mandatory && property) mandatory = property.flag_of("mandatory");
    field.mandatory = mandatory.value_or(false);
    if (text.size() > 1 && text.front() == '$')
        field.variable = text.substr(1);
    else
        field.fixed = text;
    if (field.variable.empty() && field.fixed.empty() && field.label.empty()) return std::nullopt;
    return field;
}

void add_field(Profile &profile, std::optional<Field> field) {
    if (!field) return;
    if (profile.fields.size() >= max_fields)
        throw failure(errors::answer, "the answer cannot be used: the profile '" + profile.oid + "' has more than " +
                                          std::to_string(max_fields) + " fields");
    profile.fields.push_back(*std::move(field));
}

void read_subject(Profile &profile, xml::Element subject) {
    if (!subject || subject.is_nil()) return;
    profile.subject_told = true;
    for (const xml::Element attribute : subject.children("subjectNameAttribute")) {
        for (const xml::Element pair : attribute.children("subjectNameAttributeNameValuePair"))
            add_field(profile, read_field(pair, Field::Place::subject));
    }
}

void read_extensions(Profile &profile, xml::Element extensions, const Oids &oids) {
    if (!extensions || extensions.is_nil()) return;
    profile.extensions_told = true;
    for (const xml::Element extension : extensions.children("Extension")) {
        const auto found = oids.find(extension.number_of("extensionOIDReference").value_or(-1));
        const std::string oid = found != oids.end() ? found->second.first : std::string();
        const auto place = oid == subject_alt_name ? Field::Place::alt_name : Field::Place::extension;
        const xml::Element syntax = extension.child("extensionSyntax");
        if (!syntax || syntax.is_nil()) continue;
        for (const xml::Element pair : syntax.children("extensionAttributeNameValuePair"))
            add_field(profile, read_field(pair, place));
        for (const xml::Element value : syntax.children("extensionValue")) {
            Field field;
            field.place = place;
            field.label = oid;
            field.mandatory = xml::read_flag(value.attribute("mandatory")).value_or(false);
            field.type = value.attribute("type");
            const std::string text = short_text(value.text(), "extensionValue");
            (text.size() > 1 && text.front() == '$' ? field.variable : field.fixed) =
                text.size() > 1 && text.front() == '$' ? text.substr(1) : text;
            add_field(profile, std::move(field));
        }
    }
}

/// Names of variables where the schema itself enumerates them: "$publish_flag".
std::vector<std::string> variables_of(xml::Element parent, std::string_view name) {
    std::vector<std::string> out;
    if (!parent) return out;
    for (const xml::Element one : parent.children(name)) {
        const std::string text = short_text(one.text(), name);
        if (text.size() > 1 && text.front() == '$' && out.size() < 10) out.push_back(text.substr(1));
    }
    return out;
}

void read_private_key(Profile &profile, xml::Element key, const Oids &oids) {
    if (!key || key.is_nil()) return;
    const std::int64_t size = key.number_of("keysize").value_or(0);
    profile.key_size = size > 0 && size <= 65'536 ? static_cast<std::uint32_t>(size) : 0;
    profile.exportable = key.flag_of("keyexportable").value_or(false);
    if (const xml::Element escrow = key.child("keyEscrowPolicy"))
        profile.escrow = escrow.flag_of("keyEscrowEnabled").value_or(false);
    if (const auto reference = key.number_of("algorithmOIDReference")) {
        if (const auto found = oids.find(*reference); found != oids.end()) profile.key_algorithm = found->second.first;
    }
}

void read_system(Profile &profile, xml::Element system) {
    if (!system || system.is_nil()) return;
    profile.delivery_format = short_text(system.text_of("certificateDeliveryFormat"), "certificateDeliveryFormat");
    profile.duplicates = short_text(system.text_of("duplicateCertPolicy"), "duplicateCertPolicy");
    profile.other_variables = variables_of(system, "cACertPublishNameValuePair");
}

void read_attributes(Profile &profile, xml::Element attributes, const Oids &oids) {
    if (const xml::Element validity = attributes.child("certificateValidity")) {
        profile.validity_days = number(validity.text_of("validityPeriodDays")).value_or(0);
        profile.renewal_days = number(validity.text_of("renewalPeriodDays")).value_or(0);
    }
    if (const xml::Element other = attributes.child("certificateOverrideValidity")) {
        profile.validity_may_differ = other.flag_of("overrideFlag").value_or(false);
        profile.validity_variables = variables_of(other, "overrideNameValuePair");
    }
    if (const xml::Element seat = attributes.child("seatIdInfo"); seat && !seat.is_nil()) {
        if (auto field = read_field(seat, Field::Place::seat)) {
            field->label = "seat";
            add_field(profile, std::move(field));
        }
    }
    read_subject(profile, attributes.child("subjectNameInfo"));
    read_extensions(profile, attributes.child("extensions"), oids);
    read_private_key(profile, attributes.child("privateKeyAttributes"), oids);
    read_system(profile, attributes.child("systemInfo"));
    if (const xml::Element registration = attributes.child("rAPolicy"); registration && !registration.is_nil())
        profile.register_user = registration.flag_of("registerUser").value_or(false);
    profile.status = short_text(attributes.text_of("status"), "status");
}

} // namespace

std::string write_request(std::string_view oid, std::string_view transaction) {
    xml::Writer writer;
    writer.open("getPolicies", soap::name_space_attribute(soap::policy_service.name_space));
    writer.element("version", "2.0").element("clientTransactionID", transaction);
    if (oid.empty())
        writer.element("requestFilter", "", "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"");
    else
        writer.open("requestFilter").open("policyIDs").element("oid", oid).close().close();
    writer.close();
    return soap::envelope(writer.take());
}

PolicySet read_answer(xml::Element body) {
    if (body.local_name() != "getPoliciesResponse" || body.name_space() != soap::policy_service.name_space)
        throw failure(errors::answer, "the answer cannot be used: the answer is '" + shown(body.local_name(), 80) +
                                          "' of the namespace '" + shown(body.name_space(), 100) + "'");
    PolicySet set;
    set.client_transaction = shown(body.text_of("clientTransactionID"), 80);
    set.server_transaction = shown(body.text_of("serverTransactionID"), 80);
    const Oids oids = read_oids(body.child("oIDs"));
    set.authorities = read_authorities(body.child("cAs"));
    const xml::Element response = body.required("response");
    set.id = shown(response.text_of("policyID"));
    set.name = shown(response.text_of("policyFriendlyName"));
    set.next_update_hours = response.number_of("nextUpdateHours");
    set.not_changed = response.flag_of("policiesNotChanged").value_or(false);
    const xml::Element policies = response.child("policies");
    if (!policies || policies.is_nil()) return set;
    for (const xml::Element one : policies.children("policy")) {
        const auto reference = one.number_of("policyOIDReference");
        const auto found = oids.find(reference.value_or(-1));
        if (found == oids.end() || !is_oid(found->second.first))
            throw failure(errors::answer, "the answer cannot be used: a profile refers to an OID that is not "
                                          "in the answer");
        Profile profile;
        profile.oid = found->second.first;
        profile.name = found->second.second;
        if (const xml::Element list = one.child("cAs")) {
            for (const xml::Element ca : list.children("cAReference")) {
                if (const auto which = ca.number()) profile.authorities.push_back(*which);
            }
        }
        read_attributes(profile, one.required("attributes"), oids);
        set.profiles.push_back(std::move(profile));
    }
    return set;
}

} // namespace policy
} // namespace digicert
