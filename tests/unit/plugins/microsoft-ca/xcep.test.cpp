#include "xcep.hpp"

#include "documents.hpp"
#include "failures.hpp"
#include "soap.hpp"

using namespace microsoft_ca;
using namespace microsoft_ca::test;

namespace {

xcep::Policies read(const std::string &text) {
    const soap::Reply reply = soap::read_reply(text, xcep::limits, "The answer");
    return xcep::read_answer(reply.body);
}
std::string with(std::string text, const std::string &from, const std::string &to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}
std::string refusal(const std::string &text) {
    const Failure problem = failure_of([&] { (void)read(text); });
    CHECK(problem.id == "MicrosoftCa.Answer");
    return problem.message;
}

} // namespace

TEST_CASE("xcep: the question has client and filter in the order of the schema") {
    CHECK(xcep::write_request("") ==
          "<GetPolicies xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy\"><client>"
          "<lastUpdate xsi:nil=\"true\"></lastUpdate><preferredLanguage xsi:nil=\"true\"></preferredLanguage></client>"
          "<requestFilter><policyOIDs xsi:nil=\"true\"></policyOIDs><clientVersion xsi:nil=\"true\"></clientVersion>"
          "<serverVersion xsi:nil=\"true\"></serverVersion></requestFilter></GetPolicies>");
    CHECK(has(xcep::write_request("2026-11-24T00:00:00.000Z"), "<lastUpdate>2026-11-24T00:00:00.000Z</lastUpdate>"));
}

TEST_CASE("xcep: the whole of an answer is read") {
    PolicyText text;
    text.addresses = {{2, "https://one/CES", "3", true}, {4, "https://two/CES", ""}};
    text.templates[0].ra =
        "<rARequirements><rASignatures>2</rASignatures><rAEKUs><oIDReference>8</oIDReference></rAEKUs>"
        "<rAPolicies xsi:nil=\"true\"/></rARequirements>";
    const auto all = read(text.text());
    CHECK(all.id == "{policy}");
    CHECK(all.name == "Example policy");
    CHECK(all.next_update_hours == 8);
    CHECK_FALSE(all.not_changed);
    REQUIRE(all.templates.size() == 1);
    const xcep::Template &one = all.templates[0];
    CHECK(one.oid.value == template_oid);
    CHECK(one.oid.name == "Web Server 2");
    CHECK(one.schema == 2);
    CHECK(one.validity_seconds == 31'536'000U);
    CHECK(one.renewal_seconds == 3'628'800U);
    CHECK(one.enroll);
    CHECK_FALSE(one.auto_enroll);
    CHECK(one.minimal_key_length == 256U);
    CHECK(one.key_spec == 1U);
    CHECK_FALSE(one.key_usage_property);
    CHECK(one.key_algorithm.name == "ECDSA_P256");
    CHECK(one.providers == std::vector<std::string>{"Microsoft Software Key Storage Provider"});
    CHECK(one.major_revision == 100U);
    CHECK(one.minor_revision == 5U);
    CHECK(one.superseded == std::vector<std::string>{"OldServer"});
    CHECK(one.private_key_flags == 0x01010010U);
    CHECK(one.has_subject_flag(xcep::flag::enrollee_supplies_subject));
    CHECK(one.general_flags == 131'649U);
    CHECK(one.hash_algorithm.value == "2.16.840.1.101.3.4.2.1");
    REQUIRE(one.ra);
    CHECK(one.ra->signatures == 2U);
    CHECK(one.ra->usages == std::vector<std::string>{"1.3.6.1.4.1.311.20.2.1"});
    CHECK_FALSE(one.archival_algorithm);
    REQUIRE(one.extensions.size() == 3);
    CHECK(one.extensions[2].critical);
    CHECK(one.extension("2.5.29.15")->value == std::string("\x03\x02\x05\xa0", 4));
    REQUIRE(all.authorities.size() == 1);
    const auto of = all.authorities_of(one);
    REQUIRE(of.size() == 1);
    CHECK(of[0]->enroll);
    REQUIRE(of[0]->addresses.size() == 2);
    CHECK(of[0]->addresses[0].renewal_only);
    CHECK(of[0]->addresses[0].priority == 3);
    CHECK_FALSE(of[0]->addresses[1].priority);
    CHECK(all.find("webserver") == &one);
    CHECK(all.find(template_oid) == &one);
    CHECK(all.find("1.2.3") == nullptr);
}

TEST_CASE("xcep: nil is nothing, unknown elements are ignored, negative flags are the same bits") {
    PolicyText text;
    text.templates[0].subject_name_flags = "-2147483647";
    std::string answer = with(text.text(), "<revision>", "<future xmlns=\"urn:x\">1</future><revision>");
    answer = with(answer, "<supersededPolicies>", "<supersededPolicies xsi:nil=\"false\">");
    answer = with(answer, "<nextUpdateHours>8</nextUpdateHours>", "<nextUpdateHours xsi:nil=\"true\"/>");
    const auto all = read(answer);
    CHECK_FALSE(all.next_update_hours);
    CHECK(all.templates[0].subject_name_flags == 0x80000001U);
    CHECK(all.templates[0].superseded.size() == 1);
    const auto unchanged = read(not_changed());
    CHECK(unchanged.not_changed);
    CHECK(unchanged.templates.empty());
    CHECK(read(envelope("<GetPoliciesResponse xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/"
                        "enrollmentpolicy\"/>"))
              .templates.empty());
}

TEST_CASE("xcep: what cannot be believed is refused") {
    const std::string good = PolicyText().text();
    CHECK(has(refusal(with(good, "<commonName>WebServer</commonName>", "<commonName/>")), "commonName"));
    CHECK(has(refusal(with(good, "<value>AwIFoA==</value>", "<value>A!</value>")), "base64"));
    CHECK(has(refusal(with(good, "<value>2.5.29.15</value>", "<value>x</value>")), "object identifier"));
    CHECK(has(refusal(with(good, "<enrollmentFlags>8<", "<enrollmentFlags>99999999999<")), "32 bits"));
    CHECK(has(refusal(with(good, "<cAReferenceID>0</cAReferenceID>", "")), "no number"));
    CHECK(has(refusal(with(good, "<enrollmentFlags>8<", "<enrollmentFlags>eight<")), "no number"));
    CHECK(has(refusal(envelope("<x xmlns='urn:x'/>")), "answered with 'x'"));
    CHECK_FALSE(refusal(good.substr(0, good.size() / 2)).empty());
    CHECK(has(refusal(with(good, ">WebServer<", ">" + std::string(300, 'x') + "<")), "no name of a template"));
    CHECK(has(refusal(with(good, ">WebServer<", ">Web&#10;Server<")), "no name of a template"));
    CHECK(has(refusal(with(good, "AwIFoA==", std::string(24'000, 'A'))), "too long"));
    std::string many;
    for (int i = 0; i < 1100; ++i)
        many += "<cAReference>0</cAReference>";
    PolicyText text;
    text.templates[0].cas = many;
    CHECK(has(refusal(text.text()), "1100 entries"));
}

TEST_CASE("xcep: base64 may be wrapped, and must be whole") {
    CHECK(xcep::decode_base64("AwIF\r\n oA=\t=") == std::string("\x03\x02\x05\xa0", 4));
    CHECK(xcep::decode_base64("") == "");
    for (const char *bad : {"A", "AA", "AAA", "AA=A", "AAA=A", "A===", "AA&#", "AB=="})
        CHECK_FALSE(xcep::decode_base64(bad));
}
