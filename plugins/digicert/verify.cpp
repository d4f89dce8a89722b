#include "verify.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "errors.hpp"
#include "text.hpp"
#include "values.hpp"

namespace digicert {
namespace {

using Kind = Source::Kind;

constexpr std::string_view unsupported_attribute =
    "The attribute doesn't fall under the DigiCert supported certificate template attributes list.";

[[noreturn]] void mismatch(const Profile &profile, const std::string &why, const std::string &cure) {
    throw failure(errors::policy_verification, "Policy verification failed: " + why + " (profile " + profile.oid + ")",
                  std::string(unsupported_attribute) + " " + cure);
}

std::string place_of(const Field &field) {
    switch (field.place) {
    case Field::Place::subject:
        return "subject";
    case Field::Place::alt_name:
        return "subject alternative name";
    case Field::Place::seat:
        return "seat";
    case Field::Place::extension:
        break;
    }
    return "extension";
}

/// "'jobTitle' (subject T)"
std::string described(const Field &field) {
    std::string out = "'" + shown(field.variable, 100) + "' (" + place_of(field);
    if (!field.label.empty() && field.place != Field::Place::seat) out += " " + shown(field.label, 100);
    return out + ")";
}

class Verification {
public:
    Verification(const Profile &profile, const RequestNames &names, const Wishes &wishes, const Options &options)
        : profile_(profile), names_(names), wishes_(wishes), options_(options), values_(names, wishes, options) {}

    Verified run() {
        check_key(profile_, names_);
        (void)token_type(profile_);
        fill();
        check_attributes_of_order();
        check_person();
        check_missing();
        check_slots();
        if (wishes_.validity_days != 0) ask_for_validity();
        remember();
        return std::move(out_);
    }

private:
    /// A value for every variable, in the profile's order, each variable once.
    void fill() {
        std::map<std::pair<Kind, std::string>, std::size_t> used;
        for (const Field &field : profile_.fields) {
            if (field.variable.empty()) {
                note_fixed(field);
                continue;
            }
            const Source source = source_of(field, options_);
            if (find_pair(field.variable) != nullptr) continue;
            Value value = ordered_value(wishes_, field.variable);
            if (!value) {
                std::size_t &index = used[{source.kind, std::string(source.oid)}];
                const bool repeats = source.kind == Kind::subject || source.kind == Kind::dns ||
                                     source.kind == Kind::ip || source.kind == Kind::uri ||
                                     source.kind == Kind::other_name;
                value = values_.of(field, source, repeats ? index : 0);
                ++index;
            }
            if (!value) {
                if (field.mandatory)
                    missing_.push_back(&field);
                else
                    out_.notes.push_back("The optional variable " + described(field) + " is left out");
                continue;
            }
            if (source.kind == Kind::first_name) out_.first_name = *value;
            if (source.kind == Kind::last_name) out_.last_name = *value;
            if (field.place == Field::Place::seat) out_.seat = *value;
            out_.pairs.emplace_back(field.variable, *std::move(value));
        }
    }

    void note_fixed(const Field &field) {
        const std::string_view attribute =
            field.place == Field::Place::subject ? oid_of_label(field.label) : std::string_view();
        if (attribute.empty()) return;
        const auto asked = names_.subject_value(attribute);
        if (asked && *asked != field.fixed)
            out_.notes.push_back("The profile sets " + shown(field.label, 60) + "=" + shown(field.fixed, 100) +
                                 " where the request has " + shown(*asked, 100));
    }

    const std::pair<std::string, std::string> *find_pair(std::string_view variable) const {
        for (const auto &pair : out_.pairs) {
            if (same(pair.first, variable)) return &pair;
        }
        return nullptr;
    }

    /// What the order adds by name must be something the profile knows.
    void check_attributes_of_order() {
        for (const auto &[name, value] : wishes_.attributes) {
            if (find_pair(name) != nullptr) continue;
            std::string spelled;
            for (const auto *list : {&profile_.other_variables, &profile_.validity_variables}) {
                for (const std::string &known : *list) {
                    if (same(known, name)) spelled = known;
                }
            }
            if (spelled.empty()) {
                if (options_.strict)
                    mismatch(profile_,
                             "the order gives the attribute '" + shown(name, 100) +
                                 "', which the profile does not list",
                             "Take it out of the order setting attribute; Get-CBCertificateProfile shows the "
                             "profile's variables.");
                out_.warnings.push_back("The attribute '" + shown(name, 100) + "' is sent although the profile " +
                                        profile_.oid + " does not list it");
                spelled = name;
            }
            out_.pairs.emplace_back(std::move(spelled), value);
        }
    }

    void check_person() {
        const auto problem = person_problem(profile_, names_, wishes_, options_);
        if (!problem) return;
        out_.refused_characters = true;
        if (options_.refuse_characters)
            throw failure(errors::name_characters,
                          "Policy verification failed: " + *problem + " (profile " + profile_.oid + ")");
        out_.warnings.push_back("It is likely to be refused: " + *problem);
    }

    void check_missing() const {
        if (missing_.empty()) return;
        const Field &field = *missing_.front();
        const Source source = source_of(field, options_);
        std::string cure = "Give the value with the order setting attribute (" + shown(field.variable, 100) + "=...), ";
        switch (source.kind) {
        case Kind::email:
        case Kind::upn:
            cure = "Add an e-mail address or user principal name to the request (-EmailAddress, -Upn), ";
            break;
        case Kind::other_name:
            cure = "Add the other name to the request, for a device or user its GUID, ";
            break;
        case Kind::first_name:
        case Kind::last_name:
            cure = "Give the order settings first-name and last-name, ";
            break;
        case Kind::seat:
            cure = "Give the order setting seat, ";
            break;
        case Kind::none:
            cure = "Say with the connection's attribute-... settings which value it takes, or give it with the order "
                   "setting attribute (" +
                   shown(field.variable, 100) + "=...), ";
            break;
        default:
            break;
        }
        mismatch(profile_,
                 "the profile wants the attribute " + described(field) + ", and the request has nothing for it",
                 cure + "or make the field optional or fixed in the profile.");
    }

    /// The connector refuses what the profile has no field for: the certificate would lack it.
    void check_slots() {
        if (profile_.subject_told) check_subject_slots();
        if (profile_.extensions_told) check_alt_name_slots();
    }

    void no_slot(const std::string &what) {
        const std::string why = "the request asks for " + what + ", for which the profile has no field";
        if (options_.strict)
            mismatch(profile_, why, "Take it out of the request, or add a field for it to the profile.");
        out_.warnings.push_back("The certificate will lack something: " + why + " (profile " + profile_.oid + ")");
    }

    bool has_subject_slot(std::string_view attribute, std::size_t count) const {
        std::set<std::string> slots;
        for (const Field &field : profile_.fields) {
            if (field.place != Field::Place::subject) continue;
            const Source source = source_of(field, options_);
            if (oid_of_label(field.label) == attribute && field.variable.empty()) return true;
            const bool person = source.kind == Kind::first_name || source.kind == Kind::last_name;
            const bool fits = oid_of_label(field.label) == attribute ||
                              (source.kind == Kind::subject && source.oid == attribute) ||
                              (attribute == oid::common_name && (source.kind == Kind::common_name || person)) ||
                              (attribute == oid::email && source.kind == Kind::email) ||
                              (attribute == oid::given_name && source.kind == Kind::first_name) ||
                              (attribute == oid::surname && source.kind == Kind::last_name);
            if (fits) slots.insert(lower(field.variable));
        }
        return count <= slots.size();
    }

    void check_subject_slots() {
        std::map<std::string, std::size_t> counts;
        for (const auto &[attribute, value] : names_.subject)
            ++counts[attribute];
        for (const auto &[attribute, count] : counts) {
            if (!has_subject_slot(attribute, count))
                no_slot("the subject attribute " + label_of(attribute) + "=" +
                        shown(*names_.subject_value(attribute, count - 1), 100));
        }
    }

    std::size_t alt_name_slots(Kind kind) const {
        std::set<std::string> slots;
        for (const Field &field : profile_.fields) {
            if (field.place != Field::Place::alt_name) continue;
            if (source_of(field, options_).kind == kind)
                slots.insert(field.variable.empty() ? field.label + "=" + field.fixed : lower(field.variable));
        }
        return slots.size();
    }

    void check_form(const char *form, Kind kind, const std::vector<std::string> &values) {
        std::size_t slots = alt_name_slots(kind);
        if (kind == Kind::dns && alt_name_slots(Kind::more_dns) > 0) slots = values.size();
        if (values.size() > slots)
            no_slot(std::string("the subject alternative name ") + form + "=" + shown(values[slots], 100));
    }

    void check_alt_name_slots() {
        check_form("email", Kind::email, names_.emails);
        check_form("upn", Kind::upn, names_.upns);
        check_form("dns", Kind::dns, names_.dns);
        check_form("ipaddress", Kind::ip, names_.ips);
        check_form("url", Kind::uri, names_.uris);
        std::vector<std::string> others;
        for (const auto &other : names_.others)
            others.push_back(other.first);
        check_form("other name", Kind::other_name, others);
        if (!names_.unknown.empty())
            no_slot("a subject alternative name of the form " + shown(names_.unknown.front(), 100));
    }

    void ask_for_validity() {
        for (const std::string &variable : profile_.validity_variables) {
            if (!profile_.validity_may_differ || !same(variable, "overrideValidityDays")) continue;
            if (find_pair(variable) == nullptr)
                out_.pairs.emplace_back(variable, std::to_string(wishes_.validity_days));
            return;
        }
        out_.notes.push_back("The profile " + profile_.oid + " sets the validity itself (" +
                             std::to_string(profile_.validity_days) + " days); what the order asks for is not sent");
    }

    void remember() {
        out_.email = values_.email().value_or("");
        out_.common_name = names_.subject_value(oid::common_name).value_or("");
        if (out_.seat.empty()) out_.seat = values_.seat().value_or("");
    }

    const Profile &profile_;
    const RequestNames &names_;
    const Wishes &wishes_;
    const Options &options_;
    Values values_;
    std::vector<const Field *> missing_;
    Verified out_;
};

} // namespace

std::string token_type(const Profile &profile) {
    const std::string &format = profile.delivery_format;
    if (format == token_pkcs12)
        throw failure(errors::server_key, "Policy verification failed: the profile " + profile.oid +
                                              " delivers PKCS#12, with a private key that DigiCert makes");
    return std::string(format == token_x509 ? token_x509 : token_pkcs7);
}

void check_key(const Profile &profile, const RequestNames &names) {
    const std::string_view family = key_family(profile);
    const bool rsa = names.key_algorithm == "RSA";
    const std::string has = names.key_algorithm + " of " + std::to_string(names.key_bits) + " bits";
    if ((family == "RSA" && !rsa) || (family == "EC" && rsa))
        mismatch(profile, "the key is " + has + ", and the profile takes " + std::string(family) + " keys",
                 "Make the request with a key of the kind that the profile names (-KeyAlgorithm).");
    if (profile.key_size != 0 && names.key_bits < profile.key_size)
        mismatch(profile, "the key is " + has + ", and the profile wants at least " + std::to_string(profile.key_size),
                 "Make the request with a longer key (-KeyLength), or change the profile's key size.");
}

std::optional<std::string> person_problem(const Profile &profile, const RequestNames &names, const Wishes &wishes,
                                          const Options &options) {
    const Values values(names, wishes, options);
    for (const Field &field : profile.fields) {
        if (field.variable.empty()) continue;
        const Source source = source_of(field, options);
        if (source.kind != Kind::first_name && source.kind != Kind::last_name) continue;
        Value value = ordered_value(wishes, field.variable);
        if (!value) value = values.of(field, source, 0);
        const auto refused = value ? refused_name_character(*value) : std::nullopt;
        if (refused)
            return "the value '" + shown(*value, 100) + "' of " + described(field) + " has the character '" + *refused +
                   "', and DigiCert takes no special characters in first and last names";
    }
    return std::nullopt;
}

Verified verify(const Profile &profile, const RequestNames &names, const Wishes &wishes, const Options &options) {
    return Verification(profile, names, wishes, options).run();
}

} // namespace digicert
