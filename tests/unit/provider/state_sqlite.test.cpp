#include <catch2/catch_test_macros.hpp>
#include <set>
#include <thread>

#if !defined(_WIN32)
#include <sys/stat.h>
#endif

#include "state_cases.hpp"
#include "support/child.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("State in SQLite keeps the contract, and survives being closed") {
    const TemporaryFolder folder;
    {
        const auto state = provider::make_sqlite_state(folder.path() / "data");
        check_state(*state);
    }
    const auto again = provider::make_sqlite_state(folder.path() / "data");
    CHECK(must(again->get("b", "k")).has_value());
    CHECK(must(again->count("a", "n")) == 3);
#if !defined(_WIN32) // there an access control list says so: tests/unit/base/file_windows.test.cpp
    struct stat info {};
    REQUIRE(::stat((folder.path() / "data" / "providers.sqlite").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
#endif
}

TEST_CASE("Counters never give a number twice, among threads and processes") {
    const TemporaryFolder folder;
    constexpr int children = 3;
    constexpr int rounds = 40;
    std::vector<ChildId> running;
    for (int child = 0; child < children; ++child) {
        running.push_back(start_child([&] {
            const auto state = provider::make_sqlite_state(folder.path());
            for (int i = 0; i < rounds; ++i) {
                const auto number = demand_value(state->count("ca", "serial"));
                const bool first = demand_value(state->put_new("ca", {{"taken/" + std::to_string(number), Bytes{1}}}));
                demand(first, "a number came twice");
            }
        }));
    }
    for (const ChildId pid : running)
        CHECK(wait_for_child(pid) == 0);
    const auto state = provider::make_sqlite_state(folder.path());
    std::mutex mutex;
    std::set<std::uint64_t> seen;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 25; ++k) {
                auto number = state->count("ca", "serial");
                const std::lock_guard lock(mutex);
                if (number) seen.insert(*number);
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    CHECK(seen.size() == 100);
    CHECK(must(state->list("ca", "taken/")).size() == children * rounds);
    CHECK(*seen.rbegin() == children * rounds + 100);
}

TEST_CASE("State survives death at every durable step") {
    const TemporaryFolder folder;
    const auto data = folder.path() / "data";
    const int deaths = die_at_every_fault_point(
        [&] {
            const auto state = provider::make_sqlite_state(data);
            demand_value(state->count("ca", "serial"));
            if (!state->put("ca", {{"a", Bytes{1}}, {"b", Bytes{1}}})) throw ChildFailure{"put"};
            demand_value(state->put_new("ca", {{"root", Bytes{1}}}));
        },
        [&](bool) {
            const auto state = provider::make_sqlite_state(data);
            const bool a = must(state->get("ca", "a")).has_value();
            const bool b = must(state->get("ca", "b")).has_value();
            CHECK(a == b); // all or nothing
        });
    CHECK(deaths >= 6);
}

TEST_CASE("A database that is none is a failure, not a crash") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "providers.sqlite");
    const auto state = provider::make_sqlite_state(folder.path());
    CHECK_FALSE(state->get("a", "b").has_value());
    CHECK_FALSE(state->put("a", {{"b", Bytes{1}}}).has_value());
    CHECK_FALSE(state->put_new("a", {{"b", Bytes{1}}}).has_value());
    CHECK_FALSE(state->count("a", "b").has_value());
    CHECK_FALSE(state->list("a", "b").has_value());
}
