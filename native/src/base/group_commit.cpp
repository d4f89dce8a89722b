#include "base/group_commit.hpp"

#include <algorithm>
#include <utility>

namespace certbroker::sqlite {

Result<void> GroupCommit::run(const std::function<Result<void>()> &body, Durable durable) {
    Change mine{body, durable, std::nullopt, nullptr};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&mine);
    while (!mine.done && !mine.thrown) {
        if (committing_) {
            committed_.wait(lock);
            continue;
        }
        committing_ = true;
        const std::vector<Change *> batch = std::exchange(waiting_, {});
        lock.unlock();
        commit(batch);
        lock.lock();
        committing_ = false;
        committed_.notify_all();
    }
    if (mine.thrown) std::rethrow_exception(mine.thrown);
    return *std::move(mine.done);
}

void GroupCommit::commit(const std::vector<Change *> &batch) {
    const std::lock_guard lock(use_);
    try {
        const bool later = std::all_of(batch.begin(), batch.end(),
                                       [](const Change *change) { return change->durable == Durable::later; });
        if (auto paced = wait_for_disk(!later); !paced) return give_up(batch, paced.error());
        if (batch.size() == 1)
            batch.front()->done = database_.transaction(batch.front()->body);
        else
            commit_several(batch);
    } catch (...) {
        for (Change *change : batch) {
            change->done.reset();
            change->thrown = std::current_exception();
        }
    }
}

Result<void> GroupCommit::wait_for_disk(bool wait) {
    if (waits_ == wait) return {};
    CERTBROKER_CHECK(database_.execute(wait ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
    waits_ = wait;
    return {};
}

void GroupCommit::give_up(const std::vector<Change *> &batch, const Error &why) {
    for (Change *change : batch)
        change->done = Result<void>(why);
}

void GroupCommit::commit_several(const std::vector<Change *> &batch) {
    const auto all = database_.transaction([&]() -> Result<void> {
        for (Change *change : batch) {
            CERTBROKER_CHECK(database_.execute("SAVEPOINT one"));
            change->done = change->body();
            if (!*change->done) CERTBROKER_CHECK(database_.execute("ROLLBACK TO one"));
            CERTBROKER_CHECK(database_.execute("RELEASE one"));
        }
        return {};
    });
    if (!all) give_up(batch, all.error());
}

} // namespace certbroker::sqlite
