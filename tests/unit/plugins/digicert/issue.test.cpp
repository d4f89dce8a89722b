#include "base/text.hpp"
#include "crypto/cms.hpp"
#include "failures.hpp"
#include "http/errors.hpp"
#include "rig.hpp"

using namespace digicert;
using namespace digicert::test;
using State = core::provider::Outcome::State;

namespace {

const std::string mail = "iwuser0@example.test";

core::Error failure(Rig &rig, const core::provider::Order &order) {
    const auto outcome = rig.ca().submit(order, rig.operation);
    REQUIRE_FALSE(outcome.has_value());
    INFO(core::describe(outcome.error()));
    CHECK_FALSE(outcome.error().remedy().empty());
    return outcome.error();
}
bool not_sent(const core::Error &error) {
    const auto found = error.numbers().find(core::ErrorNumber::not_sent);
    return found != error.numbers().end() && found->second == 1;
}

} // namespace

TEST_CASE("issue: a batch asks for the policy once") {
    Rig rig;
    rig.works();
    for (int i = 0; i < 5; ++i) {
        const auto csr = rig.csr({"email=" + mail});
        const auto outcome = must(rig.ca().submit(rig.order(csr), rig.operation));
        REQUIRE(outcome.state == State::issued);
        CHECK(outcome.certificates.front().public_key().spki() == csr.public_key().spki());
        CHECK(outcome.certificates.size() == 3);
        CHECK(outcome.reference == outcome.certificates.front().serial_hex());
    }
    CHECK(rig.services.count(policy_path) == 1);
    CHECK(rig.services.count(enrollment_path) == 5);
    CHECK_FALSE(rig.services.seen.back().idempotent);
    rig.clock.offset = 601;
    const auto csr = rig.csr({"email=" + mail});
    REQUIRE(rig.ca().submit(rig.order(csr), rig.operation).has_value());
    CHECK(rig.services.count(policy_path) == 2);
}

TEST_CASE("issue: a policy is kept as long as the service says") {
    Rig rig;
    PolicyText text = rig.policy();
    text.next_update = "<p:nextUpdateHours>2</p:nextUpdateHours>";
    rig.services.answer(policy_path, text.envelope());
    REQUIRE(rig.ca().policy(profile_oid, rig.operation).has_value());
    rig.clock.offset = 7100;
    REQUIRE(rig.ca().policy(profile_oid, rig.operation).has_value());
    CHECK(rig.services.count(policy_path) == 1);
    rig.clock.offset = 7300;
    REQUIRE(rig.ca().policy(profile_oid, rig.operation).has_value());
    CHECK(rig.services.count(policy_path) == 2);
}

TEST_CASE("issue: nothing is enrolled that does not fit; a policy that has grown old is asked for once more") {
    Rig rig;
    rig.works();
    const auto wrong = rig.csr({"dns=web01.example.test"});
    const core::Error error = failure(rig, rig.order(wrong));
    CHECK(error.id() == "DigiCert.PolicyVerification");
    CHECK(not_sent(error));
    CHECK(rig.services.count(enrollment_path) == 0);
    CHECK(rig.services.count(policy_path) == 1);

    // In the meantime somebody gives the profile a field for it.
    PolicyText corrected = rig.policy();
    corrected.alt_names = alt_name("dNSName", "$dnsName", true);
    rig.services.forget(policy_path);
    rig.services.answer(policy_path, corrected.envelope());
    rig.clock.offset = 61;
    CHECK(must(rig.ca().submit(rig.order(wrong), rig.operation)).state == State::issued);
    CHECK(rig.services.count(policy_path) == 2);
}

TEST_CASE("issue: a policy that cannot be got leaves the order unsent") {
    for (const core::ErrorKind *cause :
         {&core::errors::http_timeout, &core::errors::http_broken, &core::errors::http_too_large}) {
        Rig rig;
        rig.works();
        rig.services.forget(policy_path);
        rig.services.fail_with(policy_path, *cause);
        const auto csr = rig.csr({"email=" + mail});
        CHECK(not_sent(failure(rig, rig.order(csr))));
        CHECK(rig.services.count(enrollment_path) == 0);
    }
}

TEST_CASE("issue: when enrolment gets no answer, nobody says that it was not sent") {
    for (const core::ErrorKind *cause : {&core::errors::http_timeout, &core::errors::http_broken}) {
        Rig rig;
        rig.works();
        rig.services.forget(enrollment_path);
        rig.services.fail_with(enrollment_path, *cause);
        const auto csr = rig.csr({"email=" + mail});
        const core::Error error = failure(rig, rig.order(csr));
        CHECK_FALSE(not_sent(error));
        CHECK(error.id() == (cause == &core::errors::http_timeout ? "DigiCert.Timeout" : "DigiCert.Unreachable"));
        CHECK(rig.services.count(enrollment_path) == 1);
    }
}

TEST_CASE("issue: faults of the enrolment are refusals with the service's words, never uncertain") {
    Rig rig;
    rig.works();
    rig.services.forget(enrollment_path);
    rig.services.answer(enrollment_path, fault("Duplicate certificate", "<detail><errorcode>E-9</errorcode></detail>"),
                        500);
    rig.services.answer(enrollment_path, fault("A request element is not understood."), 500);
    rig.services.answer(enrollment_path, "<html>down</html>", 503);
    const auto csr = rig.csr({"email=" + mail});
    const auto order = rig.order(csr);
    const core::Error refused = failure(rig, order);
    CHECK(refused.id() == "DigiCert.Fault");
    CHECK(refused.status() == core::Status::remote);
    CHECK(has(refused.message(), "Duplicate certificate (E-9;"));
    CHECK(has(refused.message(), order.idempotency));
    CHECK_FALSE(refused.numbers().contains(core::ErrorNumber::http_status));
    CHECK(failure(rig, order).id() == "DigiCert.UnknownProfile");
    const core::Error down = failure(rig, order);
    CHECK(down.id() == "DigiCert.HttpStatus");
    CHECK(down.numbers().at(core::ErrorNumber::http_status) == 503);
}

TEST_CASE("issue: a profile must be named, by its OID") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr({"email=" + mail});
    for (const char *wrong : {"", "WebServer"}) {
        const core::Error error = failure(rig, rig.order(csr, wrong));
        CHECK(error.id() == "DigiCert.ProfileMissing");
        CHECK(not_sent(error));
    }
    CHECK(rig.services.seen.empty());
    const core::Error unknown = failure(rig, rig.order(csr, "2.16.840.1.113733.1.16.1.9"));
    CHECK(unknown.id() == "DigiCert.UnknownProfile"); // the answer holds another one
}

TEST_CASE("issue: special characters stop the request, or become a warning and the service's refusal") {
    Rig rig;
    rig.works();
    PolicyText text = rig.policy();
    text.subject_fields = subject("CN", "$mail_firstName", true) + subject("CN", "$mail_lastName", true);
    text.alt_names = alt_name("otherNameUPN", "$otherNameUPN", true);
    rig.services.forget(policy_path);
    rig.services.answer(policy_path, text.envelope());
    const auto csr = rig.csr({"upn=global_admin@intune.onmicrosoft.com"}, "CN=global_admin");
    auto order = rig.order(csr);
    order.settings.set("last-name", std::string("Admin"));
    CHECK(failure(rig, order).id() == "DigiCert.NameCharacters");
    CHECK(rig.services.count(enrollment_path) == 0);

    Rig lenient;
    lenient.settings.set("strict-policy", std::string("false"));
    lenient.services.answer(policy_path, text.envelope());
    lenient.services.answer(enrollment_path, fault("Invalid value for mail_firstName"), 500);
    const core::Error refused = failure(lenient, order);
    CHECK(refused.id() == "DigiCert.NameCharacters");
    CHECK(has(refused.message(), "Invalid value for mail_firstName"));
    CHECK(has(lenient.log.text, "likely to be refused"));
}

TEST_CASE("issue: X.509 and PKCS#7 answers, and those that cannot be used") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr({"email=" + mail});
    const auto order = rig.order(csr);
    const auto leaf = rig.certificate(csr);
    rig.services.forget(enrollment_path);
    rig.services.answer(enrollment_path, issued(rig.base64(leaf.der()), token_profile + "X509v3"));
    const auto alone = must(rig.ca().submit(order, rig.operation));
    // The CA's own certificates come from the policy.
    REQUIRE(alone.certificates.size() == 3);
    CHECK(alone.certificates[0] == leaf);
    CHECK(alone.certificates[1] == rig.pki.ca.certificate);
    CHECK(alone.certificates[2] == rig.pki.root.certificate);

    const auto two = core::crypto::join_pkcs7({rig.pki.ca.certificate.der(), leaf.der()});
    rig.services.forget(enrollment_path);
    rig.services.answer(enrollment_path, issued(rig.base64(two)));
    const auto without_root = must(rig.ca().submit(order, rig.operation));
    REQUIRE(without_root.certificates.size() == 3);
    CHECK(without_root.certificates[0] == leaf);
    CHECK(without_root.certificates[2] == rig.pki.root.certificate);

    rig.services.forget(enrollment_path);
    std::vector<core::Bytes> many;
    for (int i = 0; i < 41; ++i)
        many.push_back(rig.certificate(csr).der());
    rig.services.answer(enrollment_path, issued(rig.base64(core::crypto::join_pkcs7(many))));
    CHECK(failure(rig, order).id() == "DigiCert.Answer");
    rig.services.forget(enrollment_path);
    rig.services.answer(enrollment_path, issued("TUlJ"));
    rig.services.answer(enrollment_path, issued("no base64 at all!"));
    rig.services.answer(enrollment_path, issued(rig.base64(rig.pki.ca.certificate.der())));
    rig.services.answer(enrollment_path, issued("TUlJ", "http://schemas.verisign.com/pkiservices/2009/07/PKCS12"));
    rig.services.answer(enrollment_path, wrapped("<nothing/>"));
    for (int i = 0; i < 3; ++i) {
        const core::Error error = failure(rig, order);
        CHECK(error.id() == "DigiCert.Answer");
        CHECK_FALSE(not_sent(error));
    }
    const auto theirs = must(rig.ca().submit(order, rig.operation));
    CHECK(theirs.state == State::denied);
    CHECK(has(theirs.message, "PKCS#12"));
    CHECK(failure(rig, order).id() == "DigiCert.Answer");
}

TEST_CASE("issue: pending orders are asked for by their reference, from a new connection, too") {
    Rig rig;
    rig.works();
    rig.services.forget(enrollment_path);
    rig.services.answer(enrollment_path, enrolled("<e:dispositionMessage>Waiting for approval</e:dispositionMessage>"
                                                  "<e:requestedVSSecurityToken><e:pendingTokenReferenceID>pend-17"
                                                  "</e:pendingTokenReferenceID></e:requestedVSSecurityToken>"));
    const auto csr = rig.csr({"email=" + mail});
    const auto pending = must(rig.ca().submit(rig.order(csr), rig.operation));
    REQUIRE(pending.state == State::pending);
    CHECK(pending.message == "Waiting for approval");
    CHECK(pending.poll_after_seconds > 0);
    rig.services.answer(enrollment_path, issued(rig.pkcs7(rig.certificate(csr))));
    const auto again = must(rig.try_open());
    CHECK(must(again->poll(pending.token, rig.operation)).state == State::pending);
    CHECK(must(again->poll(pending.token, rig.operation)).state == State::issued);
    CHECK(has(rig.services.last_body(enrollment_path),
              "QueryTokenStatus</requestType><pendingTokenReferenceID>pend-17<"));
    const auto garbage = again->poll(core::as_bytes("garbage"), rig.operation);
    REQUIRE_FALSE(garbage.has_value());
    CHECK(garbage.error().id() == "DigiCert.Token");
}

TEST_CASE("issue: profiles whose users are registered get their seat first") {
    Rig rig;
    rig.works();
    PolicyText text = rig.policy();
    text.ra_policy = "<p:rAPolicy><p:registerUser>true</p:registerUser><p:verifyUser>false</p:verifyUser></p:rAPolicy>";
    rig.services.forget(policy_path);
    rig.services.answer(policy_path, text.envelope());
    const auto csr = rig.csr({"email=" + mail});
    const auto order = rig.order(csr);
    rig.services.answer(users_path, fault("No"), 500);
    CHECK(not_sent(failure(rig, order)));
    CHECK(rig.services.count(enrollment_path) == 0);
    rig.services.forget(users_path);
    rig.services.answer(users_path,
                        wrapped("<createOrUpdateUserResponse "
                                "xmlns=\"http://schemas.verisign.com/pkiservices/2011/08/usermanagement\">"
                                "<serverTransactionID>srv-5</serverTransactionID><userCreationStatus><seatId>" +
                                mail +
                                "</seatId><statusCode>OK</statusCode></userCreationStatus>"
                                "<version>1.0</version></createOrUpdateUserResponse>"));
    CHECK(must(rig.ca().submit(order, rig.operation)).state == State::issued);
    CHECK(has(rig.services.last_body(users_path), "<seatId>" + mail + "</seatId><emailAddress>" + mail));
}

TEST_CASE("issue: a renewal is a new issue, or the request type Renew with the old certificate") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr({"email=" + mail});
    const auto old = rig.certificate(csr);
    auto order = rig.order(csr);
    order.current = &old;
    REQUIRE(rig.ca().renew(order, rig.operation).has_value());
    CHECK(has(rig.services.last_body(enrollment_path), "200512/Issue<"));
    Rig other;
    other.works();
    other.settings.set("renewal", std::string("renew"));
    REQUIRE(other.ca().renew(order, other.operation).has_value());
    const std::string body = other.services.last_body(enrollment_path);
    CHECK(has(body, "200512/Renew<"));
    CHECK(has(body, "#X509v3\">" + rig.base64(old.der())));
}

TEST_CASE("issue: control characters of a name do not become XML") {
    Rig rig;
    rig.works();
    const auto csr = rig.csr({"email=" + mail});
    auto order = rig.order(csr);
    order.settings.set("seat", std::string("a\x01"
                                           "b"));
    const core::Error error = failure(rig, order);
    CHECK(error.id() == "DigiCert.Setting");
    CHECK(not_sent(error));
    order.settings.set("seat", std::string("<&>\"'"));
    REQUIRE(rig.ca().submit(order, rig.operation).has_value());
    CHECK(has(rig.services.last_body(enrollment_path), "<value>&lt;&amp;&gt;&quot;&apos;</value>"));
}
