#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace certbroker {

/// All time comes from here, so that tests can drive it.
class Clock {
public:
    virtual ~Clock() = default;
    virtual std::int64_t now() const = 0;                                ///< seconds since 1970-01-01T00:00:00Z
    virtual std::chrono::steady_clock::time_point monotonic() const = 0; ///< for deadlines
};

/// The machine's clock.
const Clock &system_clock();

/// For people: "2026-11-24 14:05:09 UTC".
std::string utc_text(std::int64_t unix_seconds);

} // namespace certbroker
