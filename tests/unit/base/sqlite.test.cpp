#include "base/sqlite.hpp"

#include <catch2/catch_test_macros.hpp>

#if !defined(_WIN32)
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <stdexcept>

#include "base/errors.hpp"
#include "base/file.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using sqlite::Database;

namespace {

template<class T>
std::string id_of(const Result<T> &result) {
    return result ? "it worked" : result.error().id();
}

Database open(const std::filesystem::path &path, std::uint32_t busy_ms = 1000) {
    auto database = Database::open(path, busy_ms);
    if (!database) throw std::runtime_error(describe(database.error()));
    return *std::move(database);
}

std::int64_t count(const Database &database) {
    auto statement = database.prepare("SELECT count(*) FROM t");
    REQUIRE(statement);
    REQUIRE(*statement->step());
    return statement->number(0);
}

} // namespace

TEST_CASE("a database is made for its owner alone and survives being closed") {
    const test::TemporaryFolder folder;
    {
        const Database database = open(folder / "db");
        REQUIRE(database.execute("CREATE TABLE t(a INTEGER, b TEXT, c BLOB)"));
#if !defined(_WIN32) // there the folder's and the file's access control lists decide: file_windows.test.cpp
        for (const char *name : {"db", "db-wal", "db-shm"}) {
            struct stat info {};
            REQUIRE(::stat((folder / name).c_str(), &info) == 0);
            CHECK((info.st_mode & 0777U) == 0600);
        }
#endif
        auto insert = database.prepare("INSERT INTO t VALUES(?1, ?2, ?3)");
        REQUIRE(insert);
        CHECK(insert->bind(1, std::int64_t{-7})
                  .bind(2, std::string_view("Grüße\0x", 9))
                  .bind(3, ByteView(Bytes{0, 1, 2}))
                  .run());
        CHECK(database.changes() == 1);
        CHECK(insert->bind_null(1).bind(2, std::string_view()).bind(3, ByteView()).run());
    }
    const Database database = open(folder / "db");
    auto select = database.prepare("SELECT a, b, c FROM t ORDER BY rowid");
    REQUIRE(select);
    REQUIRE(*select->step());
    CHECK(select->number(0) == -7);
    CHECK(select->text(1) == std::string("Grüße\0x", 9));
    CHECK(select->blob(2) == Bytes{0, 1, 2});
    REQUIRE(*select->step());
    CHECK(select->is_null(0));
    CHECK_FALSE(select->is_null(1));
    CHECK_FALSE(select->is_null(2));
    CHECK(select->text(1).empty());
    CHECK(select->blob(2).empty());
    CHECK_FALSE(*select->step());
}

TEST_CASE("a statement is used again, also from the middle of its rows") {
    const test::TemporaryFolder folder;
    const Database database = open(folder / "db");
    REQUIRE(database.execute("CREATE TABLE t(a INTEGER); INSERT INTO t VALUES(1),(2),(3)"));
    auto select = database.prepare("SELECT a FROM t WHERE a >= ?1 ORDER BY a");
    REQUIRE(select);
    REQUIRE(*select->bind(1, std::int64_t{1}).step());
    CHECK(select->number(0) == 1);
    REQUIRE(*select->bind(1, std::int64_t{3}).step());
    CHECK(select->number(0) == 3);
    CHECK_FALSE(*select->step());
}

TEST_CASE("a parameter that does not exist is a programming error") {
    const test::TemporaryFolder folder;
    const Database database = open(folder / "db");
    auto select = database.prepare("SELECT ?1");
    REQUIRE(select);
    CHECK_THROWS_AS(select->bind(2, std::int64_t{1}), std::logic_error);
}

TEST_CASE("a transaction holds wholly or not at all") {
    const test::TemporaryFolder folder;
    const Database database = open(folder / "db");
    REQUIRE(database.execute("CREATE TABLE t(a INTEGER)"));
    const auto insert = [&] { return database.execute("INSERT INTO t VALUES(1)"); };
    CHECK(database.transaction(insert));
    CHECK(count(database) == 1);
    const auto failed = database.transaction([&]() -> Result<void> {
        CERTBROKER_CHECK(insert());
        return fail(errors::argument, "no");
    });
    CHECK(id_of(failed) == "Base.Argument");
    CHECK(count(database) == 1);
    CHECK_THROWS_AS(database.transaction([&]() -> Result<void> {
        CERTBROKER_CHECK(insert());
        throw std::runtime_error("out of memory, say");
    }),
                    std::runtime_error);
    CHECK(count(database) == 1);
    CHECK_FALSE(database.in_transaction());
    const auto number = database.transaction([&]() -> Result<int> {
        CERTBROKER_CHECK(insert());
        return 42;
    });
    CHECK(*number == 42);
    CHECK(count(database) == 2);
}

#if !defined(_WIN32) // tests/crash kills processes on Windows, too
TEST_CASE("what was committed survives the death of the process, the rest does not") {
    const test::TemporaryFolder folder;
    REQUIRE(open(folder / "db").execute("CREATE TABLE t(a INTEGER)"));
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const Database database = open(folder / "db");
        (void)database.transaction([&] { return database.execute("INSERT INTO t VALUES(1)"); });
        (void)database.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES(2)");
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(count(open(folder / "db")) == 1);
}
#endif

TEST_CASE("another writer makes one wait, and then say so") {
    const test::TemporaryFolder folder;
    const Database first = open(folder / "db");
    REQUIRE(first.execute("CREATE TABLE t(a INTEGER)"));
    const Database second = open(folder / "db", 20);
    REQUIRE(first.execute("BEGIN IMMEDIATE"));
    CHECK(id_of(second.transaction([&] { return second.execute("INSERT INTO t VALUES(1)"); })) == "Base.DatabaseBusy");
    REQUIRE(first.execute("COMMIT"));
    CHECK(second.transaction([&] { return second.execute("INSERT INTO t VALUES(1)"); }));
}

TEST_CASE("what is no database and what is no SQL is refused") {
    const test::TemporaryFolder folder;
    REQUIRE(file::write_atomic(folder / "text", as_bytes(std::string(5000, 'x')), file::Access::owner, true));
    CHECK(id_of(Database::open(folder / "text")) == "Base.Database");
    CHECK(id_of(Database::open(folder / "none/db")) == "Base.FileMissing");
    const Database database = open(folder / "db");
    const auto prepared = database.prepare("SELEKT 1");
    REQUIRE_FALSE(prepared);
    CHECK(prepared.error().id() == "Base.Database");
    CHECK(prepared.error().message().find("SELEKT") != std::string::npos);
    CHECK(id_of(database.execute("INSERT INTO nowhere VALUES(1)")) == "Base.Database");
    REQUIRE(database.execute("CREATE TABLE t(a INTEGER UNIQUE); INSERT INTO t VALUES(1)"));
    auto insert = database.prepare("INSERT INTO t VALUES(?1)");
    CHECK(id_of(insert->bind(1, std::int64_t{1}).run()) == "Base.Database");
    CHECK(insert->bind(1, std::int64_t{2}).run());
}

TEST_CASE("a process that ends leaves what it wrote in the WAL, where the next one finds it") {
    const test::TemporaryFolder folder;
    {
        const Database database = open(folder / "db");
        REQUIRE(database.execute("CREATE TABLE t(a INTEGER); INSERT INTO t VALUES(7)"));
    }
    // Moving it would cost each short process syncs that take longer than its work.
    CHECK(std::filesystem::file_size(folder / "db-wal") > 0);
    const Database again = open(folder / "db");
    CHECK(count(again) == 1);
}
