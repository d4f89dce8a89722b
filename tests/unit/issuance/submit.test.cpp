#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <thread>

#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Result<Issue> try_enroll(World &world, const RoadOptions &options = {}, const Operation *operation = nullptr) {
    OpenProvider ca = world.authority();
    return world.broker->enroll(World::request(), ca, "", {}, *world.store, options,
                                operation != nullptr ? *operation : world.operation);
}

Record only_record(World &world) {
    const auto all = must(world.broker->list_requests({}, false));
    REQUIRE(all.size() == 1);
    return all.front();
}

} // namespace

TEST_CASE("A failure before anything left makes the request FAILED, and it may be sent again") {
    World world;
    const cbp_status status = GENERATE(as<cbp_status>(), CBP_E_AUTH, CBP_E_POLICY, CBP_E_INVALID, CBP_E_ARGUMENT,
                                       CBP_E_NOT_FOUND, CBP_E_REMOTE);
    world.ca.next({Answer::Kind::fail, "No: this cannot be done", status});
    const auto failed = try_enroll(world);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().status() == static_cast<Status>(status));
    const Record record = only_record(world);
    CHECK(record.state == State::failed);
    CHECK(failed.error().remedy().find(record.id) != std::string::npos);
    CHECK(record.message.find("No: this cannot be done") != std::string::npos);

    OpenProvider ca = world.authority();
    const Issue issue = must(world.broker->enroll_prepared(record.id, ca, "", {}, {}, world.operation));
    CHECK(issue.record.state == State::installed);
    CHECK(world.ca.submitted == std::vector{record.id, record.id});
}

TEST_CASE("What the provider knows it did not send is FAILED, whatever it failed of") {
    World world;
    const cbp_status status =
        GENERATE(as<cbp_status>(), CBP_E_NETWORK, CBP_E_TIMEOUT, CBP_E_PROTOCOL, CBP_E_TRUST, CBP_E_REMOTE);
    Answer answer{Answer::Kind::fail, "The policy could not be got", status, 0, 503};
    answer.not_sent = true;
    world.ca.next(answer);
    const auto failed = try_enroll(world);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().status() == static_cast<Status>(status));
    CHECK(only_record(world).state == State::failed);
}

TEST_CASE("What may have left without an answer is UNCERTAIN") {
    World world;
    SECTION("the provider says so") {
        world.ca.next({Answer::Kind::unsure, "The line went dead"});
    }
    SECTION("the connection broke") {
        world.ca.next({Answer::Kind::fail, "It broke", CBP_E_NETWORK});
    }
    SECTION("the answer makes no sense") {
        world.ca.next({Answer::Kind::fail, "Gibberish", CBP_E_PROTOCOL});
    }
    SECTION("the server broke down") {
        world.ca.next({Answer::Kind::fail, "Internal error", CBP_E_REMOTE, 0, 500});
    }
    SECTION("the plugin broke its contract") {
        world.ca.next({Answer::Kind::nothing});
    }
    const Issue issue = must(try_enroll(world));
    CHECK(issue.record.state == State::uncertain);
    CHECK_FALSE(issue.record.message.empty());
    CHECK(only_record(world).state == State::uncertain);
    OpenProvider ca = world.authority();
    CHECK(id_of(world.broker->enroll_prepared(issue.record.id, ca, "", {}, {}, world.operation)) == "Issuance.Open");
}

TEST_CASE("Who cancels, or runs out of time, is told so, and the request is UNCERTAIN") {
    World world;
    world.ca.next({Answer::Kind::wait});
    Operation operation;
    std::thread canceller;
    std::string expected;
    SECTION("cancelled") {
        expected = "Base.Cancelled";
        // Only once the order is at the CA: before that a cancelled request was never sent.
        canceller = std::thread([&operation] {
            std::this_thread::sleep_for(std::chrono::milliseconds(1500));
            operation.cancellation->request();
        });
    }
    SECTION("timeout") {
        expected = "Base.Timeout";
        operation = operation.with_timeout(std::chrono::milliseconds(1500));
    }
    const auto stopped = try_enroll(world, {}, &operation);
    if (canceller.joinable()) canceller.join();
    REQUIRE(id_of(stopped) == expected);
    const Record record = only_record(world);
    CHECK(record.state == State::uncertain);
    CHECK(stopped.error().remedy().find(record.id) != std::string::npos);
}

TEST_CASE("Pending is kept with its token, and waited for when the caller wants to") {
    World world;
    SECTION("not waited for") {
        world.ca.next({Answer::Kind::pend, "A human looks at it", 0, 3600});
        const Issue issue = must(try_enroll(world));
        CHECK(issue.record.state == State::pending);
        CHECK(issue.record.message == "A human looks at it");
        CHECK(issue.record.next_try >= world.clock.now() + 3590);
        CHECK_FALSE(issue.record.token.empty());
        CHECK(issue.record.reference == "ref-1");
    }
    SECTION("until it is issued") {
        for (int i = 0; i < 3; ++i)
            world.ca.next({Answer::Kind::pend});
        RoadOptions options;
        options.wait = std::chrono::seconds(20);
        const Issue issue = must(try_enroll(world, options));
        CHECK(issue.record.state == State::installed);
        CHECK(world.ca.polled.size() == 3);
    }
    SECTION("until it is denied, over a short trouble") {
        world.ca.next({Answer::Kind::pend});
        world.ca.next({Answer::Kind::fail, "Busy", CBP_E_NETWORK});
        world.ca.next({Answer::Kind::deny, "No"});
        RoadOptions options;
        options.wait = std::chrono::seconds(20);
        const Issue issue = must(try_enroll(world, options));
        CHECK(issue.record.state == State::denied);
        CHECK(issue.warnings.size() == 1);
    }
    SECTION("not longer than the caller is patient, nor earlier than the CA wants") {
        world.ca.next({Answer::Kind::pend, "", 0, 3600});
        RoadOptions options;
        options.wait = std::chrono::seconds(10);
        const auto start = std::chrono::steady_clock::now();
        CHECK(must(try_enroll(world, options)).record.state == State::pending);
        CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
        CHECK(world.ca.polled.empty());
    }
    SECTION("a trouble that stays ends the waiting, not the request") {
        world.ca.next({Answer::Kind::pend});
        world.ca.next({Answer::Kind::fail, "Wrong password", CBP_E_AUTH});
        RoadOptions options;
        options.wait = std::chrono::seconds(10);
        const Issue issue = must(try_enroll(world, options));
        CHECK(issue.record.state == State::pending);
        CHECK(issue.warnings.size() == 1);
    }
    SECTION("not before the time that a failure named") {
        world.ca.next({Answer::Kind::pend});
        world.ca.next({.kind = Answer::Kind::fail, .message = "Too many", .http_status = 503, .retry_after = 3600});
        RoadOptions options;
        options.wait = std::chrono::seconds(10);
        const auto start = std::chrono::steady_clock::now();
        const Issue issue = must(try_enroll(world, options));
        CHECK(issue.record.state == State::pending);
        CHECK(issue.record.next_try >= world.clock.now() + 3590);
        CHECK(only_record(world).next_try == issue.record.next_try);
        CHECK(world.ca.polled.size() == 1);
        CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
    }
    SECTION("cancelled while waiting") {
        for (int i = 0; i < 50; ++i)
            world.ca.next({Answer::Kind::pend});
        RoadOptions options;
        options.wait = std::chrono::seconds(60);
        Operation operation;
        std::thread canceller([&operation] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            operation.cancellation->request();
        });
        const auto stopped = try_enroll(world, options, &operation);
        canceller.join();
        CHECK(id_of(stopped) == "Base.Cancelled");
        CHECK(only_record(world).state == State::pending);
    }
}

TEST_CASE("Steps are reported as they are taken, and logged") {
    struct Steps final : Progress {
        bool report(Stage stage, std::int32_t, std::string_view) override {
            stages.push_back(stage);
            return true;
        }
        std::vector<Stage> stages;
    } steps;
    World world;
    Operation operation;
    operation.progress = &steps;
    operation.log = world.log.get();
    must(try_enroll(world, {}, &operation));
    CHECK(steps.stages ==
          std::vector{Stage::policy, Stage::key, Stage::request, Stage::submit, Stage::verify, Stage::install});
    for (const char *state : {"Submitting", "Issued", "Installed"})
        CHECK(world.log->text().find(state) != std::string::npos);
}
