#include "profile/person.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/extensions.hpp"
#include "profile/findings.hpp"
#include "x509/errors.hpp"
#include "x509/san.hpp"
#include "x509/sid.hpp"

namespace certbroker::profile {
namespace {

constexpr std::string_view oid_common_name = "2.5.4.3";
constexpr std::string_view oid_email_address = "1.2.840.113549.1.9.1";
constexpr std::size_t max_wanted = 100;

struct KindName {
    std::string_view name;
    PersonName kind;
};
constexpr std::array kinds{KindName{"Email", PersonName::email},
                           KindName{"Upn", PersonName::upn},
                           KindName{"OtherName", PersonName::other_name},
                           KindName{"Guid", PersonName::guid},
                           KindName{"Dns", PersonName::dns},
                           KindName{"Sid", PersonName::sid}};

struct FormatName {
    std::string_view name;
    SubjectFormat format;
};
constexpr std::array formats{FormatName{"CommonName", SubjectFormat::common_name},
                             FormatName{"CommonNameIncludingEmail", SubjectFormat::common_name_including_email},
                             FormatName{"CommonNameAsEmail", SubjectFormat::common_name_as_email}};

Error refused(const std::string &why) {
    return fail(errors::person_profile, "The profile of names could not be used: " + why);
}

Result<SubjectFormat> read_format(const std::string &text) {
    for (const FormatName &format : formats) {
        if (iequals(text, format.name)) return format.format;
    }
    return refused(shown(text) + " is not a subject format")
        .with_remedy("Use CommonName, CommonNameIncludingEmail or CommonNameAsEmail, or give a template as subject.");
}

/// "Email", or "Dns={{DeviceName}}.example.com".
Result<WantedName> read_wanted(std::string_view item) {
    const auto equals = item.find('=');
    const std::string_view name = trim(item.substr(0, equals));
    for (const KindName &kind : kinds) {
        if (!iequals(name, kind.name)) continue;
        WantedName wanted{kind.kind, {}};
        if (equals == std::string_view::npos) return wanted;
        wanted.text = std::string(trim(item.substr(equals + 1)));
        if (wanted.text.empty()) return refused("nothing stands behind " + shown(item));
        CERTBROKER_CHECK(check_name_template(wanted.text));
        return wanted;
    }
    return refused(shown(item) + " is not an alternative name of people or devices")
        .with_remedy("Use Email, Upn, OtherName, Guid or Dns, alone or as in Dns={{DeviceName}}.example.com.");
}

Result<std::vector<WantedName>> read_names(std::string_view list) {
    std::vector<WantedName> names;
    for (const std::string_view line : split(list, '\n')) {
        for (const std::string_view part : split(line, ',')) {
            std::string_view item = trim(part);
            if (!item.empty() && item.back() == '\r') item = trim(item.substr(0, item.size() - 1));
            if (item.empty()) continue;
            if (names.size() == max_wanted) return refused("it wants more than 100 alternative names");
            CERTBROKER_TRY(WantedName wanted, read_wanted(item));
            names.push_back(std::move(wanted));
        }
    }
    return names;
}

Error missing(const ErrorKind &kind, const char *what, const Person &person, const char *looked) {
    return fail(kind, std::string(what) + " of " + person.label() + " could not be found: there is no " + looked);
}

/// A name that was found and cannot be used as such.
template<class Value>
Result<Value> usable(Result<Value> made, const char *what, const Person &person) {
    if (made) return made;
    return fail(errors::person_value, std::string(what) + " of " + person.label() + " could not be used")
        .because(std::move(made).error());
}

/// What was said of the subject, for the last step of the fall-backs.
using SubjectValues = std::vector<std::string>;

SubjectValues values_of(const x509::Name &subject) {
    SubjectValues values;
    for (const std::string_view oid : {oid_email_address, oid_common_name}) {
        for (const x509::RelativeName &rdn : subject.rdns()) {
            for (const x509::NameAttribute &attribute : rdn) {
                if (attribute.oid == oid) values.push_back(attribute.value);
            }
        }
    }
    return values;
}

/// `first`, else `second`, else what in the subject is e-mail-shaped.
Result<std::optional<std::string>> fall_back(const Person &person, const char *first, const char *second,
                                             const SubjectValues &subject) {
    for (const char *variable : {first, second}) {
        CERTBROKER_TRY(std::optional<std::string> value, person.find(variable));
        if (value) return std::optional<std::string>(trim(*value));
    }
    const auto found = std::find_if(subject.begin(), subject.end(), is_email_shaped);
    return found == subject.end() ? std::optional<std::string>() : std::optional<std::string>(*found);
}

Result<x509::GeneralName> email_of(const Person &person, const SubjectValues &subject) {
    CERTBROKER_TRY(const auto address, fall_back(person, "EmailAddress", "UserPrincipalName", subject));
    if (!address)
        return missing(errors::person_email, "The e-mail address", person,
                       "EmailAddress, no UserPrincipalName and no subject that is an e-mail address");
    return usable(x509::make_email(*address), "The e-mail address", person);
}

Result<x509::GeneralName> upn_of(const Person &person, const SubjectValues &subject) {
    CERTBROKER_TRY(const auto upn, fall_back(person, "UserPrincipalName", "EmailAddress", subject));
    if (!upn)
        return missing(errors::person_upn, "The user principal name", person,
                       "UserPrincipalName, no EmailAddress and no subject that is an e-mail address");
    return usable(x509::make_upn(*upn), "The user principal name", person);
}

/// The hex digits are the value. With validation they must be one whole DER element; without it any other octets become
/// the contents of an OCTET STRING, as those behind '#' in a distinguished name do: what is no DER cannot stand in a
/// request.
Result<x509::GeneralName> make_other(const PersonProfile &profile, std::string_view hex, const Person &person) {
    auto octets = from_hex(hex);
    if (!octets || octets->empty())
        return fail(errors::person_other_name_hex, "The other name of " + person.label() +
                                                       " could not be used: " + shown(hex) + " is not hexadecimal");
    Bytes value = *std::move(octets);
    if (const auto whole = der::check_well_formed(value); !whole) {
        if (profile.validate_other_name)
            return fail(errors::person_other_name_der, "The other name of " + person.label() + " could not be used: " +
                                                           shown(hex) + " is not one whole DER element")
                .because(whole.error());
        der::Writer writer;
        writer.octets(value);
        value = std::move(writer).take();
    }
    return usable(x509::make_other_name(profile.other_name_oid, value), "The other name", person);
}

Result<x509::GeneralName> other_name_of(const PersonProfile &profile, const Person &person) {
    CERTBROKER_TRY(const auto hex, person.find("OtherName"));
    if (!hex) return missing(errors::person_other_name, "The other name", person, "OtherName");
    return make_other(profile, *hex, person);
}

Result<x509::GeneralName> guid_of(const Person &person) {
    CERTBROKER_TRY(const auto guid, person.find("Guid"));
    if (!guid) return missing(errors::person_guid, "The GUID", person, "Guid, ObjectGuid, ObjectId or Id");
    return usable(x509::make_guid(trim(*guid)), "The GUID", person);
}

/// The URI that domain controllers take for strong mapping (KB5014754); `text` is the SID.
Result<x509::GeneralName> make_sid_name(std::string_view text, const Person &person) {
    if (!x509::is_sid(text))
        return fail(errors::sid_value, "The security identifier of " + person.label() +
                                           " could not be used: " + shown(text) + " is no SID");
    return usable(x509::make_uri(std::string(x509::sid_uri_prefix) + ascii_upper(text)), "The security identifier",
                  person);
}

Result<x509::GeneralName> sid_of(const Person &person) {
    CERTBROKER_TRY(const auto sid, person.find("SecurityIdentifier"));
    if (!sid)
        return missing(errors::person_sid, "The security identifier", person,
                       "OnPremisesSecurityIdentifier, SecurityIdentifier, ObjectSid or Sid");
    return make_sid_name(trim(*sid), person);
}

Result<x509::GeneralName> make_from_template(const PersonProfile &profile, const WantedName &wanted,
                                             const Person &person) {
    CERTBROKER_TRY(const std::string expanded, expand_name(wanted.text, person));
    const std::string_view text = trim(expanded);
    switch (wanted.kind) {
    case PersonName::email:
        return usable(x509::make_email(text), "The e-mail address", person);
    case PersonName::upn:
        return usable(x509::make_upn(text), "The user principal name", person);
    case PersonName::guid:
        return usable(x509::make_guid(text), "The GUID", person);
    case PersonName::dns:
        return usable(x509::make_dns(text), "The DNS name", person);
    case PersonName::sid:
        return make_sid_name(text, person);
    case PersonName::other_name:
        break;
    }
    return make_other(profile, text, person);
}

Result<x509::GeneralName> make_name(const PersonProfile &profile, const WantedName &wanted, const Person &person,
                                    const SubjectValues &subject) {
    if (!wanted.text.empty()) return make_from_template(profile, wanted, person);
    switch (wanted.kind) {
    case PersonName::email:
        return email_of(person, subject);
    case PersonName::upn:
        return upn_of(person, subject);
    case PersonName::guid:
        return guid_of(person);
    case PersonName::sid:
        return sid_of(person);
    case PersonName::dns:
        return make_from_template(profile, {PersonName::dns, "{{FullyQualifiedDomainName}}"}, person);
    case PersonName::other_name:
        break;
    }
    return other_name_of(profile, person);
}

/// The template that a fixed format stands for. Its variables are filled by the same rules as those of custom ones.
constexpr std::string_view common_name_template = "CN={{CommonName}}";

Result<std::string> subject_text(const PersonProfile &profile, const Person &person) {
    if (profile.format == SubjectFormat::custom) return expand_subject(profile.subject, person);
    if (profile.format == SubjectFormat::common_name) return expand_subject(common_name_template, person);
    // The subject is not made yet: what would be its common name is the value that may be e-mail-shaped.
    CERTBROKER_TRY(const auto name, person.find("CommonName"));
    CERTBROKER_TRY(const x509::GeneralName email, email_of(person, name ? SubjectValues{*name} : SubjectValues()));
    Settings known;
    known.set("EmailAddress", email.value);
    if (name) known.set("CommonName", *name);
    CERTBROKER_TRY(const Person named, Person::read(known));
    if (profile.format == SubjectFormat::common_name_as_email) return expand_subject("CN={{EmailAddress}}", named);
    if (!name) return expand_subject(common_name_template, person);
    return expand_subject("CN={{CommonName}},E={{EmailAddress}}", named);
}

Result<x509::Name> make_subject(const PersonProfile &profile, const Person &person, x509::NameFlags flags) {
    CERTBROKER_TRY(const std::string text, subject_text(profile, person));
    // The text is written for the usual separators; how the name is encoded stays as the request says.
    flags.semicolon = flags.comma = flags.crlf = flags.no_plus = flags.no_quoting = false;
    auto name = x509::Name::parse(text, flags);
    if (name) return name;
    return fail(errors::person_subject, "The subject of " + person.label() + " could not be made" +
                                            (profile.subject.empty() ? "" : " from " + shown(profile.subject)))
        .because(std::move(name).error());
}

} // namespace

bool is_email_shaped(std::string_view text) {
    if (std::count(text.begin(), text.end(), '@') != 1) return false;
    const auto address = x509::make_email(text);
    if (!address) return false;
    const std::string_view domain = std::string_view(address->value).substr(address->value.find('@') + 1);
    const auto dot = domain.rfind('.');
    if (dot == std::string_view::npos || dot + 1 == domain.size()) return false;
    return std::any_of(domain.begin() + static_cast<std::ptrdiff_t>(dot) + 1, domain.end(),
                       [](char c) { return c < '0' || c > '9'; });
}

Result<PersonProfile> read_person_profile(const Settings &settings) {
    PersonProfile profile;
    const std::string *format = settings.text("subject-format");
    const std::string *subject = settings.text("subject");
    if (format != nullptr && subject != nullptr && !format->empty() && !subject->empty())
        return refused("it has both a subject format and a subject of its own");
    if (format != nullptr && !format->empty()) {
        CERTBROKER_TRY(profile.format, read_format(*format));
    } else if (subject != nullptr && !subject->empty()) {
        CERTBROKER_CHECK(check_subject_template(*subject));
        profile.format = SubjectFormat::custom;
        profile.subject = *subject;
    }
    if (const std::string *names = settings.text("san"); names != nullptr) {
        CERTBROKER_TRY(profile.names, read_names(*names));
    }
    if (profile.format == SubjectFormat::keep && profile.names.empty())
        return refused("it says neither how the subject shall look nor which alternative names are wanted");
    profile.other_name_oid = std::string(x509::oid_ntds_guid);
    if (const std::string *oid = settings.text("other-name-oid"); oid != nullptr && !oid->empty()) {
        if (!der::is_oid(*oid)) return refused(shown(*oid) + " is not an object identifier");
        profile.other_name_oid = *oid;
    }
    profile.validate_other_name = settings.flag("other-name-validate");
    return profile;
}

Result<void> apply_person(Request &request, const PersonProfile &profile, const Person &person) {
    x509::Name subject = request.subject;
    if (profile.format != SubjectFormat::keep) {
        CERTBROKER_TRY(subject, make_subject(profile, person, request.name_flags));
    }
    Request changed = request;
    const SubjectValues values = values_of(subject);
    for (const WantedName &wanted : profile.names) {
        CERTBROKER_TRY(x509::GeneralName name, make_name(profile, wanted, person, values));
        CERTBROKER_CHECK(add_name(changed, std::move(name)));
    }
    if (profile.format != SubjectFormat::keep) {
        changed.subject = std::move(subject);
        changed.subject_given = true;
    }
    request = std::move(changed);
    return {};
}

} // namespace certbroker::profile
