#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <iostream>
#include <random>
#include <thread>

#include "killer.hpp"
#include "scenarios.hpp"
#include "support/temporary_folder.hpp"
#include "witness.hpp"

using namespace certbroker::crash;
using certbroker::test::TemporaryFolder;

namespace {

void check(const std::vector<std::string> &findings) {
    for (const std::string &finding : findings)
        FAIL_CHECK(finding);
}

/// Kills a process at each fault point on its way, one after the other, until one gets through.
void kill_everywhere(const std::string &scenario, const std::string &home) {
    for (long fault = 1;; ++fault) {
        const End end = wait_for(start_child(home, scenario, fault));
        INFO(scenario << ", fault point " << fault << ": " << last_words(home));
        REQUIRE(end != End::failed);
        check(look_at_the_scene(home, scenario));
        check(look(home));
        check(finish(home, scenario));
        if (end == End::finished) return;
        REQUIRE(fault < 500);
    }
}

} // namespace

TEST_CASE("Killed at any point of the road, nothing is lost and nothing is issued twice") {
    for (const std::string &scenario : scenario_names()) {
        const long before = kills();
        TemporaryFolder home;
        set_up(home.path().string(), scenario);
        kill_everywhere(scenario, home.path().string());
        // A scenario without fault points tests nothing.
        CHECK(kills() > before);
        std::cout << "  " << scenario << ": killed at " << kills() - before << " points\n";
    }
}

TEST_CASE("Killed while a home is made, the next process makes it") {
    for (long fault = 1;; ++fault) {
        TemporaryFolder home;
        const End end = wait_for(start_child(home.path().string(), "fresh", fault));
        INFO("fault point " << fault << ": " << last_words(home.path().string()));
        REQUIRE(end != End::failed);
        check(look(home.path().string()));
        // The same again, undisturbed.
        CHECK(wait_for(start_child(home.path().string(), "fresh", 0)) == End::finished);
        check(finish(home.path().string(), "fresh"));
        if (end == End::finished) return;
        REQUIRE(fault < 500);
    }
}

TEST_CASE("Killed again while it recovers, the next process recovers") {
    for (long fault = 1;; ++fault) {
        TemporaryFolder home;
        set_up(home.path().string(), "recover");
        const End end = wait_for(start_child(home.path().string(), "recover", fault));
        INFO("fault point " << fault << ": " << last_words(home.path().string()));
        REQUIRE(end != End::failed);
        check(look(home.path().string()));
        check(finish(home.path().string(), "recover"));
        if (end == End::finished) return;
        REQUIRE(fault < 500);
    }
}

TEST_CASE("Killed at any time, two processes at once, nothing is lost and nothing is issued twice") {
    constexpr long at_least = 520;
    constexpr unsigned seed = 4711;
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> time(1, 60);
    long rounds = 0;
    while (kills() < at_least || rounds < 4) {
        ++rounds;
        TemporaryFolder home;
        set_up(home.path().string(), "storm");
        for (int i = 0; i < 12; ++i) {
            const Process first = start_child(home.path().string(), "storm", 0);
            const Process second = start_child(home.path().string(), "storm", 0);
            const int first_time = time(random);
            const int second_time = time(random);
            std::this_thread::sleep_for(std::chrono::milliseconds(first_time));
            kill_child(first);
            std::this_thread::sleep_for(std::chrono::milliseconds(second_time));
            kill_child(second);
            INFO("round " << rounds << ", " << i << ": " << last_words(home.path().string()));
            REQUIRE(wait_for(first) == End::killed);
            REQUIRE(wait_for(second) == End::killed);
            check(look(home.path().string()));
            check(finish(home.path().string(), "storm"));
        }
    }
    CHECK(kills() >= at_least);
}
