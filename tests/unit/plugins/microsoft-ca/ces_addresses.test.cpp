#include <catch2/catch_test_macros.hpp>

#include "base/encoding.hpp"
#include "failures.hpp"
#include "http/errors.hpp"
#include "rig.hpp"
#include "x509/request_message.hpp"

using namespace microsoft_ca::test;
namespace core = certbroker;
using State = core::provider::Outcome::State;

namespace {

core::provider::Outcome submit(Rig &rig, const core::provider::Order &order) {
    return must(rig.ca().submit(order, rig.operation));
}
core::Error failed(Rig &rig, const core::provider::Order &order) {
    return error_of(rig.ca().submit(order, rig.operation));
}

} // namespace

TEST_CASE(
    "Addresses are tried by priority, those without one last; an address that was not reached leads to the next") {
    Rig rig;
    auto policy = rig.policy();
    const std::string third = host + "/third/service.svc/CES";
    policy.addresses = {{4, third, ""}, {4, ces_second, "2"}, {2, host + "/kerberos/CES", "0"}, {4, ces, "1"}};
    rig.services.answer(cep, policy.text());
    const auto csr = rig.csr();
    SECTION("not connected, then not installed, then issued") {
        rig.services.fail_with(ces, core::errors::http_connect);
        rig.services.answer(ces_second, "<html>404</html>", 404);
        rig.issues_at(third);
        CHECK(submit(rig, rig.order(csr)).state == State::issued);
        CHECK(rig.services.count(ces) == 1);
        CHECK(rig.services.count(ces_second) == 1);
        CHECK(rig.services.count(host + "/kerberos/CES") == 0);
    }
    SECTION("a service that does not reach its CA") {
        FaultText fault;
        fault.error_code = "-2147023174"; // 0x800706BA
        rig.services.answer(ces, fault.text(), 500);
        rig.issues_at(ces_second);
        CHECK(submit(rig, rig.order(csr)).state == State::issued);
    }
    SECTION("a listener without its service") {
        rig.services.answer(ces, "<h1>Service Unavailable</h1>", 503, {{"Server", "Microsoft-HTTPAPI/2.0"}});
        rig.issues_at(ces_second);
        CHECK(submit(rig, rig.order(csr)).state == State::issued);
    }
    SECTION("a connection that broke afterwards stops") {
        rig.services.fail_with(ces, core::errors::http_broken);
        rig.issues_at(ces_second);
        const auto order = rig.order(csr);
        const auto error = failed(rig, order);
        CHECK(error.id() == "MicrosoftCa.Unreachable");
        CHECK_FALSE(says_not_sent(error));
        CHECK(rig.services.count(ces_second) == 0);
        core::provider::Query query;
        query.idempotency = order.idempotency;
        CHECK(error_id(rig.ca().find(query, rig.operation)) == "MicrosoftCa.NotSettled");
    }
    SECTION("a 503 of whoever is in between stops, and so does a refused password") {
        rig.services.answer(ces, "busy", 503, {{"Retry-After", "60"}});
        const auto error = failed(rig, rig.order(csr));
        CHECK(error.id() == "MicrosoftCa.HttpStatus");
        CHECK(error.numbers().at(core::ErrorNumber::retry_after_seconds) == 60);
        rig.services.forget(ces);
        rig.services.answer(ces, "", 401, {{"WWW-Authenticate", "Negotiate"}});
        CHECK(failed(rig, rig.order(csr)).id() == "MicrosoftCa.Credentials");
        CHECK(rig.services.count(ces_second) == 0);
    }
    SECTION("none is reached: nothing was sent") {
        const auto order = rig.order(csr);
        const auto error = failed(rig, order);
        CHECK(error.id() == "MicrosoftCa.Unreachable");
        CHECK(says_not_sent(error));
        core::provider::Query query;
        query.idempotency = order.idempotency;
        CHECK(error_id(rig.ca().find(query, rig.operation)) == "Provider.NotFound");
    }
    SECTION("not reached, then an answer that nobody can read: it may have left") {
        rig.services.fail_with(ces, core::errors::http_connect);
        rig.services.answer(ces_second, "<html>Log on</html>");
        const auto error = failed(rig, rig.order(csr));
        CHECK(error.id() == "MicrosoftCa.Answer");
        CHECK_FALSE(says_not_sent(error));
        CHECK_FALSE(core::http::left_nothing(error));
    }
}

TEST_CASE("No address for the authentication is said with what there is") {
    Rig rig;
    auto policy = rig.policy();
    policy.addresses = {{8, ces_certificate, "1"}, {4, ces, "1", true}, {16, ces_second, "1"}};
    rig.services.answer(cep, policy.text());
    const auto csr = rig.csr();
    const auto error = failed(rig, rig.order(csr));
    CHECK(error.id() == "MicrosoftCa.NoEndpoint");
    CHECK(has(error.message(), "certificate, user-name for renewals only, authentication 16"));
    rig.services.forget(cep);
    policy.enroll_permission = "false";
    rig.services.answer(cep, policy.text());
    CHECK(has(error_of(rig.again().submit(rig.order(csr), rig.operation)).message(), "may not ask"));
}

TEST_CASE("Each authentication shows itself where it belongs") {
    Rig rig;
    auto policy = rig.policy();
    policy.addresses = {{2, ces_second, "1"}, {8, ces_certificate, "1"}, {1, host + "/anonymous/CES", "1"}};
    rig.services.answer(cep, policy.text());
    const auto csr = rig.csr();
    SECTION("negotiate, as the account itself") {
        rig.settings.erase("user");
        rig.settings.erase("password");
        rig.settings.set("authentication", std::string("negotiate"));
        rig.issues_at(ces_second);
        (void)submit(rig, rig.order(csr));
        CHECK(rig.services.last(ces_second).authentication == core::http::Authentication::negotiate);
        CHECK(rig.services.last(ces_second).user.empty());
    }
    SECTION("negotiate, with a password") {
        rig.settings.set("authentication", std::string("negotiate"));
        rig.issues_at(ces_second);
        (void)submit(rig, rig.order(csr));
        const auto sent = rig.services.last(ces_second);
        CHECK((sent.authentication == core::http::Authentication::ntlm ||
               sent.authentication == core::http::Authentication::negotiate));
        CHECK(sent.user == "EXAMPLE\\ra");
        CHECK(sent.password.given());
        CHECK(sent.places.empty());
    }
    SECTION("basic") {
        rig.settings.set("authentication", std::string("basic"));
        rig.issues_at(ces_second);
        (void)submit(rig, rig.order(csr));
        CHECK(rig.services.last(ces_second).authentication == core::http::Authentication::basic);
        CHECK_FALSE(has(rig.services.last_body(ces_second), "UsernameToken"));
    }
    SECTION("certificate") {
        rig.authenticate_by_certificate();
        rig.issues_at(ces_certificate);
        (void)submit(rig, rig.order(csr));
        REQUIRE(rig.services.last(cep).client.has_value());
        CHECK(rig.services.last(ces_certificate).client.has_value());
    }
    SECTION("anonymous") {
        rig.settings.erase("user");
        rig.settings.erase("password");
        rig.settings.set("authentication", std::string("anonymous"));
        rig.issues_at(host + "/anonymous/CES");
        (void)submit(rig, rig.order(csr));
        CHECK_FALSE(has(rig.services.last_body(host + "/anonymous/CES"), "UsernameToken"));
    }
    SECTION("a certificate that is not there") {
        rig.authenticate_by_certificate();
        rig.settings.set("client-certificate-thumbprint", std::string(40, 'A'));
        const auto error = failed(rig, rig.order(csr));
        CHECK(error.id() == "MicrosoftCa.ClientCertificate");
        CHECK(says_not_sent(error));
    }
}

TEST_CASE("A renewal may use addresses for renewals, and the old certificate shows who asks there") {
    Rig rig;
    auto policy = rig.policy();
    policy.addresses = {{8, ces_certificate, "1", true}, {4, ces, "2"}};
    rig.services.answer(cep, policy.text());
    const auto old_csr = rig.csr();
    const auto old = rig.certificate(old_csr);
    const auto old_key = rig.keys.back();
    const auto csr = rig.csr();
    auto order = rig.order(csr);
    order.current = &old;
    SECTION("its key is at hand") {
        order.current_key = old_key;
        rig.issues_at(ces_certificate);
        CHECK(must(rig.ca().renew(order, rig.operation)).state == State::issued);
        const auto sent = rig.services.last(ces_certificate);
        REQUIRE(sent.client.has_value());
        CHECK(sent.client->chain_der.front() == old.der());
        CHECK(sent.places.empty());
    }
    SECTION("its key is not") {
        rig.issues_at(ces);
        CHECK(must(rig.ca().renew(order, rig.operation)).state == State::issued);
        CHECK(rig.services.count(ces_certificate) == 0);
    }
}

TEST_CASE("A message of the host goes instead of the request, and what it is signed with counts") {
    Rig rig;
    auto policy = rig.policy();
    policy.templates[0].ra = "<rARequirements><rASignatures>1</rASignatures><rAEKUs xsi:nil=\"true\"/><rAPolicies "
                             "xsi:nil=\"true\"/></rARequirements>";
    policy.addresses = {{1, ces_second, "1"}, {4, ces, "2"}};
    rig.services.answer(cep, policy.text());
    const auto csr = rig.csr();
    const auto leaf = rig.certificate(csr);
    for (const std::string &url : {ces, ces_second})
        rig.services.answer(url, envelope(answer_body(x509_token(rig.base64(leaf)), rig.pkcs7(leaf))));
    auto order = rig.order(csr);
    core::x509::RequestMessageSpec spec;
    SECTION("for a template that wants a signature") {
        spec.kind = core::x509::MessageKind::cmc;
        spec.signers = {{rig.keys.back().get(), {}}};
        const auto wrapped = must(core::x509::make_request_message(csr, spec));
        order.csr = &wrapped;
        CHECK(submit(rig, order).state == State::issued);
        CHECK(has(rig.services.last_body(ces), "ValueType=\"" + wsse + "#PKCS7\""));
        CHECK(has(rig.services.last_body(ces), ">" + core::to_base64(wrapped.message()->der) + "<"));
    }
    SECTION("a renewal that the old key has signed needs nobody else to vouch for it") {
        const auto old_csr = rig.csr();
        const auto old = rig.certificate(old_csr);
        spec.kind = core::x509::MessageKind::pkcs7;
        spec.signers = {{rig.keys.back().get(), old.der()}};
        const auto wrapped = must(core::x509::make_request_message(csr, spec));
        order.csr = &wrapped;
        order.current = &old;
        CHECK(must(rig.ca().renew(order, rig.operation)).state == State::issued);
        CHECK(has(rig.services.last_body(ces_second), ">" + core::to_base64(wrapped.message()->der) + "<"));
        CHECK(rig.services.last(ces_second).places.empty());
        CHECK(rig.services.count(ces) == 0);
        rig.services.forget(ces_second);
        rig.services.answer(ces_second, pending("40", ces_second));
        order.idempotency += "-2";
        const auto waiting = must(rig.ca().renew(order, rig.operation));
        REQUIRE(waiting.state == State::pending);
        CHECK(must(rig.ca().poll(waiting.token, rig.operation)).state == State::pending);
        CHECK_FALSE(has(rig.services.last_body(ces_second), "UsernameToken"));
    }
}

TEST_CASE("An enrolment service as url is asked without a policy") {
    Rig rig;
    rig.settings.set("url", ces);
    rig.issues_at(ces);
    const auto csr = rig.csr();
    CHECK(submit(rig, rig.order(csr, template_oid)).state == State::issued);
    CHECK(has(rig.services.last_body(ces), "<Value>" + template_oid + "</Value>"));
    CHECK(rig.services.seen.size() == 1);
    SECTION("renewed by the old certificate alone") {
        rig.settings.erase("user");
        rig.settings.erase("password");
        rig.settings.set("authentication", std::string("anonymous"));
        const auto old = rig.certificate(csr);
        auto order = rig.order(csr);
        order.current = &old;
        order.current_key = rig.keys.back();
        CHECK(must(rig.again().renew(order, rig.operation)).state == State::issued);
        CHECK(rig.services.last(ces).client.has_value());
    }
}

TEST_CASE("Time-outs, trust and endless answers keep their statuses") {
    Rig rig;
    rig.services.answer(cep, rig.policy().text());
    const auto csr = rig.csr();
    const auto id_when = [&](const core::ErrorKind &kind) {
        rig.services.forget(ces);
        rig.services.fail_with(ces, kind);
        return failed(rig, rig.order(csr)).id();
    };
    CHECK(id_when(core::errors::http_timeout) == "MicrosoftCa.Timeout");
    CHECK(id_when(core::errors::http_server_trust) == "MicrosoftCa.SecureChannel");
    CHECK(id_when(core::errors::http_client_certificate) == "MicrosoftCa.ClientCertificate");
    CHECK(id_when(core::errors::http_too_large) == "MicrosoftCa.Answer");
    rig.services.forget(ces);
    rig.services.answer(ces, "no", 403);
    CHECK(failed(rig, rig.order(csr)).id() == "MicrosoftCa.Access");
    rig.services.forget(ces);
    rig.services.answer(ces, "no", 404);
    CHECK(failed(rig, rig.order(csr)).id() == "MicrosoftCa.NotInstalled");
}

TEST_CASE("A proxy of the settings goes along with every exchange") {
    Rig rig;
    rig.works();
    rig.settings.set("proxy", std::string("http://proxy.example.com:8080"));
    const auto csr = rig.csr();
    (void)submit(rig, rig.order(csr));
    for (const auto &request : rig.services.seen)
        CHECK(request.proxy == "http://proxy.example.com:8080");
}
