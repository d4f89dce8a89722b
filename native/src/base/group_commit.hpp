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
/// one transaction, each change behind a savepoint of its own, so that one that fails leaves the others alone. A change
/// is durable when its run() returns. Thread-safe.
class GroupCommit {
public:
    /// `use` guards the database, also against readers. Both outlive this.
    GroupCommit(const Database &database, std::mutex &use) : database_(database), use_(use) {}
    GroupCommit(const GroupCommit &) = delete;
    GroupCommit &operator=(const GroupCommit &) = delete;

    /// The body runs on any of the threads, with the database to itself. What it throws is thrown here.
    Result<void> run(const std::function<Result<void>()> &body);

private:
    struct Change {
        const std::function<Result<void>()> &body;
        std::optional<Result<void>> done;
        std::exception_ptr thrown;
    };
    void commit(const std::vector<Change *> &batch);
    void commit_several(const std::vector<Change *> &batch);

    const Database &database_;
    std::mutex &use_;
    std::mutex mutex_; ///< guards what follows
    std::condition_variable committed_;
    std::vector<Change *> waiting_;
    bool committing_ = false;
};

} // namespace certbroker::sqlite
