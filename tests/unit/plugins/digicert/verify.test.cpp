#include "verify.hpp"

#include "documents.hpp"
#include "failures.hpp"
#include "soap.hpp"

using namespace digicert;
using namespace digicert::test;

namespace {

Profile profile_of(const PolicyText &text) {
    const soap::Reply reply = soap::read_reply(text.envelope(), policy::limits, "The answer");
    return policy::read_answer(reply.body).profiles.front();
}

RequestNames request(const std::vector<std::string> &alt_names,
                     const std::vector<std::string> &subject_attributes = {"2.5.4.3=IWUser0"}) {
    RequestNames names = read_names(subject_attributes, alt_names);
    names.key_algorithm = "RSA";
    names.key_bits = 2048;
    return names;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;
const std::string mail = "iwuser0@example.test";
const std::string seed_sentence =
    "The attribute doesn't fall under the DigiCert supported certificate template attributes list.";

/// The failure of a verification; it has to be the connector page's.
std::string mismatch(const PolicyText &text, const RequestNames &names, const Wishes &wishes = {},
                     const Options &options = {}) {
    const Failure problem = failure_of([&] { (void)verify(profile_of(text), names, wishes, options); });
    CHECK(problem.id == "DigiCert.PolicyVerification");
    CHECK(problem.status == CBP_E_POLICY);
    CHECK(problem.message.starts_with("Policy verification failed: "));
    CHECK(has(problem.message, profile_oid));
    CHECK(has(problem.remedy, seed_sentence));
    return problem.message;
}

} // namespace

TEST_CASE("verify: the pairs have the profile's spelling and order, the seat first, each variable once") {
    PolicyText text;
    text.subject_fields =
        subject("CN", "$Common_Name", true) + subject("E", "$mail_email", false) + subject("O", "Example Corp", true);
    text.alt_names = alt_name("rfc822Name", "$mail_email", true) + alt_name("otherNameUPN", "$otherNameUPN", true);
    const Verified verified = verify(profile_of(text), request({"email=" + mail, "upn=" + mail}), {}, {});
    CHECK(verified.pairs ==
          Pairs{{"seat_id", mail}, {"Common_Name", "IWUser0"}, {"mail_email", mail}, {"otherNameUPN", mail}});
    CHECK(verified.seat == mail);
    CHECK(verified.common_name == "IWUser0");
    CHECK(verified.warnings.empty());
}

TEST_CASE("verify (a): the request has a SAN form that the profile has no field for") {
    PolicyText text;
    text.alt_names = alt_name("otherNameUPN", "$otherNameUPN", true);
    const std::string message = mismatch(text, request({"email=" + mail, "upn=" + mail}));
    CHECK(has(message, "email=" + mail));
    Options lenient;
    lenient.strict = lenient.refuse_characters = false;
    const Verified verified = verify(profile_of(text), request({"email=" + mail, "upn=" + mail}), {}, lenient);
    CHECK(verified.warnings.size() == 1);
    CHECK(has(mismatch({}, request({"email=" + mail}, {"2.5.4.3=IWUser0", "2.5.4.11=Sales"})), "OU=Sales"));
    CHECK(has(mismatch({}, request({"email=" + mail, "email=second@example.test"})), "email=second@example.test"));
    CHECK(has(mismatch({}, request({"email=" + mail, "1.3.6.1.4.1.311.25.1=0412"})), "other name"));
    CHECK(has(mismatch({}, request({"email=" + mail, "directoryname=CN=x"})), "directoryname"));
    CHECK(has(mismatch({}, request({"email=" + mail}, {"2.5.4.3=A", "1.2.840.113549.1.9.1=" + mail})), "E=" + mail));
}

TEST_CASE("verify (b): the profile wants a mandatory variable that nothing fills") {
    PolicyText text;
    text.subject_fields += subject("X", "$additional_field4", true);
    const std::string message = mismatch(text, request({"email=" + mail}));
    CHECK(has(message, "'additional_field4'"));
    Wishes wishes;
    wishes.attributes = {{"Additional_Field4", "four"}};
    const Verified verified = verify(profile_of(text), request({"email=" + mail}), wishes, {});
    CHECK(verified.pairs[2] == std::pair<std::string, std::string>("additional_field4", "four"));
    text.subject_fields = subject("CN", "$common_name", true) + subject("T", "$jobTitle", true);
    CHECK(has(mismatch(text, request({"email=" + mail})), "'jobTitle' (subject T)"));
}

TEST_CASE("verify (c): an optional variable that nothing fills is left out") {
    PolicyText text;
    text.subject_fields += subject("X", "$mykad", false);
    const Verified verified = verify(profile_of(text), request({"email=" + mail}), {}, {});
    CHECK(verified.pairs.size() == 3);
    CHECK(verified.notes.size() == 1);
}

TEST_CASE("verify (d): no e-mail address but a UPN") {
    PolicyText text;
    text.alt_names += alt_name("otherNameUPN", "$otherNameUPN", true);
    const Verified verified = verify(profile_of(text), request({"upn=" + mail}), {}, {});
    CHECK(verified.pairs[2] == std::pair<std::string, std::string>("mail_email", mail));
}

TEST_CASE("verify (e): no UPN but an e-mail address") {
    PolicyText text;
    text.alt_names += alt_name("otherNameUPN", "$otherNameUPN", true);
    const Verified verified = verify(profile_of(text), request({"email=" + mail}), {}, {});
    CHECK(verified.pairs[3] == std::pair<std::string, std::string>("otherNameUPN", mail));
}

TEST_CASE("verify (f): neither, but a subject that is an e-mail address") {
    PolicyText text;
    text.alt_names += alt_name("otherNameUPN", "$otherNameUPN", true);
    const Verified verified = verify(profile_of(text), request({}, {"2.5.4.3=" + mail}), {}, {});
    CHECK(verified.pairs ==
          Pairs{{"seat_id", mail}, {"common_name", mail}, {"mail_email", mail}, {"otherNameUPN", mail}});
}

TEST_CASE("verify (g): nothing that can be an e-mail address") {
    CHECK(has(mismatch({}, request({})), "'mail_email'"));
    PolicyText upn;
    upn.alt_names = alt_name("otherNameUPN", "$otherNameUPN", true);
    CHECK(has(mismatch(upn, request({})), "'otherNameUPN'"));
}

TEST_CASE("verify (h): an other name must be there, and goes out in base64") {
    PolicyText text;
    text.alt_names = alt_name("otherName", "$san_guid", true);
    CHECK(has(mismatch(text, request({})), "'san_guid'"));
    const std::string value = "1.3.6.1.4.1.311.25.1=0412b8ba6541f2d40741a9f74708f3e4285cef2c";
    CHECK(verify(profile_of(text), request({value}), {}, {}).pairs[2].second == "BBK4umVB8tQHQan3Rwjz5Chc7yw=");
    Options hex;
    hex.other_name_as_hex_text = true;
    CHECK(verify(profile_of(text), request({value}), {}, hex).pairs[2].second ==
          "MDQgMTIgYjggYmEgNjUgNDEgZjIgZDQgMDcgNDEgYTkgZjcgNDcgMDggZjMgZTQgMjggNWMgZWYgMmM=");
}

TEST_CASE("verify (i): fixed values need nothing and take the request's") {
    PolicyText text;
    text.subject_fields += subject("O", "Example Corp", true) + subject("OU", "One", true) + subject("OU", "Two", true);
    CHECK(verify(profile_of(text), request({"email=" + mail}), {}, {}).pairs.size() == 3);
    const Verified differs =
        verify(profile_of(text), request({"email=" + mail}, {"2.5.4.3=A", "2.5.4.10=Other"}), {}, {});
    CHECK(differs.notes.size() == 1);
}

TEST_CASE("verify (j): mandatory stands in the property alone") {
    PolicyText text;
    text.seat = "<p:seatIdInfo><p:attributeNameValue type=\"String\">$whose</p:attributeNameValue>"
                "<p:attributeNameValueProperty><p:value xsi:nil=\"true\"/><p:mandatory>true</p:mandatory>"
                "</p:attributeNameValueProperty></p:seatIdInfo>";
    text.alt_names = alt_name("rfc822Name", "$mail_email", false);
    CHECK(has(mismatch(text, request({}, {})), "'whose' (seat)"));
    Wishes wishes;
    wishes.seat = "device-1";
    wishes.attributes = {{"common_name", "x"}};
    CHECK(verify(profile_of(text), request({}, {}), wishes, {}).pairs.front().second == "device-1");
}

TEST_CASE("verify (k): a profile that says nothing about subject and extensions") {
    PolicyText text;
    text.subject_info = "<p:subjectNameInfo xsi:nil=\"true\"/>";
    text.extensions = "<p:extensions xsi:nil=\"true\"/>";
    CHECK(verify(profile_of(text), request({"email=" + mail}), {}, {}).pairs == Pairs{{"seat_id", mail}});
    text.extensions = "<p:extensions/>"; // it says that there are none
    CHECK(has(mismatch(text, request({"email=" + mail})), "email=" + mail));
}

TEST_CASE("verify: first and last name, and the characters that DigiCert refuses") {
    PolicyText text;
    text.subject_fields = subject("CN", "$mail_firstName", true) + subject("CN", "$mail_lastName", true);
    const Verified anna = verify(profile_of(text), request({"email=" + mail}, {"2.5.4.3=Anna Maier"}), {}, {});
    CHECK(anna.pairs[1].second == "Anna");
    CHECK(anna.pairs[2].second == "Maier");
    CHECK(anna.first_name == "Anna");

    const RequestNames admin = request({"upn=global_admin@intune.onmicrosoft.com"}, {"2.5.4.3=global_admin"});
    PolicyText with_upn = text;
    with_upn.alt_names = alt_name("otherNameUPN", "$otherNameUPN", true);
    const Failure refused = failure_of([&] { (void)verify(profile_of(with_upn), admin, {}, {}); });
    CHECK(refused.id == "DigiCert.NameCharacters");
    CHECK(has(refused.message, "global_admin"));
    CHECK(has(refused.remedy, "Advanced options"));
    CHECK(person_problem(profile_of(with_upn), admin, {}, {}));

    // The same user with a profile for a plain common name: the connector page's cure.
    PolicyText cured = with_upn;
    cured.subject_fields = subject("CN", "$common_name", true);
    CHECK_NOTHROW(verify(profile_of(cured), admin, {}, {}));

    Wishes wishes;
    wishes.first_name = "Global";
    wishes.last_name = "Admin";
    CHECK(verify(profile_of(with_upn), admin, wishes, {}).pairs[1].second == "Global");
    CHECK(has(mismatch(text, request({"email=" + mail})), "'mail_lastName'"));

    Options lenient;
    lenient.strict = lenient.refuse_characters = false;
    wishes = {};
    wishes.last_name = "Admin";
    const Verified sent = verify(profile_of(with_upn), admin, wishes, lenient);
    CHECK(sent.refused_characters);
    CHECK(sent.warnings.size() == 1);
}

TEST_CASE("verify: the key fits, or the profile's size is named") {
    RequestNames names = request({"email=" + mail});
    names.key_bits = 1024;
    CHECK(has(mismatch({}, names), "at least 2048"));
    names.key_algorithm = "ECDSA_P256";
    names.key_bits = 256;
    CHECK(has(mismatch({}, names), "RSA keys"));
    PolicyText curve;
    curve.key_size = "256";
    CHECK_NOTHROW(verify(profile_of(curve), names, {}, {}));
    CHECK(has(mismatch(curve, request({"email=" + mail})), "EC keys"));
}

TEST_CASE("verify: a profile whose keys DigiCert makes is refused, others name the token they deliver") {
    PolicyText text;
    text.delivery = "http://schemas.verisign.com/pkiservices/2009/07/PKCS12";
    CHECK(id_of([&] { (void)verify(profile_of(text), request({"email=" + mail}), {}, {}); }) == "DigiCert.ServerKey");
    text.delivery = token_profile + "X509v3";
    CHECK(token_type(profile_of(text)) == token_x509);
    text.delivery = "";
    CHECK(token_type(profile_of(text)) == token_pkcs7);
}

TEST_CASE("verify: which variable takes what can be said where its name does not tell") {
    PolicyText text;
    text.alt_names = alt_name("", "$field_17", true);
    CHECK(has(mismatch(text, request({"email=" + mail})), "'field_17'"));
    Options options;
    options.email = "Field_17";
    CHECK(verify(profile_of(text), request({"email=" + mail}), {}, options).pairs[2] ==
          std::pair<std::string, std::string>("field_17", mail));
}

TEST_CASE("verify: an attribute of the order that the profile does not list") {
    Wishes wishes;
    wishes.attributes = {{"no_such_field", "1"}};
    CHECK(has(mismatch({}, request({"email=" + mail}), wishes), "'no_such_field'"));
    Options lenient;
    lenient.strict = false;
    CHECK(verify(profile_of({}), request({"email=" + mail}), wishes, lenient).pairs.back().first == "no_such_field");
}

TEST_CASE("verify: another validity is asked for only where the profile lets it") {
    Wishes wishes;
    wishes.validity_days = 90;
    CHECK(verify(profile_of({}), request({"email=" + mail}), wishes, {}).notes.size() == 1);
    PolicyText text;
    text.override_validity = "<p:certificateOverrideValidity><p:overrideFlag>true</p:overrideFlag>"
                             "<p:overrideNameValuePair>$overrideValidityDays</p:overrideNameValuePair>"
                             "</p:certificateOverrideValidity>";
    CHECK(verify(profile_of(text), request({"email=" + mail}), wishes, {}).pairs.back() ==
          std::pair<std::string, std::string>("overrideValidityDays", "90"));
}

TEST_CASE("verify: DNS names beyond the first go into their own variable") {
    PolicyText text;
    text.alt_names = alt_name("dNSName", "$dnsName", true);
    const RequestNames three = request({"dns=a.test", "dns=b.test", "dns=c.test"});
    CHECK(has(mismatch(text, three), "dns=b.test"));
    text.alt_names += alt_name("dNSName", "$custom_encode_dnsName_multi", false);
    const Verified verified = verify(profile_of(text), three, {}, {});
    CHECK(verified.pairs == Pairs{{"seat_id", "a.test"},
                                  {"common_name", "IWUser0"},
                                  {"dnsName", "a.test"},
                                  {"custom_encode_dnsName_multi", "b.test,c.test"}});
    text.subject_fields += subject("OU", "$cert_org_unit", false) + subject("OU", "$cert_org_unit2", false);
    const Verified units =
        verify(profile_of(text), request({"dns=a.test"}, {"2.5.4.3=A", "2.5.4.11=One", "2.5.4.11=Two"}), {}, {});
    CHECK(units.pairs[3].second == "Two");
}
