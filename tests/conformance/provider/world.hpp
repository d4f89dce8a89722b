#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fixture.hpp"
#include "provider/provider.hpp"
#include "responder.hpp"
#include "x509/csr.hpp"

namespace conformance {

/// What main read from the command line.
struct Subject {
    std::filesystem::path plugin_path;
    Fixture fixture;
};
Subject &subject();

class VirtualClock final : public certbroker::Clock {
public:
    std::int64_t now() const override { return base_ + offset.load(); }
    std::chrono::steady_clock::time_point monotonic() const override { return std::chrono::steady_clock::now(); }
    std::atomic<std::int64_t> offset{0};

private:
    std::int64_t base_ = certbroker::system_clock().now();
};

/// Keeps every line, for canaries.
class KeepingLog final : public certbroker::Log {
public:
    void write(certbroker::LogLevel level, std::string_view source, std::string_view message) noexcept override;
    std::string text() const;

private:
    mutable std::mutex mutex_;
    std::string text_;
};

/// Answers from a scenario; certificates are made for the CSR that comes in.
class ScriptedHttp final : public certbroker::http::Client {
public:
    explicit ScriptedHttp(const certbroker::Clock &clock);
    void play(std::vector<Exchange> exchanges);
    void set_responder(std::unique_ptr<Responder> responder) { responder_ = std::move(responder); }
    certbroker::Result<certbroker::http::Response> send(const certbroker::http::Request &request,
                                                        const certbroker::Operation &operation) override;

    std::vector<certbroker::http::Request> seen() const;
    std::string problem() const; ///< the first expectation that was not met

private:
    /// The exchange that answers a request; with the lock held.
    Exchange choose(const certbroker::http::Request &request);
    std::string fill(std::string body, const certbroker::http::Request &request);
    certbroker::x509::Csr some_csr() const;
    certbroker::x509::Certificate leaf_for(const certbroker::x509::Csr &csr, const certbroker::crypto::PublicKey &key);

    const certbroker::Clock *clock_;
    certbroker::crypto::KeyHandle ca_key_;
    std::optional<certbroker::x509::Certificate> ca_;
    std::unique_ptr<Responder> responder_;
    std::mutex filling_;
    std::optional<certbroker::x509::Csr> last_csr_;
    std::optional<certbroker::x509::Certificate> last_leaf_;
    mutable std::mutex mutex_;
    std::vector<Exchange> exchanges_;
    std::vector<bool> used_;
    std::vector<certbroker::http::Request> seen_;
    std::string problem_;
};

/// Everything a provider is given, fresh for each case: virtual clock, kept log, scripted HTTP, memory state and store.
class World {
public:
    World();
    ~World();
    /// Plays scenarios/<name>.http, or only its order settings; skips the case with the fixture's reason.
    void play(const std::string &scenario);
    std::unique_ptr<certbroker::provider::Provider> open();
    certbroker::Result<std::unique_ptr<certbroker::provider::Provider>> open(const certbroker::Settings &settings);
    /// Plays a scenario where the fixture has one of its own for it; else what was played goes on.
    void play_if_there(const std::string &scenario);
    /// A CSR for the fixture's names with a fresh key, which is in the store.
    certbroker::x509::Csr make_csr();
    certbroker::provider::Order order(const certbroker::x509::Csr &csr, const std::string &scenario) const;
    const cbp_plugin &descriptor() const { return *plugin_->descriptor; }
    bool can(std::uint64_t capability) const { return (descriptor().capabilities & capability) != 0; }
    /// The secrets of the fixture must not stand in `text`.
    void check_canaries(const std::string &text) const;

    VirtualClock clock;
    KeepingLog log;
    ScriptedHttp http{clock};
    certbroker::Operation operation;
    certbroker::crypto::KeyHandle last_key;

private:
    /// The thumbprint of a certificate in My, with its key, for settings that want one.
    std::string client_certificate();

    std::filesystem::path home_;
    certbroker::store::StoreRegistry stores_;
    std::string client_certificate_;
    std::unique_ptr<certbroker::provider::StateStore> state_;
    certbroker::provider::Services services_;
    std::unique_ptr<certbroker::provider::Registry> registry_;
    std::shared_ptr<const certbroker::provider::Plugin> plugin_;
};

/// The value, or a failed case that says why there is none.
template<class T>
T must(certbroker::Result<T> result);

} // namespace conformance

#include <catch2/catch_test_macros.hpp>

template<class T>
T conformance::must(certbroker::Result<T> result) {
    if (!result) FAIL(certbroker::describe(result.error()));
    return *std::move(result);
}
