#include "profile/person_fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

namespace {

using Texts = std::vector<std::string>;

std::string profile_id(Pairs pairs) {
    return id_of(read_person_profile(settings_of(pairs)));
}

} // namespace

TEST_CASE("The three subject formats of the connector") {
    const Pairs user{{"UserName", "IWUser0"}, {"mail", "IWUser0@samplendes.onmicrosoft.com"}};
    CHECK(subject(applied({{"subject-format", "CommonName"}}, user)) == "CN=IWUser0");
    CHECK(subject(applied({{"subject-format", "commonnameincludingemail"}}, user)) ==
          "CN=IWUser0, E=IWUser0@samplendes.onmicrosoft.com");
    CHECK(subject(applied({{"subject-format", "CommonNameAsEmail"}}, user)) == "CN=IWUser0@samplendes.onmicrosoft.com");
    CHECK(subject(applied({{"subject", "CN={{UserName}},E={{EmailAddress}},O=Finance Group"}}, user)) ==
          "CN=IWUser0, E=IWUser0@samplendes.onmicrosoft.com, O=Finance Group");
}

TEST_CASE("A format needs a name and an address, wherever they come from") {
    CHECK(refused({{"subject-format", "CommonName"}}, {{"mail", "a@example.com"}}).id() == "Person.VariableMissing");
    CHECK(refused({{"subject-format", "CommonNameIncludingEmail"}}, {{"mail", "a@example.com"}}).id() ==
          "Person.VariableMissing");
    CHECK(refused({{"subject-format", "CommonNameIncludingEmail"}}, {{"UserName", "jane"}}).id() ==
          "Person.EmailMissing");
    CHECK(refused({{"subject-format", "CommonNameAsEmail"}}, {{"UserName", "jane"}}).id() == "Person.EmailMissing");
    CHECK(subject(applied({{"subject-format", "CommonNameIncludingEmail"}},
                          {{"DisplayName", "Jane"}, {"upn", "jane@example.com"}})) == "CN=Jane, E=jane@example.com");
    CHECK(subject(applied({{"subject-format", "CommonNameAsEmail"}}, {{"UserName", "jane@example.com"}})) ==
          "CN=jane@example.com");
    // A display name with a comma is one common name.
    CHECK(applied({{"subject-format", "CommonName"}}, {{"DisplayName", "Doe, Jane"}}).subject.rdns().size() == 1);
}

TEST_CASE("An e-mail address falls back to the UPN, then to a subject that looks like one, else fails") {
    const Pairs email{{"subject-format", "CommonName"}, {"san", "Email"}};
    CHECK(names(applied(email, {{"UserName", "j"}, {"mail", "m@example.com"}, {"upn", "u@example.com"}})) ==
          Texts{"email=m@example.com"});
    CHECK(names(applied(email, {{"UserName", "j"}, {"upn", "u@example.com"}})) == Texts{"email=u@example.com"});
    CHECK(names(applied(email, {{"UserName", "cn@example.com"}})) == Texts{"email=cn@example.com"});
    const Error error = refused(email, {{"UserName", "jane"}});
    CHECK(error.id() == "Person.EmailMissing");
    CHECK(contains(error.message(), "'jane'"));
    // What is there and is no address is not passed over: something else would be certified than what was meant.
    CHECK(refused(email, {{"UserName", "cn@example.com"}, {"mail", "no address"}}).id() == "Person.Value");
    CHECK(refused(email, {{"UserName", "cn@example.com"}, {"upn", "größe@example.com"}}).id() == "Person.Value");
}

TEST_CASE("A UPN falls back to the e-mail address, then to a subject that looks like one, else fails") {
    const Pairs upn{{"subject-format", "CommonName"}, {"san", "Upn"}};
    CHECK(names(applied(upn, {{"UserName", "j"}, {"mail", "m@example.com"}, {"upn", "u@example.com"}})) ==
          Texts{"upn=u@example.com"});
    CHECK(names(applied(upn, {{"UserName", "j"}, {"mail", "m@example.com"}})) == Texts{"upn=m@example.com"});
    CHECK(names(applied(upn, {{"UserName", "cn@example.com"}})) == Texts{"upn=cn@example.com"});
    CHECK(refused(upn, {{"UserName", "jane"}}).id() == "Person.UpnMissing");
    CHECK(refused(upn, {{"UserName", "cn@example.com"}, {"upn", "jane"}}).id() == "Person.Value");
}

TEST_CASE("The subject's E comes before its CN, and the request's own subject counts when no format is given") {
    CHECK(names(applied({{"subject", "CN={{a}},E={{b}}"}, {"san", "Email,Upn"}},
                        {{"a", "cn@example.com"}, {"b", "e@example.com"}})) ==
          Texts{"email=e@example.com", "upn=e@example.com"});
    Request request;
    REQUIRE(set_property(request, "SUBJECT", "CN=own@example.com, O=Example"));
    REQUIRE(apply_person(request, profile_of({{"san", "Email"}}), person_of({})));
    CHECK(subject(request) == "CN=own@example.com, O=Example");
    CHECK(names(request) == Texts{"email=own@example.com"});
}

TEST_CASE("What looks like an e-mail address") {
    for (const char *good : {"jane@example.com", "j.d+x@mail.example.co.uk", "o'hara@example.com", "global_admin@a.de"})
        CHECK(is_email_shaped(good));
    for (const char *bad : {"jane", "@example.com", "jane@", "jane@localhost", "jane@server", "a@b@example.com",
                            "jane doe@example.com", "jane@example.", "jane@.com", "root@10.0.0.1", "jane@exa mple.com",
                            "Jane <jane@example.com>", "größe@example.com", ""}) {
        INFO(bad);
        CHECK_FALSE(is_email_shaped(bad));
    }
}

TEST_CASE("An other name is taken as hexadecimal, and missing fails") {
    const char *sample = "04 12 b8 ba 65 41 f2 d4 07 41 a9 f7 47 08 f3 e4 28 5c ef 2c";
    const Pairs wanted{{"san", "OtherName"}};
    const Request request = applied(wanted, {{"OtherName", sample}});
    REQUIRE(request.subject_alt_names.size() == 1);
    CHECK(request.subject_alt_names.front().to_string() ==
          "1.3.6.1.4.1.311.25.1=0412b8ba6541f2d40741a9f74708f3e4285cef2c");
    CHECK(names(applied(wanted, {{"OtherName", "04:12:B8:BA:65:41:F2:D4:07:41:A9:F7:47:08:F3:E4:28:5C:EF:2C"}})) ==
          names(request));
    CHECK(names(applied({{"san", "OtherName={{ds}}"}, {"other-name-oid", "1.2.3.4"}}, {{"ds", "0c0141"}})) ==
          Texts{"1.2.3.4=0c0141"});
    CHECK(refused(wanted, {{"UserName", "jane"}}).id() == "Person.OtherNameMissing");
    for (const char *bad : {"04 1", "zz", "0x0401", "jane@example.com", "04-12"})
        CHECK(refused(wanted, {{"OtherName", bad}}).id() == "Person.OtherNameHex");
}

TEST_CASE("An other name that is no DER becomes an octet string, or fails where validation was asked for") {
    const Pairs wanted{{"san", "OtherName"}};
    const Pairs strict{{"san", "OtherName"}, {"other-name-validate", "true"}};
    CHECK(names(applied(wanted, {{"OtherName", "b8 ba"}})) == Texts{"1.3.6.1.4.1.311.25.1=0402b8ba"});
    CHECK(names(applied(strict, {{"OtherName", "0402b8ba"}})) == Texts{"1.3.6.1.4.1.311.25.1=0402b8ba"});
    for (const char *bad : {"b8 ba", "04 12 b8", "0402b8ba00", "048102b8ba"})
        CHECK(refused(strict, {{"OtherName", bad}}).id() == "Person.OtherNameDer");
    // What comes out can be put into a request and read again.
    const Request request = applied(wanted, {{"OtherName", "30 80"}});
    CHECK(x509::decode_general_names(x509::encode_general_names(request.subject_alt_names)));
}

TEST_CASE("GUIDs and DNS names") {
    const char *guid = "f7c3ac41-b8ce-4fb4-aa58-3d1dc0e36b39";
    CHECK(names(applied({{"san", "Guid"}}, {{"ObjectGUID", guid}})) == Texts{"guid=" + std::string(guid)});
    CHECK(refused({{"san", "Guid"}}, {{"UserName", "jane"}}).id() == "Person.GuidMissing");
    CHECK(refused({{"san", "Guid"}}, {{"id", "4711"}}).id() == "Person.Value");
    CHECK(names(applied({{"san", "Dns"}}, {{"DNSHostName", "laptop1.example.com"}})) ==
          Texts{"dns=laptop1.example.com"});
    CHECK(refused({{"san", "Dns"}}, {{"DeviceName", "laptop1"}}).id() == "Person.VariableMissing");
    CHECK(names(applied({{"san", "Dns={{DeviceName}}.example.com\nUpn={{DeviceName}}$@example.com\r\nguid={{id}}"}},
                        {{"DeviceName", "laptop1"}, {"id", guid}})) ==
          Texts{"dns=laptop1.example.com", "upn=laptop1$@example.com", "guid=" + std::string(guid)});
    CHECK(refused({{"san", "Dns={{DeviceName}}.example.com"}}, {{"DeviceName", "lap top"}}).id() == "Person.Value");
    CHECK(refused({{"san", "Email={{Owner}}"}}, {{"mail", "a@example.com"}}).id() == "Person.VariableMissing");
}

TEST_CASE("SIDs become the URI that domain controllers read") {
    const std::string sid = "S-1-5-21-1004336348-1177238915-682003330-1104";
    const std::string uri = "url=tag:microsoft.com,2022-09-14:sid:" + sid;
    for (const char *source : {"onPremisesSecurityIdentifier", "SecurityIdentifier", "objectSid", "SID"}) {
        INFO(source);
        CHECK(names(applied({{"san", "Sid"}}, {{source, sid.c_str()}})) == Texts{uri});
    }
    CHECK(names(applied({{"san", "Sid={{OnPremisesSecurityIdentifier}}"}}, {{"SID", sid.c_str()}})) == Texts{uri});
    CHECK(refused({{"san", "Sid"}}, {{"UserName", "jane"}}).id() == "Person.SidMissing");
    CHECK(refused({{"san", "Sid"}}, {{"SID", "EXAMPLE\\jane"}}).id() == "Sid.Value");
}

TEST_CASE("A subject that cannot be encoded names the person and the template") {
    const Error error =
        refused({{"subject", "CN={{UserName}},C={{Country}}"}}, {{"UserName", "jane"}, {"Country", "Germany"}});
    CHECK(error.id() == "Person.Subject");
    CHECK(contains(error.message(), "'jane'"));
    CHECK(contains(error.message(), "{{Country}}"));
    REQUIRE(error.cause() != nullptr);
    CHECK(error.cause()->id() == "Name.Value");
    CHECK(refused({{"subject", "Mobile"}}, {}).id() == "Person.Subject");
}

TEST_CASE("A request with odd name flags gets the same name") {
    Request request;
    request.name_flags.semicolon = true;
    request.name_flags.no_quoting = true;
    REQUIRE(apply_person(request, profile_of({{"subject", "CN={{a}},O=x"}}), person_of({{"a", "1;2"}})));
    CHECK(subject(request) == "CN=\"1;2\", O=x");
}

TEST_CASE("Profiles that cannot be meant are refused") {
    CHECK(profile_id({}) == "Person.Profile");
    CHECK(profile_id({{"san", " , "}}) == "Person.Profile");
    CHECK(profile_id({{"subject-format", "Imei"}}) == "Person.Profile");
    CHECK(profile_id({{"subject-format", "CommonName"}, {"subject", "CN={{a}}"}}) == "Person.Profile");
    CHECK(profile_id({{"san", "Email,Fax"}}) == "Person.Profile");
    CHECK(profile_id({{"san", "Email="}}) == "Person.Profile");
    CHECK(profile_id({{"san", "Email={{a"}}) == "Person.Template");
    CHECK(profile_id({{"san", "OtherName"}, {"other-name-oid", "one"}}) == "Person.Profile");
    CHECK(profile_id({{"subject", "CN={{a"}}) == "Person.Template");
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += "Email,";
    CHECK(profile_id({{"san", many.c_str()}}) == "Person.Profile");
}
