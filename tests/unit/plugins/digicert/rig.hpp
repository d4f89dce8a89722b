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

/// The provider in the real host, with an RA certificate in a memory store, and services that answer what a test says.
namespace digicert::test {

namespace core = certbroker;
using certbroker::test::must;

inline const std::string policy_path = "/pki-ws/policyService";
inline const std::string enrollment_path = "/pki-ws/enrollmentService";
inline const std::string management_path = "/pki-ws/certificateManagementService";
inline const std::string users_path = "/pki-ws/userManagementService";

class Services final : public core::http::Client {
public:
    using Answer = std::function<core::Result<core::http::Response>(const core::http::Request &)>;
    /// The answers of a path in order; the last one repeats.
    void answer(const std::string &path, Answer answer) { answers_[path].push_back(std::move(answer)); }
    void answer(const std::string &path, const std::string &body, int status = 200,
                std::vector<std::pair<std::string, std::string>> headers = {});
    void fail_with(const std::string &path, const core::ErrorKind &kind);
    void forget(const std::string &path) { answers_.erase(path); }
    core::Result<core::http::Response> send(const core::http::Request &request, const core::Operation &) override;

    std::vector<core::http::Request> seen;
    std::size_t count(const std::string &path) const;
    std::string last_body(const std::string &path) const;

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
    Rig();

    core::Result<std::unique_ptr<core::provider::Provider>> try_open();
    core::provider::Provider &ca();
    /// A request with a P-256 key and names like "email=a@b".
    core::x509::Csr csr(const std::vector<std::string> &alt_names, const std::string &subject = "CN=IWUser0");
    core::provider::Order order(const core::x509::Csr &csr, const std::string &profile = profile_oid) const;
    /// A certificate for a request, of the issuing CA.
    core::x509::Certificate certificate(const core::x509::Csr &csr) const;
    std::string base64(const core::Bytes &der) const;
    std::string pkcs7(const core::x509::Certificate &leaf) const;
    /// A policy for P-256 keys whose CA is the issuing CA.
    PolicyText policy() const;
    /// Policy and enrolment answer well: each enrolment gets a certificate for its request.
    void works();

    Services services;
    Clock clock;
    Log log;
    core::Operation operation;
    core::Settings settings;
    std::string thumbprint;
    core::test::Pki pki;

private:
    core::store::StoreRegistry stores_{core::store::Roots::under("/nonexistent/digicert")};
    std::unique_ptr<core::provider::StateStore> state_ = core::provider::make_memory_state();
    core::provider::Services host_;
    core::provider::Registry registry_{{}};
    std::unique_ptr<core::provider::Provider> ca_;
    std::deque<core::crypto::KeyHandle> keys_;
};

} // namespace digicert::test
