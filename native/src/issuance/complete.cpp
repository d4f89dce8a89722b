#include "issuance/errors.hpp"
#include "issuance/steps.hpp"
#include "store/errors.hpp"
#include "x509/errors.hpp"

/// What certreq -accept does: a CA's answer finds its key.
namespace certbroker::issuance {
namespace {

/// Where an answer belongs.
struct Target {
    x509::Certificate leaf;
    std::optional<Found> request;        ///< the one that waits, or waited, for it
    std::unique_ptr<store::Store> store; ///< no request: where the key was found
};

/// A request with the key of one of the certificates. Those that wait come first; one that has this very certificate
/// already is found again, so that completing twice is no failure.
Result<std::optional<Target>> find_request(Core &core, const std::vector<x509::Certificate> &certificates) {
    std::optional<Target> finished;
    for (const x509::Certificate &certificate : certificates) {
        for (const store::Location location : both_locations) {
            CERTBROKER_TRY(Journal *const journal, core.existing_journal(location));
            if (journal == nullptr) continue;
            CERTBROKER_TRY(auto waiting, journal->find_by_key(key_id_of(certificate.public_key())));
            if (!waiting.empty()) {
                CERTBROKER_TRY(x509::Certificate leaf, match(waiting.front(), certificates));
                return std::optional(Target{std::move(leaf), Found{journal, location, std::move(waiting.front())}, {}});
            }
            CERTBROKER_TRY(auto same, journal->find_by_thumbprint(certificate.thumbprint()));
            if (!same.empty() && same.front().state != State::abandoned && !finished)
                finished = Target{certificate, Found{journal, location, std::move(same.front())}, {}};
        }
    }
    return finished;
}

/// No request knows the key, but a store has it: one of another program, or of a journal that is gone.
Result<Target> find_key(Core &core, const std::vector<x509::Certificate> &certificates, store::Store *given) {
    std::vector<std::unique_ptr<store::Store>> stores;
    if (given != nullptr) {
        CERTBROKER_TRY(auto same, core.stores.open(given->uri()));
        stores.push_back(std::move(same));
    } else {
        for (const store::Location location : both_locations) {
            if (core.options.roots.of(location).empty()) continue;
            CERTBROKER_TRY(auto store,
                           core.stores.open(store::StoreUri{std::string(core.stores.default_kind()), location, "My"}));
            stores.push_back(std::move(store));
        }
    }
    for (auto &store : stores) {
        for (const x509::Certificate &certificate : certificates) {
            if (store->find_key(certificate.public_key().sha256())) return Target{certificate, {}, std::move(store)};
        }
    }
    return fail(errors::issuance_no_request,
                "The certificate of '" + certificates.front().subject().to_string() +
                    "' could not be completed: no request waits for it and no store has its key " +
                    key_id_of(certificates.front().public_key()));
}

Result<Target> find_target(Core &core, const std::optional<std::string> &request_id,
                           const std::vector<x509::Certificate> &certificates, store::Store *given) {
    if (request_id) {
        CERTBROKER_TRY(Found found, core.find(*request_id));
        CERTBROKER_TRY(x509::Certificate leaf, match(found.record, certificates));
        return Target{std::move(leaf), std::move(found), {}};
    }
    CERTBROKER_TRY(std::optional<Target> target, find_request(core, certificates));
    if (target) return *std::move(target);
    return find_key(core, certificates, given);
}

/// The store that was named takes the certificate when it can use the key; a request whose key is nowhere yet looks
/// there.
Result<void> choose_store(Work &work, const x509::Certificate &leaf, store::Store *given) {
    Record &record = work.record;
    store::Store *store = given;
    std::unique_ptr<store::Store> usual;
    if (store == nullptr) {
        CERTBROKER_TRY(
            usual,
            work.core->stores.open(
                record.store.empty()
                    ? store::StoreUri{std::string(work.core->stores.default_kind()), work.location, "My"}.to_string()
                    : record.store));
        store = usual.get();
    }
    auto key = store->find_key(leaf.public_key().sha256());
    if (!key) {
        if (key.error().id() != errors::store_key_missing.id) return std::move(key).error();
        const ErrorKind &why = given != nullptr ? errors::issuance_other_store : errors::issuance_key_gone;
        return fail(why, work.name() + " could not be completed: its private key is not in " +
                             std::string(store::location_name(store->uri().location)) + " of " + store->uri().kind)
            .because(std::move(key).error());
    }
    record.store = store->uri().to_string();
    record.key_uri = (*key)->uri();
    record.exportable = (*key)->exportable();
    return {};
}

/// Into the journal first, as every certificate, though nobody asked for it there.
Result<Issue> adopt(Core &core, const Target &target, const std::vector<x509::Certificate> &certificates,
                    const RoadOptions &options, const Operation &operation) {
    CERTBROKER_TRY(const crypto::KeyHandle key, target.store->find_key(target.leaf.public_key().sha256()));
    CERTBROKER_TRY(Work work, Work::begin(core, target.store->uri().location, options, operation));
    describe_certificate(work.record, target.leaf, *target.store, *key);
    work.record.state = State::issued;
    work.record.message = "No request of the journal has this key; the store does";
    CERTBROKER_CHECK(work.add());
    work.warn("No request waited for this certificate; it was installed because " + target.store->uri().to_string() +
              " has its private key.");
    return accept(std::move(work), target.leaf, certificates, true);
}

} // namespace

Result<Issue> Broker::complete(std::optional<std::string> request_id, ByteView answer, store::Store *store,
                               const RoadOptions &options, const Operation &operation) {
    Core &core = impl_->core;
    CERTBROKER_CHECK(operation.check("The request could not be completed"));
    CERTBROKER_TRY(const std::vector<x509::Certificate> certificates, x509::parse_certificates(answer));
    CERTBROKER_TRY(const Target target, find_target(core, request_id, certificates, store));
    if (!target.request) return adopt(core, target, certificates, options, operation);

    CERTBROKER_TRY(Work work, Work::take(core, *target.request, options, operation));
    Record &record = work.record;
    const bool same = record.thumbprint == target.leaf.thumbprint();
    if (record.state == State::abandoned || (record.state == State::installed && !same))
        return fail(errors::journal_finished, work.name() + " could not be completed: it is " +
                                                  std::string(state_name(record.state)) + " already");
    // Completing is said expressly, so what is said now counts.
    record.install = options.install;
    record.allow_differences = record.allow_differences || options.allow_differences;
    record.exact = (record.exact || options.exact) && !options.allow_differences;
    record.allow_weak = record.allow_weak || options.allow_weak;
    record.trust_root = record.trust_root || options.trust_root;
    if (!options.friendly_name.empty()) record.friendly_name = options.friendly_name;
    if (options.install) CERTBROKER_CHECK(choose_store(work, target.leaf, store));
    return accept(std::move(work), target.leaf, certificates, true);
}

} // namespace certbroker::issuance
