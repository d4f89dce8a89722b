#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/operation.hpp"
#include "base/result.hpp"
#include "base/settings.hpp"
#include "crypto/random.hpp"
#include "http/http.hpp"
#include "issuance/authorities.hpp"
#include "issuance/journal.hpp"
#include "profile/request.hpp"
#include "provider/provider.hpp"
#include "provider/registry.hpp"
#include "store/store.hpp"

/// The road of a certificate, and everything it needs. enroll.cpp is the only code that knows the order of the steps.
namespace certbroker::issuance {

struct BrokerOptions {
    store::Roots roots;
    std::string plugin_folder;
    bool trust_any_plugin = false;
    std::chrono::milliseconds default_timeout{300'000};
    std::shared_ptr<Log> log;             ///< may be null
    const Clock *clock = &system_clock(); ///< tests inject these three
    crypto::Random *random = &crypto::system_random();
    std::shared_ptr<http::Client> http; ///< null = make_client()
};

/// How far a request has come.
struct Issue {
    Record record;
    x509::Chain chain;                 ///< issued: leaf first, verified as far as it reaches
    std::optional<store::Entry> entry; ///< installed
    std::vector<std::string> warnings;
};

struct RoadOptions {
    bool install = true;
    bool trust_root = false;
    std::string friendly_name;
    std::chrono::seconds wait{0}; ///< keep polling while pending
    bool archive_old = true;
    bool reuse_key = false;
    bool allow_differences = false;  ///< takes a certificate for other names, usages or dates than asked
    bool exact = false;              ///< takes nothing that the CA changed, be it the order of the subject
    bool allow_weak = false;         ///< takes one with weak signatures, or keys of the CA that are too short
    std::int64_t not_after = 0;      ///< the end that the CA is asked for; 0 = it decides
    std::string signing_certificate; ///< thumbprint: who signs a PKCS#7 or CMC request besides its own key
    bool ask_now = true;             ///< resume: asks before the time that the CA named, too
};

/// An opened provider and the authority it came from (name empty when opened with settings at hand).
struct OpenProvider {
    std::unique_ptr<provider::Provider> provider;
    std::string authority;
    store::Location location = store::Location::current_user;
};

/// A connection to look at, and what is to be done with it.
struct Examination {
    std::string authority; ///< empty: `provider` with `settings` alone
    std::optional<store::Location> location;
    std::string provider;
    Settings settings;                         ///< on top of the authority's
    std::string profile;                       ///< the template that is to be used; may be empty
    const profile::Request *request = nullptr; ///< the names that are to be asked for; may be null, never sent
    std::string store;                         ///< where issued certificates go; empty = CurrentUser/My
    std::string account;                       ///< whose service must be able to use the client certificate's key
};

/// Everything a context holds. Thread-safe; providers and stores it opens belong to one thread at a time.
class Broker {
public:
    explicit Broker(BrokerOptions options);
    ~Broker();

    const BrokerOptions &options() const noexcept;
    store::StoreRegistry &stores() noexcept;
    provider::Registry &providers() noexcept;
    Authorities &authorities() noexcept;
    /// Opened on first use, then kept; runs recovery once per process and location.
    Result<Journal *> journal(store::Location location);

    Result<OpenProvider> open_provider(std::string_view id, const Settings &settings, const Operation &operation);
    Result<OpenProvider> open_authority(std::optional<store::Location> location, std::string_view name,
                                        const Operation &operation);

    /// The road (certbroker.h has the contracts).
    Result<Issue> prepare(const profile::Request &request, OpenProvider *provider, std::string_view profile,
                          store::Store &store, const RoadOptions &options, const Operation &operation);
    Result<Issue> complete(std::optional<std::string> request_id, ByteView answer, store::Store *store,
                           const RoadOptions &options, const Operation &operation);
    Result<Issue> enroll(const profile::Request &request, OpenProvider &provider, std::string_view profile,
                         const Settings &order, store::Store &store, const RoadOptions &options,
                         const Operation &operation);
    Result<Issue> enroll_prepared(std::string_view request_id, OpenProvider &provider, std::string_view profile,
                                  const Settings &order, const RoadOptions &options, const Operation &operation);
    Result<Issue> enroll_csr(const x509::Csr &csr, OpenProvider &provider, std::string_view profile,
                             const Settings &order, store::Store &store, const RoadOptions &options,
                             const Operation &operation);
    Result<Issue> renew(store::Store &store, const store::Entry &entry, OpenProvider &provider,
                        std::string_view profile, const Settings &order, const RoadOptions &options,
                        const Operation &operation);
    Result<Issue> resume(std::string_view request_id, OpenProvider *provider, const RoadOptions &options,
                         const Operation &operation);
    /// Requests that follow one another soon have their RSA keys made ahead, so many at a time; 0 stops that.
    void keep_keys_ahead(std::size_t keys);

    /// Every check of checks.def that applies, in that order, then the provider's own; nothing is asked for. Fails only
    /// when there is nothing to look at (no such authority or provider) or the operation ends it.
    Result<std::vector<provider::CheckRow>> examine(const Examination &wish, const Operation &operation);
    /// What those templates (none named: all that the CA lists) let their requesters do: rows of checks.def,
    /// template.*.
    Result<std::vector<provider::CheckRow>>
    examine_templates(OpenProvider &provider, const std::vector<std::string> &names, const Operation &operation);
    /// Tells the journal that a certificate was given out as PFX, when it came from a request that it knows; the events
    /// of the request show it. That it cannot take note is no failure: the log has a warning then.
    void note_export(const x509::Certificate &certificate, const Operation &operation);
    Result<void> abandon(std::string_view request_id, bool delete_key, const Operation &operation);
    Result<Issue> open_request(std::string_view request_id);
    Result<std::vector<Record>> list_requests(std::optional<store::Location> location, bool open_only);
    Result<std::vector<Event>> list_events(std::string_view request_id);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace certbroker::issuance
