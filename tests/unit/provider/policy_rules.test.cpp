#include "provider/policy_rules.hpp"

#include <catch2/catch_test_macros.hpp>

#include "certbroker/plugin.h"

using namespace certbroker;
using provider::add_rule;

namespace {

profile::Policy with(std::int32_t rule, std::string_view value) {
    profile::Policy policy;
    const auto problem = add_rule(policy, rule, value);
    INFO(problem.value_or(""));
    CHECK_FALSE(problem.has_value());
    return policy;
}
bool refused(std::int32_t rule, std::string_view value) {
    profile::Policy policy;
    return add_rule(policy, rule, value).has_value() && policy.rows.empty();
}

} // namespace

TEST_CASE("Key rules name algorithms and lengths") {
    const auto any = with(CBP_RULE_KEY, "RSA");
    CHECK(any.allowed_keys[0].algorithm == crypto::KeyAlgorithm::rsa);
    CHECK(any.allowed_keys[0].max_bits == 0);
    const auto range = with(CBP_RULE_KEY, "RSA 2048-4096");
    CHECK(range.allowed_keys[0].min_bits == 2048);
    CHECK(range.allowed_keys[0].max_bits == 4096);
    const auto exact = with(CBP_RULE_KEY, "rsa 3072");
    CHECK(exact.allowed_keys[0].min_bits == 3072);
    CHECK(exact.allowed_keys[0].max_bits == 3072);
    const auto open = with(CBP_RULE_KEY, "RSA 3072-");
    CHECK(open.allowed_keys[0].max_bits == 0);
    CHECK(with(CBP_RULE_KEY, "ECDSA_P256").allowed_keys[0].algorithm == crypto::KeyAlgorithm::ecdsa_p256);
    CHECK(refused(CBP_RULE_KEY, "DSA"));
    CHECK(refused(CBP_RULE_KEY, "RSA x"));
    CHECK(refused(CBP_RULE_KEY, "RSA 4096-2048"));
    CHECK(refused(CBP_RULE_KEY, "RSA 2048-many"));
    CHECK(refused(CBP_RULE_KEY, "RSA 99999999999"));
}

TEST_CASE("Every rule goes to its place, and is kept as told") {
    CHECK(with(CBP_RULE_DIGEST, "SHA384").allowed_digests.size() == 1);
    CHECK(with(CBP_RULE_SUBJECT_REQUIRED, "CN").required_subject[0] == "CN");
    CHECK(with(CBP_RULE_SUBJECT_ALLOWED, "O").allowed_subject[0] == "O");
    CHECK(with(CBP_RULE_SAN_REQUIRED, "DNS").required_san[0] == "dns");
    CHECK(with(CBP_RULE_SAN_ALLOWED, "none").allowed_san[0] == "none");
    CHECK(with(CBP_RULE_DNS_PATTERN, " *.example.com ").dns_patterns[0] == "*.example.com");
    CHECK(with(CBP_RULE_EKU_REQUIRED, "1.3.6.1.5.5.7.3.1").required_eku.size() == 1);
    CHECK(with(CBP_RULE_EKU_ALLOWED, "1.3.6.1.5.5.7.3.2").allowed_eku.size() == 1);
    CHECK(with(CBP_RULE_MAX_VALIDITY_DAYS, "398").max_validity_days == 398U);
    CHECK(with(CBP_RULE_RENEWAL_SECONDS, "3628800").renewal_seconds == 3'628'800U);
    CHECK(with(CBP_RULE_RENEWAL_SECONDS, "3628800").rows[0].rule == "RenewalSeconds");
    CHECK(with(CBP_RULE_RENEWAL_MESSAGE, "PKCS7").renewal_message == "PKCS7");
    CHECK(with(CBP_RULE_RENEWAL_MESSAGE, "PKCS7").renewal_message_required);
    CHECK(with(CBP_RULE_RENEWAL_MESSAGE, "CMC or PKCS10").renewal_message == "CMC");
    CHECK_FALSE(with(CBP_RULE_RENEWAL_MESSAGE, "CMC or PKCS10").renewal_message_required);
    CHECK(with(CBP_RULE_RENEWAL_MESSAGE, "CMC").rows[0].rule == "RenewalMessage");
    CHECK(with(CBP_RULE_FIXED, "O=Example").fixed.at("O") == "Example");
    const auto extension = with(CBP_RULE_CSR_EXTENSION, "1.2.3.4 = 04 01 ff");
    REQUIRE(extension.extensions.size() == 1);
    CHECK(extension.extensions[0].oid == "1.2.3.4");
    CHECK(extension.extensions[0].value == Bytes{4, 1, 0xff});
    CHECK_FALSE(extension.extensions[0].critical);
    CHECK(with(CBP_RULE_CSR_EXTENSION, "!2.5.29.15=030205a0").extensions[0].critical);
    CHECK(with(CBP_RULE_CSR_TEMPLATE_NAME, "WebServer").extensions[0].oid == x509::oid::template_name);
    const auto information = with(CBP_RULE_INFORMATION, "Ask the PKI team.");
    REQUIRE(information.rows.size() == 1);
    CHECK(information.rows[0].rule == "Information");
    CHECK(information.rows[0].value == "Ask the PKI team.");
}

TEST_CASE("Malformed rules are refused") {
    CHECK(refused(CBP_RULE_DIGEST, "MD17"));
    CHECK(refused(CBP_RULE_EKU_REQUIRED, "serverAuth"));
    CHECK(refused(CBP_RULE_MAX_VALIDITY_DAYS, "0"));
    CHECK(refused(CBP_RULE_MAX_VALIDITY_DAYS, "a year"));
    CHECK(refused(CBP_RULE_RENEWAL_SECONDS, "0"));
    CHECK(refused(CBP_RULE_RENEWAL_SECONDS, "6 weeks"));
    CHECK(refused(CBP_RULE_RENEWAL_MESSAGE, "PKCS10"));
    CHECK(refused(CBP_RULE_RENEWAL_MESSAGE, "CMC or nothing"));
    CHECK(refused(CBP_RULE_FIXED, "Example"));
    CHECK(refused(CBP_RULE_CSR_EXTENSION, "1.2.3.4"));
    CHECK(refused(CBP_RULE_CSR_EXTENSION, "1.2.3.4=04ff"));
    CHECK(refused(CBP_RULE_CSR_EXTENSION, "x=0400"));
    CHECK(refused(CBP_RULE_CSR_CHALLENGE, "password"));
    CHECK(refused(CBP_RULE_DNS_PATTERN, "  "));
    CHECK(refused(0, "x"));
    CHECK(refused(99, "x"));
    CHECK(provider::rule_name(99).empty());
}
