#include "profile/person.hpp"
#include "abi/guard.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_request_apply_person(certbroker_request *request,
                                                                  const certbroker_settings *profile,
                                                                  const certbroker_settings *person,
                                                                  certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto object, resolve<RequestObject>(request, "request"));
        CERTBROKER_TRY(const Settings wanted, options_in(profile, "profile",
                                                         {{"subject-format"},
                                                          {"subject"},
                                                          {"san"},
                                                          {"other-name-oid"},
                                                          {"other-name-validate", OptionKind::flag}}));
        CERTBROKER_TRY(const Settings values, settings_in(person, "person"));
        CERTBROKER_TRY(const profile::PersonProfile names, profile::read_person_profile(wanted));
        CERTBROKER_TRY(const profile::Person who, profile::Person::read(values));
        return profile::apply_person(object->request, names, who);
    });
}

} // extern "C"
