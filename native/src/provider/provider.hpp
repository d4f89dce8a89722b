#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/operation.hpp"
#include "base/result.hpp"
#include "base/settings.hpp"
#include "crypto/key.hpp"
#include "crypto/random.hpp"
#include "http/http.hpp"
#include "profile/policy.hpp"
#include "provider/registry.hpp"
#include "provider/state.hpp"
#include "store/store.hpp"
#include "x509/chain.hpp"
#include "x509/csr.hpp"

namespace certbroker::provider {

/// What a provider answered. All four are successes of the call.
struct Outcome {
    enum class State { issued, pending, denied, uncertain } state = State::denied;
    std::vector<x509::Certificate> certificates; ///< issued: as they came
    Bytes token;                                 ///< pending: opaque, at most 64 KiB
    std::uint32_t poll_after_seconds = 0;
    std::string reason;
    std::string message;
    std::string reference; ///< what the CA calls it
    std::string remedy;    ///< denied: what the admin does about it
};

struct Order {
    const x509::Csr *csr = nullptr; ///< its message goes along
    crypto::KeyHandle csr_key;      ///< null when the CSR came from outside
    std::string profile;            ///< empty = the CA's default
    std::int64_t not_after = 0;
    Settings settings; ///< order scope; checked against the table
    std::string idempotency;
    const x509::Certificate *current = nullptr; ///< renew
    crypto::KeyHandle current_key;
};

struct CheckRow {
    std::string id, name;
    enum class State { passed = 0, warning = 1, failed = 2, skipped = 3 } state = State::passed;
    std::string message, cause, remedy;
    std::string connector_message{}; ///< how Microsoft's connector reports it; host's rows only
    std::string profile{};           ///< the template that a row is about; empty = the connection
};

/// What a CA's rules are asked for: to be looked at, for a request, or for a renewal that the certificate in use signs.
enum class PolicyPurpose { look = CBP_PURPOSE_LOOK, request = CBP_PURPOSE_REQUEST, renewal = CBP_PURPOSE_RENEWAL };

/// What a check tries besides the connection itself.
struct CheckWish {
    std::string profile;
    const x509::Csr *csr = nullptr; ///< the names that are to be asked for; never sent
};

/// Where a provider's CA is, for the host's own checks.
struct Endpoint {
    std::string url;
    std::string key_setting; ///< of the TLS client certificate; empty = none
    std::string trust_file;  ///< PEM with further anchors; empty = none
    bool allow_plain = false;
    std::uint32_t timeout_ms = 0;
};

/// What search goes by; empty = any.
struct Search {
    std::uint64_t start = 0;
    std::string subject, email, serial, status, profile, owner;
};
/// A certificate as the CA lists it.
struct FoundCertificate {
    std::optional<x509::Certificate> certificate;
    std::string serial, subject, status, profile, email, owner;
    std::int32_t reason = -1;
    std::int64_t not_before = 0, not_after = 0, revoked_at = 0;
};
struct FoundPage {
    std::vector<FoundCertificate> rows;
    std::optional<std::uint64_t> next; ///< where the next page starts
};

struct Query {
    std::uint32_t page = 0;
    std::string idempotency, public_key_sha256, serial, reference, terms;
    const x509::Csr *csr = nullptr;
};

/// What providers are given; everything outlives them. Tests replace any of it.
struct Services {
    http::Client *http = nullptr;
    const store::StoreRegistry *stores = nullptr;
    StateStore *state = nullptr;
    crypto::Random *random = nullptr;
    const Clock *clock = nullptr;
    Log *log = nullptr;
    /// Where key_create without a store puts keys, and CBP_KEY settings look first.
    store::Location location = store::Location::current_user;
    std::string store_kind; ///< empty = the registry's default
};

/// One configured connection to a CA. One call at a time. Calls run on a worker of the host: the caller gets
/// Base.Timeout or Base.Cancelled at the latest `grace` after its deadline or cancellation even when the plugin hangs;
/// the instance is then poisoned (every further call: Provider.Poisoned), leaked on purpose and reported. Log lines and
/// progress of the plugin are delivered on the calling thread.
class Provider {
public:
    /// Checks settings against the plugin's table (Provider.Setting...), then opens. `instance` names the durable
    /// state: the authority's name, or the plugin's id.
    static Result<std::unique_ptr<Provider>> open(std::shared_ptr<const Plugin> plugin, std::string instance,
                                                  const Settings &settings, const Services &services,
                                                  const Operation &operation);
    ~Provider();
    Provider(const Provider &) = delete;
    Provider &operator=(const Provider &) = delete;

    const Plugin &plugin() const noexcept;
    const std::string &instance() const noexcept;
    std::uint64_t capabilities() const noexcept;

    Result<Outcome> submit(const Order &order, const Operation &operation);
    Result<Outcome> renew(const Order &order, const Operation &operation);
    Result<Outcome> poll(ByteView token, const Operation &operation);
    Result<Outcome> find(const Query &query, const Operation &operation); ///< Provider.NotFound: the CA never got it
    Result<void> withdraw(ByteView token, const Operation &operation);
    Result<void> revoke(const x509::Certificate &certificate, x509::RevocationReason reason,
                        const Operation &operation);
    Result<std::vector<CheckRow>> check(const CheckWish &wish, const Operation &operation);
    /// One page; Provider.Unsupported when the provider cannot.
    Result<FoundPage> search(const Search &search, const Operation &operation);
    /// Empty when the provider does not say.
    Result<std::vector<Endpoint>> endpoints(const Operation &operation);
    struct Profile {
        std::string id, title;
        std::vector<std::pair<std::string, std::string>> attributes{}; ///< name, value: as the CA says
    };
    Result<std::vector<Profile>> list_profiles(const Operation &operation);
    /// An empty Policy when the plugin has none.
    Result<profile::Policy> policy(std::string_view profile, const Operation &operation,
                                   PolicyPurpose purpose = PolicyPurpose::look);
    /// Issuer first, root last, verified; of the CA that serves the profile (empty = the default).
    Result<x509::Chain> ca_chain(std::string_view profile, const Operation &operation);
    Result<x509::Certificate> get_certificate(std::string_view serial_hex, const Operation &operation);
    Result<Bytes> get_crl(const Operation &operation);

    /// How long a plugin may overrun its deadline or a cancellation before it is abandoned. Default 2 s; tests shorten
    /// it.
    void set_grace(std::chrono::milliseconds grace) noexcept;

private:
    struct State;
    explicit Provider(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Validates values against a plugin's table for one scope and fills defaults in. Every problem is named: unknown name
/// (with the nearest), missing required, wrong value (with what it takes), secret given as text, text given for a
/// secret. Errors: Provider.SettingUnknown, .SettingMissing, .SettingValue, .SettingSecret.
Result<Settings> check_settings(const cbp_plugin &descriptor, std::uint32_t scope, const Settings &given);

} // namespace certbroker::provider
