#pragma once

#include <chrono>
#include <optional>

#include "issuance/work.hpp"

/// How often a CA is asked. Private to issuance/.
namespace certbroker::issuance {

/// Waits between two questions: never less than the CA named, else twice as long each time, up to a minute. Begins when
/// it is made and lasts as long as the caller wants to wait.
class Pace {
public:
    explicit Pace(const Work &work);
    /// Waits until the next question makes sense. False, at once, when the caller's patience is over by then;
    /// Base.Cancelled and Base.Timeout as always.
    Result<bool> wait(const Work &work);

private:
    std::chrono::steady_clock::time_point start_;
    std::chrono::milliseconds patience_;
    std::chrono::milliseconds pause_{250};
};

/// How long the CA wants to be left alone (Retry-After), from anywhere in the chain of causes; nothing when it does not
/// say. At most 31 days.
std::optional<std::int64_t> retry_after(const Error &error);
/// How long the CA may not show an order after it was sent; 0 when the provider does not say. At most 31 days.
std::int64_t find_lag(const Error &error);

} // namespace certbroker::issuance
