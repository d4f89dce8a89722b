#include <catch2/catch_test_macros.hpp>

#include <thread>

#include "base/encoding.hpp"
#include "dcom_rig.hpp"
#include "failures.hpp"

using namespace microsoft_ca::test;
namespace core = certbroker;
namespace dcom = microsoft_ca::dcom;
using State = core::provider::Outcome::State;

namespace {

/// Cancels the operation as soon as somebody stands at the gate.
std::jthread cancel_at(Gate &gate, const core::Operation &operation) {
    return std::jthread([&gate, cancellation = operation.cancellation] {
        gate.wait_for_somebody();
        cancellation->request();
    });
}

} // namespace

TEST_CASE("dcom: a CA that was not reached, or says no to the call, has issued nothing") {
    struct Row {
        dcom::Code code;
        const char *id, *words;
    };
    for (const Row &row : {Row{0x800706BAU, "MicrosoftCa.Unreachable", "0x800706BA RPC_S_SERVER_UNAVAILABLE"},
                           Row{0x800706D9U, "MicrosoftCa.Unreachable", "0x800706D9 EPT_S_NOT_REGISTERED"},
                           Row{0x80070005U, "MicrosoftCa.Access", "0x80070005 E_ACCESSDENIED"},
                           Row{0x80094011U, "MicrosoftCa.Access", "0x80094011 CERTSRV_E_ENROLL_DENIED"},
                           Row{0x80094012U, "MicrosoftCa.TemplatePermission", "CERTSRV_E_TEMPLATE_DENIED"},
                           Row{0x80070002U, "MicrosoftCa.CaError", "no CA of that name"},
                           Row{0x80094800U, "MicrosoftCa.CaError", "CERTSRV_E_UNSUPPORTED_CERT_TYPE"}}) {
        INFO(row.words);
        DcomRig rig;
        const auto csr = rig.csr();
        const auto order = rig.order(csr);
        rig.dcom->result = row.code;
        const auto error = rig.failed(order);
        CHECK(error.id() == row.id);
        CHECK(has(error.message(), "could not be sent to the CA ca.example.com\\Example Issuing CA: "));
        CHECK(has(error.message(), row.words));
        CHECK(rig.found(order) == "Provider.NotFound");
    }
}

TEST_CASE("dcom: after a connection that broke nobody knows whether the CA has the request") {
    for (const dcom::Code code : {0x800706BEU, 0x80010108U, 0x80010105U, 0x80004005U}) {
        DcomRig rig;
        const auto csr = rig.csr();
        const auto order = rig.order(csr);
        rig.dcom->result = code;
        const auto outcome = rig.submit(order);
        CHECK(outcome.state == State::uncertain);
        CHECK(has(outcome.message, microsoft_ca::dcom::failure_of(code, "").message.substr(2)));
        CHECK(rig.found(order) == "MicrosoftCa.NotSettled");
    }
    DcomRig rig;
    const auto csr = rig.csr();
    rig.dcom->disposition = dcom::under_submission;
    rig.dcom->details = 0x80004005U; // no number to ask by
    CHECK(rig.submit(rig.order(csr)).state == State::uncertain);
}

TEST_CASE("dcom: a class that is not registered is said so, and nothing left") {
    DcomRig rig;
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    rig.dcom->connect = 0x80040154U;
    const auto error = rig.failed(order);
    CHECK(error.id() == "MicrosoftCa.Platform");
    CHECK(has(error.message(), "CertificateAuthority.Request is not registered"));
    CHECK(has(error.remedy(), "ces"));
    CHECK(says_not_sent(error));
    CHECK(rig.found(order) == "Provider.NotFound");
    CHECK(rig.dcom->ended == 0);
    CHECK(error_id(rig.ca().list_profiles(rig.operation)) == "MicrosoftCa.Platform");
}

TEST_CASE("dcom: a call that is given up after the request left ends as uncertain, and its thread is left alone") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.issues(csr);
    const auto order = rig.order(csr);
    rig.dcom->answering.close();
    {
        const auto canceller = cancel_at(rig.dcom->answering, rig.operation);
        const auto outcome = rig.submit(order);
        CHECK(outcome.state == State::uncertain);
        CHECK(has(outcome.message, "ended before the CA had answered"));
    }
    CHECK(rig.dcom->submitted() == 1);
    CHECK(rig.dcom->left_behind == 1);
    CHECK(rig.found(order) == "MicrosoftCa.NotSettled");
    // What comes late comes to nobody, and the instance works on.
    rig.dcom->answering.open();
    rig.dcom->wait_until_ended(1);
    rig.operation.cancellation = std::make_shared<core::Cancellation>();
    CHECK(rig.submit(rig.order(csr)).state == State::issued);
}

TEST_CASE("dcom: a call that is given up before the request left never sends it") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.issues(csr);
    const auto order = rig.order(csr);
    rig.dcom->connecting.close();
    {
        const auto canceller = cancel_at(rig.dcom->connecting, rig.operation);
        const auto error = rig.failed(order);
        CHECK(error.id() == "Base.Cancelled");
        CHECK(says_not_sent(error));
    }
    CHECK(rig.dcom->left_behind == 1);
    rig.dcom->connecting.open();
    rig.dcom->wait_until_ended(1);
    CHECK(rig.dcom->submitted() == 0);
    rig.operation.cancellation = std::make_shared<core::Cancellation>();
    CHECK(rig.submit(order).state == State::issued);
}

TEST_CASE("dcom: who only asks loses nothing by giving up") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.dcom->disposition = dcom::under_submission;
    const auto outcome = rig.submit(rig.order(csr));
    rig.dcom->answering.close();
    const auto error =
        error_of(rig.ca().poll(outcome.token, rig.operation.with_timeout(std::chrono::milliseconds(200))));
    CHECK(error.id() == "Base.Timeout");
    CHECK(rig.dcom->left_behind == 1);
    rig.dcom->answering.open();
    rig.dcom->wait_until_ended(2);
    CHECK(must(rig.ca().poll(outcome.token, rig.operation)).state == State::pending);
}

TEST_CASE("dcom: a CA that never answers does not hold a call for ever") {
    DcomRig rig;
    DcomRig::longest = std::chrono::milliseconds(200);
    const auto csr = rig.csr();
    rig.issues(csr);
    rig.dcom->connecting.close();
    const auto order = rig.order(csr);
    const auto error = rig.failed(order);
    CHECK(error.id() == "MicrosoftCa.Timeout");
    CHECK(says_not_sent(error));
    CHECK(rig.found(order) == "Provider.NotFound");
    rig.dcom->connecting.open();
    rig.dcom->wait_until_ended(1);
    rig.dcom->answering.close();
    const auto outcome = rig.submit(rig.order(csr));
    CHECK(outcome.state == State::uncertain);
    CHECK(has(outcome.message, "does not answer"));
    CHECK(error_id(rig.ca().list_profiles(rig.operation)) == "MicrosoftCa.Timeout");
    CHECK(rig.dcom->left_behind == 3);
    rig.dcom->answering.open();
    rig.dcom->wait_until_ended(3);
}

TEST_CASE("dcom: what the other thread throws is this call's failure") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.dcom->out_of_memory = true;
    const auto error = rig.failed(rig.order(csr));
    CHECK(error.status() == core::Status::memory);
    CHECK_FALSE(says_not_sent(error));
    CHECK(rig.dcom->ended == 1);
}

TEST_CASE("dcom: templates are names and OIDs in turn") {
    using Rows = std::vector<std::pair<std::string, std::string>>;
    CHECK(dcom::read_templates("") == Rows{});
    CHECK(dcom::read_templates("WebServer\n1.3.6.1.4.1.311.21.8.1\nUser\n\n") ==
          Rows{{"WebServer", "1.3.6.1.4.1.311.21.8.1"}, {"User", ""}});
    CHECK(dcom::read_templates("A\r\nno oid\r\na\n\n\n\n\xff\n\nB") == Rows{{"A", ""}, {"B", ""}});
    std::string many;
    for (int i = 0; i < 5'001; ++i)
        many += "T" + std::to_string(i) + "\n\n";
    CHECK(id_of([&] { (void)dcom::read_templates(many); }) == "MicrosoftCa.Answer");
}

TEST_CASE("dcom: the CA tells its templates' names and its chain; rules are not known before") {
    DcomRig rig;
    const auto profiles = must(rig.ca().list_profiles(rig.operation));
    REQUIRE(profiles.size() == 2);
    CHECK(profiles[0].id == "WebServer");
    CHECK(profiles[0].attributes.front() == std::pair<std::string, std::string>{"oid", "1.3.6.1.4.1.311.21.8.1.2"});
    CHECK(profiles[1].attributes.size() == 1);
    const auto chain = must(rig.ca().ca_chain("WebServer", rig.operation));
    CHECK(chain.size() == 2);
    CHECK(chain[0] == rig.pki.ca.certificate);
    CHECK(must(rig.ca().endpoints(rig.operation)).empty());
    (void)must(rig.ca().policy("WebServer", rig.operation));
    CHECK(error_id(rig.ca().get_crl(rig.operation)) == "MicrosoftCa.NotPossible");
    rig.dcom->templates_code = 0x80070057U;
    CHECK(error_id(rig.ca().list_profiles(rig.operation)) == "MicrosoftCa.CaError");
    rig.dcom->ca_certificate = "rubbish";
    CHECK(error_id(rig.ca().ca_chain("", rig.operation)) == "MicrosoftCa.Answer");
    rig.dcom->authority = 0x800706BAU;
    CHECK(error_id(rig.ca().ca_chain("", rig.operation)) == "MicrosoftCa.Unreachable");
}

TEST_CASE("dcom: the check asks the CA who it is, and for the template") {
    using Row = core::provider::CheckRow::State;
    DcomRig rig;
    core::provider::CheckWish wish;
    auto rows = must(rig.ca().check(wish, rig.operation));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].id == "dcom.ca");
    CHECK(rows[0].state == Row::passed);
    CHECK(has(rows[0].message, rig.pki.ca.certificate.subject().to_string()));
    const auto last = [&](const std::string &profile) {
        wish.profile = profile;
        return must(rig.ca().check(wish, rig.operation)).back();
    };
    CHECK(last("webserver").state == Row::passed);
    CHECK(last("1.3.6.1.4.1.311.21.8.1.2").state == Row::passed);
    CHECK(last("Nothing").state == Row::failed);
    CHECK(has(last("Nothing").remedy, "published"));
    rig.dcom->templates_code = 0x80070057U;
    CHECK(last("WebServer").state == Row::skipped);
    rig.dcom->ca_certificate = "rubbish";
    CHECK(last("WebServer").state == Row::failed);
    rig.dcom->authority = 0x800706BAU;
    const auto down = last("WebServer");
    CHECK(down.id == "dcom.ca");
    CHECK(down.state == Row::failed);
    CHECK(has(down.message, "RPC_S_SERVER_UNAVAILABLE"));
    CHECK(has(down.remedy, "certsvc"));
}

TEST_CASE("dcom: the shipped provider talks to Windows, and refuses elsewhere") {
    Rig rig;
    rig.settings = {};
    rig.settings.set("transport", std::string("dcom"));
    rig.settings.set("config", std::string("ca.invalid\\Nobody's CA"));
#ifdef _WIN32
    // A class that is not registered (Wine), or a CA that is not there: an error with a remedy, and nothing left.
    const auto csr = rig.csr();
    const auto error = error_of(rig.ca().submit(rig.order(csr), rig.operation));
    CAPTURE(error.message());
    CHECK((error.id() == "MicrosoftCa.Platform" || error.id() == "MicrosoftCa.Unreachable" ||
           error.id() == "MicrosoftCa.CaError"));
    CHECK(has(error.message(), "0x8"));
    const auto rows = must(rig.ca().check({}, rig.operation));
    CHECK(rows.at(0).state == core::provider::CheckRow::State::failed);
#else
    const auto error = error_of(rig.try_open());
    CHECK(error.id() == "MicrosoftCa.Platform");
    CHECK(has(error.remedy(), "certsrv"));
#endif
}
