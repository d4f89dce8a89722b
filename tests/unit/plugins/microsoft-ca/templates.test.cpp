#include "templates.hpp"

#include "certbroker/plugin.h"
#include "failures.hpp"

using namespace microsoft_ca;
using namespace microsoft_ca::test;

namespace {

xcep::Template plain() {
    xcep::Template out;
    out.name = "WebServer";
    out.enroll = true;
    out.minimal_key_length = 2048;
    out.subject_name_flags = 1U;
    out.enrollment_flags = 0U;
    return out;
}
std::vector<std::string> values(const xcep::Template &wanted, std::int32_t rule) {
    std::vector<std::string> out;
    for (const auto &one : templates::rules_of(wanted)) {
        if (one.rule == rule) out.push_back(one.value);
    }
    return out;
}
std::string told(const xcep::Template &wanted) {
    std::string out;
    for (const std::string &sentence : values(wanted, CBP_RULE_INFORMATION))
        out += sentence + "\n";
    return out;
}
xcep::Extension usage(int last) {
    return {"2.5.29.37", false,
            std::string("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03", 11) + static_cast<char>(last)};
}
using List = std::vector<std::string>;

} // namespace

TEST_CASE("templates: the key is RSA of a length, or a curve by OID, name or length") {
    auto one = plain();
    CHECK(values(one, CBP_RULE_KEY) == List{"RSA 2048-16384"});
    one.key_algorithm = {"1.3.132.0.34", 3, ""};
    CHECK(values(one, CBP_RULE_KEY) == List{"ECDSA_P384"});
    one.key_algorithm = {"1.2.840.10045.2.1", 3, "ECDH_P521"};
    CHECK(values(one, CBP_RULE_KEY) == List{"ECDSA_P521"});
    one.key_algorithm = {};
    one.minimal_key_length = 256;
    CHECK(values(one, CBP_RULE_KEY) == List{"ECDSA_P256"});
    one.minimal_key_length = 384;
    CHECK(values(one, CBP_RULE_KEY) == List{"ECDSA_P384"});
    one.minimal_key_length = 521;
    CHECK(values(one, CBP_RULE_KEY) == List{"ECDSA_P521"});
    one.minimal_key_length = 0;
    CHECK(values(one, CBP_RULE_KEY).empty());
}

TEST_CASE("templates: the named hash and stronger ones; a weak one restricts nothing") {
    auto one = plain();
    CHECK(values(one, CBP_RULE_DIGEST).empty());
    one.hash_algorithm.value = "2.16.840.1.101.3.4.2.2";
    CHECK(values(one, CBP_RULE_DIGEST) == List{"SHA384", "SHA512"});
    one.hash_algorithm.value = "1.3.14.3.2.26";
    CHECK(values(one, CBP_RULE_DIGEST).empty());
}

TEST_CASE("templates: extensions go into the request, and one of them names the template") {
    auto one = plain();
    CHECK(values(one, CBP_RULE_CSR_TEMPLATE_NAME) == List{"WebServer"});
    one.extensions = {{"1.3.6.1.4.1.311.20.2", false, std::string("\x1e\x02\x00U", 4)},
                      {"2.5.29.15", true, "\x03\x02\x05\xa0"}};
    CHECK(values(one, CBP_RULE_CSR_TEMPLATE_NAME).empty());
    CHECK(values(one, CBP_RULE_CSR_EXTENSION) == List{"1.3.6.1.4.1.311.20.2=1e020055", "!2.5.29.15=030205a0"});
}

TEST_CASE("templates: people are told who makes the names, who approves and who signs") {
    auto one = plain();
    CHECK(has(told(one), "The request says the subject"));
    one.subject_name_flags = 0x10000U;
    CHECK(has(told(one), "the request says the alternative names"));
    one.subject_name_flags = 0x82000008U;
    CHECK(has(told(one), "leave the subject empty"));
    CHECK(has(told(one), "names of the old certificate"));
    one.enrollment_flags = 2U;
    CHECK(has(told(one), "has to approve"));
    one.ra = xcep::RaRequirements{1, {"1.3.6.1.4.1.311.20.2.1"}, {"1.2.3"}};
    CHECK(has(told(one), "with the usage 1.3.6.1.4.1.311.20.2.1 with the policy 1.2.3"));
    one.subject_name_flags.reset();
    CHECK_FALSE(has(told(one), "subject"));
}

TEST_CASE("templates: ESC1 is names by the requester, a usage for logging on, and nobody who looks") {
    auto one = plain();
    one.extensions = {usage(2)};
    CHECK_FALSE(templates::impersonation(one).empty());
    CHECK(has(told(one), "Dangerous (ESC1)"));
    one.extensions = {usage(1)};
    CHECK(templates::impersonation(one).empty());
    one.extensions.clear();
    CHECK(has(templates::impersonation(one), "no enhanced key usage at all"));
    one.subject_name_flags = 0x10000U;
    CHECK_FALSE(templates::impersonation(one).empty());
    one.subject_name_flags = 0x82000000U;
    CHECK(templates::impersonation(one).empty());
    one.subject_name_flags = 1U;
    one.enrollment_flags = 2U;
    CHECK(templates::impersonation(one).empty());
    one.enrollment_flags = 0U;
    one.ra = xcep::RaRequirements{1, {}, {}};
    CHECK(templates::impersonation(one).empty());
}

TEST_CASE("templates: what cannot be had is refused") {
    auto one = plain();
    CHECK_NOTHROW(templates::require_usable(one, "No"));
    one.private_key_flags = 1U;
    CHECK(id_of([&] { templates::require_usable(one, "No"); }) == "MicrosoftCa.KeyArchival");
    one.enroll = false;
    CHECK(id_of([&] { templates::require_usable(one, "No"); }) == "MicrosoftCa.TemplatePermission");
}

TEST_CASE("templates: what is not told is no attribute") {
    auto one = plain();
    one.subject_name_flags.reset();
    for (const auto &[name, value] : templates::attributes_of(one)) {
        CHECK(name != "enrolleeSuppliesSubject");
        CHECK(name != "enhancedKeyUsage");
        CHECK_FALSE(value.empty());
    }
}
