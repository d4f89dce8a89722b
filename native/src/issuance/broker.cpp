#include "issuance/broker.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "issuance/errors.hpp"
#include "issuance/steps.hpp"
#include "store/errors.hpp"

namespace certbroker::issuance {
namespace {

std::string approvals_file(const store::Roots &roots) {
    const std::string &root = roots.user.empty() ? roots.machine : roots.user;
    return root.empty() ? std::string() : file::from_path(file::to_path(root) / "approved-plugins");
}

} // namespace

// --- what a context holds
// ----------------------------------------------------------------------------------------------

Core::Core(BrokerOptions given)
    : options(std::move(given)), stores(options.roots),
      providers({options.plugin_folder, approvals_file(options.roots), options.trust_any_plugin}, options.log),
      authorities(options.roots, providers, *options.clock, options.log),
      own_http_(options.http ? nullptr : http::make_client()) {
    for (const store::Location location : both_locations)
        place(location).state = provider::make_sqlite_state(file::to_path(options.roots.of(location)));
}

Result<Journal *> Core::opened(store::Location location, bool make) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Journal> &journal = place(location).journal;
    if (journal) return journal.get();
    const auto folder = file::to_path(options.roots.of(location));
    if (!make && !Journal::exists(folder)) return nullptr;
    CERTBROKER_TRY(journal, Journal::open(folder, *options.clock));
    recover(*this, *journal, location);
    return journal.get();
}

Result<Journal *> Core::journal(store::Location location) {
    return opened(location, true);
}

Result<Journal *> Core::existing_journal(store::Location location) {
    auto journal = opened(location, false);
    // Everybody may have a CurrentUser; LocalMachine's journal is the administrators' (it can name what is secret to
    // them).
    if (!journal && journal.error().status() == Status::access && location == store::Location::local_machine) {
        if (options.log) options.log->write(LogLevel::debug, source, describe(journal.error()));
        return nullptr;
    }
    return journal;
}

Result<Found> Core::find(std::string_view request_id) {
    for (const store::Location location : both_locations) {
        CERTBROKER_TRY(Journal *const journal, existing_journal(location));
        if (journal == nullptr) continue;
        auto record = journal->get(request_id);
        if (record) return Found{journal, location, *std::move(record)};
        if (record.error().id() != errors::journal_not_found.id) return std::move(record).error();
    }
    return fail(errors::journal_not_found, "The request '" + std::string(request_id.substr(0, 100)) +
                                               "' could not be found: no journal has such an id");
}

provider::Services Core::services(store::Location location) {
    provider::Services services;
    services.http = options.http ? options.http.get() : own_http_.get();
    services.stores = &stores;
    services.state = place(location).state.get();
    services.random = options.random;
    services.clock = options.clock;
    services.log = options.log ? options.log.get() : &null_log();
    services.location = location;
    return services;
}

// --- the broker
// -----------------------------------------------------------------------------------------------------------

Broker::Broker(BrokerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Broker::~Broker() = default;

const BrokerOptions &Broker::options() const noexcept {
    return impl_->core.options;
}

store::StoreRegistry &Broker::stores() noexcept {
    return impl_->core.stores;
}

provider::Registry &Broker::providers() noexcept {
    return impl_->core.providers;
}

Authorities &Broker::authorities() noexcept {
    return impl_->core.authorities;
}

Result<Journal *> Broker::journal(store::Location location) {
    return impl_->core.journal(location);
}

Result<OpenProvider> Broker::open_provider(std::string_view id, const Settings &settings, const Operation &operation) {
    Core &core = impl_->core;
    CERTBROKER_TRY(auto plugin, core.providers.find(id));
    OpenProvider open;
    const std::string instance = plugin->id;
    CERTBROKER_TRY(open.provider, provider::Provider::open(std::move(plugin), instance, settings,
                                                           core.services(open.location), operation));
    return open;
}

namespace {

Result<OpenProvider> open_known(Core &core, const Authority &authority, const Operation &operation) {
    CERTBROKER_TRY(auto plugin, core.providers.find(authority.provider));
    OpenProvider open;
    open.authority = authority.name;
    open.location = authority.location;
    CERTBROKER_TRY(open.provider, provider::Provider::open(std::move(plugin), authority.name, authority.settings,
                                                           core.services(authority.location), operation));
    return open;
}

} // namespace

Result<OpenProvider> Broker::open_authority(std::optional<store::Location> location, std::string_view name,
                                            const Operation &operation) {
    Core &core = impl_->core;
    CERTBROKER_TRY(const Authority authority, core.authorities.get(location, name));
    auto open = open_known(core, authority, operation);
    LogEvent event = open ? LogEvent(events::authority_opened, source, "The authority '" + authority.name + "' is open")
                          : LogEvent(events::authority_open_failed, source, describe(open.error())).about(open.error());
    operation.log->event(std::move(event)
                             .with("authority", authority.name)
                             .with("provider", authority.provider)
                             .with("location", std::string(store::location_name(authority.location))));
    return open;
}

namespace {

constexpr std::string_view exported_as_pfx = "Exported as PFX";

/// The request that brought the certificate, in whichever journal; nothing when none did.
Result<std::optional<Found>> request_of(Core &core, const x509::Certificate &certificate) {
    for (const store::Location location : both_locations) {
        CERTBROKER_TRY(Journal *const journal, core.existing_journal(location));
        if (journal == nullptr) continue;
        CERTBROKER_TRY(std::vector<Record> records, journal->find_by_thumbprint(certificate.thumbprint()));
        if (!records.empty()) return std::optional(Found{journal, location, std::move(records.front())});
    }
    return std::optional<Found>();
}

/// The event to tell, once the journal has taken note.
Result<LogEvent> note_delivery(Core &core, const x509::Certificate &certificate) {
    const std::string subject = certificate.subject().to_string();
    CERTBROKER_TRY(const std::optional<Found> found, request_of(core, certificate));
    if (!found) return LogEvent(events::pfx_exported, source, "The certificate '" + subject + "' was exported as PFX");
    CERTBROKER_TRY(const std::vector<Event> before, found->journal->events(found->record.id));
    const bool again = std::any_of(before.begin(), before.end(),
                                   [](const Event &event) { return event.message.starts_with(exported_as_pfx); });
    CERTBROKER_CHECK(found->journal->note(found->record.id, exported_as_pfx));
    return LogEvent(again ? events::certificate_redelivered : events::pfx_exported, source,
                    "The certificate '" + subject + "' of the request " + found->record.id + " was exported as PFX" +
                        (again ? " again" : ""))
        .with("requestId", found->record.id);
}

} // namespace

void Broker::note_export(const x509::Certificate &certificate, const Operation &operation) {
    auto noted = note_delivery(impl_->core, certificate);
    LogEvent event = noted ? *std::move(noted)
                           : LogEvent(events::export_not_noted, source,
                                      "The export is not in the journal: " + describe(noted.error()))
                                 .about(noted.error());
    if (!noted) operation.write(LogLevel::warning, source, event.message());
    operation.log->event(std::move(event)
                             .with("subject", certificate.subject().to_string())
                             .with("thumbprint", certificate.thumbprint()));
}

void Broker::keep_keys_ahead(std::size_t keys) {
    impl_->core.keys.keep_ahead(keys);
}

Result<void> Broker::abandon(std::string_view request_id, bool delete_key, const Operation &operation) {
    CERTBROKER_TRY(Work work, Work::take(impl_->core, request_id, RoadOptions(), operation));
    const Record &record = work.record;
    if (record.state == State::installed)
        return fail(errors::journal_finished, work.name() + " could not be given up: its certificate is installed");
    const bool key = delete_key && !record.key_uri.empty();
    if (key) {
        CERTBROKER_TRY(const auto waiting, work.journal->find_by_key(record.key_id));
        for (const Record &other : waiting) {
            if (other.id != record.id)
                return fail(errors::store_key_in_use,
                            work.name() + " could not be given up with its key: the request " + other.id + " uses it");
        }
    }
    if (record.state != State::abandoned) CERTBROKER_CHECK(work.advance(State::abandoned, "Given up"));
    if (!key) return {};
    CERTBROKER_TRY(const std::unique_ptr<store::Store> store, impl_->core.stores.open(record.store));
    auto removed = store->remove_key(record.key_uri, to_the_end(operation));
    if (!removed && removed.error().id() != errors::store_key_missing.id) return removed;
    work.log(LogLevel::info, work.name() + ": its private key was removed");
    return {};
}

Result<Issue> Broker::open_request(std::string_view request_id) {
    CERTBROKER_TRY(Found found, impl_->core.find(request_id));
    Issue issue;
    CERTBROKER_TRY(issue.chain, parse_chain(found.record));
    issue.entry = entry_of(impl_->core, found.record);
    issue.record = std::move(found.record);
    return issue;
}

Result<std::vector<Record>> Broker::list_requests(std::optional<store::Location> location, bool open_only) {
    std::vector<Record> all;
    for (const store::Location each : both_locations) {
        if (location && *location != each) continue;
        CERTBROKER_TRY(Journal *const journal, impl_->core.existing_journal(each));
        if (journal == nullptr) continue;
        CERTBROKER_TRY(std::vector<Record> records, journal->list(open_only));
        all.insert(all.end(), std::make_move_iterator(records.begin()), std::make_move_iterator(records.end()));
    }
    std::stable_sort(all.begin(), all.end(), [](const Record &a, const Record &b) { return a.created > b.created; });
    return all;
}

Result<std::vector<Event>> Broker::list_events(std::string_view request_id) {
    CERTBROKER_TRY(const Found found, impl_->core.find(request_id));
    return found.journal->events(request_id);
}

} // namespace certbroker::issuance
