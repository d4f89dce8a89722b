#include "issuance/errors.hpp"
#include "issuance/message.hpp"
#include "issuance/steps.hpp"

namespace certbroker::issuance {
profile::Request request_like(const store::Entry &entry) {
    const x509::Certificate &old = entry.certificate;
    profile::Request request;
    request.subject = old.subject();
    request.subject_given = true;
    request.subject_alt_names = old.subject_alt_names();
    request.enhanced_key_usage = old.enhanced_key_usage();
    if (const std::uint32_t usage = old.key_usage(); usage != 0) request.key_usage = usage;
    for (const x509::Extension &extension : old.extensions()) {
        // The template stands in the certificate, so that the CA knows it again. What is critical stays so.
        if (extension.oid == x509::oid::template_name || extension.oid == x509::oid::template_information)
            request.extensions.push_back(extension);
        if (extension.oid == x509::oid::enhanced_key_usage) request.enhanced_key_usage_critical = extension.critical;
        if (extension.oid == x509::oid::subject_alt_name) request.subject_alt_names_critical = extension.critical;
    }
    if (const auto &spec = old.public_key().spec()) {
        request.key_algorithm = spec->algorithm;
        request.key_length = spec->bits;
    }
    request.exportable = entry.exportable;
    request.friendly_name = entry.friendly_name;
    return request;
}

Result<void> refuse_second(const Journal &journal, const x509::Certificate &certificate) {
    CERTBROKER_TRY(const auto open, journal.find_renewals(certificate.thumbprint()));
    for (const Record &record : open) {
        if (record.state == State::failed) continue; // nothing was sent
        return fail(errors::issuance_open, "The certificate " + certificate.thumbprint() +
                                               " could not be renewed: the renewal " + record.id + " is " +
                                               std::string(state_name(record.state)));
    }
    return {};
}

namespace {

/// The template of the order that brought the certificate, unless another one is named.
Result<std::string> profile_of(const Journal &journal, const x509::Certificate &certificate, std::string_view named) {
    if (!named.empty()) return std::string(named);
    CERTBROKER_TRY(const auto orders, journal.find_by_thumbprint(certificate.thumbprint()));
    return orders.empty() ? std::string() : orders.front().profile;
}

/// A renewal that the journal has as SUBMITTING.
struct Renewal {
    Work work;
    x509::Csr csr;
    crypto::KeyHandle key, old_key;
};
Result<Renewal> make_renewal(Core &core, const Journal &journal, store::Store &store, const store::Entry &entry,
                             OpenProvider &provider, std::string_view profile, const Settings &order,
                             const RoadOptions &options, const Operation &operation) {
    CERTBROKER_TRY(const std::string template_name, profile_of(journal, entry.certificate, profile));
    crypto::KeyHandle old_key;
    if (entry.has_private_key()) {
        auto opened = store.open_key(entry.key_uri);
        if (opened) old_key = *std::move(opened);
    }
    const bool signs = old_key && entry.certificate.not_after() > core.options.clock->now() &&
                       (provider.provider->capabilities() & CBP_CAN_RENEW) != 0;
    CERTBROKER_TRY(const Plan plan,
                   make_plan(request_like(entry), &provider, template_name, &order, store, operation,
                             signs ? provider::PolicyPurpose::renewal : provider::PolicyPurpose::request));
    if (options.reuse_key && !old_key)
        return fail(errors::issuance_key_gone, "The certificate " + entry.certificate.thumbprint() +
                                                   " could not be renewed with its key: the key is not in the store");
    CERTBROKER_TRY(const Signing signing, renewal_signing(plan.policy, entry, old_key, provider));
    crypto::KeyHandle key = old_key;
    if (!options.reuse_key) {
        CERTBROKER_TRY(key, make_key(core, plan, store, operation));
    }
    CERTBROKER_TRY(x509::Csr csr, make_csr(plan, signing, *key, operation));

    CERTBROKER_TRY(Work work, Work::begin(core, store.uri().location, options, operation));
    describe_request(work.record, csr, store, key);
    if (work.record.friendly_name.empty()) work.record.friendly_name = entry.friendly_name;
    work.record.replaces = entry.certificate.thumbprint();
    work.record.archive_old = options.archive_old;
    work.record.renewal_seconds = plan.policy.renewal_seconds;
    describe_submission(work.record, provider, plan.profile, order);
    work.record.state = State::submitting;
    CERTBROKER_CHECK(operation.check("The renewal could not be sent"));
    CERTBROKER_CHECK(work.add());
    return Renewal{std::move(work), std::move(csr), std::move(key), std::move(old_key)};
}

} // namespace

Result<Issue> Broker::renew(store::Store &store, const store::Entry &entry, OpenProvider &provider,
                            std::string_view profile, const Settings &order, const RoadOptions &options,
                            const Operation &operation) {
    Core &core = impl_->core;
    CERTBROKER_TRY(Journal *const journal, core.journal(store.uri().location));
    CERTBROKER_TRY(const file::Lock one_at_a_time,
                   lock_request(core, store.uri().location, entry.certificate.thumbprint()));
    CERTBROKER_CHECK(refuse_second(*journal, entry.certificate));
    auto made = make_renewal(core, *journal, store, entry, provider, profile, order, options, operation);
    if (!made)
        return failed_for_good(operation, std::move(made).error(), &provider, profile,
                               entry.certificate.subject().to_string(), store, entry.certificate.thumbprint());
    return submit(std::move(made->work), provider,
                  Submission{&made->csr, made->key, order, &entry.certificate, made->old_key, false});
}

} // namespace certbroker::issuance
