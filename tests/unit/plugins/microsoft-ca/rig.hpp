#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "documents.hpp"
#include "provider/provider.hpp"
#include "support/pki.hpp"
#include "x509/csr.hpp"

/// The provider in the real host, with a client certificate in a memory store, and services that answer what a test
/// says.
namespace microsoft_ca::test {

namespace core = certbroker;
using certbroker::test::must;

class Services final : public core::http::Client {
public:
    using Answer = std::function<core::Result<core::http::Response>(const core::http::Request &)>;
    /// The answers of an address in order; the last one repeats.
    void answer(const std::string &url, Answer answer) { answers_[url].push_back(std::move(answer)); }
    /// {id} becomes the request's MessageID.
    void answer(const std::string &url, const std::string &body, int status = 200,
                std::vector<std::pair<std::string, std::string>> headers = {});
    void fail_with(const std::string &url, const core::ErrorKind &kind);
    void forget(const std::string &url) { answers_.erase(url); }
    core::Result<core::http::Response> send(const core::http::Request &request, const core::Operation &) override;

    std::vector<core::http::Request> seen;
    std::size_t count(const std::string &url) const;
    core::http::Request last(const std::string &url) const;
    std::string last_body(const std::string &url) const;

private:
    std::map<std::string, std::deque<Answer>> answers_;
};

class Clock final : public core::Clock {
public:
    std::int64_t now() const override { return core::system_clock().now() + offset; }
    std::chrono::steady_clock::time_point monotonic() const override { return std::chrono::steady_clock::now(); }
    std::int64_t offset = 0;
};

class Log final : public core::Log {
public:
    void write(core::LogLevel, std::string_view, std::string_view message) noexcept override {
        text += std::string(message) + "\n";
    }
    std::string text;
};

struct Rig {
    /// Another plugin than the shipped one: the same with doubles in it.
    explicit Rig(const cbp_plugin *plugin = nullptr);

    core::Result<std::unique_ptr<core::provider::Provider>> try_open();
    core::provider::Provider &ca();
    /// Opened anew, with the same durable state.
    core::provider::Provider &again();
    /// A request with a P-256 key.
    core::x509::Csr csr(const std::string &subject = "CN=web01.example.com");
    core::x509::Csr csr(const core::x509::CsrSpec &spec);
    core::provider::Order order(const core::x509::Csr &csr, const std::string &profile = "WebServer") const;
    /// For a renewal: a certificate of the CA with the key of `csr`.
    core::x509::Certificate certificate(const core::x509::Csr &csr) const;
    /// base64 of DER; of a PKCS#7 with leaf, CA and root, the leaf in the middle.
    std::string base64(const core::x509::Certificate &certificate) const;
    std::string pkcs7(const core::x509::Certificate &leaf) const;
    /// A policy with the template WebServer, whose CA is the issuing CA.
    PolicyText policy() const;
    /// Policy and enrolment answer well: each request gets a certificate.
    void works();
    void issues_at(const std::string &url);
    void authenticate_by_certificate();

    Services services;
    Clock clock;
    Log log;
    core::Operation operation;
    core::Settings settings;
    std::string thumbprint;
    core::test::Pki pki;
    std::deque<core::crypto::KeyHandle> keys;

private:
    std::string plugin_id_;
    core::store::StoreRegistry stores_{core::store::Roots::under("/nonexistent/microsoft-ca")};
    std::unique_ptr<core::provider::StateStore> state_ = core::provider::make_memory_state();
    core::provider::Services host_;
    core::provider::Registry registry_{{}};
    std::unique_ptr<core::provider::Provider> ca_;
};

template<class T>
std::string error_id(const core::Result<T> &result) {
    return result.has_value() ? "none" : result.error().id();
}
template<class T>
core::Error error_of(core::Result<T> result) {
    REQUIRE_FALSE(result.has_value());
    CHECK_FALSE(result.error().remedy().empty());
    return std::move(result).error();
}
/// Whether the host would send such an order again: 1 = it says that nothing left.
inline bool says_not_sent(const core::Error &error) {
    const auto found = error.numbers().find(core::ErrorNumber::not_sent);
    return found != error.numbers().end() && found->second == 1;
}

} // namespace microsoft_ca::test
