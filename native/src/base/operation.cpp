#include "base/operation.hpp"

#include <algorithm>
#include <string>

#include "base/errors.hpp"

namespace certbroker {

void Cancellation::request() noexcept {
    {
        // The lock orders the store before a waiter's check, so that no wake-up is lost.
        const std::lock_guard lock(mutex_);
        requested_.store(true, std::memory_order_release);
    }
    condition_.notify_all();
}

bool Cancellation::wait_for(std::chrono::milliseconds time) const {
    std::unique_lock lock(mutex_);
    return condition_.wait_for(lock, time, [this] { return requested(); });
}

Result<void> Operation::check(std::string_view what) const {
    if (cancellation->requested()) return fail(errors::cancelled, std::string(what) + ": cancelled");
    if (deadline != std::chrono::steady_clock::time_point::max() && clock->monotonic() >= deadline)
        return fail(errors::timeout, std::string(what) + ": the deadline has passed");
    return {};
}

std::chrono::milliseconds Operation::remaining() const {
    using std::chrono::milliseconds;
    if (deadline == std::chrono::steady_clock::time_point::max()) return std::chrono::hours(24);
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock->monotonic());
    return std::max(left, milliseconds(0));
}

Operation Operation::with_timeout(std::chrono::milliseconds timeout) const {
    Operation copy = *this;
    // Far longer than anything runs; adding the largest number there is would overflow the clock.
    if (timeout >= std::chrono::hours(24 * 365)) return copy;
    copy.deadline = std::min(deadline, clock->monotonic() + timeout);
    return copy;
}

void Operation::report(Stage stage, std::int32_t percent, std::string_view message) const {
    if (progress != nullptr && !progress->report(stage, percent, message)) cancellation->request();
}

} // namespace certbroker
