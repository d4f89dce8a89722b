#include "issuance/pace.hpp"

#include <algorithm>

namespace certbroker::issuance {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t longest = 31LL * 86'400;
constexpr milliseconds longest_pause{60'000};

std::optional<std::int64_t> number_of(const Error &error, ErrorNumber number) {
    for (const Error *at = &error; at != nullptr; at = at->cause()) {
        const auto found = at->numbers().find(number);
        if (found != at->numbers().end()) return std::clamp<std::int64_t>(found->second, 0, longest);
    }
    return std::nullopt;
}

} // namespace

Pace::Pace(const Work &work)
    : start_(work.operation.clock->monotonic()),
      patience_(std::min<milliseconds>(work.options.wait, work.operation.remaining())) {}

Result<bool> Pace::wait(const Work &work) {
    const auto spent = std::chrono::duration_cast<milliseconds>(work.operation.clock->monotonic() - start_);
    const std::int64_t seconds =
        std::clamp<std::int64_t>(work.record.next_try - work.core->options.clock->now(), 0, longest);
    const milliseconds left = patience_ - spent;
    // Asking before the time that the CA named only annoys it; next_try counts whole seconds.
    if (left.count() <= 0 || std::chrono::seconds(seconds) >= left + std::chrono::seconds(1)) return false;
    const milliseconds next = std::min(std::max(pause_, milliseconds(seconds * 1000)), left);
    work.report(Stage::wait, "The CA has not decided yet");
    (void)work.operation.cancellation->wait_for(next);
    CERTBROKER_CHECK(work.operation.check("The CA's decision could not be waited for"));
    pause_ = std::min(pause_ * 2, longest_pause);
    return true;
}

std::optional<std::int64_t> retry_after(const Error &error) {
    return number_of(error, ErrorNumber::retry_after_seconds);
}

std::int64_t find_lag(const Error &error) {
    return number_of(error, ErrorNumber::find_lag_seconds).value_or(0);
}

} // namespace certbroker::issuance
