#include "issuance/errors.hpp"
#include "issuance/steps.hpp"

namespace certbroker::issuance {
namespace {

/// False when there was nothing to do.
Result<bool> recover_one(Core &core, const Found &found, const Operation &operation) {
    auto taken = Work::take(core, found, {}, operation, 0);
    // Not interrupted at all: somebody is at work on it.
    if (!taken && taken.error().id() == errors::issuance_busy.id) return false;
    CERTBROKER_TRY(Work work, std::move(taken));
    if (work.record.state == State::submitting) {
        CERTBROKER_CHECK(work.advance(State::uncertain, "Interrupted while it was being sent"));
        return true;
    }
    if (work.record.state != State::issued || !work.record.install) return false;
    CERTBROKER_TRY(const x509::Chain chain, parse_chain(work.record));
    CERTBROKER_TRY(const x509::Certificate leaf, match(work.record, chain));
    CERTBROKER_CHECK(accept(std::move(work), leaf, chain, false));
    return true;
}

} // namespace

void recover(Core &core, Journal &journal, store::Location location) {
    Operation operation;
    if (core.options.log) operation.log = core.options.log.get();
    auto interrupted = journal.interrupted();
    if (!interrupted) {
        operation.write(LogLevel::warning, source,
                        "The journal could not be searched: " + describe(interrupted.error()));
        return;
    }
    std::size_t recovered_ones = 0;
    for (Record &record : *interrupted) {
        const std::string id = record.id;
        const auto recovered = recover_one(core, Found{&journal, location, std::move(record)}, operation);
        if (!recovered) {
            operation.log->event(
                LogEvent(events::recovery_failed, source,
                         "The request " + id + " could not be recovered: " + describe(recovered.error()))
                    .with("requestId", id)
                    .about(recovered.error()));
        } else if (*recovered) {
            ++recovered_ones;
        }
    }
    if (interrupted->empty()) return;
    operation.log->event(LogEvent(events::recovery_finished, source,
                                  "Of " + std::to_string(interrupted->size()) + " unfinished requests in " +
                                      std::string(store::location_name(location)) + " " +
                                      std::to_string(recovered_ones) + " went on")
                             .with("found", std::to_string(interrupted->size()))
                             .with("recovered", std::to_string(recovered_ones)));
}

} // namespace certbroker::issuance
