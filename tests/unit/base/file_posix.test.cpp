#include <catch2/catch_test_macros.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <fstream>
#include <thread>

#include "base/fault.hpp"
#include "base/file.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using file::Access;

namespace {

template<class T>
std::string id_of(const Result<T> &result) {
    return result ? "it worked" : result.error().id();
}

unsigned mode_of(const std::filesystem::path &path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 0777U;
}

std::size_t files_in(const std::filesystem::path &folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

} // namespace

TEST_CASE("secrets are their owner's alone from the first byte on") {
    const test::TemporaryFolder folder;
    const mode_t before = ::umask(0);
    static unsigned seen = 0;
    static std::filesystem::path where;
    where = folder.path();
    seen = 0;
    fault::hook = [](const char *) {
        for (const auto &entry : std::filesystem::directory_iterator(where))
            seen |= mode_of(entry.path());
    };
    REQUIRE(file::write_atomic(folder / "key", as_bytes("secret"), Access::owner, true));
    fault::hook = nullptr;
    CHECK(seen == 0600);
    REQUIRE(file::write_atomic(folder / "certificate", as_bytes("public"), Access::everyone, true));
    CHECK(mode_of(folder / "certificate") == 0644);
    REQUIRE(file::make_folder(folder / "a/b", Access::owner));
    CHECK(mode_of(folder / "a") == 0700);
    CHECK(mode_of(folder / "a/b") == 0700);
    REQUIRE(file::make_folder(folder / "c", Access::everyone));
    CHECK(mode_of(folder / "c") == 0755);
    (void)::umask(before);
}

TEST_CASE("a temporary file left by a killed process of the same number is no obstacle") {
    const test::TemporaryFolder folder;
    REQUIRE(file::write_atomic(folder / "a", as_bytes("1"), Access::everyone, true));
    // The names go on counting; the next ones are taken.
    const std::string prefix = ".a." + std::to_string(::getpid()) + ".";
    for (int i = 0; i < 50; ++i)
        std::ofstream(folder / (prefix + std::to_string(i) + ".tmp")) << "stale";
    CHECK(file::write_atomic(folder / "a", as_bytes("2"), Access::everyone, true));
    CHECK(equal(*file::read(folder / "a", 10), as_bytes("2")));
}

TEST_CASE("a process killed while it writes leaves the old file or the new one") {
    const test::TemporaryFolder folder;
    const Bytes before(100'000, 'o');
    const Bytes after(100'000, 'n');
    for (int step = 1; step <= 3; ++step) {
        REQUIRE(file::write_atomic(folder / "a", before, Access::owner, true));
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            static int left = 0;
            left = step;
            fault::hook = [](const char *) {
                if (--left == 0) ::_exit(9);
            };
            (void)file::write_atomic(folder / "a", after, Access::owner, true);
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WEXITSTATUS(status) == 9);
        const Bytes found = *file::read(folder / "a", 1U << 20U);
        CHECK(found == (step == 3 ? after : before));
    }
}

TEST_CASE("limits hold for files and for what does not know its size") {
    const test::TemporaryFolder folder;
    REQUIRE(file::write_atomic(folder / "a", Bytes(100, 1), Access::everyone, true));
    CHECK(file::read(folder / "a", 100)->size() == 100);
    CHECK(id_of(file::read(folder / "a", 99)) == "Base.TooLarge");
    CHECK(id_of(file::read_secret(folder / "a", 0)) == "Base.TooLarge");
    CHECK(id_of(file::read("/dev/zero", 10'000)) == "Base.TooLarge");
    CHECK_FALSE(file::read("/proc/self/status", 1U << 20U)->empty());
}

TEST_CASE("failures of the file system are told apart") {
    const test::TemporaryFolder folder;
    const auto missing = file::read(folder / "none", 10);
    CHECK(id_of(missing) == "Base.FileMissing");
    CHECK(missing.error().numbers().at(ErrorNumber::os_code) == ENOENT);
    CHECK(missing.error().message().find("none") != std::string::npos);
    CHECK(id_of(file::write_atomic(folder / "none/a", {}, Access::everyone, true)) == "Base.FileMissing");
    REQUIRE(file::write_atomic(folder / "file", {}, Access::everyone, true));
    CHECK(id_of(file::read(folder / "file/a", 10)) == "Base.FileMissing");
    CHECK(id_of(file::make_folder(folder / "file", Access::owner)) == "Base.FileMissing");
    CHECK(id_of(file::make_folder(folder / "file/a", Access::owner)) == "Base.FileMissing");
    // Nobody, not even root, makes files here.
    CHECK(id_of(file::write_atomic("/sys/certbroker-test", {}, Access::everyone, true)) == "Base.FileAccess");
    CHECK(id_of(file::read(folder.path(), 10)) == "Base.FileIo");
    CHECK(id_of(file::write_atomic(folder / std::string(250, 'x'), {}, Access::everyone, true)) == "Base.FileIo");
    REQUIRE(file::make_folder(folder / "folder", Access::owner));
    CHECK(id_of(file::write_atomic(folder / "folder", {}, Access::everyone, true)) == "Base.FileIo");
    CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("a full disk is a failure and leaves the old file") {
    const test::TemporaryFolder folder;
    CHECK(id_of(file::write_atomic("/dev/full/x", {}, Access::everyone, true)) == "Base.FileMissing");
    REQUIRE(file::write_atomic(folder / "a", as_bytes("old"), Access::everyone, true));
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // A limit on the size of files stands in for the full disk.
        const struct rlimit small { 10, 10 };
        (void)::signal(SIGXFSZ, SIG_IGN);
        (void)::setrlimit(RLIMIT_FSIZE, &small);
        const auto written = file::write_atomic(folder / "a", Bytes(1000, 1), Access::everyone, true);
        ::_exit(id_of(written) == "Base.FileIo" ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(equal(*file::read(folder / "a", 10), as_bytes("old")));
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a lock keeps others out, in this process and in another") {
    const test::TemporaryFolder folder;
    {
        auto lock = file::Lock::acquire(folder / "lock", 1000);
        REQUIRE(lock);
        CHECK(mode_of(folder / "lock") == 0600);
        CHECK(id_of(file::Lock::acquire(folder / "lock", 20)) == "Base.DatabaseBusy");
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) ::_exit(id_of(file::Lock::acquire(folder / "lock", 20)) == "Base.DatabaseBusy" ? 0 : 1);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WEXITSTATUS(status) == 0);
        file::Lock moved = *std::move(lock);
        CHECK(id_of(file::Lock::acquire(folder / "lock", 0)) == "Base.DatabaseBusy");
    }
    CHECK(file::Lock::acquire(folder / "lock", 0));
    CHECK(id_of(file::Lock::acquire(folder / "none/lock", 0)) == "Base.FileMissing");
}

TEST_CASE("paths are UTF-8 outside") {
    CHECK(file::from_path(file::to_path("/a/Grüße")) == "/a/Grüße");
}

TEST_CASE("a file written like another has its rights, also when it replaces that one") {
    const test::TemporaryFolder folder;
    const mode_t before = ::umask(0);
    REQUIRE(file::write_atomic(folder / "a", as_bytes("old"), Access::everyone, true));
    REQUIRE(::chmod((folder / "a").c_str(), 0660) == 0);
    // Only root may give files away; others keep theirs.
    const bool root = ::geteuid() == 0;
    if (root) REQUIRE(::chown((folder / "a").c_str(), 4711, 4712) == 0);
    static unsigned seen = 0;
    static std::filesystem::path where;
    where = folder.path();
    seen = 0;
    fault::hook = [](const char *) {
        for (const auto &entry : std::filesystem::directory_iterator(where))
            if (entry.path().extension() == ".tmp") seen |= mode_of(entry.path());
    };
    REQUIRE(file::write_atomic_like(folder / "a", folder / "copy", as_bytes("copy"), false));
    REQUIRE(file::write_atomic_like(folder / "a", folder / "a", as_bytes("new"), true));
    fault::hook = nullptr;
    (void)::umask(before);
    // Never more than the model allows, not for a moment.
    CHECK((seen & ~0660U) == 0);
    for (const char *name : {"a", "copy"}) {
        CHECK(mode_of(folder / name) == 0660);
        struct stat info {};
        REQUIRE(::stat((folder / name).c_str(), &info) == 0);
        if (root) CHECK((info.st_uid == 4711 && info.st_gid == 4712));
    }
    CHECK(equal(*file::read(folder / "a", 10), as_bytes("new")));
    CHECK(id_of(file::write_atomic_like(folder / "a", folder / "copy", as_bytes("x"), false)) == "Base.FileExists");
    CHECK(equal(*file::read(folder / "copy", 10), as_bytes("copy")));
    CHECK(id_of(file::write_atomic_like(folder / "none", folder / "b", as_bytes("x"), false)) == "Base.FileMissing");
    CHECK(files_in(folder.path()) == 2);
}
