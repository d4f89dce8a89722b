#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/settings.hpp"
#include "profile/request.hpp"

/// Who a certificate is for, and how the names shall look: the rules of connectors that issue for people and devices.
namespace certbroker::profile {

/// What is known about a person or device: texts by name, as a directory object or a table's row has them.
class Person {
public:
    /// At most 1,000 values, none of them a secret. Person.Value.
    static Result<Person> read(const Settings &values);

    /// The value of a variable. Names compare without case, '_', '-' and blanks, but one that is written exactly alike
    /// wins; then come the other names of the same thing (mail for EmailAddress). A blank value is none. nullopt: there
    /// is none. Person.VariableAmbiguous, Person.Value.
    Result<std::optional<std::string>> find(std::string_view variable) const;
    /// What the person is called in messages: 'jane@example.com', or "the person".
    const std::string &label() const noexcept { return label_; }
    /// All names that find() answers, for "did you mean".
    std::vector<std::string> known_names() const;

private:
    struct Value {
        std::string name;
        std::string folded;
        std::string text;
    };
    Result<const Value *> look_up(std::string_view name) const;

    std::vector<Value> values_;
    std::string label_;
};

enum class SubjectFormat {
    keep,                        ///< the request's own subject stays
    common_name,                 ///< CN = the user's name
    common_name_including_email, ///< CN = the user's name, E = the e-mail address
    common_name_as_email,        ///< CN = the e-mail address
    custom,                      ///< a template with variables
};
enum class PersonName { email, upn, other_name, guid, dns, sid };

struct WantedName {
    PersonName kind = PersonName::email;
    std::string text; ///< a template with variables; empty: the rule of the kind
};

/// How the names shall look, for everybody alike.
struct PersonProfile {
    SubjectFormat format = SubjectFormat::keep;
    std::string subject; ///< the template of `custom`
    std::vector<WantedName> names;
    std::string other_name_oid; ///< 1.3.6.1.4.1.311.25.1 (DS Object Guid) unless said
    bool validate_other_name = false;
};

/// From subject-format, subject, san, other-name-oid and other-name-validate (certbroker.h). Person.Profile,
/// Person.Template.
Result<PersonProfile> read_person_profile(const Settings &settings);

/// Gives the request the subject and the alternative names that the profile makes of the person. On failure the request
/// is as it was.
Result<void> apply_person(Request &request, const PersonProfile &profile, const Person &person);

/// Whether a text can stand in for an e-mail address that is missing: one '@', a local part of visible ASCII, and a
/// domain of two labels or more whose last one is not a number. Stricter than an address somebody gives as such: the
/// text was not meant to be one, and CN=svc@server or CN=root@10.0.0.1 would send a person's mail nowhere.
bool is_email_shaped(std::string_view text);

/// The template's text for x509::Name::parse. Each value is quoted as a whole, so that it never adds an RDN; a value
/// that holds {{X}} stays as it is. OnPrem_Distinguished_Name between two separators is a name of several RDNs.
Result<std::string> expand_subject(std::string_view subject, const Person &person);
/// The template's text for an alternative name.
Result<std::string> expand_name(std::string_view text, const Person &person);
/// Whether a template can be read at all; nothing is looked up. Person.Template.
Result<void> check_subject_template(std::string_view subject);
Result<void> check_name_template(std::string_view text);

} // namespace certbroker::profile
