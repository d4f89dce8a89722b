#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/sqlite.hpp"

namespace certbroker::sqlite {

/// Changes of several threads go to the disk together: whoever finds nobody committing takes along all that waits, in
/// one transaction, each change behind a savepoint of its own, so that one that fails leaves the others alone.
/// Thread-safe.
class GroupCommit {
public:
    /// `use` guards the database, also against readers. Both outlive this.
    GroupCommit(const Database &database, std::mutex &use) : database_(database), use_(use) {}
    GroupCommit(const GroupCommit &) = delete;
    GroupCommit &operator=(const GroupCommit &) = delete;

    enum class Durable {
        now,  ///< on the disk when run() returns
        later ///< seen by everybody at once, and on the disk with the next change that is; the machine may forget it,
              ///< in which case it forgets nothing that came before
    };

    /// The body runs on any of the threads, with the database to itself. What it throws is thrown here.
    Result<void> run(const std::function<Result<void>()> &body, Durable durable = Durable::now);

private:
    struct Change {
        const std::function<Result<void>()> &body;
        Durable durable;
        std::optional<Result<void>> done;
        std::exception_ptr thrown;
    };
    void commit(const std::vector<Change *> &batch);
    void commit_several(const std::vector<Change *> &batch);
    static void give_up(const std::vector<Change *> &batch, const Error &why);
    /// Whether a commit waits for the disk. One that need not is written all the same, and keeps its place in the log.
    Result<void> wait_for_disk(bool wait);

    const Database &database_;
    std::mutex &use_;
    std::mutex mutex_; ///< guards what follows
    std::condition_variable committed_;
    std::vector<Change *> waiting_;
    bool committing_ = false;
    bool waits_ = true; ///< guarded by use_: what Database::open sets
};

} // namespace certbroker::sqlite
