#include "issuance/errors.hpp"
#include "issuance/message.hpp"
#include "issuance/steps.hpp"

/// The order of the steps, and nothing else.
///
///   plan ─▶ key (durable) ─▶ CSR ─▶ SUBMITTING (durable) ─▶ the CA ─▶ ISSUED (durable) ─▶ checked ─▶ INSTALLED
///                               └─▶ PREPARED (durable), for a CA that is asked by hand
///
/// A key without a request may be left when the process dies between the two (docs/adr/0003); nothing else is.
namespace certbroker::issuance {
namespace {

/// RequestType=Cert: key, certificate, store. There is no CA, so ISSUED is the first that is remembered.
Result<Issue> self_sign(Core &core, const Plan &plan, store::Store &store, const RoadOptions &options,
                        const Operation &operation) {
    CERTBROKER_TRY(const crypto::KeyHandle key, make_key(core, plan, store, operation));
    CERTBROKER_TRY(const Bytes serial, crypto::random_serial(*core.options.random));
    CERTBROKER_TRY(const auto spec,
                   profile::make_self_signed_spec(plan.request, key->public_key(), core.options.clock->now(), serial));
    CERTBROKER_TRY(const x509::Certificate certificate, x509::sign_certificate(spec, *key));
    CERTBROKER_TRY(Work work, Work::begin(core, store.uri().location, options, operation));
    describe_certificate(work.record, certificate, store, *key);
    if (work.record.friendly_name.empty()) work.record.friendly_name = plan.request.friendly_name;
    work.record.state = State::issued;
    CERTBROKER_CHECK(work.add());
    return accept(std::move(work), certificate, {certificate}, true);
}

/// A request with its key, ready to be remembered.
struct Made {
    Work work;
    x509::Csr csr;
    crypto::KeyHandle key;
    std::optional<Signer> renewed;
};
Result<Made> make(Core &core, const Plan &plan, const Signing &signing, store::Store &store, const RoadOptions &options,
                  const Operation &operation) {
    crypto::KeyHandle key;
    if (plan.request.use_existing_key_set && signing.renewed) {
        key = signing.renewed->key;
    } else {
        CERTBROKER_TRY(key, make_key(core, plan, store, operation));
    }
    CERTBROKER_TRY(x509::Csr csr, make_csr(plan, signing, *key, operation));
    CERTBROKER_TRY(Work work, Work::begin(core, store.uri().location, options, operation));
    describe_request(work.record, csr, store, key);
    if (work.record.friendly_name.empty()) work.record.friendly_name = plan.request.friendly_name;
    work.record.profile = plan.profile;
    work.record.renewal_seconds = plan.policy.renewal_seconds;
    describe_signing(work.record, signing, options);
    return Made{std::move(work), std::move(csr), std::move(key), signing.renewed};
}

/// The same, in the journal as SUBMITTING: PREPARED and SUBMITTING in one, as nothing that could be lost lies between.
Result<Made> make_submitting(Core &core, const profile::Request &request, OpenProvider &provider,
                             std::string_view profile, const Settings &order, store::Store &store,
                             const RoadOptions &options, const Operation &operation) {
    CERTBROKER_TRY(const Signing signing, find_signing(core, request, options, store, &provider));
    if (signing.renewed) {
        CERTBROKER_TRY(Journal *const journal, core.journal(store.uri().location));
        CERTBROKER_CHECK(refuse_second(*journal, signing.renewed->entry.certificate));
    }
    CERTBROKER_TRY(const Plan plan,
                   make_plan(completed(request, signing), &provider, profile, &order, store, operation,
                             signing.renewed ? provider::PolicyPurpose::renewal : provider::PolicyPurpose::request));
    CERTBROKER_TRY(Made made, make(core, plan, signing, store, options, operation));
    describe_submission(made.work.record, provider, plan.profile, order);
    CERTBROKER_CHECK(operation.check("The request could not be sent"));
    made.work.record.state = State::submitting;
    CERTBROKER_CHECK(made.work.add());
    return made;
}

Result<Issue> keep_prepared(Core &core, const Plan &plan, const Signing &signing, store::Store &store,
                            const RoadOptions &options, const Operation &operation) {
    CERTBROKER_TRY(Made made, make(core, plan, signing, store, options, operation));
    made.work.record.state = State::prepared;
    CERTBROKER_CHECK(made.work.add());
    return std::move(made.work).issue();
}

/// Sends what the journal has: PREPARED, or FAILED before anything was sent.
Result<Issue> send_prepared(Work work, OpenProvider &provider, std::string_view profile, const Settings &order) {
    Record &record = work.record;
    if (record.state != State::prepared && record.state != State::failed) {
        const ErrorKind &why = is_open(record) ? errors::issuance_open : errors::journal_finished;
        return fail(why, work.name() + " could not be sent: it is " + std::string(state_name(record.state)));
    }
    CERTBROKER_TRY(const x509::Csr csr, csr_of(record));
    if (csr.message() != nullptr) CERTBROKER_CHECK(require_sender(provider, csr.message()->kind));
    Submission submission{&csr, {}, order, nullptr, {}, false};
    CERTBROKER_CHECK(take_key(work, provider, submission));
    const Replaced old = replaced_by(work);
    if (old.entry) {
        submission.current = &old.entry->certificate;
        submission.current_key = old.key;
    }
    CERTBROKER_CHECK(provider::check_settings(*provider.provider->plugin().descriptor, CBP_SCOPE_ORDER, order));
    describe_submission(record, provider, profile.empty() ? record.profile : std::string(profile), order);
    CERTBROKER_CHECK(work.advance(State::submitting, ""));
    return submit(std::move(work), provider, submission);
}

/// The request of the journal that this very CSR is; nothing when there is none.
Result<std::optional<Found>> find_csr(Core &core, const x509::Csr &csr, std::string_view key_id) {
    for (const store::Location location : both_locations) {
        CERTBROKER_TRY(Journal *const journal, core.existing_journal(location));
        if (journal == nullptr) continue;
        CERTBROKER_TRY(std::vector<Record> records, journal->find_by_key(key_id));
        for (Record &record : records) {
            const bool same_message =
                csr.sendable_der() == (record.request_message.empty() ? record.csr : record.request_message);
            if (same_message) return std::optional(Found{journal, location, std::move(record)});
        }
    }
    return std::optional<Found>();
}

} // namespace

Result<Issue> Broker::prepare(const profile::Request &request, OpenProvider *provider, std::string_view profile,
                              store::Store &store, const RoadOptions &options, const Operation &operation) {
    const auto failed = [&](Error error) {
        return failed_for_good(operation, std::move(error), provider, profile, request.subject.to_string(), store);
    };
    auto signing = find_signing(impl_->core, request, options, store, provider);
    if (!signing) return failed(std::move(signing).error());
    auto plan = make_plan(completed(request, *signing), provider, profile, nullptr, store, operation);
    if (!plan) return failed(std::move(plan).error());
    if (plan->request.type == profile::RequestType::self_signed)
        return self_sign(impl_->core, *plan, store, options, operation);
    auto prepared = keep_prepared(impl_->core, *plan, *signing, store, options, operation);
    if (!prepared) return failed(std::move(prepared).error());
    return prepared;
}

Result<Issue> Broker::enroll(const profile::Request &request, OpenProvider &provider, std::string_view profile,
                             const Settings &order, store::Store &store, const RoadOptions &options,
                             const Operation &operation) {
    if (request.type == profile::RequestType::self_signed)
        return fail(errors::issuance_self_signed,
                    "The request could not be sent: it asks for a self-signed certificate");
    auto made = make_submitting(impl_->core, request, provider, profile, order, store, options, operation);
    if (!made)
        return failed_for_good(operation, std::move(made).error(), &provider, profile, request.subject.to_string(),
                               store);
    Submission submission{&made->csr, made->key, order, nullptr, {}, false};
    if (made->renewed) {
        submission.current = &made->renewed->entry.certificate;
        submission.current_key = made->renewed->key;
    }
    return submit(std::move(made->work), provider, submission);
}

Result<Issue> Broker::enroll_prepared(std::string_view request_id, OpenProvider &provider, std::string_view profile,
                                      const Settings &order, const RoadOptions &options, const Operation &operation) {
    CERTBROKER_TRY(Work work, Work::take(impl_->core, request_id, options, operation));
    work.adopt(options);
    return send_prepared(std::move(work), provider, profile, order);
}

Result<Issue> Broker::enroll_csr(const x509::Csr &csr, OpenProvider &provider, std::string_view profile,
                                 const Settings &order, store::Store &store, const RoadOptions &options,
                                 const Operation &operation) {
    CERTBROKER_CHECK(csr.verify());
    if (csr.message() != nullptr) CERTBROKER_CHECK(require_sender(provider, csr.message()->kind));
    CERTBROKER_CHECK(provider::check_settings(*provider.provider->plugin().descriptor, CBP_SCOPE_ORDER, order));
    const std::string key_id = key_id_of(csr.public_key());
    CERTBROKER_CHECK(impl_->core.journal(store.uri().location));
    CERTBROKER_TRY(const file::Lock one_at_a_time, lock_request(impl_->core, store.uri().location, key_id));
    // The request may be one of ours, given as its file: then it goes on as the one it is.
    CERTBROKER_TRY(const std::optional<Found> ours, find_csr(impl_->core, csr, key_id));
    if (ours) {
        CERTBROKER_TRY(Work work, Work::take(impl_->core, *ours, options, operation));
        work.adopt(options);
        return send_prepared(std::move(work), provider, profile, order);
    }
    auto key = store.find_key(csr.public_key().sha256());
    if (!key && key.error().status() != Status::not_found) return std::move(key).error();
    CERTBROKER_TRY(Work work, Work::begin(impl_->core, store.uri().location, options, operation));
    describe_request(work.record, csr, store, key ? *key : nullptr);
    if (!key) work.record.install = false;
    describe_submission(work.record, provider, profile, order);
    work.record.state = State::submitting;
    CERTBROKER_CHECK(operation.check("The request could not be sent"));
    CERTBROKER_CHECK(work.add());
    if (!key && options.install)
        work.warn("The certificate will not be installed: its private key is not in " + store.uri().to_string() + ".");
    return submit(std::move(work), provider, Submission{&csr, key ? *key : nullptr, order, nullptr, {}, false});
}

} // namespace certbroker::issuance
