#include <catch2/catch_test_macros.hpp>

#include "failures.hpp"
#include "rig.hpp"

using namespace microsoft_ca::test;
namespace core = certbroker;

namespace {

std::string attribute(const core::provider::Provider::Profile &profile, const std::string &name) {
    for (const auto &[key, value] : profile.attributes) {
        if (key == name) return value;
    }
    return "(absent)";
}

std::vector<std::string> rules(const core::profile::Policy &policy, const std::string &rule) {
    std::vector<std::string> out;
    for (const auto &row : policy.rows) {
        if (row.rule == rule) out.push_back(row.value);
    }
    return out;
}

} // namespace

TEST_CASE("Templates are listed with what the policy says of them") {
    Rig rig;
    rig.services.answer(cep, rig.policy().text());
    const auto profiles = must(rig.ca().list_profiles(rig.operation));
    REQUIRE(profiles.size() == 1);
    CHECK(profiles[0].id == "WebServer");
    CHECK(profiles[0].title == "Web Server 2");
    CHECK(attribute(profiles[0], "oid") == template_oid);
    CHECK(attribute(profiles[0], "schemaVersion") == "2");
    CHECK(attribute(profiles[0], "majorVersion") == "100");
    CHECK(attribute(profiles[0], "renewalPeriodSeconds") == "3628800");
    CHECK(attribute(profiles[0], "enroll") == "true");
    CHECK(attribute(profiles[0], "minimalKeyLength") == "256");
    CHECK(attribute(profiles[0], "enrolleeSuppliesSubject") == "true");
    CHECK(attribute(profiles[0], "managerApproval") == "false");
    CHECK(attribute(profiles[0], "enhancedKeyUsage") == "1.3.6.1.5.5.7.3.1");
    CHECK(attribute(profiles[0], "keyUsage") == "DigitalSignature,KeyEncipherment");
    CHECK(attribute(profiles[0], "supersededTemplates") == "OldServer");
    CHECK(attribute(profiles[0], "subjectNameFlags") == "0x00000001");
    CHECK(attribute(profiles[0], "certificationAuthorities") == rig.pki.ca.certificate.subject().to_string());
}

TEST_CASE("A template's rules say what a request has to be like") {
    Rig rig;
    rig.services.answer(cep, rig.policy().text());
    const auto policy = must(rig.ca().policy("WebServer", rig.operation));
    CHECK(rules(policy, "Key") == std::vector<std::string>{"ECDSA_P256"});
    CHECK(rules(policy, "Digest") == std::vector<std::string>{"SHA256", "SHA384", "SHA512"});
    CHECK(policy.max_validity_days == 365U);
    CHECK(policy.renewal_seconds == 3628800U);
    REQUIRE(policy.extensions.size() == 3);
    CHECK(policy.extensions[0].oid == "1.3.6.1.4.1.311.21.7");
    CHECK_FALSE(policy.extensions[0].critical);
    CHECK(policy.extensions[2].oid == "2.5.29.15");
    CHECK(policy.extensions[2].critical);
    CHECK(policy.required_subject.empty());
    CHECK(policy.renewal_message == "PKCS7");
    CHECK_FALSE(policy.renewal_message_required);
    // By OID it is the same template.
    CHECK(must(rig.ca().policy(template_oid, rig.operation)).extensions.size() == 3);
    CHECK(rig.services.count(cep) == 1);
}

TEST_CASE("However much a policy says, it is told within bounds") {
    Rig rig;
    auto text = rig.policy();
    std::string many;
    for (int i = 0; i < 900; ++i)
        many += "<oIDReference>8</oIDReference>";
    text.templates[0].ra = "<rARequirements><rASignatures>1</rASignatures><rAEKUs>" + many + "</rAEKUs><rAPolicies>" +
                           many + "</rAPolicies></rARequirements>";
    text.templates[0].extensions = "<extension><oIDReference>6</oIDReference><critical>false</critical><value>BIIu4A" +
                                   std::string(16'000, 'A') + "==</value></extension>";
    rig.services.answer(cep, text.text());
    const auto profiles = must(rig.ca().list_profiles(rig.operation));
    CHECK(attribute(profiles.at(0), "authorizedSignatureUsage").size() < 2100);
    CHECK(must(rig.ca().policy("WebServer", rig.operation)).extensions.at(0).value.size() == 12'004);
    core::provider::CheckWish wish;
    wish.profile = "WebServer";
    CHECK_FALSE(must(rig.ca().check(wish, rig.operation)).empty());
}

TEST_CASE("The policy of a template that cannot be had is a refusal with its remedy") {
    Rig rig;
    auto text = rig.policy();
    text.templates[0].enroll = "false";
    rig.services.answer(cep, text.text());
    const auto error = error_of(rig.ca().policy("WebServer", rig.operation));
    CHECK(error.id() == "MicrosoftCa.TemplatePermission");
    CHECK(has(error.remedy(), "Read and Enroll"));
    CHECK(error_of(rig.ca().policy("Absent", rig.operation)).id() == "MicrosoftCa.UnknownTemplate");
    CHECK(error_of(rig.ca().policy("", rig.operation)).id() == "MicrosoftCa.TemplateMissing");
}

TEST_CASE("A policy is believed as long as it says, then asked whether it changed") {
    Rig rig;
    rig.services.answer(cep, rig.policy().text());
    (void)must(rig.ca().policy("WebServer", rig.operation));
    CHECK(has(rig.services.last_body(cep), "<lastUpdate xsi:nil=\"true\"></lastUpdate>"));
    rig.clock.offset = 7 * 3600;
    (void)must(rig.ca().policy("WebServer", rig.operation));
    CHECK(rig.services.count(cep) == 1);
    rig.clock.offset = 9 * 3600;
    rig.services.forget(cep);
    rig.services.answer(cep, not_changed());
    (void)must(rig.ca().policy("WebServer", rig.operation));
    CHECK(rig.services.count(cep) == 2);
    CHECK_FALSE(has(rig.services.last_body(cep), "<lastUpdate xsi:nil"));
    CHECK(has(rig.services.last_body(cep), ".000Z</lastUpdate>"));
    (void)must(rig.ca().policy("WebServer", rig.operation));
    CHECK(rig.services.count(cep) == 2);
}

TEST_CASE("A template that was published a minute ago is found; what the service says of the time is bounded") {
    Rig rig;
    auto text = rig.policy();
    text.next_update = "<nextUpdateHours>100000</nextUpdateHours>";
    rig.services.answer(cep, text.text());
    (void)must(rig.ca().policy("WebServer", rig.operation));
    text.templates.emplace_back();
    text.templates[1].name = "Fresh";
    rig.services.forget(cep);
    rig.services.answer(cep, text.text());
    CHECK_FALSE(rig.ca().policy("Fresh", rig.operation).has_value());
    rig.clock.offset = 120;
    CHECK(rig.ca().policy("Fresh", rig.operation).has_value());
    rig.clock.offset = 120 + 8LL * 86'400;
    (void)must(rig.ca().policy("Fresh", rig.operation));
    CHECK(rig.services.count(cep) == 3);
}

TEST_CASE("An answer of not changed to a first question is none") {
    Rig rig;
    rig.services.answer(cep, not_changed());
    CHECK(error_of(rig.ca().list_profiles(rig.operation)).id() == "MicrosoftCa.Answer");
}

TEST_CASE("The chain begins with the CA of the policy and goes on with what answers have shown") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr();
    (void)must(rig.ca().submit(rig.order(csr), rig.operation));
    const auto chain = must(rig.ca().ca_chain("WebServer", rig.operation));
    REQUIRE(chain.size() == 2);
    CHECK(chain.front() == rig.pki.ca.certificate);
    CHECK(chain.back() == rig.pki.root.certificate);
    CHECK(must(rig.ca().ca_chain("", rig.operation)).size() == 2);
}

TEST_CASE("Of an enrolment service alone, what only a policy knows is said not to be possible") {
    Rig rig;
    rig.settings.set("url", ces);
    rig.issues_at(ces);
    CHECK(error_of(rig.ca().list_profiles(rig.operation)).id() == "MicrosoftCa.NotPossible");
    CHECK(error_of(rig.ca().ca_chain("", rig.operation)).id() == "MicrosoftCa.NotPossible");
    CHECK(error_of(rig.ca().get_crl(rig.operation)).id() == "MicrosoftCa.NotPossible");
    const auto policy = must(rig.ca().policy("WebServer", rig.operation));
    REQUIRE(policy.extensions.size() == 1);
    CHECK(policy.extensions[0].oid == "1.3.6.1.4.1.311.20.2");
    CHECK(must(rig.ca().policy(template_oid, rig.operation)).extensions.empty());
    const auto csr = rig.csr();
    (void)must(rig.ca().submit(rig.order(csr), rig.operation));
    CHECK(must(rig.ca().ca_chain("", rig.operation)).size() == 2);
}
