#include "base/encoding.hpp"
#include "base/text.hpp"
#include "issuance/errors.hpp"
#include "issuance/message.hpp"
#include "issuance/steps.hpp"
#include "store/errors.hpp"

namespace certbroker::issuance {
namespace {

/// The template is named in the call, in the request, or in both alike (decision 15).
Result<std::string> one_profile(const profile::Request &request, std::string_view profile) {
    const std::string &asked = request.certificate_template;
    if (profile.empty() || asked.empty() || iequals(profile, asked))
        return std::string(profile.empty() ? std::string_view(asked) : profile);
    return fail(errors::issuance_template, "The request could not be made: the template '" + std::string(profile) +
                                               "' was named, but the request says '" + asked + "'");
}

} // namespace

Result<Plan> make_plan(const profile::Request &request, OpenProvider *provider, std::string_view profile,
                       const Settings *order, const store::Store &store, const Operation &operation,
                       provider::PolicyPurpose purpose) {
    constexpr std::uint64_t wanted = store::keeps_keys | store::can_write;
    if ((store.capabilities() & wanted) != wanted)
        return fail(errors::issuance_store_keys,
                    "The request could not be made: the store " + store.uri().to_string() + " keeps no private keys");
    CERTBROKER_CHECK(operation.check("The request could not be made"));
    Plan plan{request, {}, {}};
    CERTBROKER_TRY(plan.profile, one_profile(request, profile));
    if (provider != nullptr) {
        operation.report(Stage::policy, -1, "Asking the CA what it wants");
        if (order != nullptr)
            CERTBROKER_CHECK(
                provider::check_settings(*provider->provider->plugin().descriptor, CBP_SCOPE_ORDER, *order));
        CERTBROKER_TRY(plan.policy, provider->provider->policy(plan.profile, operation, purpose));
    }
    CERTBROKER_CHECK(profile::require_acceptable(plan.request, provider != nullptr ? &plan.policy : nullptr));
    return plan;
}

Result<crypto::KeyHandle> make_key(Core &core, const Plan &plan, store::Store &store, const Operation &operation) {
    operation.report(Stage::key, -1, "Making the key");
    store::KeyOptions options;
    CERTBROKER_TRY(options.spec, profile::choose_key(plan.request, &plan.policy));
    options.exportable = plan.request.exportable;
    options.provider_name = plan.request.provider_name;
    options.provider_type = plan.request.provider_type;
    options.container = plan.request.key_container;
    options.key_spec = plan.request.key_spec;
    options.pool = &core.keys;
    return store.create_key(options, operation);
}

Result<x509::Csr> make_csr(const Plan &plan, const Signing &signing, const crypto::PrivateKey &key,
                           const Operation &operation) {
    operation.report(Stage::request, -1, "Making the request");
    CERTBROKER_TRY(x509::CsrSpec spec, profile::make_csr_spec(plan.request, &plan.policy, key.public_key(), nullptr));
    add_attributes(spec, plan.request, signing);
    CERTBROKER_TRY(const x509::Csr csr, x509::create_csr(spec, key));
    return in_message(csr, plan.request, signing, key);
}

std::string key_id_of(const crypto::PublicKey &key) {
    return to_hex(key.sha256());
}

void describe_request(Record &record, const x509::Csr &csr, const store::Store &store, const crypto::KeyHandle &key) {
    record.subject = csr.subject().to_string();
    record.csr = csr.der();
    if (csr.message() != nullptr) record.request_message = csr.message()->der;
    record.key_id = key_id_of(csr.public_key());
    if (!key) return; // made elsewhere: there is no place for its certificate here
    record.store = store.uri().to_string();
    record.key_uri = key->uri();
    record.exportable = key->exportable();
}

void describe_certificate(Record &record, const x509::Certificate &certificate, const store::Store &store,
                          const crypto::PrivateKey &key) {
    record.subject = certificate.subject().to_string();
    record.key_id = key_id_of(certificate.public_key());
    record.store = store.uri().to_string();
    record.key_uri = key.uri();
    record.exportable = key.exportable();
    record.chain = {certificate.der()};
    record.thumbprint = certificate.thumbprint();
}

Error failed_for_good(const Operation &operation, Error error, const OpenProvider *provider, std::string_view profile,
                      std::string subject, const store::Store &store, std::string replaces) {
    operation.log->event(LogEvent(events::request_failed, source, describe(error))
                             .with("subject", std::move(subject))
                             .with("authority", provider != nullptr ? provider->authority : std::string())
                             .with("provider", provider != nullptr ? provider->provider->plugin().id : std::string())
                             .with("template", std::string(profile))
                             .with("store", store.uri().to_string())
                             .with("replaces", std::move(replaces))
                             .about(error));
    return error;
}

Replaced replaced_by(const Work &work) {
    Replaced old;
    if (work.record.replaces.empty() || work.record.store.empty()) return old;
    auto store = work.core->stores.open(work.record.store);
    if (!store) return old;
    auto entry = (*store)->get(work.record.replaces);
    if (!entry) return old;
    old.entry = *std::move(entry);
    if (!old.entry->has_private_key()) return old;
    if (auto key = (*store)->open_key(old.entry->key_uri)) old.key = *std::move(key);
    return old;
}

namespace {

Error gone(const Work &work, Error why) {
    if (why.id() != errors::store_key_missing.id) return why;
    return fail(errors::issuance_key_gone, work.name() + " could not go on: its private key is gone")
        .because(std::move(why));
}

} // namespace

Result<crypto::KeyHandle> key_of(const Work &work) {
    if (work.record.key_uri.empty()) return crypto::KeyHandle();
    auto key = work.core->stores.open_key(work.record.key_uri);
    if (!key) return gone(work, std::move(key).error());
    return key;
}

Result<void> take_key(const Work &work, const OpenProvider &provider, Submission &submission) {
    if ((provider.provider->capabilities() & CBP_NEEDS_CSR_KEY) != 0) {
        CERTBROKER_TRY(submission.key, key_of(work));
        return {};
    }
    if (work.record.key_uri.empty()) return {};
    if (auto there = work.core->stores.check_key(work.record.key_uri); !there)
        return gone(work, std::move(there).error());
    submission.key_in_place = true;
    return {};
}

} // namespace certbroker::issuance
