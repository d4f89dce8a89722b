#include "base/group_commit.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <stdexcept>
#include <thread>

#include "base/errors.hpp"
#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

struct Table {
    TemporaryFolder folder;
    sqlite::Database database = must(sqlite::Database::open(folder.path() / "t.sqlite"));
    std::mutex use;
    sqlite::GroupCommit group{database, use};

    Table() { must(database.execute("CREATE TABLE t(n INTEGER PRIMARY KEY)")); }
    Result<void> insert(std::int64_t n) {
        CERTBROKER_TRY(sqlite::Statement statement, database.prepare("INSERT INTO t VALUES (?)"));
        statement.bind(1, n);
        return statement.run();
    }
    std::int64_t count() {
        const std::lock_guard lock(use);
        sqlite::Statement statement = must(database.prepare("SELECT COUNT(*) FROM t"));
        must(statement.step());
        return statement.number(0);
    }
};

} // namespace

TEST_CASE("One change is one transaction; a failure takes it back") {
    Table table;
    must(table.group.run([&] { return table.insert(1); }));
    const auto failed = table.group.run([&]() -> Result<void> {
        CERTBROKER_CHECK(table.insert(2));
        return fail(errors::argument, "It could not be done: the test says so");
    });
    CHECK(id_of(failed) == "Base.Argument");
    CHECK(table.count() == 1);
}

TEST_CASE("Changes of many threads all come to be, and one that fails takes only itself back") {
    Table table;
    std::atomic<int> good{0};
    std::atomic<int> bad{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 25; ++i) {
                const std::int64_t own = 1000L * (t + 1) + i;
                // Every fifth change inserts a row that is there already, after one that is not.
                const bool fails = i % 5 == 4;
                const auto done = table.group.run([&]() -> Result<void> {
                    CERTBROKER_CHECK(table.insert(own));
                    return fails ? table.insert(1000L * (t + 1)) : Result<void>();
                });
                ++(done ? good : bad);
                if (done.has_value() == fails) bad += 1000;
            }
        });
    for (std::thread &thread : threads)
        thread.join();
    CHECK(good == 160);
    CHECK(bad == 40);
    CHECK(table.count() == 160);
}

TEST_CASE("What a body throws reaches its caller, and nothing stays locked") {
    Table table;
    CHECK_THROWS_AS(table.group.run([]() -> Result<void> { throw std::runtime_error("no"); }), std::runtime_error);
    must(table.group.run([&] { return table.insert(1); }));
    CHECK(table.count() == 1);
}

TEST_CASE("A change that may come to the disk later is not waited for; the next one that may not is") {
    using Durable = sqlite::GroupCommit::Durable;
    Table table;
    const auto waits = [&](Durable durable, std::int64_t n) {
        std::int64_t mode = -1;
        must(table.group.run(
            [&]() -> Result<void> {
                sqlite::Statement statement = must(table.database.prepare("PRAGMA synchronous"));
                must(statement.step());
                mode = statement.number(0);
                return table.insert(n);
            },
            durable));
        return mode == 2; // FULL
    };
    CHECK(waits(Durable::now, 1));
    CHECK_FALSE(waits(Durable::later, 2));
    CHECK_FALSE(waits(Durable::later, 3));
    CHECK(waits(Durable::now, 4));
    // Everybody sees it at once, also by another connection.
    (void)waits(Durable::later, 5);
    sqlite::Database other = must(sqlite::Database::open(table.folder.path() / "t.sqlite"));
    sqlite::Statement count = must(other.prepare("SELECT COUNT(*) FROM t"));
    must(count.step());
    CHECK(count.number(0) == 5);
}
