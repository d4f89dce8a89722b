// A CA that is not ours: micromdm's scepserver, and its own client beside. Peer's ways that are recorded here and not
// hidden: version 2.1.0 answers always in single DES with SHA-1, has no CertPoll, GetCert or GetCRL (HTTP 500), and
// asks for the challenge in renewals, too.
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "client.hpp"
#include "namespace.hpp"
#include "support/command.hpp"
#include "support/temporary_folder.hpp"

using certbroker::test::have;
using certbroker::test::run;
using certbroker::test::TemporaryFolder;

namespace {

constexpr const char *address = "http://127.0.0.1:18080/scep";

/// Skips the case where the peer is not installed, or nothing keeps it from the machine's network.
void require_peer() {
    for (const char *program : {"scepserver", "scepclient", "openssl"}) {
        if (!have(program)) SKIP(std::string(program) + " is not installed (Debian package scep; openssl)");
    }
    static const std::string problem = certbroker::test::enter_own_network();
    if (!problem.empty()) SKIP(problem);
}

bool answers() {
    const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(18080);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool good = ::connect(handle, reinterpret_cast<const sockaddr *>(&where), sizeof where) == 0;
    (void)::close(handle);
    return good;
}

/// scepserver with a depot of its own; ended with the case.
class Server {
public:
    explicit Server(const std::string &challenge) {
        require_peer();
        const std::string depot = (folder_.path() / "depot").string();
        REQUIRE(run("scepserver ca -init -depot " + depot + " -keySize 2048 -organization labca -years 10").exit_code ==
                0);
        const std::string log = (folder_.path() / "server.log").string();
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            (void)::dup2(out, 1);
            (void)::dup2(out, 2);
            ::execlp("scepserver", "scepserver", "-depot", depot.c_str(), "-port", "18080", "-allowrenew", "0",
                     "-challenge", challenge.c_str(), static_cast<char *>(nullptr));
            ::_exit(127);
        }
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!answers()) {
            REQUIRE(std::chrono::steady_clock::now() < patience);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    ~Server() {
        (void)::kill(pid_, SIGTERM);
        (void)::waitpid(pid_, nullptr, 0);
    }
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    std::string path(const char *name) const { return (folder_.path() / name).string(); }
    std::string ca() const { return path("depot") + "/ca.pem"; }
    std::string fingerprint() const {
        const std::string said = run("openssl x509 -in " + ca() + " -noout -fingerprint -sha256").output;
        const std::string digits = said.substr(said.find('=') + 1);
        return digits.substr(0, digits.find('\n'));
    }

private:
    TemporaryFolder folder_;
    pid_t pid_ = -1;
};

interop::Client client_of(const Server &server, const std::string &challenge, bool allow_legacy = true) {
    interop::Settings secrets;
    if (!challenge.empty()) secrets["challenge"] = challenge;
    return {
        {{"url", address}, {"ca-fingerprint", server.fingerprint()}, {"allow-legacy", allow_legacy ? "true" : "false"}},
        secrets};
}

} // namespace

TEST_CASE("scepserver issues, with and without a challenge; openssl finds the certificate good") {
    for (const char *challenge : {"", "s3cret"}) {
        const Server server(challenge);
        interop::Client client = client_of(server, challenge);
        for (const char *name : {"one.example.com", "two.example.com"}) {
            certbroker_issue *issue = client.enroll(name);
            REQUIRE(certbroker_issue_state(issue) == CERTBROKER_STATE_INSTALLED);
            const std::string file = server.path("issued.pem");
            client.export_to(issue, file);
            certbroker_issue_free(issue);
            CHECK(run("openssl verify -CAfile " + server.ca() + " " + file).exit_code == 0);
            const std::string said = run("openssl x509 -in " + file + " -noout -subject -ext subjectAltName").output;
            INFO(said);
            CHECK(said.find(std::string("CN = ") + name) != std::string::npos);
            CHECK(said.find(std::string("DNS:") + name) != std::string::npos);
        }
    }
}

TEST_CASE("scepserver's refusal of a wrong challenge is a denied request, not a failure") {
    const Server server("s3cret");
    for (const char *challenge : {"wrong", ""}) {
        interop::Client client = client_of(server, challenge);
        certbroker_issue *issue = client.enroll("denied.example.com");
        CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_DENIED);
        certbroker_issue_free(issue);
    }
}

TEST_CASE("scepserver's answers in single DES are refused unless they are allowed; the request is kept as uncertain") {
    const Server server("");
    interop::Client client = client_of(server, "", false);
    certbroker_issue *issue = client.enroll("legacy.example.com");
    CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_UNCERTAIN);
    certbroker_issue_free(issue);
}

TEST_CASE("scepserver's own client and CertBroker get certificates of the same CA") {
    const Server server("s3cret");
    const auto theirs =
        run("cd " + server.path("") + " && scepclient -server-url " + address +
            " -challenge s3cret -private-key theirs.key -certificate theirs.pem -cn theirs.example.com");
    INFO(theirs.output);
    REQUIRE(theirs.exit_code == 0);
    interop::Client client = client_of(server, "s3cret");
    certbroker_issue *issue = client.enroll("ours.example.com");
    REQUIRE(certbroker_issue_state(issue) == CERTBROKER_STATE_INSTALLED);
    client.export_to(issue, server.path("ours.pem"));
    certbroker_issue_free(issue);
    for (const char *name : {"theirs.pem", "ours.pem"})
        CHECK(run("openssl verify -CAfile " + server.ca() + " " + server.path(name)).exit_code == 0);
}
