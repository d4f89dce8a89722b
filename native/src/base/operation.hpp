#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"

namespace certbroker {

/// A request to stop, raised from any thread, any number of times.
class Cancellation {
public:
    void request() noexcept;
    bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }
    /// Sleeps, but wakes at once when cancelled. True when cancelled.
    bool wait_for(std::chrono::milliseconds time) const;

private:
    std::atomic<bool> requested_{false};
    mutable std::mutex mutex_;
    mutable std::condition_variable condition_;
};

/// Values are part of the C ABI (certbroker_progress_fn).
enum class Stage : std::int32_t {
    policy = 1,
    key = 2,
    request = 3,
    submit = 4,
    wait = 5,
    verify = 6,
    install = 7,
    other = 8
};

/// Receives progress on the calling thread; false asks to cancel.
class Progress {
public:
    virtual ~Progress() = default;
    virtual bool report(Stage stage, std::int32_t percent, std::string_view message) = 0;
};

/// How one call may run: until when, who may stop it, who listens. Copied freely; everything it points to outlives
/// the call.
struct Operation {
    const Clock *clock = &system_clock();
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
    Log *log = &null_log();
    Progress *progress = nullptr;

    /// Fails with Base.Cancelled or Base.Timeout; `what` completes "what could not be done".
    Result<void> check(std::string_view what) const;
    /// Time left, never negative; a day when there is no deadline.
    std::chrono::milliseconds remaining() const;
    Operation with_timeout(std::chrono::milliseconds timeout) const;

    void write(LogLevel level, std::string_view source, std::string_view message) const {
        log->write(level, source, message);
    }
    /// Reports progress; a listener that says no cancels the operation.
    void report(Stage stage, std::int32_t percent, std::string_view message) const;
};

} // namespace certbroker
