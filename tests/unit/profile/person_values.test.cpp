#include "profile/person_fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

std::string value(const Person &person, std::string_view variable) {
    return must(person.find(variable)).value_or("-");
}

} // namespace

TEST_CASE("A variable is found without case, underscores, hyphens and blanks") {
    const Person person = person_of({{"E-Mail", "a@example.com"},
                                     {"First Name", "Jane"},
                                     {"device_serial", "S1"},
                                     {"AzureADDeviceId", "0af1"},
                                     {"costCentre", "4711"}});
    CHECK(value(person, "EmailAddress") == "a@example.com");
    CHECK(value(person, "FirstName") == "Jane");
    CHECK(value(person, "Device_Serial") == "S1");
    CHECK(value(person, "DEVICESERIAL") == "S1");
    CHECK(value(person, "SERIALNUMBER") == "S1");
    CHECK(value(person, "AAD_Device_ID") == "0af1");
    CHECK(value(person, "Cost_Centre") == "4711");
    CHECK(value(person, "Nothing") == "-");
    CHECK(value(person, "_") == "-");
}

TEST_CASE("Every usual property name gives its variable") {
    struct Row {
        const char *property;
        const char *variable;
    };
    for (const Row &row : {Row{"mail", "EmailAddress"},
                           Row{"Mail", "EmailAddress"},
                           Row{"email", "EmailAddress"},
                           Row{"EmailAddress", "Mail"},
                           Row{"upn", "UserPrincipalName"},
                           Row{"UserPrincipalName", "UPN"},
                           Row{"userPrincipalName", "UserName"},
                           Row{"SamAccountName", "UserName"},
                           Row{"DisplayName", "UserName"},
                           Row{"Name", "UserName"},
                           Row{"Name", "CommonName"},
                           Row{"UserPrincipalName", "CommonName"},
                           Row{"ObjectGuid", "Guid"},
                           Row{"objectId", "Guid"},
                           Row{"id", "Guid"},
                           Row{"givenName", "FirstName"},
                           Row{"surname", "LastName"},
                           Row{"sn", "LastName"},
                           Row{"deviceId", "AAD_Device_ID"},
                           Row{"azureADDeviceId", "AzureADDeviceId"},
                           Row{"serialNumber", "Device_Serial"},
                           Row{"imei", "Device_IMEI"},
                           Row{"imei", "IMEINumber"},
                           Row{"IMEI", "IMEI"},
                           Row{"meid", "MEID"},
                           Row{"computerName", "DeviceName"},
                           Row{"DNSHostName", "FullyQualifiedDomainName"},
                           Row{"wiFiMacAddress", "WiFiMacAddress"},
                           Row{"DistinguishedName", "OnPrem_Distinguished_Name"},
                           Row{"onPremisesDistinguishedName", "OnPrem_Distinguished_Name"},
                           Row{"SamAccountName", "onPremisesSamAccountName"}}) {
        INFO(row.property << " for " << row.variable);
        CHECK(value(person_of({{row.property, "x"}}), row.variable) == "x");
    }
    // A display name is asked for by its own name only.
    CHECK(value(person_of({{"UserPrincipalName", "x@example.com"}}), "DisplayName") == "-");
    CHECK(value(person_of({{"mail", "x@example.com"}}), "UserPrincipalName") == "-");
}

TEST_CASE("The first of several names of the same thing counts, and a blank value is none") {
    CHECK(value(person_of({{"UserName", "iwuser0"}, {"upn", "u@example.com"}, {"DisplayName", "IW User"}}),
                "UserName") == "iwuser0");
    CHECK(value(person_of({{"UserName", " "}, {"upn", "u@example.com"}, {"DisplayName", "IW User"}}), "UserName") ==
          "u@example.com");
    CHECK(value(person_of({{"upn", "u@example.com"}, {"DisplayName", "IW User"}}), "CommonName") == "IW User");
    CHECK(value(person_of({{"EmailAddress", ""}, {"mail", "m@example.com"}}), "EmailAddress") == "m@example.com");
}

TEST_CASE("Two properties that one variable could mean are told, unless one is written exactly so") {
    const Person person = person_of({{"Device_Serial", "A"}, {"DeviceSerial", "B"}});
    CHECK(value(person, "device_serial") == "A");
    CHECK(value(person, "DeviceSerial") == "B");
    CHECK(id_of(person.find("Device-Serial")) == "Person.VariableAmbiguous");
    CHECK(value(person_of({{"Device_Serial", "A"}, {"DeviceSerial", "A"}}), "Device-Serial") == "A");
}

TEST_CASE("A value that no name can hold is refused when it is used") {
    Settings settings;
    settings.set("good", std::string("x"));
    settings.set("nul", std::string("a\0b", 3));
    settings.set("line", std::string("a\nb"));
    settings.set("long", std::string(4097, 'a'));
    settings.set("fits", std::string(4096, 'a'));
    settings.set("bytes", std::string("\xff\xfe"));
    const Person person = must(Person::read(settings));
    CHECK(value(person, "good") == "x");
    CHECK(value(person, "fits").size() == 4096);
    for (const char *name : {"nul", "line", "long", "bytes"})
        CHECK(id_of(person.find(name)) == "Person.Value");
}

TEST_CASE("A secret and too many values are refused, and a person has a name in messages") {
    Settings secret;
    secret.set("mail", Secret(as_bytes("s3cret")));
    const auto refused = Person::read(secret);
    REQUIRE(id_of(refused) == "Person.Value");
    CHECK_FALSE(contains(describe(refused.error()), "s3cret"));
    Settings many;
    for (int i = 0; i <= 1000; ++i)
        many.set("n" + std::to_string(i), std::string("x"));
    CHECK(id_of(Person::read(many)) == "Person.Value");
    CHECK(person_of({}).label() == "the person");
    CHECK(person_of({{"id", "7"}, {"upn", "u@example.com"}, {"name", "U"}}).label() == "'u@example.com'");
    CHECK(person_of({{"devicename", "LAPTOP1"}}).label() == "'LAPTOP1'");
}
