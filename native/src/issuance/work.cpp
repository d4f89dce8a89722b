#include "issuance/work.hpp"

#include "base/errors.hpp"
#include "issuance/errors.hpp"

namespace certbroker::issuance {
namespace {

/// FNV-1a: the place of a request in the lock file. Two requests in one place would only wait for each other.
std::uint64_t place_of(std::string_view request_id) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : request_id)
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
    return hash;
}

/// What an administrator hears when a request has come to its state.
const EventKind &event_of(const Record &record) noexcept {
    switch (record.state) {
    case State::prepared:
        return events::request_prepared;
    case State::submitting:
        return events::request_submitted;
    case State::pending:
        return events::request_pending;
    case State::issued:
        return events::certificate_issued;
    case State::installed:
        return record.replaces.empty() ? events::certificate_installed : events::certificate_renewed;
    case State::denied:
        return events::request_denied;
    case State::failed:
        return events::request_attempt_failed;
    case State::uncertain:
        return events::request_uncertain;
    case State::abandoned:
        return events::request_abandoned;
    }
    return events::request_prepared;
}

void about_to_send(Record &record, std::int64_t now) {
    record.sent_at = now;
    record.next_try = 0;
}

} // namespace

Result<file::Lock> lock_request(const Core &core, store::Location location, std::string_view request_id,
                                std::uint32_t patience_ms) {
    const auto path = file::to_path(core.options.roots.of(location)) / "requests.lock";
    auto lock = file::Lock::acquire_at(path, place_of(request_id), patience_ms);
    if (!lock && lock.error().id() == errors::database_busy.id)
        return fail(errors::issuance_busy,
                    "The request '" + std::string(request_id) + "' could not be worked on: somebody else is doing so");
    return lock;
}

Operation to_the_end(const Operation &operation) {
    Operation unhurried = operation;
    unhurried.deadline = std::chrono::steady_clock::time_point::max();
    unhurried.cancellation = std::make_shared<Cancellation>();
    return unhurried;
}

Result<Work> Work::begin(Core &core, store::Location location, const RoadOptions &options, const Operation &operation) {
    CERTBROKER_TRY(Journal *const journal, core.journal(location));
    CERTBROKER_TRY(std::string id, crypto::random_uuid(*core.options.random));
    CERTBROKER_TRY(file::Lock lock, lock_request(core, location, id));
    Work work(core, *journal, location, std::move(lock), options, operation);
    work.record.id = std::move(id);
    work.record.install = options.install;
    work.record.trust_root = options.trust_root;
    work.record.friendly_name = options.friendly_name;
    work.record.allow_differences = options.allow_differences;
    work.record.exact = options.exact;
    work.record.allow_weak = options.allow_weak;
    work.record.not_after = options.not_after;
    return work;
}

Result<Work> Work::take(Core &core, std::string_view request_id, const RoadOptions &options,
                        const Operation &operation) {
    CERTBROKER_TRY(const Found found, core.find(request_id));
    return take(core, found, options, operation);
}

Result<Work> Work::take(Core &core, const Found &found, const RoadOptions &options, const Operation &operation,
                        std::uint32_t patience_ms) {
    CERTBROKER_TRY(file::Lock lock, lock_request(core, found.location, found.record.id, patience_ms));
    Work work(core, *found.journal, found.location, std::move(lock), options, operation);
    // Somebody may have gone on with it before the lock was ours.
    CERTBROKER_TRY(work.record, found.journal->get(found.record.id));
    return work;
}

Result<void> Work::add() {
    if (record.state == State::submitting) about_to_send(record, core->options.clock->now());
    CERTBROKER_CHECK(journal->add(record));
    record.created = record.changed = core->options.clock->now();
    tell(event_of(record), name() + " is " + std::string(state_name(record.state)));
    return {};
}

Result<void> Work::advance(State next, std::string message, const Error *why) {
    const State before = record.state;
    record.state = next;
    if (next == State::submitting) about_to_send(record, core->options.clock->now());
    record.message = std::move(message);
    if (auto advanced = journal->advance(before, record, record.message); !advanced) {
        record.state = before;
        return advanced;
    }
    record.changed = core->options.clock->now();
    // A step that leads nowhere new: the certificate stays in the journal, and there is a reason.
    const bool kept = next == State::issued && why != nullptr;
    tell(kept ? events::certificate_kept : event_of(record),
         name() + " is " + std::string(state_name(next)) + (record.message.empty() ? "" : ": " + record.message), why);
    return {};
}

void Work::adopt(const RoadOptions &now) {
    record.install = record.install && now.install;
    record.allow_differences = record.allow_differences || now.allow_differences;
    record.exact = (record.exact || now.exact) && !now.allow_differences;
    record.allow_weak = record.allow_weak || now.allow_weak;
    if (now.not_after != 0) record.not_after = now.not_after;
    record.trust_root = record.trust_root || now.trust_root;
    if (!now.friendly_name.empty()) record.friendly_name = now.friendly_name;
}

void Work::warn(std::string warning) {
    log(LogLevel::warning, name() + ": " + warning);
    warnings_.push_back(std::move(warning));
}

void Work::report(Stage stage, std::string_view message) const {
    operation.report(stage, -1, message);
}

void Work::log(LogLevel level, std::string_view message) const {
    operation.write(level, source, message);
}

void Work::tell(const EventKind &kind, std::string message, const Error *why) const {
    LogEvent event = LogEvent(kind, source, std::move(message))
                         .with("requestId", record.id)
                         .with("subject", record.subject)
                         .with("authority", record.authority)
                         .with("provider", record.provider)
                         .with("template", record.profile)
                         .with("store", record.store)
                         .with("replaces", record.replaces)
                         .with("caReference", record.reference)
                         .with("reason", record.reason)
                         .with("thumbprint", record.thumbprint)
                         .with("state", std::string(state_name(record.state)));
    if (why != nullptr) (void)std::move(event).about(*why);
    operation.log->event(event);
}

Issue Work::issue(x509::Chain chain, std::optional<store::Entry> entry) && {
    return {std::move(record), std::move(chain), std::move(entry), std::move(warnings_)};
}

std::string Work::name() const {
    return "The request " + (record.subject.empty() ? "" : "'" + record.subject + "' ") + "(" + record.id + ")";
}

} // namespace certbroker::issuance
