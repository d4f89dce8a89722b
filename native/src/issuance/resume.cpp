#include "issuance/errors.hpp"
#include "issuance/message.hpp"
#include "issuance/pace.hpp"
#include "issuance/steps.hpp"

/// Going on where a request stands, also in another process.
namespace certbroker::issuance {
namespace {

/// The provider that the request went to: the one given, or its authority opened anew.
class Counterpart {
public:
    static Result<Counterpart> find(Broker &broker, const Work &work, OpenProvider *given) {
        const Record &record = work.record;
        Counterpart found;
        if (given != nullptr) {
            const std::string &id = given->provider->plugin().id;
            const bool other_authority =
                !record.authority.empty() && !given->authority.empty() && given->authority != record.authority;
            if (id != record.provider || other_authority)
                return fail(errors::issuance_other_provider,
                            work.name() + " could not go on: it went to '" +
                                (record.authority.empty() ? record.provider : record.authority) + "', not to '" +
                                (given->authority.empty() ? id : given->authority) + "'");
            found.given_ = given;
            return found;
        }
        if (record.authority.empty())
            return fail(errors::issuance_no_authority, work.name() + " could not go on: it went to '" +
                                                           record.provider + "' with settings given by hand");
        CERTBROKER_TRY(OpenProvider opened, broker.open_authority(store::parse_location(record.authority_location),
                                                                  record.authority, work.operation));
        found.own_ = std::make_unique<OpenProvider>(std::move(opened));
        return found;
    }

    OpenProvider &get() noexcept { return given_ != nullptr ? *given_ : *own_; }

private:
    OpenProvider *given_ = nullptr;
    std::unique_ptr<OpenProvider> own_;
};

/// For failures that leave the request as it was.
Error not_now(const Work &work, Error error) {
    work.tell(events::resume_failed, work.name() + " could not go on: " + describe(error), &error);
    return error;
}

Settings order_of(const Record &record) {
    Settings order;
    for (const auto &[name, value] : record.order)
        order.set(name, value);
    return order;
}

/// The CA says that it never got the request, so it goes there again, under the same idempotency key.
Result<Issue> send_again(Work work, OpenProvider &provider) {
    work.log(LogLevel::info, work.name() + " never reached the CA and is sent again");
    CERTBROKER_TRY(const x509::Csr csr, csr_of(work.record));
    Submission submission{&csr, {}, order_of(work.record), nullptr, {}, false};
    CERTBROKER_TRY(submission.key, key_of(work));
    const Replaced old = replaced_by(work);
    if (old.entry) {
        submission.current = &old.entry->certificate;
        submission.current_key = old.key;
    }
    CERTBROKER_CHECK(work.advance(State::submitting, "The CA never got it; sent again"));
    return submit(std::move(work), provider, submission);
}

/// A CA's search may lag behind what it has issued: what it does not show counts as never received only after the time
/// that the provider names. Until then the request stays as it is, and the journal says how long.
Result<bool> certain_by_now(Work &work, const Error &error) {
    Record &record = work.record;
    const std::int64_t sent = record.sent_at != 0 ? record.sent_at : record.created;
    const std::int64_t from = sent + find_lag(error);
    if (from <= work.core->options.clock->now()) return true;
    if (record.next_try != from) {
        record.next_try = from;
        CERTBROKER_CHECK(work.advance(State::uncertain, record.message));
    }
    return false;
}

/// Sent, and no answer came: the CA is asked before anything is sent again.
Result<Issue> clear_up(Work work, OpenProvider &provider) {
    Record &record = work.record;
    if ((provider.provider->capabilities() & CBP_CAN_FIND) == 0) {
        work.warn("It is not known whether the CA has the request, and provider '" + record.provider +
                  "' cannot ask. Look at the CA for a request of '" + record.subject + "' (key " + record.key_id +
                  "): if there is a certificate, give it to Complete-CBCertificateRequest; if there is none, make a "
                  "new request.");
        return std::move(work).issue();
    }
    work.report(Stage::submit, "Asking the CA what became of the request");
    CERTBROKER_TRY(const x509::Csr csr, x509::Csr::parse(record.csr));
    provider::Query query;
    query.idempotency = record.id;
    query.public_key_sha256 = record.key_id;
    query.reference = record.reference;
    query.csr = &csr;
    Pace pace(work);
    for (;;) {
        auto found = provider.provider->find(query, work.operation);
        if (found) return settle(std::move(work), provider, *std::move(found), false);
        if (found.error().id() != "Provider.NotFound") {
            CERTBROKER_CHECK(leave_alone(work, found.error()));
            return not_now(work, std::move(found).error());
        }
        if (!record.chain.empty()) {
            // It answered once, with something that did not fit: a CA that has forgotten that is asked by people.
            work.warn("The CA once answered with a certificate of another key: " + record.message);
            return std::move(work).issue();
        }
        CERTBROKER_TRY(const bool certain, certain_by_now(work, found.error()));
        if (certain) return send_again(std::move(work), provider);
        CERTBROKER_TRY(const bool go_on, pace.wait(work));
        if (!go_on) {
            work.warn(
                "The CA does not show the request yet, which can take it some time; nothing is sent again before " +
                utc_text(record.next_try) + ". Ask again then with Receive-CBCertificate.");
            return std::move(work).issue();
        }
    }
}

/// Pending, and the CA is to be asked now, or when the time comes that it named.
Result<Issue> ask(Work work, OpenProvider &provider) {
    const Record &record = work.record;
    if (!work.options.ask_now && record.next_try > work.core->options.clock->now()) {
        CERTBROKER_TRY(std::optional<provider::Outcome> decision, wait_for_decision(work, provider));
        if (decision) return settle(std::move(work), provider, *std::move(decision), false);
        if (record.next_try > work.core->options.clock->now())
            work.warn("The CA was not asked: it wants to be left alone until " + utc_text(record.next_try) + ".");
        return std::move(work).issue();
    }
    work.report(Stage::wait, "Asking the CA for its decision");
    auto outcome = provider.provider->poll(record.token, work.operation);
    if (!outcome) {
        CERTBROKER_CHECK(leave_alone(work, outcome.error()));
        return not_now(work, std::move(outcome).error());
    }
    return settle(std::move(work), provider, *std::move(outcome), false);
}

Result<Issue> finished(Work work) {
    CERTBROKER_TRY(x509::Chain chain, parse_chain(work.record));
    std::optional<store::Entry> entry = entry_of(*work.core, work.record);
    return std::move(work).issue(std::move(chain), std::move(entry));
}

} // namespace

Result<Issue> Broker::resume(std::string_view request_id, OpenProvider *provider, const RoadOptions &options,
                             const Operation &operation) {
    CERTBROKER_TRY(Work work, Work::take(impl_->core, request_id, options, operation));
    CERTBROKER_CHECK(operation.check("The request could not be resumed"));
    work.adopt(options);
    Record &record = work.record;
    if (is_open(record) && record.state != State::prepared && record.state != State::failed)
        work.tell(events::request_resumed,
                  work.name() + " goes on from the state " + std::string(state_name(record.state)));
    switch (record.state) {
    case State::prepared:
    case State::failed:
        return fail(errors::journal_not_submitted, work.name() + " could not be resumed: it was never sent");
    case State::abandoned:
        return fail(errors::journal_finished, work.name() + " could not be resumed: it was given up");
    case State::installed:
    case State::denied:
        return finished(std::move(work));
    case State::issued: {
        CERTBROKER_TRY(const x509::Chain chain, parse_chain(record));
        CERTBROKER_TRY(const x509::Certificate leaf, match(record, chain));
        return accept(std::move(work), leaf, chain, false);
    }
    case State::pending: {
        auto ca = Counterpart::find(*this, work, provider);
        if (!ca) return not_now(work, std::move(ca).error());
        return ask(std::move(work), ca->get());
    }
    case State::submitting: // the process that was sending it is gone: its lock is ours
        CERTBROKER_CHECK(work.advance(State::uncertain, "Interrupted while it was being sent"));
        [[fallthrough]];
    case State::uncertain: {
        auto ca = Counterpart::find(*this, work, provider);
        if (!ca) return not_now(work, std::move(ca).error());
        return clear_up(std::move(work), ca->get());
    }
    }
    return fail(errors::journal_damaged, work.name() + " could not be resumed: its state is unknown");
}

} // namespace certbroker::issuance
