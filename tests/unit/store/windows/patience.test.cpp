#include "store/windows/patience.hpp"

#include <atomic>
#include <memory>
#include <thread>

#include "store/errors.hpp"
#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;
using namespace certbroker::test;

namespace {
constexpr const char *what = "It could not be done";

void wait_until(const std::atomic<bool> &flag) {
    for (int i = 0; !flag && i < 1000; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
}
} // namespace

TEST_CASE("Patient work ends as the work does") {
    std::atomic<bool> undone{false};
    CHECK(wait_patiently(
              Operation(), what, [] { return success(); }, [&] { undone = true; })
              .has_value());
    const auto failing = [] { return Result<void>(fail(errors::store_io, "It could not be done: no")); };
    CHECK(id_of(wait_patiently(Operation(), what, failing, [&] { undone = true; })) == "Store.Io");
    CHECK_FALSE(undone);
}

TEST_CASE("A cancelled or late one comes back at once, and its work is taken back when it is done") {
    struct Flags {
        std::atomic<bool> go{false}, undone{false};
    };
    for (const bool cancel : {true, false}) {
        const auto flags = std::make_shared<Flags>();
        Operation operation = Operation().with_timeout(std::chrono::milliseconds(cancel ? 60000 : 50));
        std::jthread canceller;
        if (cancel) {
            canceller = std::jthread([operation] {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                operation.cancellation->request();
            });
        }
        const auto work = [flags] {
            wait_until(flags->go);
            return success();
        };
        CHECK(id_of(wait_patiently(operation, what, work, [flags] { flags->undone = true; })) ==
              (cancel ? "Base.Cancelled" : "Base.Timeout"));
        CHECK_FALSE(flags->undone);
        flags->go = true;
        wait_until(flags->undone);
        CHECK(flags->undone);
    }
}

TEST_CASE("What failed after it was given up is not taken back") {
    struct Flags {
        std::atomic<bool> go{false}, done{false}, undone{false};
    };
    const auto flags = std::make_shared<Flags>();
    const auto work = [flags] {
        wait_until(flags->go);
        flags->done = true;
        return Result<void>(fail(errors::store_io, "It could not be done: no"));
    };
    CHECK(id_of(wait_patiently(Operation().with_timeout(std::chrono::milliseconds(20)), what, work,
                               [flags] { flags->undone = true; })) == "Base.Timeout");
    flags->go = true;
    wait_until(flags->done);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK_FALSE(flags->undone);
}

TEST_CASE("What is cancelled before does not begin") {
    Operation cancelled;
    cancelled.cancellation->request();
    bool begun = false;
    const auto work = [&] {
        begun = true;
        return success();
    };
    CHECK(id_of(wait_patiently(cancelled, what, work, [] {})) == "Base.Cancelled");
    CHECK_FALSE(begun);
}
