#include "base/clock.hpp"

namespace certbroker {
namespace {

class SystemClock final : public Clock {
public:
    std::int64_t now() const override {
        const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count();
    }
    std::chrono::steady_clock::time_point monotonic() const override { return std::chrono::steady_clock::now(); }
};

std::string two(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

} // namespace

const Clock &system_clock() {
    static const SystemClock clock;
    return clock;
}

std::string utc_text(std::int64_t unix_seconds) {
    using namespace std::chrono;
    // Beyond this a date has no four digits; it only came from a damaged or absurd certificate.
    constexpr std::int64_t first = -62'167'219'200, last = 253'402'300'799;
    if (unix_seconds < first || unix_seconds > last) return "a date beyond the calendar";
    const sys_seconds moment{seconds(unix_seconds)};
    const auto midnight = floor<days>(moment);
    const year_month_day date(midnight);
    const hh_mm_ss clock(moment - midnight);
    std::string year = std::to_string(static_cast<int>(date.year()));
    year.insert(0, 4 - year.size(), '0');
    return year + "-" + two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) + " " +
           two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" + two(clock.seconds().count()) +
           " UTC";
}

} // namespace certbroker
