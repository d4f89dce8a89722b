#include "issuance/template_check.hpp"

#include <algorithm>

#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;
using provider::CheckRow;
using Profile = provider::Provider::Profile;
using Attributes = std::vector<std::pair<std::string, std::string>>;
using Rows = std::vector<std::pair<std::string, std::string>>;

namespace {

constexpr const char *client = "1.3.6.1.5.5.7.3.2", *server = "1.3.6.1.5.5.7.3.1";

/// State and id of each row.
Rows short_form(const std::vector<CheckRow> &rows) {
    Rows out;
    for (const CheckRow &row : rows) {
        CHECK_FALSE(row.name.empty());
        CHECK_FALSE(row.message.empty());
        const bool warns = row.state == CheckRow::State::warning;
        CHECK((warns || row.state == CheckRow::State::failed) == !row.cause.empty());
        CHECK((!warns || !row.remedy.empty()));
        const char *state = warns                                  ? "warning"
                            : row.state == CheckRow::State::passed ? "passed"
                            : row.state == CheckRow::State::failed ? "failed"
                                                                   : "skipped";
        out.emplace_back(state, row.id);
    }
    return out;
}

std::vector<CheckRow> judged(const Attributes &attributes) {
    const Operation operation;
    doctor::Sheet sheet(operation);
    doctor::judge_attributes(sheet, Profile{"web", "Web server", attributes});
    auto rows = std::move(sheet).take();
    for (const CheckRow &row : rows)
        CHECK(row.profile == "web");
    return rows;
}
Rows judge(Attributes attributes) {
    return short_form(judged(attributes));
}

Attributes with(Attributes attributes, const Attributes &more) {
    attributes.insert(attributes.end(), more.begin(), more.end());
    return attributes;
}

/// What makes ESC1: a template that authenticates, whose names the request supplies, and nobody has to agree.
const Attributes esc1{{"enrolleeSuppliesSubject", "true"},
                      {"enrolleeSuppliesSubjectAltName", "false"},
                      {"managerApproval", "false"},
                      {"authorizedSignatures", "0"},
                      {"schemaVersion", "2"},
                      {"enhancedKeyUsage", client}};

} // namespace

TEST_CASE("ESC1: each of its conditions is needed") {
    CHECK(judge(esc1) == Rows{{"warning", "template.esc1"}});
    const auto row = judged(esc1).front();
    CHECK(row.name.starts_with("ESC1"));
    CHECK(row.message.starts_with("'web': "));
    CHECK(row.cause.find("the request supplies the subject") != std::string::npos);
    CHECK(row.cause.find("Client Authentication") != std::string::npos);
    const auto but = [](const char *name, const char *value) {
        Attributes changed = esc1;
        for (auto &[known, text] : changed) {
            if (known == name) text = value;
        }
        return judge(changed);
    };
    CHECK(but("managerApproval", "true") == Rows{{"passed", "template.names"}});
    CHECK(but("authorizedSignatures", "1") == Rows{{"passed", "template.names"}});
    CHECK(but("enhancedKeyUsage", server) == Rows{{"passed", "template.names"}});
    CHECK(but("enrolleeSuppliesSubject", "false") == Rows{{"passed", "template.names"}});
    // What authenticates: smart-card logon and PKINIT, among others.
    CHECK(but("enhancedKeyUsage", "1.3.6.1.5.5.7.3.1,1.3.6.1.4.1.311.20.2.2") == Rows{{"warning", "template.esc1"}});
    CHECK(but("enhancedKeyUsage", "1.3.6.1.5.2.3.4") == Rows{{"warning", "template.esc1"}});
    // The alternative names alone do.
    CHECK(judge({{"enrolleeSuppliesSubject", "false"},
                 {"enrolleeSuppliesSubjectAltName", "true"},
                 {"enhancedKeyUsage", client}}) == Rows{{"warning", "template.esc1"}});
    // Windows' own list counts where the extension is not there.
    CHECK(judge({{"enrolleeSuppliesSubject", "true"}, {"applicationPolicies", server}}) ==
          Rows{{"passed", "template.names"}});
}

TEST_CASE("ESC2: any purpose, or no usage at all") {
    CHECK(judge({{"enrolleeSuppliesSubject", "false"}, {"enhancedKeyUsage", "2.5.29.37.0"}}) ==
          Rows{{"warning", "template.esc2"}});
    CHECK(judge({{"enrolleeSuppliesSubject", "false"}}) == Rows{{"warning", "template.esc2"}});
    CHECK(judge({{"enrolleeSuppliesSubject", "true"}}) ==
          Rows{{"warning", "template.esc1"}, {"warning", "template.esc2"}});
    CHECK(judge({{"enrolleeSuppliesSubject", "true"}, {"managerApproval", "true"}}) ==
          Rows{{"passed", "template.names"}});
}

TEST_CASE("ESC3: enrolment agents") {
    const Attributes agent{{"enrolleeSuppliesSubject", "false"}, {"enhancedKeyUsage", "1.3.6.1.4.1.311.20.2.1"}};
    CHECK(judge(agent) == Rows{{"warning", "template.esc3"}});
    CHECK(judge(with(agent, {{"authorizedSignatures", "1"}})) == Rows{{"passed", "template.names"}});
}

TEST_CASE("ESC9: certificates that authenticate without the account's SID") {
    const Attributes user{{"enrolleeSuppliesSubject", "false"}, {"enhancedKeyUsage", client}};
    CHECK(judge(user) == Rows{{"passed", "template.names"}});
    CHECK(judge(with(user, {{"noSecurityExtension", "true"}})) == Rows{{"warning", "template.esc9"}});
    // Nobody's approval mends it.
    CHECK(judge(with(user, {{"noSecurityExtension", "true"}, {"managerApproval", "true"}})) ==
          Rows{{"warning", "template.esc9"}});
    CHECK(
        judge({{"enrolleeSuppliesSubject", "false"}, {"enhancedKeyUsage", server}, {"noSecurityExtension", "true"}}) ==
        Rows{{"passed", "template.names"}});
}

TEST_CASE("ESC15: templates of version 1 whose names the request supplies, whatever their usage") {
    const Attributes old{{"enrolleeSuppliesSubject", "true"}, {"schemaVersion", "1"}, {"enhancedKeyUsage", server}};
    CHECK(judge(old) == Rows{{"warning", "template.esc15"}});
    CHECK(judged(old).front().name.find("CVE-2024-49019") != std::string::npos);
    CHECK(judge(with(old, {{"managerApproval", "true"}})) == Rows{{"passed", "template.names"}});
}

TEST_CASE("Without attributes the rules tell what they can, and no advisory is named") {
    const auto by_rules = [](const profile::Policy &policy) {
        const Operation operation;
        doctor::Sheet sheet(operation);
        doctor::judge_rules(sheet, "gold", policy);
        return short_form(std::move(sheet).take());
    };
    CHECK_FALSE(doctor::tells_who_names(Profile{"gold", "", {{"validityPeriodSeconds", "1"}}}));
    profile::Policy policy;
    CHECK(by_rules(policy) == Rows{{"skipped", "template.names"}});
    policy.rows.push_back({"Information", "x", ""});
    CHECK(by_rules(policy) == Rows{{"skipped", "template.names"}});
    policy.allowed_eku = {server};
    CHECK(by_rules(policy) == Rows{{"passed", "template.names"}});
    policy.allowed_eku.emplace_back(client);
    CHECK(by_rules(policy) == Rows{{"warning", "template.names"}});
    policy.fixed["CN"] = "somebody";
    CHECK(by_rules(policy) == Rows{{"warning", "template.names"}});
    policy.allowed_san = {"none"};
    CHECK(by_rules(policy) == Rows{{"passed", "template.names"}});
}

TEST_CASE("All templates of a CA are examined, or those that are named, and the authority with them") {
    World world;
    world.ca.profiles = {{"web", "Web server", {{"enrolleeSuppliesSubject", "true"}, {"enhancedKeyUsage", server}}},
                         {"user", "User", esc1},
                         {"client", "Without attributes", {}}};
    OpenProvider ca = world.authority();
    const auto examine = [&](const std::vector<std::string> &names) {
        return must(world.broker->examine_templates(ca, names, world.operation));
    };
    CHECK(short_form(examine({})) == Rows{{"passed", "template.names"},
                                          {"warning", "template.esc1"},
                                          {"warning", "template.names"},
                                          {"skipped", "authority.esc6"}});
    CHECK(examine({})[2].profile == "client");
    // By id or title, in any case.
    CHECK(short_form(examine({"USER"})) == Rows{{"warning", "template.esc1"}, {"skipped", "authority.esc6"}});
    CHECK(short_form(examine({"web server"})) == Rows{{"passed", "template.names"}, {"skipped", "authority.esc6"}});
    // "none" is what the scripted CA knows no rules of.
    CHECK(short_form(examine({"none"})) == Rows{{"failed", "template"}, {"skipped", "authority.esc6"}});

    Settings more;
    more.set("allow-san-attribute", std::string("true"));
    must(world.broker->authorities().update({}, "lab", more));
    CHECK(short_form(examine({"web"})) == Rows{{"passed", "template.names"}, {"warning", "authority.esc6"}});

    OpenProvider plain = world.plain();
    CHECK(short_form(must(world.broker->examine_templates(plain, {}, world.operation))) ==
          Rows{{"skipped", "template.names"}});
    Operation cancelled;
    cancelled.cancellation->request();
    CHECK(id_of(world.broker->examine_templates(ca, {}, cancelled)) == "Base.Cancelled");
}
