#pragma once

#include <optional>

#include "issuance/steps.hpp"
#include "x509/request_message.hpp"

/// Requests in PKCS#7 and CMC messages: who signs them, and making them. Private to issuance/.
namespace certbroker::issuance {

/// A certificate of a store with its key.
struct Signer {
    store::Entry entry;
    crypto::KeyHandle key;
};
/// What a request travels in, and who signs it besides its own key.
struct Signing {
    x509::MessageKind kind = x509::MessageKind::none;
    std::optional<Signer> renewed; ///< RenewalCert; of Broker::renew the old certificate
    std::optional<Signer> agent;   ///< RoadOptions::signing_certificate
};
/// Finds the certificates that the request and the options name, in `store` and in the My stores. Issuance.Signer...;
/// Provider.NoMessages when the provider sends none. Nothing is made or sent yet.
Result<Signing> find_signing(Core &core, const profile::Request &request, const RoadOptions &options,
                             store::Store &store, const OpenProvider *provider);
/// What a CA's policy wants of a renewal. Issuance.KeyGone when it wants the old key's signature and there is no key.
Result<Signing> renewal_signing(const profile::Policy &policy, const store::Entry &old, const crypto::KeyHandle &key,
                                const OpenProvider &provider);
/// Provider.NoMessages unless the provider sends such requests.
Result<void> require_sender(const OpenProvider &provider, x509::MessageKind kind);

/// The request with the renewed certificate's names, usages and template where it says nothing itself.
profile::Request completed(profile::Request request, const Signing &signing);
/// What a message needs inside the request: the renewed certificate, and in PKCS#7 for whom it is.
void add_attributes(x509::CsrSpec &spec, const profile::Request &request, const Signing &signing);
/// The request in its message; itself when it travels alone.
Result<x509::Csr> in_message(const x509::Csr &csr, const profile::Request &request, const Signing &signing,
                             const crypto::PrivateKey &key);
/// The renewed certificate becomes the one that the new one replaces, when it lies in the same store.
void describe_signing(Record &record, const Signing &signing, const RoadOptions &options);

/// The request of a record, in the message that it was made in.
Result<x509::Csr> csr_of(const Record &record);

} // namespace certbroker::issuance
