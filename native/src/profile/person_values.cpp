#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/findings.hpp"
#include "profile/person.hpp"

namespace certbroker::profile {
namespace {

constexpr std::size_t max_values = 1000;
constexpr std::size_t max_value = std::size_t{4} * 1024;

/// One thing that has several names: which variables ask for it, and where it is looked for, in this order. What ends
/// the list is empty.
struct Meaning {
    std::array<std::string_view, 3> variables;
    std::array<std::string_view, 8> sources;
};

/// Names as fold() makes them. {{UserName}} is the user principal name where nobody says otherwise, as Intune fills it;
/// the common name of the fixed formats is what people call the user.
constexpr std::array meanings{
    Meaning{
        {"username"},
        {"username", "userprincipalname", "upn", "samaccountname", "onpremisessamaccountname", "displayname", "name"}},
    Meaning{{"commonname"},
            {"commonname", "username", "displayname", "name", "samaccountname", "onpremisessamaccountname",
             "userprincipalname", "upn"}},
    Meaning{{"userprincipalname", "upn"}, {"userprincipalname", "upn"}},
    Meaning{{"emailaddress", "email", "mail"}, {"emailaddress", "mail", "email"}},
    Meaning{{"guid", "objectguid", "objectid"}, {"guid", "objectguid", "objectid", "id"}},
    Meaning{{"securityidentifier", "onpremisessecurityidentifier", "sid"},
            {"onpremisessecurityidentifier", "securityidentifier", "objectsid", "sid"}},
    Meaning{{"firstname", "givenname"}, {"firstname", "givenname"}},
    Meaning{{"lastname", "surname", "sn"}, {"lastname", "surname", "sn"}},
    Meaning{{"onpremisessamaccountname", "samaccountname"}, {"onpremisessamaccountname", "samaccountname"}},
    Meaning{{"onpremdistinguishedname", "onpremisesdistinguishedname", "distinguishedname"},
            {"onpremdistinguishedname", "onpremisesdistinguishedname", "distinguishedname"}},
    Meaning{{"aaddeviceid", "azureaddeviceid", "deviceid"}, {"aaddeviceid", "azureaddeviceid", "deviceid"}},
    Meaning{{"serialnumber", "deviceserial"}, {"serialnumber", "deviceserial"}},
    Meaning{{"imei", "imeinumber", "deviceimei"}, {"imei", "imeinumber", "deviceimei"}},
    Meaning{{"devicename", "computername"}, {"devicename", "computername"}},
    Meaning{{"fullyqualifieddomainname", "fqdn", "dnshostname"}, {"fullyqualifieddomainname", "fqdn", "dnshostname"}},
};

/// The variables people know by name, in their usual spelling.
constexpr std::array<std::string_view, 22> usual_names{
    "UserName",
    "CommonName",
    "UserPrincipalName",
    "EmailAddress",
    "Guid",
    "FirstName",
    "LastName",
    "OtherName",
    "AAD_Device_ID",
    "AzureADDeviceId",
    "SERIALNUMBER",
    "IMEINumber",
    "IMEI",
    "MEID",
    "DeviceName",
    "FullyQualifiedDomainName",
    "WiFiMacAddress",
    "OnPrem_Distinguished_Name",
    "onPremisesSamAccountName",
    "OnPremisesSecurityIdentifier",
    "Device_Serial",
    "Device_IMEI",
};

/// What a person is called in messages: the first of these that there is.
constexpr std::array<std::string_view, 8> labels{"userprincipalname", "upn",        "username", "emailaddress",
                                                 "displayname",       "devicename", "name",     "id"};

std::string fold(std::string_view name) {
    std::string folded;
    for (const char c : name) {
        if (c != '_' && c != '-' && c != ' ') folded += ascii_lower(c);
    }
    return folded;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

} // namespace

Result<Person> Person::read(const Settings &values) {
    if (values.values().size() > max_values)
        return fail(errors::person_value, "The person could not be read: there are more than 1,000 values");
    Person person;
    for (const auto &[name, value] : values.values()) {
        const auto *text = std::get_if<std::string>(&value);
        if (text == nullptr)
            return fail(errors::person_value,
                        "The person could not be read: the value of " + shown(name) + " is a secret, which no name is");
        if (!is_blank(*text)) person.values_.push_back({name, fold(name), *text});
    }
    person.label_ = "the person";
    for (const std::string_view name : labels) {
        const auto found = std::find_if(person.values_.begin(), person.values_.end(),
                                        [&](const Value &value) { return value.folded == name; });
        if (found == person.values_.end() || has_control(found->text) || !is_valid_utf8(found->text)) continue;
        person.label_ = shown(found->text);
        break;
    }
    return person;
}

/// The value of that very name; nullptr when there is none.
Result<const Person::Value *> Person::look_up(std::string_view name) const {
    const Value *found = nullptr;
    const std::string folded = fold(name);
    for (const Value &value : values_) {
        if (iequals(value.name, name)) return &value;
        if (value.folded != folded) continue;
        if (found != nullptr && found->text != value.text)
            return fail(errors::person_ambiguous,
                        "The variable {{" + std::string(name) + "}} could not be filled for " + label_ + ": " +
                            shown(found->name) + " and " + shown(value.name) + " are both meant, and differ");
        if (found == nullptr) found = &value;
    }
    return found;
}

Result<std::optional<std::string>> Person::find(std::string_view variable) const {
    const std::string folded = fold(variable);
    if (folded.empty()) return std::optional<std::string>();
    CERTBROKER_TRY(const Value *found, look_up(variable));
    for (const Meaning &meaning : meanings) {
        if (std::find(meaning.variables.begin(), meaning.variables.end(), folded) == meaning.variables.end()) continue;
        for (const std::string_view source : meaning.sources) {
            if (found != nullptr || source.empty()) break;
            CERTBROKER_TRY(found, look_up(source));
        }
    }
    if (found == nullptr) return std::optional<std::string>();
    const auto unusable = [&](const char *why) {
        return fail(errors::person_value,
                    "The value of " + shown(found->name) + " could not be used for " + label_ + ": " + why);
    };
    if (!is_valid_utf8(found->text)) return unusable("it is not valid UTF-8");
    if (found->text.size() > max_value) return unusable("it is longer than 4,096 bytes");
    if (has_control(found->text)) return unusable("it holds a control character");
    return std::optional<std::string>(found->text);
}

std::vector<std::string> Person::known_names() const {
    std::vector<std::string> names(usual_names.begin(), usual_names.end());
    for (const Value &value : values_)
        names.push_back(value.name);
    return names;
}

} // namespace certbroker::profile
