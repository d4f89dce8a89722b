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

} // namespace

const Clock &system_clock() {
    static const SystemClock clock;
    return clock;
}

} // namespace certbroker
