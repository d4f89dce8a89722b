#include "base/operation.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace certbroker;
using namespace std::chrono_literals;

namespace {

class FixedClock final : public Clock {
public:
    std::int64_t now() const override { return 0; }
    std::chrono::steady_clock::time_point monotonic() const override { return time; }
    std::chrono::steady_clock::time_point time{};
};

class Listener final : public Progress {
public:
    bool report(Stage stage, std::int32_t percent, std::string_view) override {
        last_stage = stage;
        last_percent = percent;
        return go_on;
    }
    Stage last_stage = Stage::other;
    std::int32_t last_percent = -1;
    bool go_on = true;
};

} // namespace

TEST_CASE("an operation without limits goes on for ever") {
    const Operation operation;
    CHECK(operation.check("A thing could not be done"));
    CHECK(operation.remaining() == 24h);
}

TEST_CASE("a deadline is driven by the operation's clock") {
    FixedClock clock;
    Operation operation;
    operation.clock = &clock;
    const Operation limited = operation.with_timeout(10s);
    CHECK(limited.remaining() == 10s);
    CHECK(limited.check("A thing could not be done"));
    clock.time += 9s;
    CHECK(limited.remaining() == 1s);
    CHECK(limited.check("A thing could not be done"));
    clock.time += 2s;
    CHECK(limited.remaining() == 0s);
    const auto late = limited.check("A thing could not be done");
    REQUIRE_FALSE(late);
    CHECK(late.error().id() == "Base.Timeout");
    CHECK(late.error().message() == "A thing could not be done: the deadline has passed");
}

TEST_CASE("a time-out shortens a deadline and never lengthens it") {
    FixedClock clock;
    Operation operation;
    operation.clock = &clock;
    CHECK(operation.with_timeout(10s).with_timeout(20s).remaining() == 10s);
    CHECK(operation.with_timeout(10s).with_timeout(5s).remaining() == 5s);
    CHECK(operation.with_timeout(std::chrono::milliseconds::max()).remaining() == 24h);
    CHECK(operation.with_timeout(10s).with_timeout(std::chrono::milliseconds::max()).remaining() == 10s);
}

TEST_CASE("cancelling reaches every copy and wakes who sleeps") {
    const Operation operation;
    const Operation copy = operation.with_timeout(1h);
    std::thread canceller([&] {
        std::this_thread::sleep_for(20ms);
        operation.cancellation->request();
    });
    const auto start = std::chrono::steady_clock::now();
    CHECK(copy.cancellation->wait_for(30s));
    CHECK(std::chrono::steady_clock::now() - start < 10s);
    canceller.join();
    const auto stopped = copy.check("A thing could not be done");
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().id() == "Base.Cancelled");
    operation.cancellation->request();
    CHECK(operation.cancellation->requested());
    CHECK_FALSE(Cancellation().wait_for(1ms));
}

TEST_CASE("a listener that says no cancels") {
    Listener listener;
    Operation operation;
    operation.report(Stage::key, 1, "nobody listens");
    operation.progress = &listener;
    operation.report(Stage::submit, 40, "half");
    CHECK(listener.last_stage == Stage::submit);
    CHECK(listener.last_percent == 40);
    CHECK_FALSE(operation.cancellation->requested());
    listener.go_on = false;
    operation.report(Stage::wait, 50, "stop");
    CHECK(operation.cancellation->requested());
}
