#include "base/file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

#include "support/temporary_folder.hpp"

/// What holds on every platform; file_posix.test.cpp and file_windows.test.cpp have what is their own.
using namespace certbroker;
using file::Access;

namespace {

template<class T>
std::string id_of(const Result<T> &result) {
    return result ? "it worked" : result.error().id();
}

std::size_t files_in(const std::filesystem::path &folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

} // namespace

TEST_CASE("what is written is read again, whole") {
    const test::TemporaryFolder folder;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{300'000}}) {
        const Bytes bytes(size, 0x42);
        REQUIRE(file::write_atomic(folder / "a", bytes, Access::everyone, true));
        CHECK(*file::read(folder / "a", 1U << 20U) == bytes);
        CHECK(equal(*file::read_secret(folder / "a", 1U << 20U), bytes));
    }
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a file that is there stays unless overwriting is asked for") {
    const test::TemporaryFolder folder;
    REQUIRE(file::write_atomic(folder / "a", as_bytes("old"), Access::everyone, false));
    CHECK(id_of(file::write_atomic(folder / "a", as_bytes("new"), Access::everyone, false)) == "Base.FileExists");
    CHECK(equal(*file::read(folder / "a", 10), as_bytes("old")));
    CHECK(files_in(folder.path()) == 1);
    REQUIRE(file::write_atomic(folder / "a", as_bytes("new"), Access::everyone, true));
    CHECK(equal(*file::read(folder / "a", 10), as_bytes("new")));
}

TEST_CASE("of many writers of a new file one wins and the others know") {
    const test::TemporaryFolder folder;
    std::atomic<int> won{0};
    std::atomic<int> lost{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            const auto written = file::write_atomic(folder / "a", as_bytes(std::to_string(t)), Access::everyone, false);
            if (written) ++won;
            if (id_of(written) == "Base.FileExists") ++lost;
        });
    }
    for (auto &thread : threads)
        thread.join();
    CHECK(won == 1);
    CHECK(lost == 7);
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("folders are made with their parents, once or often") {
    const test::TemporaryFolder folder;
    CHECK(file::make_folder(folder / "a/b/c", Access::owner));
    CHECK(file::make_folder(folder / "a/b/c", Access::owner));
    CHECK(std::filesystem::is_directory(folder / "a/b/c"));
    CHECK(file::make_folder("", Access::owner));
}

TEST_CASE("removing says whether there was something") {
    const test::TemporaryFolder folder;
    REQUIRE(file::write_atomic(folder / "a", {}, Access::everyone, true));
    CHECK(*file::remove(folder / "a"));
    CHECK_FALSE(*file::remove(folder / "a"));
    REQUIRE(file::make_folder(folder / "d", Access::owner));
    CHECK_FALSE(file::remove(folder / "d"));
}

TEST_CASE("a waiting lock is taken when it becomes free") {
    const test::TemporaryFolder folder;
    auto first = std::make_unique<file::Lock>(*file::Lock::acquire(folder / "lock", 0));
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        first.reset();
    });
    CHECK(file::Lock::acquire(folder / "lock", 10'000));
    other.join();
}

TEST_CASE("a lock keeps others out; each place of a file is a lock of its own") {
    const test::TemporaryFolder folder;
    {
        auto lock = file::Lock::acquire(folder / "lock", 1000);
        REQUIRE(lock);
        CHECK(id_of(file::Lock::acquire(folder / "lock", 20)) == "Base.DatabaseBusy");
        CHECK(id_of(file::Lock::acquire(folder / "lock", 0, file::Lock::Kind::shared)) == "Base.DatabaseBusy");
        const file::Lock moved = *std::move(lock);
        CHECK(id_of(file::Lock::acquire(folder / "lock", 0)) == "Base.DatabaseBusy");
    }
    {
        const auto one = file::Lock::acquire(folder / "lock", 0, file::Lock::Kind::shared);
        const auto two = file::Lock::acquire(folder / "lock", 0, file::Lock::Kind::shared);
        CHECK(one);
        CHECK(two);
        CHECK(id_of(file::Lock::acquire(folder / "lock", 0)) == "Base.DatabaseBusy");
    }
    constexpr std::uint64_t last = ~std::uint64_t{0};
    const auto first = file::Lock::acquire_at(folder / "places", 7, 0);
    const auto other = file::Lock::acquire_at(folder / "places", last, 0);
    CHECK(first);
    CHECK(other);
    CHECK(id_of(file::Lock::acquire_at(folder / "places", last, 0)) == "Base.DatabaseBusy");
}

TEST_CASE("a folder's names are listed, and what is there is told from what is not") {
    const test::TemporaryFolder folder;
    REQUIRE(file::make_folder(folder / "inner", Access::owner));
    REQUIRE(file::write_atomic(folder / "Gr\u00fc\u00dfe.txt", {}, Access::everyone, true));
    auto names = file::list(folder.path());
    REQUIRE(names);
    std::sort(names->begin(), names->end());
    CHECK(*names == std::vector<std::string>{"Gr\u00fc\u00dfe.txt", "inner"});
    CHECK(file::list(folder / "inner")->empty());
    CHECK(id_of(file::list(folder / "none")) == "Base.FileMissing");
    CHECK(id_of(file::list(folder / "Gr\u00fc\u00dfe.txt")) == "Base.FileAccess");
    CHECK(file::exists(folder / "inner"));
    CHECK(file::is_folder(folder / "inner"));
    CHECK(file::exists(folder / "Gr\u00fc\u00dfe.txt"));
    CHECK_FALSE(file::is_folder(folder / "Gr\u00fc\u00dfe.txt"));
    CHECK_FALSE(file::exists(folder / "none"));
    CHECK(file::remove_quietly(folder / "Gr\u00fc\u00dfe.txt"));
    CHECK_FALSE(file::remove_quietly(folder / "Gr\u00fc\u00dfe.txt"));
}
