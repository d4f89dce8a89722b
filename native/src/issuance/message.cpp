#include "issuance/message.hpp"

#include <algorithm>

#include "issuance/errors.hpp"
#include "provider/errors.hpp"

namespace certbroker::issuance {
namespace {

/// Certificate Request Agent.
constexpr std::string_view eku_agent = "1.3.6.1.4.1.311.20.2.1";

x509::MessageKind kind_of(const profile::Request &request) {
    switch (request.type) {
    case profile::RequestType::pkcs7:
        return x509::MessageKind::pkcs7;
    case profile::RequestType::cmc:
        return x509::MessageKind::cmc;
    default:
        return x509::MessageKind::none;
    }
}

/// The entry of that thumbprint, the one with a private key where there are several.
Result<Signer> find_signer(Core &core, store::Store &store, std::string_view thumbprint, const std::string &what) {
    const std::string title = what + " " + std::string(thumbprint);
    std::optional<store::Entry> found;
    const auto look = [&](store::Store &in) {
        if (found && found->has_private_key()) return;
        if (auto entry = in.get(thumbprint)) found = *std::move(entry);
    };
    look(store);
    for (const store::Location location : both_locations) {
        auto other = core.stores.open(std::string(store::location_name(location)) + "/My");
        if (other) look(**other);
    }
    if (!found) return fail(errors::issuance_signer_missing, title + " could not sign the request: no store has it");
    if (!found->has_private_key())
        return fail(errors::issuance_signer_missing,
                    title + " could not sign the request: its private key is not here");
    if (found->certificate.not_after() <= core.options.clock->now())
        return fail(errors::issuance_signer_expired, title + " could not sign the request: it has expired");
    CERTBROKER_TRY(crypto::KeyHandle key, core.stores.open_key(found->key_uri));
    return Signer{*std::move(found), std::move(key)};
}

/// Which signatures the kind of message takes, and whether they are there.
Result<void> check_signers(const profile::Request &request, const Signing &signing) {
    if (!request.requester_name.empty() && !signing.agent)
        return fail(errors::issuance_signer_needed, "The request for " + request.requester_name +
                                                        " could not be made: no certificate was named that signs it");
    if (signing.kind != x509::MessageKind::pkcs7) return {};
    if (!signing.renewed && !signing.agent)
        return fail(errors::issuance_signer_needed,
                    "The PKCS7 request could not be made: no certificate was named that signs it");
    if (signing.renewed && signing.agent)
        return fail(errors::issuance_signer_unused,
                    "The PKCS7 request could not be made: it has one signature, and both RenewalCert and a signing "
                    "certificate are named")
            .with_remedy("Write RequestType = CMC, which takes both, or leave out one of the two.");
    return {};
}

} // namespace

Result<void> require_sender(const OpenProvider &provider, x509::MessageKind kind) {
    if (kind == x509::MessageKind::none || (provider.provider->capabilities() & CBP_TAKES_REQUEST_MESSAGES) != 0)
        return {};
    return fail(errors::provider_message, "The request could not be sent: the provider '" +
                                              provider.provider->plugin().id + "' sends no " +
                                              std::string(message_kind_name(kind)) + " messages");
}

Result<Signing> find_signing(Core &core, const profile::Request &request, const RoadOptions &options,
                             store::Store &store, const OpenProvider *provider) {
    Signing signing;
    signing.kind = kind_of(request);
    if (signing.kind == x509::MessageKind::none) {
        if (options.signing_certificate.empty()) return signing;
        return fail(errors::issuance_signer_unused,
                    "The request could not be made: a PKCS10 request takes no signing certificate");
    }
    if (provider != nullptr) CERTBROKER_CHECK(require_sender(*provider, signing.kind));
    if (!request.renewal_cert.empty()) {
        CERTBROKER_TRY(signing.renewed, find_signer(core, store, request.renewal_cert, "The certificate to renew"));
    }
    if (!options.signing_certificate.empty()) {
        CERTBROKER_TRY(signing.agent, find_signer(core, store, options.signing_certificate, "The signing certificate"));
        const auto usages = signing.agent->entry.certificate.enhanced_key_usage();
        if (!request.requester_name.empty() && !usages.empty() &&
            std::find(usages.begin(), usages.end(), eku_agent) == usages.end())
            return fail(errors::issuance_signer_purpose,
                        "The signing certificate " + options.signing_certificate + " could not sign the request for " +
                            request.requester_name + ": it is not for the usage Certificate Request Agent");
    }
    CERTBROKER_CHECK(check_signers(request, signing));
    return signing;
}

Result<Signing> renewal_signing(const profile::Policy &policy, const store::Entry &old, const crypto::KeyHandle &key,
                                const OpenProvider &provider) {
    Signing signing;
    if (policy.renewal_message.empty()) return signing;
    if (!key) {
        if (!policy.renewal_message_required) return signing;
        return fail(errors::issuance_key_gone, "The certificate " + old.certificate.thumbprint() +
                                                   " could not be renewed: the CA wants the renewal signed with its "
                                                   "private key, which is not in the store")
            .with_remedy("Ask for a new certificate with Request-CBCertificate.");
    }
    signing.kind = policy.renewal_message == "CMC" ? x509::MessageKind::cmc : x509::MessageKind::pkcs7;
    CERTBROKER_CHECK(require_sender(provider, signing.kind));
    signing.renewed = Signer{old, key};
    return signing;
}

profile::Request completed(profile::Request request, const Signing &signing) {
    if (!signing.renewed) return request;
    const profile::Request like = request_like(signing.renewed->entry);
    if (!request.subject_given) {
        request.subject = like.subject;
        request.subject_given = true;
    }
    if (request.subject_alt_names.empty()) {
        request.subject_alt_names = like.subject_alt_names;
        request.subject_alt_names_critical = like.subject_alt_names_critical;
    }
    if (request.enhanced_key_usage.empty()) {
        request.enhanced_key_usage = like.enhanced_key_usage;
        request.enhanced_key_usage_critical = like.enhanced_key_usage_critical;
    }
    if (!request.key_usage) request.key_usage = like.key_usage;
    const bool new_template = !request.certificate_template.empty();
    for (const x509::Extension &extension : like.extensions) {
        if (!new_template && x509::find_extension(request.extensions, extension.oid) == nullptr)
            request.extensions.push_back(extension);
    }
    if (!request.key_algorithm && !request.key_length) {
        request.key_algorithm = like.key_algorithm;
        request.key_length = like.key_length;
    }
    if (request.friendly_name.empty()) request.friendly_name = like.friendly_name;
    return request;
}

void add_attributes(x509::CsrSpec &spec, const profile::Request &request, const Signing &signing) {
    if (signing.renewed) spec.attributes.push_back(x509::make_renewal_certificate(signing.renewed->entry.certificate));
    if (signing.kind == x509::MessageKind::pkcs7 && !request.requester_name.empty())
        spec.attributes.push_back(x509::make_name_value_pair("requestername", request.requester_name));
}

Result<x509::Csr> in_message(const x509::Csr &csr, const profile::Request &request, const Signing &signing,
                             const crypto::PrivateKey &key) {
    if (signing.kind == x509::MessageKind::none) return csr;
    x509::RequestMessageSpec spec;
    spec.kind = signing.kind;
    spec.digest = csr.signature().digest.value_or(crypto::DigestAlgorithm::sha256);
    const auto add = [&](const std::optional<Signer> &signer) {
        if (signer) spec.signers.push_back({signer->key.get(), signer->entry.certificate.der()});
    };
    // A renewal is signed with the old key alone; else the request's own key signs its CMC message.
    if (signing.kind == x509::MessageKind::cmc && !signing.renewed) spec.signers.push_back({&key, {}});
    add(signing.renewed);
    add(signing.agent);
    if (signing.kind == x509::MessageKind::cmc && !request.requester_name.empty())
        spec.values.emplace_back("requestername", request.requester_name);
    return x509::make_request_message(csr, spec);
}

void describe_signing(Record &record, const Signing &signing, const RoadOptions &options) {
    if (!signing.renewed || signing.renewed->entry.store.to_string() != record.store) return;
    record.replaces = signing.renewed->entry.certificate.thumbprint();
    record.archive_old = options.archive_old;
}

Result<x509::Csr> csr_of(const Record &record) {
    return x509::Csr::parse(record.request_message.empty() ? record.csr : record.request_message);
}

} // namespace certbroker::issuance
