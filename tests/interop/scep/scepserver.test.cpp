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
#include <fstream>
#include <string>
#include <thread>

#include "certbroker/certbroker.h"
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

std::string text_of(certbroker_error *error) {
    std::string out;
    for (const certbroker_error *at = error; at != nullptr; at = certbroker_error_cause(at))
        out += std::string(out.empty() ? "" : ": ") + certbroker_error_id(at) + " " + certbroker_error_message(at);
    certbroker_error_free(error);
    return out;
}
#define REQUIRE_OK(call)                                                                                               \
    do {                                                                                                               \
        certbroker_error *error = nullptr;                                                                             \
        if ((call) != CERTBROKER_OK) FAIL(text_of(error));                                                             \
    } while (false)

/// CertBroker with a home of its own, and a connection to the server.
class Client {
public:
    explicit Client(const Server &server, const std::string &challenge, bool allow_legacy = true) {
        operation.struct_size = sizeof operation;
        operation.timeout_ms = 60'000;
        certbroker_settings *settings = nullptr;
        REQUIRE(certbroker_settings_create(&settings, nullptr) == CERTBROKER_OK);
        set(settings, "home", home_.path().string());
        set(settings, "plugin-folder", CERTBROKER_TEST_PLUGINS);
        set(settings, "plugin-trust", "any");
        REQUIRE_OK(certbroker_context_create(settings, &context, &error));
        certbroker_settings_free(settings);
        REQUIRE(certbroker_settings_create(&settings, nullptr) == CERTBROKER_OK);
        set(settings, "url", address);
        set(settings, "ca-fingerprint", server.fingerprint());
        set(settings, "allow-legacy", allow_legacy ? "true" : "false");
        if (!challenge.empty()) {
            certbroker_secret *secret = nullptr;
            REQUIRE_OK(certbroker_secret_create(reinterpret_cast<const std::uint8_t *>(challenge.data()),
                                                challenge.size(), &secret, &error));
            REQUIRE_OK(certbroker_settings_set_secret(settings, "challenge", secret, &error));
            certbroker_secret_free(secret);
        }
        REQUIRE_OK(certbroker_provider_open(context, "endpoint-protection", settings, &operation, &ca, &error));
        certbroker_settings_free(settings);
        REQUIRE_OK(certbroker_store_open(context, "CurrentUser/My", nullptr, &store, &error));
    }
    ~Client() {
        certbroker_store_close(store);
        certbroker_provider_close(ca);
        certbroker_context_free(context);
    }
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    /// The whole road for a common name; what it came to. An error's text instead, when there is one.
    certbroker_issue *enroll(const std::string &name, std::string *failure = nullptr) {
        const std::string inf = "[NewRequest]\nSubject = \"CN=" + name +
                                "\"\nKeyAlgorithm = RSA\nKeyLength = 2048\nRequestType = PKCS10\n"
                                "[Extensions]\n2.5.29.17 = \"{text}\"\n_continue_ = \"dns=" +
                                name + "\"\n";
        certbroker_request *request = nullptr;
        REQUIRE_OK(certbroker_request_from_inf(context, reinterpret_cast<const std::uint8_t *>(inf.data()), inf.size(),
                                               "scep.inf", &request, &error));
        certbroker_issue *issue = nullptr;
        certbroker_error *error = nullptr;
        const certbroker_status status =
            certbroker_enroll(context, request, ca, nullptr, nullptr, store, nullptr, &operation, &issue, &error);
        certbroker_request_free(request);
        if (status == CERTBROKER_OK) return issue;
        const std::string said = text_of(error);
        if (failure == nullptr) FAIL(said);
        *failure = said;
        return nullptr;
    }
    /// The certificate that was installed, as a PEM file.
    void export_to(certbroker_issue *issue, const std::string &path) const {
        certbroker_entry *entry = nullptr;
        REQUIRE_OK(certbroker_issue_entry(issue, &entry, &error));
        certbroker_chain *chain = nullptr;
        REQUIRE_OK(certbroker_entry_chain(entry, &chain, &error));
        certbroker_buffer *pem = nullptr;
        REQUIRE_OK(certbroker_chain_encode(chain, CERTBROKER_ENCODING_PEM, &pem, &error));
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char *>(certbroker_buffer_data(pem)),
                   static_cast<std::streamsize>(certbroker_buffer_size(pem)));
        certbroker_buffer_free(pem);
        certbroker_chain_free(chain);
        certbroker_entry_free(entry);
    }

    certbroker_context *context = nullptr;
    certbroker_provider *ca = nullptr;
    certbroker_store *store = nullptr;
    certbroker_operation operation{};

private:
    static void set(certbroker_settings *settings, const char *name, const std::string &value) {
        REQUIRE(certbroker_settings_set_text(settings, name, value.c_str(), nullptr) == CERTBROKER_OK);
    }
    TemporaryFolder home_;
};

} // namespace

TEST_CASE("scepserver issues, with and without a challenge; openssl finds the certificate good") {
    for (const char *challenge : {"", "s3cret"}) {
        const Server server(challenge);
        Client client(server, challenge);
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
        Client client(server, challenge);
        certbroker_issue *issue = client.enroll("denied.example.com");
        CHECK(certbroker_issue_state(issue) == CERTBROKER_STATE_DENIED);
        certbroker_issue_free(issue);
    }
}

TEST_CASE("scepserver's answers in single DES are refused unless they are allowed; the request is kept as uncertain") {
    const Server server("");
    Client client(server, "", false);
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
    Client client(server, "s3cret");
    certbroker_issue *issue = client.enroll("ours.example.com");
    REQUIRE(certbroker_issue_state(issue) == CERTBROKER_STATE_INSTALLED);
    client.export_to(issue, server.path("ours.pem"));
    certbroker_issue_free(issue);
    for (const char *name : {"theirs.pem", "ours.pem"})
        CHECK(run("openssl verify -CAfile " + server.ca() + " " + server.path(name)).exit_code == 0);
}
