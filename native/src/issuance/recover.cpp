#include "issuance/errors.hpp"
#include "issuance/steps.hpp"

namespace certbroker::issuance {
namespace {

Result<void> recover_one(Core &core, const Found &found, const Operation &operation) {
    RoadOptions as_it_was;
    as_it_was.allow_differences = found.record.allow_differences;
    auto taken = Work::take(core, found, as_it_was, operation, 0);
    // Not interrupted at all: somebody is at work on it.
    if (!taken && taken.error().id() == errors::issuance_busy.id) return {};
    CERTBROKER_TRY(Work work, std::move(taken));
    if (work.record.state == State::submitting)
        return work.advance(State::uncertain, "Interrupted while it was being sent");
    if (work.record.state != State::issued || !work.record.install) return {};
    CERTBROKER_TRY(const x509::Chain chain, parse_chain(work.record));
    CERTBROKER_TRY(const x509::Certificate leaf, match(work.record, chain));
    CERTBROKER_CHECK(accept(std::move(work), leaf, chain, false));
    return {};
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
    for (Record &record : *interrupted) {
        const std::string id = record.id;
        if (auto recovered = recover_one(core, Found{&journal, location, std::move(record)}, operation); !recovered)
            operation.write(LogLevel::warning, source,
                            "The request " + id + " could not be recovered: " + describe(recovered.error()));
    }
}

} // namespace certbroker::issuance
