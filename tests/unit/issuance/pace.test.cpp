#include "issuance/pace.hpp"

#include <thread>

#include "fixture.hpp"
#include "issuance/work.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

/// A request in hand whose caller is that patient.
Work patient_work(Core &core, std::chrono::seconds wait, const Operation &operation) {
    RoadOptions options;
    options.wait = wait;
    return must(Work::begin(core, Location::current_user, options, operation));
}

struct Home {
    Home() {
        options.roots = store::Roots::under(folder.path().string());
        options.clock = &clock;
        core = std::make_unique<Core>(options);
    }
    TemporaryFolder folder;
    TestClock clock;
    BrokerOptions options;
    std::unique_ptr<Core> core;
    Operation operation;
};

std::int64_t elapsed_ms(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

TEST_CASE("Who does not wait is not made to") {
    Home home;
    const Work work = patient_work(*home.core, std::chrono::seconds(0), home.operation);
    Pace pace(work);
    CHECK_FALSE(must(pace.wait(work)));
}

TEST_CASE("Questions come ever less often, until the patience is over") {
    Home home;
    const Work work = patient_work(*home.core, std::chrono::seconds(2), home.operation);
    Pace pace(work);
    const auto start = std::chrono::steady_clock::now();
    int questions = 0;
    while (must(pace.wait(work)))
        ++questions;
    // 250, 500, 1000 ms, and the rest of the two seconds.
    CHECK(questions >= 3);
    CHECK(questions <= 4);
    CHECK(elapsed_ms(start) >= 1750);
}

TEST_CASE("The time that the CA named is waited for, or not at all when it is too late") {
    Home home;
    Work work = patient_work(*home.core, std::chrono::seconds(5), home.operation);
    Pace pace(work);
    const auto start = std::chrono::steady_clock::now();
    work.record.next_try = home.clock.now() + 2;
    CHECK(must(pace.wait(work)));
    CHECK(elapsed_ms(start) >= 900); // next_try counts whole seconds
    work.record.next_try = home.clock.now() + 3600;
    const auto late = std::chrono::steady_clock::now();
    CHECK_FALSE(must(pace.wait(work)));
    CHECK(elapsed_ms(late) < 900);
}

TEST_CASE("Waiting ends when it is cancelled") {
    Home home;
    const Work work = patient_work(*home.core, std::chrono::seconds(60), home.operation);
    Pace pace(work);
    CHECK(must(pace.wait(work)));
    std::thread canceller([&home] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        home.operation.cancellation->request();
    });
    Result<bool> ended = true;
    while (ended && *ended)
        ended = pace.wait(work);
    canceller.join();
    CHECK(id_of(ended) == "Base.Cancelled");
}

TEST_CASE("What a failure says about times is found among its causes, within limits") {
    const Error plain = fail(errors::issuance_busy, "No");
    CHECK_FALSE(retry_after(plain));
    CHECK(find_lag(plain) == 0);
    const auto about = [](ErrorNumber number, std::int64_t value) {
        return fail(errors::issuance_busy, "No").because(fail(errors::issuance_busy, "Later").with(number, value));
    };
    CHECK(retry_after(about(ErrorNumber::retry_after_seconds, 90)) == 90);
    CHECK(retry_after(about(ErrorNumber::retry_after_seconds, -5)) == 0);
    CHECK(retry_after(about(ErrorNumber::retry_after_seconds, 1LL << 60)) == 31 * 86'400);
    CHECK(find_lag(about(ErrorNumber::find_lag_seconds, 120)) == 120);
}
