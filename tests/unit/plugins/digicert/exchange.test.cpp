#include "exchange.hpp"

#include "base/text.hpp"
#include "failures.hpp"
#include "http/errors.hpp"
#include "rig.hpp"

using namespace digicert;
using namespace digicert::test;

namespace {

/// How asking for the policy fails.
core::Error failure(Rig &rig) {
    const auto policy = rig.ca().policy(profile_oid, rig.operation);
    REQUIRE_FALSE(policy.has_value());
    INFO(core::describe(policy.error()));
    CHECK_FALSE(policy.error().remedy().empty());
    return policy.error();
}

} // namespace

TEST_CASE("exchange: what goes over the wire") {
    Rig rig;
    rig.settings.set("timeout-ms", std::string("2500"));
    rig.works();
    REQUIRE(rig.ca().policy(profile_oid, rig.operation).has_value());
    REQUIRE(rig.services.seen.size() == 1);
    const core::http::Request &request = rig.services.seen.front();
    CHECK(request.method == "POST");
    CHECK(request.url == "https://pki-ws.example.test/pki-ws/policyService");
    CHECK(request.idempotent);
    CHECK(request.max_response == 32UL * 1024 * 1024);
    REQUIRE(request.client);
    CHECK_FALSE(request.client->chain_der.empty());
    std::map<std::string, std::string> headers(request.headers.begin(), request.headers.end());
    CHECK(headers["Content-Type"] == "text/xml; charset=utf-8");
    CHECK(headers["SOAPAction"] == "\"" + policy_name_space + "/requestPolicies\"");
}

TEST_CASE("exchange: no RA certificate: the connector's message, and nothing is sent") {
    Rig rig;
    rig.works();
    const std::string missing = "EA7A4E0CD1A4F81CF0740527C31A57F6020C17C5";
    rig.settings.set("ra-certificate-thumbprint", missing);
    const core::Error error = failure(rig);
    CHECK(error.id() == "DigiCert.ClientCertificate");
    CHECK(error.message().starts_with("Failed to get client certificate"));
    CHECK(has(error.message(), missing));
    CHECK(has(error.message(), "LocalMachine\\My"));
    REQUIRE(error.cause() != nullptr);
    CHECK(error.cause()->id() == "Store.NotFound");
    CHECK(rig.services.seen.empty());
}

TEST_CASE("exchange: each way not to get an answer has its own failure, with the cause") {
    struct Case {
        const core::ErrorKind &cause;
        const char *id;
        const char *message;
        core::Status status;
    };
    const Case cases[] = {
        {core::errors::http_timeout, "DigiCert.PolicyTimeout",
         "Failed to get DigiCert policy: The operation has timed out", core::Status::timeout},
        {core::errors::http_server_trust, "DigiCert.SecureChannel",
         "Failed to get DigiCert policy: The request was aborted: Could not create SSL/TLS secure channel: the "
         "certificate of "
         "pki-ws.example.test is not trusted here",
         core::Status::trust},
        {core::errors::http_client_certificate, "DigiCert.SecureChannel",
         "Could not create SSL/TLS secure channel: the RA certificate", core::Status::auth},
        {core::errors::http_resolve, "DigiCert.Unreachable",
         "Failed to get DigiCert policy: pki-ws.example.test cannot be reached", core::Status::network},
        {core::errors::http_broken, "DigiCert.Unreachable", "the connection broke", core::Status::network},
        {core::errors::http_too_large, "DigiCert.Answer", "the answer of pki-ws.example.test cannot be used",
         core::Status::protocol},
    };
    for (const Case &one : cases) {
        Rig rig;
        rig.services.fail_with(policy_path, one.cause);
        const core::Error error = failure(rig);
        CHECK(error.id() == one.id);
        CHECK(has(error.message(), one.message));
        CHECK(error.status() == one.status);
        REQUIRE(error.cause() != nullptr);
        CHECK(error.cause()->id() == one.cause.id);
    }
}

TEST_CASE("exchange: faults and pages instead of answers") {
    struct Case {
        std::string body;
        int http;
        const char *id;
        core::Status status;
        bool has_number;
    };
    const std::string unknown = "A request element is not understood.";
    const Case cases[] = {
        {fault(unknown), 500, "DigiCert.UnknownProfile", core::Status::not_found, false},
        {fault(unknown), 200, "DigiCert.UnknownProfile", core::Status::not_found, false},
        {fault("outer", "<detail><errorCode>X</errorCode><message>" + unknown + "</message></detail>"), 500,
         "DigiCert.UnknownProfile", core::Status::not_found, false},
        {fault("Something else"), 500, "DigiCert.Fault", core::Status::remote, false},
        {wrapped("<S:Fault><faultcode>S:FailedAuthentication</faultcode><faultstring>no</faultstring></S:Fault>"), 500,
         "DigiCert.Fault", core::Status::auth, false},
        {"<html><body>Internal Server Error</body></html>", 500, "DigiCert.HttpStatus", core::Status::remote, true},
        {"", 503, "DigiCert.HttpStatus", core::Status::remote, true},
        {"<html>Envelope</html>", 502, "DigiCert.HttpStatus", core::Status::remote, true},
        {PolicyText().envelope(), 500, "DigiCert.HttpStatus", core::Status::remote, true},
        {"no", 403, "DigiCert.Refused", core::Status::auth, true},
        {"<html><body>Please sign in</body></html>", 200, "DigiCert.Answer", core::Status::protocol, false},
        {wrapped("<other/>"), 200, "DigiCert.Answer", core::Status::protocol, false},
        {"<!DOCTYPE a [<!ENTITY b 'c'>]>" + wrapped("<a>&b;</a>"), 200, "DigiCert.Answer", core::Status::protocol,
         false},
    };
    for (const Case &one : cases) {
        INFO(one.body << " " << one.http);
        Rig rig;
        rig.services.answer(policy_path, one.body, one.http, {{"Retry-After", "30"}});
        const core::Error error = failure(rig);
        CHECK(error.id() == one.id);
        CHECK(error.status() == one.status);
        CHECK(error.message().starts_with("Failed to get DigiCert policy: "));
        CHECK(error.numbers().contains(core::ErrorNumber::http_status) == one.has_number);
        CHECK(error.numbers().contains(core::ErrorNumber::retry_after_seconds) == one.has_number);
    }
}

TEST_CASE("exchange: an answer that holds nothing is no unknown profile") {
    Rig rig;
    std::string text = rig.policy().envelope();
    const auto begin = text.find("<p:policies>");
    const auto end = text.find("</p:policies>") + 13;
    text.replace(begin, end - begin, "<p:policies xsi:nil=\"true\"/>");
    rig.services.answer(policy_path, text);
    CHECK(failure(rig).id() == "DigiCert.UnknownProfile");
    Rig unchanged;
    text.replace(text.find("policiesNotChanged>false"), 24, "policiesNotChanged>true");
    unchanged.services.answer(policy_path, text);
    const core::Error error = failure(unchanged);
    CHECK(error.id() == "DigiCert.Answer");
    CHECK(has(error.message(), "nothing has changed"));
}

TEST_CASE("exchange: another echo of the transaction id is a line in the log") {
    Rig rig;
    std::string text = rig.policy().envelope();
    text.insert(text.find("<p:serverTransactionID>"), "<p:clientTransactionID>not mine</p:clientTransactionID>");
    rig.services.answer(policy_path, text);
    CHECK(rig.ca().policy(profile_oid, rig.operation).has_value());
    CHECK(has(rig.log.text, "echoed the transaction id 'not mine'"));
}

TEST_CASE("exchange: transaction ids have at most 40 characters") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr({"email=iwuser0@example.test"});
    auto order = rig.order(csr);
    REQUIRE(rig.ca().submit(order, rig.operation).has_value());
    CHECK(has(rig.services.last_body(enrollment_path),
              "<clientTransactionID>" + order.idempotency + "</clientTransactionID>"));
    order.idempotency = std::string(100, 'x');
    REQUIRE(rig.ca().submit(order, rig.operation).has_value());
    const std::string body = rig.services.last_body(enrollment_path);
    const auto begin = body.find("<clientTransactionID>") + 21;
    CHECK(body.find("</clientTransactionID>") - begin == 40);
}
