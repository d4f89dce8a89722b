#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.hpp"
#include "base/file.hpp"
#include "issuance/core.hpp"

namespace certbroker::issuance {

/// How long somebody who asks for a request waits for it. A process that starts looks after every request that seems
/// interrupted and holds it for that moment, which is no reason to turn its owner away.
inline constexpr std::uint32_t owner_patience_ms = 2000;

/// A request in somebody's hands. While it lives nobody else, in this process or another, can work on that request;
/// what it does is in the journal before it returns. Private to issuance/.
class Work {
public:
    /// A new request, with a fresh id; nothing is written yet.
    static Result<Work> begin(Core &core, store::Location location, const RoadOptions &options,
                              const Operation &operation);
    /// One of the journal's, as it stands once nobody else works on it. Journal.NotFound, Issuance.Busy.
    static Result<Work> take(Core &core, std::string_view request_id, const RoadOptions &options,
                             const Operation &operation);
    static Result<Work> take(Core &core, const Found &found, const RoadOptions &options, const Operation &operation,
                             std::uint32_t patience_ms = owner_patience_ms);

    /// Writes the new request in the state that its record has.
    Result<void> add();
    /// The next step, durable when this returns; the message becomes the record's and the event's. `why` is the failure
    /// that led to it, if one did.
    Result<void> advance(State next, std::string message, const Error *why = nullptr);

    /// What the caller says now on top of what was said when the request began: what was allowed once stays allowed,
    /// what was not to be installed stays so.
    void adopt(const RoadOptions &now);
    /// Something for people to know, beside the result.
    void warn(std::string warning);
    void report(Stage stage, std::string_view message) const;
    void log(LogLevel level, std::string_view message) const;
    /// An event of the catalogue about this request.
    void tell(const EventKind &kind, std::string message, const Error *why = nullptr) const;

    /// How far it has come. The Work is over then.
    Issue issue(x509::Chain chain = {}, std::optional<store::Entry> entry = {}) &&;
    /// "The request 'CN=web01' (id)", to begin messages with.
    std::string name() const;

    Core *core;
    Journal *journal;
    store::Location location;
    Record record;
    RoadOptions options;
    Operation operation;

private:
    Work(Core &in_core, Journal &in_journal, store::Location at, file::Lock lock, RoadOptions with,
         const Operation &how)
        : core(&in_core), journal(&in_journal), location(at), options(std::move(with)), operation(how),
          lock_(std::move(lock)) {}

    file::Lock lock_;
    std::vector<std::string> warnings_;
};

/// Issuance.Busy when somebody else holds it for all that time.
Result<file::Lock> lock_request(const Core &core, store::Location location, std::string_view request_id,
                                std::uint32_t patience_ms = owner_patience_ms);

/// Installing is short and local: it is not given up half-way because a deadline passed or somebody cancelled.
Operation to_the_end(const Operation &operation);

} // namespace certbroker::issuance
