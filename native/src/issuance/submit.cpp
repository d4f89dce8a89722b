#include <algorithm>

#include "base/errors.hpp"
#include "base/fault.hpp"
#include "http/http.hpp"
#include "issuance/errors.hpp"
#include "issuance/pace.hpp"
#include "issuance/steps.hpp"

namespace certbroker::issuance {
namespace {

/// A later time that the CA names is worth a durable step when it is this much later.
constexpr std::int64_t durable_step = 30;

using Answer = provider::Outcome::State;

/// Whether the CA may have got the request although the call failed. What cannot be told counts as yes: a second
/// certificate nobody knows of is worse than a question to the CA.
bool may_have_left(const Error &error) {
    // The connection never stood, so nothing went over it.
    if (http::left_nothing(error)) return false;
    // The provider knows: it failed before it sent the order.
    if (const auto kept = error.numbers().find(ErrorNumber::not_sent);
        kept != error.numbers().end() && kept->second == 1)
        return false;
    switch (error.status()) {
    case Status::argument: // what the plugin or the CA said about the request, before it took it
    case Status::text:
    case Status::unsupported:
    case Status::not_found:
    case Status::exists:
    case Status::parse:
    case Status::invalid:
    case Status::policy:
    case Status::password:
    case Status::auth:
    case Status::access:
    case Status::busy:
        return false;
    case Status::remote: {
        // A server that broke down (5xx) may have done so after it had done its work.
        const auto http = error.numbers().find(ErrorNumber::http_status);
        return http != error.numbers().end() && http->second >= 500;
    }
    default:
        return true;
    }
}

Error with_hint(Error error, const std::string &hint) {
    std::string remedy = error.remedy().empty() ? hint : error.remedy() + " " + hint;
    return std::move(error).with_remedy(std::move(remedy));
}

/// When the CA wants to be asked again after a failure; nothing is known of it after any other.
void respect(Work &work, const Error &error) {
    const auto seconds = retry_after(error);
    work.record.next_try = seconds ? work.core->options.clock->now() + *seconds : 0;
}

Result<Issue> not_answered(Work work, Error error) {
    const std::string id = work.record.id;
    respect(work, error);
    if (!may_have_left(error)) {
        CERTBROKER_CHECK(work.advance(State::failed, describe(error), &error));
        return with_hint(std::move(error),
                         "Nothing was issued; the request is kept and can be sent again (" + id + ").");
    }
    CERTBROKER_CHECK(
        work.advance(State::uncertain, "It is not known whether the CA has the request: " + describe(error), &error));
    if (error.status() == Status::cancelled || error.status() == Status::timeout)
        return with_hint(std::move(error),
                         "Receive-CBCertificate asks the CA what became of the request (" + id + ").");
    work.warn(work.record.message + ". Receive-CBCertificate asks the CA; do not send the request anew.");
    return std::move(work).issue();
}

std::int64_t next_try(const Work &work, const provider::Outcome &outcome) {
    return outcome.poll_after_seconds == 0 ? 0 : work.core->options.clock->now() + outcome.poll_after_seconds;
}

/// A failure that may be another one's next time.
bool passes(const Error &error) {
    return error.status() == Status::network || error.status() == Status::remote || error.status() == Status::busy;
}

} // namespace

Result<std::optional<provider::Outcome>> wait_for_decision(Work &work, OpenProvider &provider) {
    Pace pace(work);
    for (;;) {
        CERTBROKER_TRY(const bool go_on, pace.wait(work));
        if (!go_on) return std::optional<provider::Outcome>();
        auto outcome = provider.provider->poll(work.record.token, work.operation);
        if (outcome) {
            if (outcome->state != Answer::pending) return std::optional(*std::move(outcome));
            const std::int64_t before = work.record.next_try;
            work.record.next_try = next_try(work, *outcome);
            if (outcome->token != work.record.token || work.record.next_try > before + durable_step) {
                work.record.token = std::move(outcome->token);
                CERTBROKER_CHECK(work.advance(State::pending, std::move(outcome->message)));
            }
            continue;
        }
        if (outcome.error().status() == Status::cancelled) return std::move(outcome).error();
        work.warn("The CA could not be asked: " + describe(outcome.error()));
        CERTBROKER_CHECK(leave_alone(work, outcome.error()));
        if (!passes(outcome.error())) return std::optional<provider::Outcome>();
    }
}

Result<void> leave_alone(Work &work, const Error &error) {
    if (!retry_after(error)) return {};
    respect(work, error);
    return work.advance(work.record.state, describe(error), &error);
}

void describe_submission(Record &record, const OpenProvider &provider, std::string_view profile,
                         const Settings &order) {
    record.provider = provider.provider->plugin().id;
    record.authority = provider.authority;
    record.authority_location = provider.authority.empty() ? "" : store::location_name(provider.location);
    record.profile = profile;
    record.order.clear();
    for (const auto &[name, value] : order.values()) {
        if (const auto *text = std::get_if<std::string>(&value)) record.order.emplace_back(name, *text);
    }
}

Result<Issue> submit(Work work, OpenProvider &provider, const Submission &submission) {
    work.report(Stage::submit, "Sending the request to the CA");
    provider::Order order;
    order.csr = submission.csr;
    order.csr_key = submission.key;
    order.profile = work.record.profile;
    order.settings = submission.order;
    order.idempotency = work.record.id;
    order.not_after = work.record.not_after;
    const bool renew = submission.current != nullptr && (provider.provider->capabilities() & CBP_CAN_RENEW) != 0;
    if (renew) {
        order.current = submission.current;
        order.current_key = submission.current_key;
    }
    fault::point("issuance.submit");
    auto outcome =
        renew ? provider.provider->renew(order, work.operation) : provider.provider->submit(order, work.operation);
    fault::point("issuance.submit");
    if (!outcome) return not_answered(std::move(work), std::move(outcome).error());
    return settle(std::move(work), provider, *std::move(outcome), submission.key != nullptr || submission.key_in_place);
}

Result<Issue> settle(Work work, OpenProvider &provider, provider::Outcome outcome, bool key_at_hand) {
    Record &record = work.record;
    if (!outcome.reference.empty()) record.reference = outcome.reference;
    record.reason = outcome.reason;
    switch (outcome.state) {
    case Answer::issued: {
        work.report(Stage::verify, "Checking the certificate");
        auto leaf = match(record, outcome.certificates);
        if (leaf) return accept(std::move(work), *leaf, outcome.certificates, key_at_hand);
        // What the CA sent is kept as evidence. Uncertain, because a certificate exists: nothing is sent again before
        // somebody has asked the CA.
        for (const x509::Certificate &certificate : outcome.certificates)
            record.chain.push_back(certificate.der());
        CERTBROKER_CHECK(work.advance(State::uncertain, describe(leaf.error()), &leaf.error()));
        return std::move(leaf).error();
    }
    case Answer::pending: {
        record.token = std::move(outcome.token);
        record.next_try = next_try(work, outcome);
        CERTBROKER_CHECK(work.advance(State::pending, std::move(outcome.message)));
        if (work.options.wait.count() <= 0) return std::move(work).issue();
        CERTBROKER_TRY(std::optional<provider::Outcome> decision, wait_for_decision(work, provider));
        if (!decision) return std::move(work).issue();
        return settle(std::move(work), provider, *std::move(decision), key_at_hand);
    }
    case Answer::denied:
        record.remedy = std::move(outcome.remedy);
        record.next_try = 0;
        CERTBROKER_CHECK(work.advance(State::denied, std::move(outcome.message)));
        return std::move(work).issue();
    case Answer::uncertain:
        // A token is a receipt: who has one is still waiting, whatever this answer was.
        if (record.state == State::pending) {
            work.warn("The CA could not say what became of the request: " + outcome.message);
            return std::move(work).issue();
        }
        CERTBROKER_CHECK(work.advance(State::uncertain, std::move(outcome.message)));
        return std::move(work).issue();
    }
    return fail(errors::argument, work.name() + " could not go on: the provider's answer is unknown");
}

} // namespace certbroker::issuance
