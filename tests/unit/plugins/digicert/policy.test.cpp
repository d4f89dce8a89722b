#include "policy.hpp"

#include "documents.hpp"
#include "failures.hpp"
#include "soap.hpp"

using namespace digicert;
using namespace digicert::test;

namespace {

PolicySet read(const std::string &text) {
    const soap::Reply reply = soap::read_reply(text, policy::limits, "The answer");
    return policy::read_answer(reply.body);
}
const Field &field_of(const Profile &profile, const std::string &variable) {
    for (const Field &field : profile.fields) {
        if (field.variable == variable) return field;
    }
    FAIL("there is no variable " + variable);
    return profile.fields.front();
}

} // namespace

TEST_CASE("policy: the request for one profile, and for all") {
    const std::string one = policy::write_request(profile_oid, "t-1");
    CHECK(has(one, "<getPolicies xmlns=\"" + policy_name_space +
                       "\"><version>2.0</version><clientTransactionID>t-1</clientTransactionID><requestFilter>"
                       "<policyIDs><oid>" +
                       profile_oid + "</oid></policyIDs></requestFilter></getPolicies>"));
    CHECK(has(policy::write_request("", "t-1"), "xsi:nil=\"true\"></requestFilter></getPolicies>"));
}

TEST_CASE("policy: a profile is found through its reference") {
    PolicyText text;
    text.subject_fields += subject("E", "$mail_email", false) + subject("O", "Example Corp", true);
    text.alt_names += alt_name("otherNameUPN", "$otherNameUPN", true);
    text.override_validity = "<p:certificateOverrideValidity><p:overrideFlag>true</p:overrideFlag>"
                             "<p:overrideNameValuePair>$overrideValidityDays</p:overrideNameValuePair>"
                             "</p:certificateOverrideValidity>";
    text.ra_policy = "<p:rAPolicy><p:registerUser>true</p:registerUser><p:verifyUser>false</p:verifyUser></p:rAPolicy>";
    const PolicySet set = read(text.envelope());
    CHECK(set.server_transaction == "srv-000000000001");
    CHECK_FALSE(set.next_update_hours);
    REQUIRE(set.profiles.size() == 1);
    const Profile *profile = set.find(profile_oid);
    REQUIRE(profile != nullptr);
    CHECK(profile->name == "Test profile");
    CHECK(profile->validity_days == 365);
    CHECK(profile->renewal_days == 30);
    CHECK(profile->validity_may_differ);
    CHECK(profile->validity_variables == std::vector<std::string>{"overrideValidityDays"});
    CHECK(profile->key_size == 2048);
    CHECK(profile->key_algorithm.empty());
    CHECK(profile->exportable);
    CHECK(profile->register_user);
    CHECK(profile->status == "ACTIVE");
    CHECK(profile->delivery_format == token_profile + "PKCS7");
    REQUIRE(set.authority_of(*profile) != nullptr);
    CHECK(set.authority_of(*profile)->name == "CN=Test CA");
    CHECK(set.find("1.2.3") == nullptr);

    REQUIRE(profile->fields.size() == 6);
    CHECK(field_of(*profile, "seat_id").place == Field::Place::seat);
    CHECK(field_of(*profile, "common_name").mandatory);
    CHECK(field_of(*profile, "mail_email").label == "E");
    CHECK_FALSE(field_of(*profile, "mail_email").mandatory);
    CHECK(field_of(*profile, "otherNameUPN").place == Field::Place::alt_name);
    CHECK(profile->fields[3].fixed == "Example Corp");
    CHECK(profile->fields[3].variable.empty());
}

TEST_CASE("policy: mandatory stands at the value or in the property, and the value may, too") {
    PolicyText text;
    text.subject_fields =
        "<p:subjectNameAttribute><p:subjectNameAttributeNameValuePair><p:attributeName>T</p:attributeName>"
        "<p:attributeNameValue type=\"String\">$jobTitle</p:attributeNameValue><p:attributeNameValueProperty>"
        "<p:value xsi:nil=\"true\"/><p:mandatory>true</p:mandatory></p:attributeNameValueProperty>"
        "</p:subjectNameAttributeNameValuePair><p:subjectNameAttributeNameValuePair><p:attributeName>L"
        "</p:attributeName><p:attributeNameValue xsi:nil=\"true\"/><p:attributeNameValueProperty>"
        "<p:value>$locality</p:value><p:mandatory xsi:nil=\"true\"/></p:attributeNameValueProperty>"
        "</p:subjectNameAttributeNameValuePair></p:subjectNameAttribute>";
    const PolicySet set = read(text.envelope());
    CHECK(field_of(set.profiles.front(), "jobTitle").mandatory);
    CHECK_FALSE(field_of(set.profiles.front(), "locality").mandatory);
}

TEST_CASE("policy: subject and extensions may be nil, prefixes may be others") {
    PolicyText text;
    text.subject_info = "<p:subjectNameInfo xsi:nil=\"true\"/>";
    text.extensions = "<p:extensions xsi:nil=\"true\"/>";
    text.seat = "";
    std::string envelope = text.envelope();
    for (auto at = envelope.find("p:"); at != std::string::npos; at = envelope.find("p:", at + 4)) {
        // Only names of elements: "<p:", "</p:" and the declaration.
        if (envelope[at - 1] == '<' || envelope[at - 1] == '/' || envelope[at - 1] == ':')
            envelope.replace(at, 2, "other:");
    }
    envelope.replace(envelope.find("xmlns:p="), 8, "xmlns:other=");
    const PolicySet set = read(envelope);
    REQUIRE(set.profiles.size() == 1);
    CHECK(set.profiles.front().fields.empty());
    CHECK_FALSE(set.profiles.front().subject_told);
    CHECK_FALSE(set.profiles.front().extensions_told);
}

TEST_CASE("policy: the key's algorithm comes from the table of OIDs") {
    PolicyText text;
    text.algorithm = "<p:algorithmOIDReference>3</p:algorithmOIDReference>";
    text.key_size = "256";
    CHECK(read(text.envelope()).profiles.front().key_algorithm == "1.2.840.10045.2.1");
}

TEST_CASE("policy: how long it may be kept") {
    PolicyText text;
    text.next_update = "<p:nextUpdateHours>8</p:nextUpdateHours>";
    CHECK(read(text.envelope()).next_update_hours == 8);
}

TEST_CASE("policy: answers that are none") {
    PolicyText text;
    text.oid = "no OID";
    CHECK(id_of([&] { (void)read(text.envelope()); }) == "DigiCert.Answer");
    CHECK(id_of([&] { (void)read(wrapped("<getPoliciesResponse/>")); }) == "DigiCert.Answer");
    CHECK(id_of([&] { (void)read(wrapped("<x xmlns='" + policy_name_space + "'/>")); }) == "DigiCert.Answer");
    CHECK(id_of([&] {
              (void)read(wrapped("<getPoliciesResponse xmlns='" + policy_name_space +
                                 "'><version>1</version></getPoliciesResponse>"));
          }) == "DigiCert.Answer");
    PolicyText many;
    many.subject_fields = "";
    for (int i = 0; i < 1001; ++i)
        many.subject_fields += subject("CN", "$v" + std::to_string(i), false);
    CHECK(has(failure_of([&] { (void)read(many.envelope()); }).message, "more than 1000 fields"));
    PolicyText long_text;
    long_text.subject_fields = subject("CN", "$" + std::string(2000, 'x'), false);
    CHECK(id_of([&] { (void)read(long_text.envelope()); }) == "DigiCert.Answer");
    PolicyText wrong_number;
    wrong_number.key_size = "many";
    CHECK(id_of([&] { (void)read(wrong_number.envelope()); }) == "DigiCert.Answer");
}
