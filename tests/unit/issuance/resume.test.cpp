#include <array>
#include <thread>

#include "fixture.hpp"
#include "issuance/work.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Result<Issue> resume(World &world, const std::string &id, const RoadOptions &options = {}) {
    return world.broker->resume(id, nullptr, options, world.operation);
}

} // namespace

TEST_CASE("A pending request goes on in another process") {
    World world;
    world.ca.next({Answer::Kind::pend});
    const Issue pending = world.enroll(World::request());
    world.restart();
    world.ca.next({Answer::Kind::pend, "Still nobody looked"});
    const Issue still = must(resume(world, pending.record.id));
    CHECK(still.record.state == State::pending);
    CHECK(still.record.message == "Still nobody looked");
    SECTION("issued") {
        const Issue issue = must(resume(world, pending.record.id));
        CHECK(issue.record.state == State::installed);
        CHECK(issue.entry->has_private_key());
        // What is finished stays as it is.
        const Issue again = must(resume(world, pending.record.id));
        CHECK(again.record.state == State::installed);
        CHECK(again.entry);
        CHECK(again.chain.size() == 3);
    }
    SECTION("denied") {
        world.ca.next({Answer::Kind::deny, "No"});
        CHECK(must(resume(world, pending.record.id)).record.state == State::denied);
        CHECK(must(resume(world, pending.record.id)).record.state == State::denied);
    }
    SECTION("the CA cannot be reached: nothing changes") {
        world.ca.next({Answer::Kind::fail, "Down", CBP_E_NETWORK});
        CHECK_FALSE(resume(world, pending.record.id));
        CHECK(world.record(pending.record.id).state == State::pending);
        world.ca.next({Answer::Kind::unsure, "Lost"});
        const Issue unsure = must(resume(world, pending.record.id));
        CHECK(unsure.record.state == State::pending);
        CHECK(unsure.warnings.size() == 1);
    }
}

TEST_CASE("An uncertain request is asked for before anything is sent again") {
    World world;
    SECTION("the CA has issued it") {
        // It was issued, and the answer got lost: the same again would be a second certificate.
        world.ca.next({Answer::Kind::unsure});
        const Issue lost = world.enroll(World::request());
        world.ca.next({Answer::Kind::issue});
        const Issue issue = must(resume(world, lost.record.id));
        CHECK(issue.record.state == State::installed);
        CHECK(world.ca.found == std::vector{lost.record.id});
        CHECK(world.ca.submitted.size() == 1);
    }
    SECTION("the CA never got it") {
        world.ca.next({Answer::Kind::unsure});
        const Issue lost = world.enroll(World::request());
        const Issue issue = must(resume(world, lost.record.id));
        CHECK(issue.record.state == State::installed);
        CHECK(world.ca.submitted == std::vector{lost.record.id, lost.record.id});
        CHECK(world.ca.order_key);
    }
    SECTION("the CA has it pending, or denied it") {
        world.ca.next({Answer::Kind::unsure});
        const Issue lost = world.enroll(World::request());
        world.ca.next({Answer::Kind::pend});
        CHECK(must(resume(world, lost.record.id)).record.state == State::pending);
        CHECK(world.ca.submitted.size() == 1);
    }
    SECTION("the CA cannot be asked now") {
        world.ca.next({Answer::Kind::unsure});
        const Issue lost = world.enroll(World::request());
        world.ca.next({Answer::Kind::fail, "Down", CBP_E_NETWORK});
        CHECK_FALSE(resume(world, lost.record.id));
        CHECK(world.record(lost.record.id).state == State::uncertain);
        CHECK(world.ca.submitted.size() == 1);
    }
    SECTION("the provider cannot ask") {
        OpenProvider plain = world.plain();
        world.ca.next({Answer::Kind::unsure});
        const Issue lost =
            must(world.broker->enroll(World::request(), plain, "", {}, *world.store, {}, world.operation));
        const Issue still = must(world.broker->resume(lost.record.id, &plain, {}, world.operation));
        CHECK(still.record.state == State::uncertain);
        REQUIRE(still.warnings.size() == 1);
        CHECK(still.warnings.front().find(lost.record.key_id) != std::string::npos);
        CHECK(world.ca.submitted.size() == 1);
    }
}

TEST_CASE("A CA whose search lags gets nothing twice: it is not shown yet, so it is asked again") {
    World world;
    const auto not_shown_yet = [&world] {
        world.ca.next({.kind = Answer::Kind::fail, .message = "Not here", .status = CBP_E_NOT_FOUND, .find_lag = 120});
    };
    world.ca.next({Answer::Kind::unsure});
    const Issue lost = world.enroll(World::request());
    const std::int64_t sent = world.record(lost.record.id).sent_at;
    CHECK(sent + 5 >= world.clock.now());
    not_shown_yet();
    const Issue still = must(resume(world, lost.record.id));
    CHECK(still.record.state == State::uncertain);
    CHECK(still.record.next_try == sent + 120);
    REQUIRE(still.warnings.size() == 1);
    CHECK(still.warnings.front().find(utc_text(sent + 120)) != std::string::npos);
    CHECK(world.ca.submitted.size() == 1);
    // In the journal, for everybody who comes later.
    world.restart();
    CHECK(world.record(lost.record.id).next_try == sent + 120);
    SECTION("it appears") {
        world.ca.next({Answer::Kind::issue});
        CHECK(must(resume(world, lost.record.id)).record.state == State::installed);
        CHECK(world.ca.submitted.size() == 1);
    }
    SECTION("it appears while it is waited for") {
        world.clock.ahead = 117;
        not_shown_yet();
        world.ca.next({Answer::Kind::issue});
        RoadOptions patient;
        patient.wait = std::chrono::seconds(20);
        CHECK(must(resume(world, lost.record.id, patient)).record.state == State::installed);
        CHECK(world.ca.found.size() == 3);
        CHECK(world.ca.submitted.size() == 1);
    }
    SECTION("the time is over") {
        world.clock.ahead = 121;
        not_shown_yet();
        CHECK(must(resume(world, lost.record.id)).record.state == State::installed);
        CHECK(world.ca.submitted == std::vector{lost.record.id, lost.record.id});
        CHECK(world.record(lost.record.id).sent_at >= sent + 120);
    }
}

TEST_CASE("A CA is left alone until the time that it named, unless somebody wants to know now") {
    World world;
    world.ca.next({Answer::Kind::pend, "A human looks at it", 0, 3600});
    const Issue pending = world.enroll(World::request());
    RoadOptions polite;
    polite.ask_now = false;
    const Issue left = must(resume(world, pending.record.id, polite));
    CHECK(left.record.state == State::pending);
    CHECK(world.ca.polled.empty());
    REQUIRE(left.warnings.size() == 1);
    CHECK(left.warnings.front().find(utc_text(pending.record.next_try)) != std::string::npos);
    SECTION("now") {
        CHECK(must(resume(world, pending.record.id)).record.state == State::installed);
    }
    SECTION("when the time has come") {
        world.clock.ahead = 3601;
        CHECK(must(resume(world, pending.record.id, polite)).record.state == State::installed);
    }
    SECTION("who waits, waits until then") {
        world.clock.ahead = 3598;
        polite.wait = std::chrono::seconds(20);
        const auto start = std::chrono::steady_clock::now();
        CHECK(must(resume(world, pending.record.id, polite)).record.state == State::installed);
        CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(900));
    }
}

TEST_CASE("Retry-After of a CA that cannot answer is kept for whoever asks next") {
    World world;
    world.ca.next({Answer::Kind::pend});
    const Issue pending = world.enroll(World::request());
    CHECK(pending.record.next_try == 0);
    world.ca.next({.kind = Answer::Kind::fail, .message = "Too many", .http_status = 503, .retry_after = 600});
    CHECK_FALSE(resume(world, pending.record.id));
    const Record kept = world.record(pending.record.id);
    CHECK(kept.state == State::pending);
    CHECK(kept.next_try >= world.clock.now() + 590);
    CHECK(kept.message.find("Too many") != std::string::npos);
    RoadOptions polite;
    polite.ask_now = false;
    CHECK(must(resume(world, pending.record.id, polite)).record.state == State::pending);
    CHECK(world.ca.polled.size() == 1);
    CHECK(must(resume(world, pending.record.id)).record.next_try == 0);
}

TEST_CASE("What was never sent, or is over, cannot be resumed") {
    World world;
    const Issue prepared = world.prepare(World::request());
    CHECK(id_of(resume(world, prepared.record.id)) == "Journal.NotSubmitted");
    must(world.broker->abandon(prepared.record.id, false, world.operation));
    CHECK(id_of(resume(world, prepared.record.id)) == "Journal.Finished");
    CHECK(id_of(resume(world, "no-such-id")) == "Journal.NotFound");
}

TEST_CASE("A request goes back to the CA it went to") {
    World world;
    OpenProvider by_hand = world.scripted();
    world.ca.next({Answer::Kind::pend});
    const Issue pending =
        must(world.broker->enroll(World::request(), by_hand, "", {}, *world.store, {}, world.operation));
    CHECK(id_of(resume(world, pending.record.id)) == "Issuance.NoAuthority");
    OpenProvider plain = world.plain();
    CHECK(id_of(world.broker->resume(pending.record.id, &plain, {}, world.operation)) == "Issuance.OtherProvider");
    CHECK(must(world.broker->resume(pending.record.id, &by_hand, {}, world.operation)).record.state ==
          State::installed);
}

TEST_CASE("Nobody works on a request that somebody else has in hand") {
    World world;
    world.ca.next({Answer::Kind::pend});
    const Issue pending = world.enroll(World::request());
    {
        // Another process: a broker of its own over the same home.
        BrokerOptions options;
        options.roots = world.broker->options().roots;
        Core other(options);
        const auto held = must(lock_request(other, Location::current_user, pending.record.id));
        CHECK(id_of(resume(world, pending.record.id)) == "Issuance.Busy");
        CHECK(id_of(world.broker->abandon(pending.record.id, false, world.operation)) == "Issuance.Busy");
        CHECK(id_of(world.broker->complete({}, as_bytes(World::answer_to(pending.record)), nullptr, {},
                                           world.operation)) == "Issuance.Busy");
    }
    CHECK(must(resume(world, pending.record.id)).record.state == State::installed);
}

TEST_CASE("Two processes that resume one request bring one certificate") {
    World world;
    world.ca.next({Answer::Kind::pend});
    const Issue pending = world.enroll(World::request());
    std::array<Result<Issue>, 4> results{Issue(), Issue(), Issue(), Issue()};
    std::vector<std::thread> threads;
    for (auto &result : results) {
        threads.emplace_back([&world, &pending, &result] {
            BrokerOptions options;
            options.roots = world.broker->options().roots;
            Broker other(options);
            other.providers().add_static(scripted_plugin());
            result = other.resume(pending.record.id, nullptr, {}, Operation());
        });
    }
    for (auto &thread : threads)
        thread.join();
    for (const auto &result : results) {
        if (result) {
            CHECK(result->record.state == State::installed);
        } else {
            CHECK(result.error().id() == "Issuance.Busy");
        }
    }
    CHECK(world.record(pending.record.id).state == State::installed);
    CHECK(world.ca.made == 1);
}
