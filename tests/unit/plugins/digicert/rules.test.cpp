#include "rules.hpp"

#include <algorithm>

#include "documents.hpp"
#include "failures.hpp"
#include "soap.hpp"

using namespace digicert;
using namespace digicert::test;

namespace {

std::vector<Rule> rules(const PolicyText &text, const Options &options = {}) {
    const soap::Reply reply = soap::read_reply(text.envelope(), policy::limits, "The answer");
    return rules_of(policy::read_answer(reply.body).profiles.front(), options);
}
std::vector<std::string> values(const std::vector<Rule> &list, std::int32_t kind) {
    std::vector<std::string> out;
    for (const Rule &rule : list) {
        if (rule.kind == kind) out.push_back(rule.value);
    }
    return out;
}
using Values = std::vector<std::string>;

} // namespace

TEST_CASE("rules: key, names and validity can be checked before a key is made") {
    PolicyText text;
    text.subject_fields += subject("E", "$mail_email", false) + subject("O", "Example Corp", true);
    text.alt_names += alt_name("otherNameUPN", "$otherNameUPN", true);
    const auto list = rules(text);
    CHECK(values(list, CBP_RULE_KEY) == Values{"RSA 2048-16384"});
    CHECK(values(list, CBP_RULE_SUBJECT_ALLOWED) == Values{"CN", "E", "O"});
    CHECK(values(list, CBP_RULE_SAN_ALLOWED) == Values{"email", "upn"});
    CHECK(values(list, CBP_RULE_FIXED) == Values{"O=Example Corp"});
    CHECK(values(list, CBP_RULE_MAX_VALIDITY_DAYS) == Values{"365"});
    const auto told = values(list, CBP_RULE_INFORMATION);
    CHECK(std::any_of(told.begin(), told.end(), [](const std::string &line) {
        return has(line,
                   "Mandatory: otherNameUPN (subject alternative name otherNameUPN) is filled by the user principal");
    }));
    CHECK(std::any_of(told.begin(), told.end(), [](const std::string &line) { return has(line, "last 30 days"); }));
}

TEST_CASE("rules: names of persons make a common name") {
    PolicyText text;
    text.subject_fields =
        subject("mail_firstName", "$mail_firstName", true) + subject("mail_lastName", "$mail_lastName", true);
    CHECK(values(rules(text), CBP_RULE_SUBJECT_ALLOWED) == Values{"CN", "G", "SN"});
}

TEST_CASE("rules: what cannot be said as a list is not said") {
    PolicyText text;
    text.alt_names += alt_name("otherName", "$san_guid", true);
    CHECK(values(rules(text), CBP_RULE_SAN_ALLOWED).empty());
    text.extensions = "<p:extensions/>";
    CHECK(values(rules(text), CBP_RULE_SAN_ALLOWED) == Values{"none"});
    text.subject_info = "<p:subjectNameInfo xsi:nil=\"true\"/>";
    CHECK(values(rules(text), CBP_RULE_SUBJECT_ALLOWED).empty());
    Options lenient;
    lenient.strict = false;
    CHECK(values(rules({}, lenient), CBP_RULE_SUBJECT_ALLOWED).empty());
}

TEST_CASE("rules: curves") {
    PolicyText text;
    text.algorithm = "<p:algorithmOIDReference>3</p:algorithmOIDReference>";
    text.key_size = "384";
    CHECK(values(rules(text), CBP_RULE_KEY) == Values{"ECDSA_P384", "ECDSA_P521"});
    text.key_size = "0";
    text.algorithm = "<p:algorithmOIDReference xsi:nil=\"true\"/>";
    CHECK(values(rules(text), CBP_RULE_KEY).empty());
}
