#pragma once

#include <initializer_list>
#include <utility>

#include "profile/fixtures.hpp"
#include "profile/person.hpp"

/// People and profiles in one line each.
namespace certbroker::profile::test {

using Pairs = std::initializer_list<std::pair<const char *, const char *>>;

inline Settings settings_of(Pairs pairs) {
    Settings settings;
    for (const auto &[name, value] : pairs)
        settings.set(name, std::string(value));
    return settings;
}
inline Person person_of(Pairs pairs) {
    return must(Person::read(settings_of(pairs)));
}
inline PersonProfile profile_of(Pairs pairs) {
    return must(read_person_profile(settings_of(pairs)));
}
inline Request applied(Pairs profile, Pairs person) {
    Request request;
    const auto done = apply_person(request, profile_of(profile), person_of(person));
    INFO((done ? std::string() : describe(done.error())));
    REQUIRE(done.has_value());
    return request;
}
/// The error of a profile and a person that do not fit; the request must stay as it was.
inline Error refused(Pairs profile, Pairs person) {
    Request request;
    REQUIRE(set_property(request, "SUBJECT", "CN=before"));
    const auto done = apply_person(request, profile_of(profile), person_of(person));
    REQUIRE_FALSE(done.has_value());
    CHECK(get_property(request, "SUBJECT") == std::vector<std::string>{"CN=before"});
    CHECK(request.subject_alt_names.empty());
    CHECK_FALSE(done.error().remedy().empty());
    return done.error();
}
inline std::string subject(const Request &request) {
    return request.subject.to_string();
}
inline std::vector<std::string> names(const Request &request) {
    return get_property(request, "SUBJECT_ALT_NAME");
}

} // namespace certbroker::profile::test
