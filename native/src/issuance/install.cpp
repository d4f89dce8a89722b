#include <algorithm>

#include "issuance/errors.hpp"
#include "issuance/steps.hpp"
#include "store/errors.hpp"
#include "x509/errors.hpp"

namespace certbroker::issuance {
namespace {

x509::Differences with_warnings_as_errors(x509::Differences differences) {
    for (x509::Difference &difference : differences) {
        if (difference.severity == x509::Severity::warning) difference.severity = x509::Severity::error;
    }
    return differences;
}

/// What is wrong with the answer, and what differs from the request: told, or refused unless the caller takes that.
Result<void> examine(Work &work, const x509::Chain &chain) {
    const Record &record = work.record;
    x509::AnswerCheck check;
    check.now = work.core->options.clock->now();
    check.not_after = record.not_after;
    check.allow_weak = record.allow_weak;
    x509::Differences differences;
    if (!record.csr.empty()) {
        CERTBROKER_TRY(const x509::Csr csr, x509::Csr::parse(record.csr));
        CERTBROKER_TRY(differences, x509::compare_with_request(chain.front(), csr));
        if (record.exact) CERTBROKER_CHECK(x509::refuse_errors(with_warnings_as_errors(differences)));
    }
    for (x509::Difference &difference : x509::check_answer(chain, check)) {
        const bool weak = difference.rule == "answer.signature" || difference.rule == "answer.issuer_key";
        // Allowing differences is about what was asked for; a forged signature is another matter.
        if (weak && difference.severity == x509::Severity::error && record.allow_differences && !record.csr.empty())
            CERTBROKER_CHECK(x509::refuse_errors({difference}));
        differences.push_back(std::move(difference));
    }
    // Without a request nobody asked for anything: it is installed because its key is here.
    if (!record.allow_differences && !record.csr.empty()) CERTBROKER_CHECK(x509::refuse_errors(differences));
    for (const x509::Difference &difference : differences) {
        if (difference.severity == x509::Severity::information) {
            work.log(LogLevel::info, difference.message);
        } else {
            work.warn(difference.message);
        }
    }
    return {};
}

/// The chain as far as it reaches. A leaf that is not valid yet is a warning (examine): a clock that is a little off
/// must not keep a certificate from its place. All else is looked at as of a time when the leaf is valid; an issuer
/// that is out of date then is taken by who takes differences.
Result<void> verify(Work &work, const x509::Chain &chain) {
    x509::ChainCheck check;
    check.now = work.core->options.clock->now();
    auto verified = x509::verify_chain(chain, check);
    if (verified || verified.error().id() != errors::certificate_time.id) return verified;
    work.warn(verified.error().message());
    check.now = std::clamp(check.now, chain.front().not_before(),
                           std::max(chain.front().not_before(), chain.front().not_after()));
    verified = x509::verify_chain(chain, check);
    const bool dates = !verified && verified.error().id() == errors::certificate_time.id;
    if (dates && (work.record.allow_differences || work.record.csr.empty())) return {};
    return verified;
}

/// The new one is in its place, so the old one may go to rest.
void archive_replaced(Work &work, store::Store &store, const Operation &operation) {
    if (!work.record.archive_old || work.record.replaces.empty()) return;
    store::Store::Changes changes;
    changes.archived = true;
    auto archived = store.update(work.record.replaces, changes, operation);
    // Somebody removed it meanwhile: nothing is left to archive.
    if (!archived && archived.error().id() != errors::store_not_found.id)
        work.warn("The old certificate " + work.record.replaces + " was not archived: " + describe(archived.error()));
}

Result<store::Entry> install(Work &work, const x509::Chain &chain, bool key_at_hand) {
    work.report(Stage::install, "Installing the certificate");
    const Operation operation = to_the_end(work.operation);
    CERTBROKER_TRY(const std::unique_ptr<store::Store> store, work.core->stores.open(work.record.store));
    if (!key_at_hand) CERTBROKER_CHECK(key_of(work));
    store::PlaceOptions options;
    options.put.friendly_name = work.record.friendly_name;
    options.put.replace_properties = !work.record.friendly_name.empty();
    options.trust_root = work.record.trust_root;
    CERTBROKER_TRY(store::Placed placed, store::place_chain(work.core->stores, *store, chain, options, operation));
    for (std::string &warning : placed.warnings)
        work.warn(std::move(warning));
    archive_replaced(work, *store, operation);
    if (work.record.state != State::installed) CERTBROKER_CHECK(work.advance(State::installed, ""));
    return std::move(placed.entry);
}

/// Failures from here on lose nothing: the certificate is in the journal, with the reason why it went no further.
Error kept(Work &work, Error error) {
    // Not again for the same reason: recovery tries whenever a process starts.
    if (work.record.state == State::issued && work.record.message != describe(error)) {
        if (auto noted = work.advance(State::issued, describe(error), &error); !noted)
            work.log(LogLevel::warning, describe(noted.error()));
    }
    std::string remedy = error.remedy() + " The certificate is kept in the journal (" + work.record.id +
                         "); Receive-CBCertificate tries again.";
    return std::move(error).with_remedy(std::move(remedy));
}

} // namespace

Result<x509::Certificate> match(const Record &record, const std::vector<x509::Certificate> &certificates) {
    const x509::Certificate *best = nullptr;
    for (const x509::Certificate &certificate : certificates) {
        if (key_id_of(certificate.public_key()) != record.key_id) continue;
        if (best == nullptr || best->not_after() < certificate.not_after()) best = &certificate;
    }
    if (best != nullptr) return *best;
    const std::string other = certificates.empty() ? "none came"
                                                   : "that of '" + certificates.front().subject().to_string() +
                                                         "' is " + key_id_of(certificates.front().public_key());
    return fail(errors::certificate_mismatch,
                "The certificate could not be matched: the request's key is " + record.key_id + ", " + other);
}

Result<x509::Chain> parse_chain(const Record &record) {
    x509::Chain chain;
    for (const Bytes &der : record.chain) {
        CERTBROKER_TRY(x509::Certificate certificate, x509::Certificate::parse(der));
        chain.push_back(std::move(certificate));
    }
    return chain;
}

std::optional<store::Entry> entry_of(const Core &core, const Record &record) {
    if (record.state != State::installed || record.store.empty()) return std::nullopt;
    auto store = core.stores.open(record.store);
    if (!store) return std::nullopt;
    auto entry = (*store)->get(record.thumbprint);
    if (!entry) return std::nullopt;
    return *std::move(entry);
}

Result<Issue> accept(Work work, const x509::Certificate &leaf, const std::vector<x509::Certificate> &certificates,
                     bool key_at_hand) {
    Record &record = work.record;
    x509::Chain chain = x509::build_chain(leaf, certificates);
    const bool known =
        (record.state == State::issued || record.state == State::installed) && record.thumbprint == leaf.thumbprint();
    if (!known) {
        record.chain.clear();
        for (const x509::Certificate &certificate : chain)
            record.chain.push_back(certificate.der());
        record.thumbprint = leaf.thumbprint();
        record.token.clear();
        record.next_try = 0;
        CERTBROKER_CHECK(work.advance(State::issued, ""));
    }
    if (auto examined = examine(work, chain); !examined) return kept(work, std::move(examined).error());
    if (auto verified = verify(work, chain); !verified) return kept(work, std::move(verified).error());
    if (!record.install) return std::move(work).issue(std::move(chain));
    auto entry = install(work, chain, key_at_hand);
    if (!entry) return kept(work, std::move(entry).error());
    return std::move(work).issue(std::move(chain), *std::move(entry));
}

} // namespace certbroker::issuance
