#include <catch2/catch_test_macros.hpp>

#include "failures.hpp"
#include "http/errors.hpp"
#include "rig.hpp"

using namespace microsoft_ca::test;
namespace core = certbroker;
using RowState = core::provider::CheckRow::State;

namespace {

std::vector<core::provider::CheckRow> check(Rig &rig, const std::string &profile) {
    core::provider::CheckWish wish;
    wish.profile = profile;
    return must(rig.ca().check(wish, rig.operation));
}
const core::provider::CheckRow &row(const std::vector<core::provider::CheckRow> &rows, const std::string &id) {
    for (const auto &one : rows) {
        if (one.id == id) return one;
    }
    FAIL("there is no row " + id);
    return rows.front();
}

} // namespace

TEST_CASE("A healthy policy, template and address pass") {
    Rig rig;
    rig.works();
    const auto rows = check(rig, "WebServer");
    for (const char *id : {"ces.policy", "ces.template", "ces.address", "ces.signatures", "ces.impersonation"})
        CHECK(row(rows, id).state == RowState::passed);
    CHECK(has(row(rows, "ces.policy").message, "Example policy"));
}

TEST_CASE("A template that lets the requester name somebody else is a warning with the advisory's name") {
    Rig rig;
    auto text = rig.policy();
    text.templates[0].extensions = "<extension><oIDReference>6</oIDReference><critical>false</"
                                   "critical><value>MAoGCCsGAQUFBwMC</value></extension>";
    rig.services.answer(cep, text.text());
    const auto found = row(check(rig, "WebServer"), "ces.impersonation");
    CHECK(found.state == RowState::warning);
    CHECK(has(found.cause, "ESC1"));
    CHECK_FALSE(found.remedy.empty());
    text.templates[0].enrollment_flags = "2";
    rig.services.forget(cep);
    rig.services.answer(cep, text.text());
    CHECK(row(check(rig, "WebServer"), "ces.impersonation").state == RowState::passed);
}

TEST_CASE("What stops an enrolment is found before") {
    Rig rig;
    auto text = rig.policy();
    text.templates[0].enroll = "false";
    text.templates[0].ra = "<rARequirements><rASignatures>2</rASignatures><rAEKUs xsi:nil=\"true\"/><rAPolicies "
                           "xsi:nil=\"true\"/></rARequirements>";
    text.addresses = {{8, ces_certificate}};
    rig.services.answer(cep, text.text());
    const auto rows = check(rig, "WebServer");
    CHECK(row(rows, "ces.template").state == RowState::failed);
    CHECK(row(rows, "ces.signatures").state == RowState::warning);
    CHECK(row(rows, "ces.address").state == RowState::failed);
    CHECK(row(check(rig, "Absent"), "ces.template").state == RowState::failed);
}

TEST_CASE("A policy service that does not answer is a row, not a failure") {
    Rig rig;
    CHECK(row(check(rig, ""), "ces.policy").state == RowState::failed);
    rig.services.answer(cep, "", 401);
    const auto refused = row(check(rig, ""), "ces.policy");
    CHECK(refused.state == RowState::failed);
    CHECK(has(refused.remedy, "password"));
}

TEST_CASE("An enrolment service is asked for a request that no CA has") {
    Rig rig;
    rig.settings.set("url", ces);
    FaultText fault;
    fault.error_code = "-2146877438"; // 0x80094002
    rig.services.answer(ces, fault.text(), 500);
    CHECK(row(check(rig, ""), "ces.service").state == RowState::passed);
    CHECK(has(rig.services.last_body(ces), ">4294967295</RequestID>"));
    fault.detail = false;
    fault.subcode = "o:FailedAuthentication";
    rig.services.forget(ces);
    rig.services.answer(ces, fault.text(), 500);
    CHECK(row(check(rig, ""), "ces.service").state == RowState::failed);
}

TEST_CASE("The endpoint is the url, with the certificate where it shows who asks") {
    Rig rig;
    auto endpoints = must(rig.ca().endpoints(rig.operation));
    REQUIRE(endpoints.size() == 1);
    CHECK(endpoints[0].url == cep);
    CHECK(endpoints[0].key_setting.empty());
    rig.authenticate_by_certificate();
    CHECK(must(rig.again().endpoints(rig.operation)).front().key_setting == "client-certificate-thumbprint");
    CHECK(rig.services.seen.empty());
}
