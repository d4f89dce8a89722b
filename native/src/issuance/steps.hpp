#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "issuance/work.hpp"
#include "profile/policy.hpp"
#include "x509/csr.hpp"

/// The steps between the states. enroll.cpp, complete.cpp, resume.cpp and renew.cpp put them in order. Private to
/// issuance/.
namespace certbroker::issuance {

// --- make.cpp: before anything is in the journal --------------------------------------------------------------------

struct Signing; // message.hpp

/// A request that may be made: the CA's rules and ours allow it.
struct Plan {
    profile::Request request;
    profile::Policy policy;
    std::string profile; ///< the template, from the call or from the request
};
/// Asks the provider's policy (when there is one) and refuses what it or we do not allow. `order` is checked against
/// the provider's table, so that a wrong setting is known before there is a key.
Result<Plan> make_plan(const profile::Request &request, OpenProvider *provider, std::string_view profile,
                       const Settings *order, const store::Store &store, const Operation &operation,
                       provider::PolicyPurpose purpose = provider::PolicyPurpose::request);
/// Durable in the store when this returns.
Result<crypto::KeyHandle> make_key(Core &core, const Plan &plan, store::Store &store, const Operation &operation);
/// The request, in the message that it travels in.
Result<x509::Csr> make_csr(const Plan &plan, const Signing &signing, const crypto::PrivateKey &key,
                           const Operation &operation);
/// What a certificate says, as a wish for the next one (renew.cpp).
profile::Request request_like(const store::Entry &entry);
/// One renewal at a time: a second one while the first may still bring a certificate would make two. Issuance.Open.
Result<void> refuse_second(const Journal &journal, const x509::Certificate &certificate);
/// Names a key everywhere: SHA-256 of its SubjectPublicKeyInfo, hex.
std::string key_id_of(const crypto::PublicKey &key);
/// Fills in what the record says about the request, its key, and where the certificate goes.
void describe_request(Record &record, const x509::Csr &csr, const store::Store &store, const crypto::KeyHandle &key);
/// The same for a certificate that came without a request.
void describe_certificate(Record &record, const x509::Certificate &certificate, const store::Store &store,
                          const crypto::PrivateKey &key);
/// The key of a request in the journal; none when it is elsewhere. Issuance.KeyGone.
Result<crypto::KeyHandle> key_of(const Work &work);

/// The certificate that a renewal replaces, as far as it is still there.
struct Replaced {
    std::optional<store::Entry> entry;
    crypto::KeyHandle key;
};
Replaced replaced_by(const Work &work);

/// For failures before anything of a request was kept: tells that it failed for good. `subject` may be empty.
Error failed_for_good(const Operation &operation, Error error, const OpenProvider *provider, std::string_view profile,
                      std::string subject, const store::Store &store, std::string replaces = {});

// --- submit.cpp: between us and the CA
// --------------------------------------------------------------------------------

/// What goes to the CA.
struct Submission {
    const x509::Csr *csr = nullptr;
    crypto::KeyHandle key; ///< null: the CSR was made elsewhere, or the provider needs no key
    Settings order;
    const x509::Certificate *current = nullptr; ///< renewal
    crypto::KeyHandle current_key;
    bool key_in_place = false; ///< without `key`: it was seen where it belongs
};
/// The key of a request that is sent from the journal: opened for a provider that uses it, else only looked for.
/// Issuance.KeyGone.
Result<void> take_key(const Work &work, const OpenProvider &provider, Submission &submission);
/// Fills in where the request goes.
void describe_submission(Record &record, const OpenProvider &provider, std::string_view profile, const Settings &order);
/// Sends a request whose record is SUBMITTING already, and goes on with the answer.
Result<Issue> submit(Work work, OpenProvider &provider, const Submission &submission);
/// Asks again while the CA says pending, until there is something else to say or options.wait is over. Nothing: still
/// pending.
Result<std::optional<provider::Outcome>> wait_for_decision(Work &work, OpenProvider &provider);
/// Keeps it that the CA wants to be left alone for a time, when a failure says so; the request stays in its state.
Result<void> leave_alone(Work &work, const Error &error);
/// Goes on with what the CA says: issued, pending (asks again while options.wait lasts), denied, uncertain.
Result<Issue> settle(Work work, OpenProvider &provider, provider::Outcome outcome, bool key_at_hand);

// --- install.cpp: from the answer to the store
// -------------------------------------------------------------------------

/// The certificate of the request's key among those that came; several give the one that ends last.
/// Certificate.KeyMismatch names both keys.
Result<x509::Certificate> match(const Record &record, const std::vector<x509::Certificate> &certificates);
/// Makes the certificate durable in the journal (ISSUED), compares it with the request, verifies its chain, installs it
/// (INSTALLED). `key_at_hand`: the key was used just now, so nobody needs to look for it.
Result<Issue> accept(Work work, const x509::Certificate &leaf, const std::vector<x509::Certificate> &certificates,
                     bool key_at_hand);
Result<x509::Chain> parse_chain(const Record &record);
/// The installed certificate, when it is still where it was put.
std::optional<store::Entry> entry_of(const Core &core, const Record &record);

} // namespace certbroker::issuance
