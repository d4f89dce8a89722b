#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "certbroker/plugin.hpp"
#include "provider/provider.hpp"
#include "support/pki.hpp"

/// A plugin whose slots do what a test says, and the host around it.
namespace certbroker::test {

/// What a slot is called with, so that a test can talk to the host as a plugin does.
struct Plug {
    const cbp_host *host = nullptr;
    cbp_host_ctx *context = nullptr;
    cbp_call *call = nullptr;
    const cbp_settings *settings = nullptr; ///< of the connection
    const cbp_order *order = nullptr;       ///< submit, renew
    const cbp_query *query = nullptr;       ///< find
    const cbp_search *search = nullptr;     ///< search
    const cbp_check *check = nullptr;       ///< check
    cbp_bytes bytes{};                      ///< token or certificate
    const char *text = nullptr;             ///< profile or serial
    std::int32_t number = 0;                ///< reason

    cbp_status fail(cbp_status status, const char *message) const { return host->fail(call, status, message); }
};
using Slot = std::function<cbp_status(const Plug &)>;

/// Settings of the fake plugin; tests/unit/provider/fake.cpp has the table.
extern const certbroker_setting_info *const fake_settings[];
/// A descriptor that passes check_descriptor, with every slot. Copy it to break it.
const cbp_plugin &fake_descriptor();

/// What the slots do; set before opening, read by the plugin's instance.
struct Script {
    Slot open, submit, renew, poll, find, withdraw, revoke, check, list_profiles, policy, ca_chain, get_certificate,
        get_crl, search, endpoints;
    std::function<void(const Plug &)> close;
    std::atomic<int> opened{0}, closed{0};
};

class KeptLog final : public Log {
public:
    void write(LogLevel level, std::string_view source, std::string_view message) noexcept override;
    std::string text() const;
    std::vector<std::thread::id> threads() const;

private:
    mutable std::mutex mutex_;
    std::string text_;
    std::vector<std::thread::id> threads_;
};

/// A client that answers what the test says and remembers what it was asked.
class FakeHttp final : public http::Client {
public:
    std::function<Result<http::Response>(const http::Request &, const Operation &)> answer;
    std::vector<http::Request> seen;
    Result<http::Response> send(const http::Request &request, const Operation &operation) override;
};

/// A host with memory stores and state, and one fake plugin.
struct Host {
    Host();
    ~Host();

    std::shared_ptr<Script> script = std::make_shared<Script>();
    FakeHttp http;
    store::StoreRegistry stores{store::Roots::under("/nonexistent")};
    std::unique_ptr<provider::StateStore> state = provider::make_memory_state();
    KeptLog log;
    provider::Services services;
    Operation operation;
    Settings settings;
    Pki pki;

    Result<std::unique_ptr<provider::Provider>> open(const cbp_plugin *descriptor = nullptr);
    /// Opens, and runs `body` in the check slot; the call must succeed.
    void in_call(const std::function<void(const Plug &)> &body);
    /// The same for a body that ends the call as it likes; gives the error.
    Result<std::vector<provider::CheckRow>> check_with(const Slot &body);
    /// An order for a fresh P-256 request; lives as long as the host.
    provider::Order order();

private:
    std::vector<std::shared_ptr<x509::Csr>> requests_;
};

/// Makes a passed check of a call: what the check slot must give.
cbp_status pass(const Plug &plug);

/// A plugin entry for a descriptor, as the registry makes it.
std::shared_ptr<const provider::Plugin> plugin_of(const cbp_plugin *descriptor);

} // namespace certbroker::test
