#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "client.hpp"
#include "http/http.hpp"

/// NDES as the lab has it (tests/lab/Ndes): a CA in C# whose CMS is the framework's own code, and which knows what no
/// public SCEP server does: one-time challenges on a page, pending requests and CertPoll. Built by tests/lab/build.sh.
namespace interop {

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
    /// A file that the lab has written: root.pem, ca.pem.
    std::string file(const char *name) const { return (folder_.path() / name).string(); }
    std::string trust() const { return file("root.pem"); }
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
    certbroker::test::TemporaryFolder folder_;
    pid_t pid_ = -1;
    std::string ready_;
};

} // namespace interop
