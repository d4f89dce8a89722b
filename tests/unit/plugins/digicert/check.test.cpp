#include "failures.hpp"
#include "http/errors.hpp"
#include "rig.hpp"

using namespace digicert;
using namespace digicert::test;
using Row = core::provider::CheckRow;

namespace {

std::map<std::string, Row> check(Rig &rig, const std::string &profile, const core::x509::Csr *csr) {
    core::provider::CheckWish wish;
    wish.profile = profile;
    wish.csr = csr;
    std::map<std::string, Row> rows;
    for (Row &row : must(rig.ca().check(wish, rig.operation))) {
        CHECK_FALSE(row.message.empty());
        CHECK((row.state != Row::State::failed || !row.remedy.empty()));
        std::string id = row.id;
        rows.emplace(std::move(id), std::move(row));
    }
    CHECK(rows.size() == 6);
    return rows;
}

} // namespace

TEST_CASE("check: everything fits") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr({"email=iwuser0@example.test"});
    for (const auto &[id, row] : check(rig, profile_oid, &csr)) {
        INFO(id);
        CHECK(row.state == Row::State::passed);
    }
    CHECK(rig.services.count(enrollment_path) == 0);
}

TEST_CASE("check: without a profile or names the rest is skipped, with the reason") {
    Rig rig;
    rig.works();
    auto rows = check(rig, "", nullptr);
    CHECK(rows.at("digicert.policy").state == Row::State::passed);
    CHECK(rows.at("digicert.profile").state == Row::State::skipped);
    CHECK(rows.at("digicert.attributes").message == "No certificate profile was named");
    rows = check(rig, profile_oid, nullptr);
    CHECK(rows.at("digicert.profile").state == Row::State::passed);
    CHECK(rows.at("digicert.attributes").state == Row::State::skipped);
    CHECK(check(rig, "WebServer", nullptr).at("digicert.profile").state == Row::State::failed);
}

TEST_CASE("check: each trouble has its row") {
    Rig down;
    down.services.fail_with(policy_path, core::errors::http_timeout);
    auto rows = check(down, profile_oid, nullptr);
    CHECK(rows.at("digicert.policy").state == Row::State::failed);
    CHECK(has(rows.at("digicert.policy").message, "The operation has timed out"));
    CHECK(rows.at("digicert.profile").state == Row::State::skipped);

    Rig unknown;
    unknown.services.answer(policy_path, fault("A request element is not understood."), 500);
    rows = check(unknown, profile_oid, nullptr);
    CHECK(rows.at("digicert.policy").state == Row::State::passed);
    CHECK(rows.at("digicert.profile").state == Row::State::failed);
    CHECK(has(rows.at("digicert.profile").message, "A request element is not understood"));

    Rig names;
    PolicyText text = names.policy();
    text.subject_fields = subject("CN", "$mail_firstName", true) + subject("T", "$jobTitle", true);
    text.key_size = "384";
    names.services.answer(policy_path, text.envelope());
    const auto csr = names.csr({"email=global_admin@example.test"}, "CN=global_admin");
    rows = check(names, profile_oid, &csr);
    CHECK(rows.at("digicert.key-size").state == Row::State::failed);
    CHECK(rows.at("digicert.attributes").state == Row::State::failed);
    CHECK(has(rows.at("digicert.attributes").message, "'jobTitle'"));
    CHECK(rows.at("digicert.special-characters").state == Row::State::failed);

    Rig elsewhere;
    PolicyText other = elsewhere.policy();
    other.oid = "1.3.6.1.4.1.99999.1";
    elsewhere.services.answer(policy_path, other.envelope());
    CHECK(check(elsewhere, other.oid, nullptr).at("digicert.profile").state == Row::State::warning);
}

TEST_CASE("check: where the service is, told without asking it") {
    Rig rig;
    rig.settings.set("timeout-ms", std::string("2500"));
    const auto endpoints = must(rig.ca().endpoints(rig.operation));
    REQUIRE(endpoints.size() == 1);
    CHECK(endpoints[0].url == "https://pki-ws.example.test/pki-ws/policyService?wsdl");
    CHECK(endpoints[0].key_setting == "ra-certificate-thumbprint");
    CHECK(endpoints[0].timeout_ms == 2500);
    CHECK(rig.services.seen.empty());
}
