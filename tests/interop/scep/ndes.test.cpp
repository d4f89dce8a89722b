// The provider against the lab's NDES, through the C ABI.
#include "lab.hpp"

namespace {

using interop::Client;
using interop::Lab;

std::string text_of(const certbroker_issue *issue, std::int32_t property) {
    certbroker_text text = nullptr;
    return certbroker_issue_text(issue, property, 0, &text) == CERTBROKER_OK && text != nullptr ? text : "";
}
bool has(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

certbroker_issue *resume(Client &client, const std::string &id) {
    certbroker_issue *issue = nullptr;
    certbroker_error *error = nullptr;
    if (certbroker_resume(client.context, id.c_str(), client.ca, nullptr, &client.operation, &issue, &error) !=
        CERTBROKER_OK)
        FAIL(interop::text_of(error));
    return issue;
}

} // namespace

TEST_CASE("a certificate with a challenge of NDES's page, then its renewal with the old one") {
    const Lab lab;
    for (const char *order : {"sec", "ces", "ecs"}) {
        (void)lab.control("reset", "{}");
        lab.behave(std::string("{\"order\":\"") + order + "\"}");
        Client client = lab.client();
        certbroker_issue *issue = client.enroll("device.example.com");
        INFO(text_of(issue, CERTBROKER_P_MESSAGE) << lab.control("messages"));
        REQUIRE(certbroker_issue_state(issue) == CERTBROKER_STATE_INSTALLED);
        certbroker_entry *entry = nullptr;
        certbroker_error *error = nullptr;
        REQUIRE(certbroker_issue_entry(issue, &entry, &error) == CERTBROKER_OK);
        certbroker_issue_free(issue);
        issue = nullptr;
        if (certbroker_renew(client.context, client.store, entry, client.ca, nullptr, nullptr, nullptr,
                             &client.operation, &issue, &error) != CERTBROKER_OK)
            FAIL(interop::text_of(error));
        CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_INSTALLED);
        certbroker_issue_free(issue);
        certbroker_entry_free(entry);
        const std::string messages = lab.control("messages");
        CHECK(has(messages, "\"type\":19"));
        CHECK(has(messages, "\"type\":17"));
        CHECK(lab.control("issued") == "{\"count\":2}");
    }
}

TEST_CASE("a challenge that is wrong or was used is a denied request") {
    const Lab lab;
    Client wrong = lab.client_with("0000111122223333");
    certbroker_issue *issue = wrong.enroll("wrong.example.com");
    INFO(text_of(issue, CERTBROKER_P_MESSAGE) << lab.control("messages"));
    CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_DENIED);
    CHECK(has(text_of(issue, CERTBROKER_P_REMEDY), "CERT_E_WRONG_USAGE"));
    certbroker_issue_free(issue);
    CHECK(has(lab.control("messages"), "ERROR_NOT_FOUND"));
    CHECK(lab.control("issued") == "{\"count\":0}");

    Client twice = lab.client_with(lab.challenge());
    issue = twice.enroll("first.example.com");
    CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_INSTALLED);
    certbroker_issue_free(issue);
    issue = twice.enroll("second.example.com");
    CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_DENIED);
    certbroker_issue_free(issue);
    CHECK(has(lab.control("messages"), "the password was used already"));
    CHECK(lab.control("issued") == "{\"count\":1}");
}

TEST_CASE("the challenge page that is full, or refuses the account, stops a request before anything is sent") {
    const Lab lab;
    for (int i = 0; i < 5; ++i)
        CHECK(lab.challenge().size() == 16);
    Client client = lab.client();
    std::string failure;
    CHECK(client.enroll("full.example.com", &failure) == nullptr);
    CHECK(has(failure, "EndpointProtection.ChallengeCache"));
    Client stranger({{"url", lab.ready("url")},
                     {"challenge-url", lab.ready("challengeUrl")},
                     {"challenge-user", "LAB\\somebody"},
                     {"server-trust", lab.trust()}},
                    {{"challenge-password", "wrong"}});
    CHECK(stranger.enroll("stranger.example.com", &failure) == nullptr);
    CHECK(has(failure, "EndpointProtection.ChallengeAccess"));
    CHECK(lab.control("messages") == "[]");
}

TEST_CASE("pending is asked about by CertPoll until it is approved or denied") {
    const Lab lab;
    for (const bool approve : {true, false}) {
        (void)lab.control("reset", "{}");
        lab.behave("{\"decision\":\"pending\"}");
        Client client = lab.client();
        certbroker_issue *issue = client.enroll("pending.example.com");
        REQUIRE(certbroker_issue_state(issue) == CERTBROKER_STATE_PENDING);
        const std::string id = text_of(issue, CERTBROKER_P_REQUEST_ID);
        certbroker_issue_free(issue);
        issue = resume(client, id);
        CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_PENDING);
        certbroker_issue_free(issue);
        CHECK(lab.control(approve ? "approve" : "deny", "{}") == "{\"decided\":1}");
        issue = resume(client, id);
        CHECK(certbroker_issue_state(issue) == (approve ? CERTBROKER_STATE_INSTALLED : CERTBROKER_STATE_DENIED));
        certbroker_issue_free(issue);
        CHECK(has(lab.control("messages"), "\"type\":20"));
    }
}

TEST_CASE("answers that were tampered with leave a request uncertain; asked again, the certificate is there") {
    const Lab lab;
    const std::pair<const char *, const char *> faults[] = {{"nonce", "another nonce"},
                                                            {"transaction", "the transaction 'another'"},
                                                            {"flip", "signature does not fit"},
                                                            {"recipient", "not encrypted for"},
                                                            {"signer", "neither the CA nor one of its RAs"},
                                                            {"garbage", "no SCEP message"},
                                                            {"huge", "larger than"},
                                                            {"close", ""}};
    for (const auto &[fault, words] : faults) {
        (void)lab.control("reset", "{}");
        lab.behave(std::string("{\"fault\":\"") + fault + "\"}");
        Client client = lab.client();
        certbroker_issue *issue = client.enroll("tampered.example.com");
        INFO(fault << ": " << text_of(issue, CERTBROKER_P_MESSAGE));
        REQUIRE(certbroker_issue_state(issue) == CERTBROKER_STATE_UNCERTAIN);
        CHECK(has(text_of(issue, CERTBROKER_P_MESSAGE), words));
        const std::string id = text_of(issue, CERTBROKER_P_REQUEST_ID);
        certbroker_issue_free(issue);
        lab.behave("{\"fault\":\"\"}");
        issue = resume(client, id);
        CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_INSTALLED);
        certbroker_issue_free(issue);
        CHECK(lab.control("issued") == "{\"count\":1}");
    }
}

TEST_CASE("weak answers and old servers are refused unless they are allowed") {
    const Lab lab;
    lab.behave("{\"capabilities\":\"DES3\\nSHA-1\\n\",\"cipher\":\"des3\",\"challenge\":false}");
    std::string failure;
    {
        Client strict = lab.client_with("none");
        CHECK(strict.enroll("old.example.com", &failure) == nullptr);
        CHECK(has(failure, "EndpointProtection.Legacy"));
        CHECK(lab.control("messages") == "[]");
    }
    Client lenient({{"url", lab.ready("url")}, {"ca-fingerprint", lab.ready("fingerprint")}, {"allow-legacy", "true"}},
                   {});
    certbroker_issue *issue = lenient.enroll("old.example.com");
    INFO(text_of(issue, CERTBROKER_P_MESSAGE) << lab.control("messages"));
    CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_INSTALLED);
    certbroker_issue_free(issue);
}
