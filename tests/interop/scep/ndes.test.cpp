// NDES as the lab has it (tests/lab/Ndes): a CA in C# whose CMS is the framework's own code, and which knows what no
// public SCEP server does: one-time challenges on a page, pending requests and CertPoll. Built by tests/lab/build.sh.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <sstream>
#include <thread>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "client.hpp"
#include "http/http.hpp"

namespace {

using certbroker::test::TemporaryFolder;
using interop::Client;

/// The running lab; ended with the case.
class Lab {
public:
    Lab() {
        const std::string program = CERTBROKER_LAB;
        if (!std::filesystem::exists(program)) SKIP("the lab is not built: tests/lab/build.sh");
        const std::string log = (folder_.path() / "lab.log").string();
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            (void)::dup2(out, 1);
            (void)::dup2(out, 2);
            ::execl(program.c_str(), program.c_str(), "ndes", "--folder", folder_.path().c_str(), "--detached",
                    static_cast<char *>(nullptr));
            ::_exit(127);
        }
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!std::filesystem::exists(folder_.path() / "ready.json")) {
            int status = 0;
            if (::waitpid(pid_, &status, WNOHANG) == pid_) {
                pid_ = -1;
                std::ifstream in(log);
                FAIL("the lab has ended: " + std::string((std::istreambuf_iterator<char>(in)), {}));
            }
            REQUIRE(std::chrono::steady_clock::now() < patience);
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        std::ifstream in(folder_.path() / "ready.json");
        ready_.assign((std::istreambuf_iterator<char>(in)), {});
    }
    ~Lab() {
        if (pid_ <= 0) return;
        (void)::kill(pid_, SIGTERM);
        (void)::waitpid(pid_, nullptr, 0);
    }
    Lab(const Lab &) = delete;
    Lab &operator=(const Lab &) = delete;

    /// A value of ready.json: a text without the quotes, or a number.
    std::string ready(const std::string &name) const {
        const auto at = ready_.find("\"" + name + "\": ");
        REQUIRE(at != std::string::npos);
        std::string out;
        for (std::size_t i = at + name.size() + 4; i < ready_.size() && ready_[i] != ',' && ready_[i] != '\n'; ++i) {
            if (ready_[i] == '\\') ++i;
            if (ready_[i] != '"') out += ready_[i];
        }
        return out;
    }
    /// The control interface: POST with a body, GET without.
    std::string control(const std::string &name, const std::string &body = {}) const {
        certbroker::http::Request request;
        request.method = body.empty() ? "GET" : "POST";
        request.url = "http://127.0.0.1:" + ready("control") + "/control/" + name;
        request.allow_plain = true;
        request.body = certbroker::to_bytes(certbroker::as_bytes(body));
        const auto response = certbroker::http::make_client()->send(request, certbroker::Operation());
        if (!response) FAIL(certbroker::describe(response.error()));
        INFO(certbroker::as_text(response->body));
        REQUIRE(response->status == 200);
        return std::string(certbroker::as_text(response->body));
    }
    void behave(const std::string &json) const { (void)control("behave", json); }
    std::string trust() const { return (folder_.path() / "root.pem").string(); }
    /// A password of the page, as a person would read it there.
    std::string challenge() const {
        certbroker::http::Request request;
        request.url = ready("challengeUrl");
        request.authentication = certbroker::http::Authentication::basic;
        request.user = ready("challengeUser");
        request.password = certbroker::Secret(certbroker::as_bytes(ready("challengePassword")));
        request.extra_trust_file = trust();
        const auto response = certbroker::http::make_client()->send(request, certbroker::Operation());
        if (!response) FAIL(certbroker::describe(response.error()));
        REQUIRE(response->status == 200);
        const std::string page = certbroker::utf16_to_utf8(certbroker::ByteView(response->body).subspan(2), false);
        const std::string before = "challenge password is: <B> ";
        const auto at = page.find(before);
        REQUIRE(at != std::string::npos);
        return page.substr(at + before.size(), page.find(' ', at + before.size()) - at - before.size());
    }
    /// With challenges from the page.
    Client client() const {
        return {{{"url", ready("url")},
                 {"ca-fingerprint", ready("fingerprint")},
                 {"challenge-url", ready("challengeUrl")},
                 {"challenge-user", ready("challengeUser")},
                 {"server-trust", trust()}},
                {{"challenge-password", ready("challengePassword")}}};
    }
    Client client_with(const std::string &challenge) const {
        return {{{"url", ready("url")}, {"ca-fingerprint", ready("fingerprint")}}, {{"challenge", challenge}}};
    }

private:
    TemporaryFolder folder_;
    pid_t pid_ = -1;
    std::string ready_;
};

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
    CHECK(has(text_of(issue, CERTBROKER_P_MESSAGE), "CERT_E_WRONG_USAGE"));
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
