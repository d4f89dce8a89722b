#include <catch2/catch_test_macros.hpp>

#include "base/encoding.hpp"
#include "failures.hpp"
#include "rig.hpp"

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
    "An order goes to the enrolment service with template, token and the user's name, and comes back as a chain") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr();
    const auto outcome = submit(rig, rig.order(csr, "webserver"));
    REQUIRE(outcome.state == State::issued);
    CHECK(outcome.reference == "17");
    REQUIRE(outcome.certificates.size() == 3);
    CHECK(outcome.certificates[0].public_key() == csr.public_key());
    const std::string body = rig.services.last_body(ces);
    CHECK(has(body, "<BinarySecurityToken xmlns=\"" + wsse +
                        "\" ValueType=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment#PKCS10\" "
                        "EncodingType=\"" +
                        wsse + "#base64binary\">" + core::to_base64(csr.der()) + "</BinarySecurityToken>"));
    CHECK(has(body, "<ContextItem Name=\"CertificateTemplate\"><Value>WebServer</Value></ContextItem>"));
    CHECK_FALSE(has(body, "ccm"));
    CHECK(has(body, "<o:Username>EXAMPLE\\ra</o:Username>"));
    CHECK(has(body, "<a:To s:mustUnderstand=\"1\">" + ces + "</a:To>"));
    CHECK_FALSE(rig.services.last(ces).idempotent);
    CHECK(rig.services.last(cep).idempotent);
    CHECK(rig.services.last(ces).authentication == core::http::Authentication::none);
}

TEST_CASE("The password is the host's to place, escaped, and stands in nothing that the provider makes") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr();
    (void)submit(rig, rig.order(csr));
    for (const auto &request : rig.services.seen) {
        REQUIRE(request.places.size() == 1);
        CHECK(request.places[0].escape == core::http::Escape::xml);
        CHECK(core::as_text(request.places[0].secret.reveal()) == "canary-<Sommer>&2026");
        CHECK(has(std::string(core::as_text(request.body)), "PasswordText\">" + request.places[0].marker + "<"));
        CHECK_FALSE(has(std::string(core::as_text(request.body)), "canary"));
    }
    CHECK_FALSE(has(rig.log.text, "canary"));
}

TEST_CASE("The same order twice is sent once") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    const auto first = submit(rig, order);
    const auto second = must(rig.again().submit(order, rig.operation));
    REQUIRE(second.state == State::issued);
    CHECK(second.certificates.front() == first.certificates.front());
    CHECK(rig.services.count(ces) == 1);
    core::provider::Query query;
    query.idempotency = order.idempotency;
    CHECK(must(rig.ca().find(query, rig.operation)).certificates.front() == first.certificates.front());
}

TEST_CASE("Pending is known by its reference, and asked for with its number at the address it names") {
    Rig rig;
    rig.works();
    rig.services.forget(ces);
    const std::string elsewhere = host + "/Example%20CA_CES_UsernamePassword/service.svc/CES?poll";
    rig.services.answer(ces, pending("1017", elsewhere));
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    const auto outcome = submit(rig, order);
    REQUIRE(outcome.state == State::pending);
    CHECK(outcome.message == "Taken Under Submission");
    CHECK(must(rig.ca().submit(order, rig.operation)).token == outcome.token);
    CHECK(rig.services.count(ces) == 1);
    CHECK(outcome.reference == "1017");
    const auto leaf = rig.certificate(csr);
    rig.services.answer(elsewhere, pending("1017", elsewhere));
    rig.services.answer(elsewhere, envelope(answer_body(x509_token(rig.base64(leaf)), rig.pkcs7(leaf), "1017")));
    CHECK(must(rig.again().poll(outcome.token, rig.operation)).state == State::pending);
    const auto issued = must(rig.ca().poll(outcome.token, rig.operation));
    REQUIRE(issued.state == State::issued);
    CHECK(issued.certificates[0] == leaf);
    CHECK(has(rig.services.last_body(elsewhere), "/enrollment/QueryTokenStatus</RequestType>"));
    CHECK(has(rig.services.last_body(elsewhere),
              "<RequestID xmlns=\"http://schemas.microsoft.com/windows/pki/2009/01/enrollment\">1017</RequestID>"));
    core::provider::Query query;
    query.idempotency = order.idempotency;
    CHECK(must(rig.ca().find(query, rig.operation)).state == State::issued);
}

TEST_CASE("A password is not carried to where a reference points, only to where it was shown before") {
    Rig rig;
    rig.works();
    rig.services.forget(ces);
    rig.services.answer(ces, pending("18", "https://thief.example.net/CES"));
    const auto csr = rig.csr();
    const auto outcome = submit(rig, rig.order(csr));
    REQUIRE(outcome.state == State::pending);
    CHECK(must(rig.ca().poll(outcome.token, rig.operation)).state == State::pending);
    CHECK(rig.services.count("https://thief.example.net/CES") == 0);
    CHECK(rig.services.count(ces) == 2);
}

TEST_CASE("A denial is an answer, with the CA's words, its number and what to do") {
    Rig rig;
    rig.works();
    rig.services.forget(ces);
    FaultText fault;
    fault.reason = "Verweigert durch Richtlinienmodul";
    fault.error_code = "-2146877422";
    fault.invalid_request = "true";
    fault.request_id = "21";
    rig.services.answer(ces, fault.text(), 500);
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    const auto outcome = submit(rig, order);
    REQUIRE(outcome.state == State::denied);
    CHECK(outcome.reason == "CERTSRV_E_TEMPLATE_DENIED");
    CHECK(outcome.message == "Verweigert durch Richtlinienmodul (0x80094012 CERTSRV_E_TEMPLATE_DENIED: the account may "
                             "not enroll for this template)");
    CHECK(has(outcome.remedy, "Read and Enroll"));
    CHECK(outcome.reference == "21");
    core::provider::Query query;
    query.idempotency = order.idempotency;
    CHECK(error_id(rig.ca().find(query, rig.operation)) == "Provider.NotFound");
}

TEST_CASE("An error code without a denial is a failure with name and remedy, and nothing was issued") {
    Rig rig;
    rig.works();
    rig.services.forget(ces);
    FaultText fault;
    fault.error_code = "-2146875392"; // 0x80094800
    rig.services.answer(ces, fault.text(), 500);
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    const auto error = failed(rig, order);
    CHECK(error.id() == "MicrosoftCa.CaError");
    CHECK(has(error.message(), "0x80094800 CERTSRV_E_UNSUPPORTED_CERT_TYPE"));
    CHECK(has(error.remedy(), "Publish the template"));
    CHECK_FALSE(error.numbers().contains(core::ErrorNumber::http_status));
    core::provider::Query query;
    query.idempotency = order.idempotency;
    CHECK(error_id(rig.ca().find(query, rig.operation)) == "Provider.NotFound");
    rig.services.forget(ces);
    fault.error_code = "-2146877001";
    rig.services.answer(ces, fault.text(), 500);
    CHECK(has(failed(rig, rig.order(csr)).message(), "0x800941B7,"));
}

TEST_CASE("A service that broke down inside leaves it open whether the CA has the request") {
    Rig rig;
    rig.works();
    rig.services.forget(ces);
    FaultText fault;
    fault.detail = false;
    fault.subcode = "a:InternalServiceFault";
    rig.services.answer(ces, fault.text(), 500);
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    const auto error = failed(rig, order);
    CHECK(error.id() == "MicrosoftCa.Fault");
    CHECK(error.numbers().at(core::ErrorNumber::http_status) == 500);
    core::provider::Query query;
    query.idempotency = order.idempotency;
    CHECK(error_id(rig.ca().find(query, rig.operation)) == "MicrosoftCa.NotSettled");
    // A message that is refused before anything began is another thing.
    rig.services.forget(ces);
    fault.code = "s:Sender";
    fault.subcode = "a:ActionNotSupported";
    rig.services.answer(ces, fault.text(), 500);
    CHECK_FALSE(failed(rig, order).numbers().contains(core::ErrorNumber::http_status));
    CHECK(error_id(rig.ca().find(query, rig.operation)) == "Provider.NotFound");
}

TEST_CASE("A wrong password in the message is one of credentials, whoever says it") {
    Rig rig;
    rig.works();
    rig.services.forget(ces);
    FaultText fault;
    fault.detail = false;
    fault.code = "s:Sender";
    fault.subcode = "o:FailedAuthentication";
    rig.services.answer(ces, fault.text(), 500);
    const auto csr = rig.csr();
    const auto error = failed(rig, rig.order(csr));
    CHECK(error.id() == "MicrosoftCa.Credentials");
    CHECK(error.status() == core::Status::auth);
    CHECK_FALSE(has(core::describe(error), "canary"));
}

TEST_CASE("What fails before the request leaves says so") {
    Rig rig;
    const auto csr = rig.csr();
    CHECK(says_not_sent(failed(rig, rig.order(csr)))); // no policy
    rig.services.answer(cep, rig.policy().text());
    const auto unknown = failed(rig, rig.order(csr, "Nobody"));
    CHECK(unknown.id() == "MicrosoftCa.UnknownTemplate");
    CHECK(says_not_sent(unknown));
    CHECK(failed(rig, rig.order(csr, "")).id() == "MicrosoftCa.TemplateMissing");
}

TEST_CASE("An order for a template that cannot be had stops before it is sent") {
    Rig rig;
    auto policy = rig.policy();
    policy.templates.resize(5);
    policy.templates[1].name = "Forbidden";
    policy.templates[1].enroll = "false";
    policy.templates[2].name = "Archived";
    policy.templates[2].private_key_flags = "1";
    policy.templates[3].name = "Signed";
    policy.templates[3].ra =
        "<rARequirements><rASignatures>1</rASignatures><rAEKUs><oIDReference>8</oIDReference></rAEKUs>"
        "<rAPolicies xsi:nil=\"true\"/></rARequirements>";
    policy.templates[4].name = "Homeless";
    policy.templates[4].cas = "";
    rig.services.answer(cep, policy.text());
    const auto csr = rig.csr();
    for (const auto &[name, id] :
         std::vector<std::pair<std::string, std::string>>{{"Forbidden", "MicrosoftCa.TemplatePermission"},
                                                          {"Archived", "MicrosoftCa.KeyArchival"},
                                                          {"Signed", "MicrosoftCa.SignatureRequired"},
                                                          {"Homeless", "MicrosoftCa.NoEndpoint"}}) {
        INFO(name);
        const auto error = failed(rig, rig.order(csr, name));
        CHECK(error.id() == id);
        CHECK(says_not_sent(error));
    }
}

TEST_CASE("The answer must be the one to this request") {
    Rig rig;
    rig.works();
    rig.services.forget(ces);
    const auto csr = rig.csr();
    const auto leaf = rig.certificate(csr);
    rig.services.answer(ces, envelope(answer_body(x509_token(rig.base64(leaf)), ""), "urn:uuid:another"));
    CHECK(failed(rig, rig.order(csr)).id() == "MicrosoftCa.Correlation");
    rig.services.forget(ces);
    rig.services.answer(ces, pending("30"));
    const auto outcome = submit(rig, rig.order(csr));
    rig.services.forget(ces);
    rig.services.answer(ces, envelope(answer_body(x509_token(rig.base64(leaf)), "", "31")));
    CHECK(error_of(rig.ca().poll(outcome.token, rig.operation)).id() == "MicrosoftCa.Correlation");
}

TEST_CASE("A token of another transport is refused") {
    Rig rig;
    rig.works();
    const std::string foreign = "microsoft-ca 1\ncertsrv\n17\n\n";
    CHECK(error_of(rig.ca().poll(core::as_bytes(foreign), rig.operation)).id() == "MicrosoftCa.Token");
    CHECK(error_of(rig.ca().poll(core::as_bytes(std::string_view("garbage")), rig.operation)).id() ==
          "MicrosoftCa.Token");
}

TEST_CASE("A damaged full response costs the chain's rest, not the certificate; what is no certificate is a failure") {
    Rig rig;
    rig.works();
    rig.services.forget(ces);
    const auto csr = rig.csr();
    const auto leaf = rig.certificate(csr);
    rig.services.answer(ces, envelope(answer_body(x509_token(rig.base64(leaf)), "TUlJTUlJ")));
    const auto outcome = submit(rig, rig.order(csr));
    REQUIRE(outcome.state == State::issued);
    CHECK(outcome.certificates.size() == 2); // the policy knows the CA
    for (const std::string wrong : {"!!!!", "MIIB"}) {
        rig.services.forget(ces);
        rig.services.answer(ces, envelope(answer_body(x509_token(wrong), "")));
        const auto error = failed(rig, rig.order(csr));
        CHECK(error.id() == "MicrosoftCa.Answer");
        CHECK(error.status() == core::Status::protocol); // it may have been issued
    }
    rig.services.forget(ces);
    rig.services.answer(ces, envelope(answer_body(x509_token("!!!!"), "")));
    CHECK(failed(rig, rig.order(csr)).id() == "MicrosoftCa.Answer");
}

TEST_CASE("Names as a request attribute are refused, wherever they stand, unless the setting permits it") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr();
    auto order = rig.order(csr);
    order.settings.set("attribute", std::string("ccm=web01.example.com,san=dns=bank.example.com"));
    const auto error = failed(rig, order);
    CHECK(error.id() == "MicrosoftCa.SanAttribute");
    CHECK(says_not_sent(error));
    CHECK(has(error.remedy(), "EDITF_ATTRIBUTESUBJECTALTNAME2"));
    order.settings.set("attribute", std::string("CertificateTemplate=Admin"));
    CHECK(failed(rig, order).id() == "MicrosoftCa.Attribute");
    order.settings.set("attribute", std::string("no equals sign"));
    CHECK(failed(rig, order).id() == "MicrosoftCa.Attribute");
    order.settings.set("attribute", std::string("ccm=web01.example.com"));
    (void)submit(rig, order);
    CHECK(has(rig.services.last_body(ces), "<ContextItem Name=\"ccm\"><Value>web01.example.com</Value></ContextItem>"));
    rig.settings.set("allow-san-attribute", std::string("true"));
    auto allowed = rig.order(csr);
    allowed.settings.set("attribute", std::string("SAN=dns=a.example.com&dns=b.example.com"));
    (void)must(rig.again().submit(allowed, rig.operation));
    CHECK(has(rig.services.last_body(ces), "<Value>dns=a.example.com&amp;dns=b.example.com</Value>"));
}
