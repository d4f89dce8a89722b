#include "base/win32.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>

#include "base/fault.hpp"
#include "base/file.hpp"
#include "support/platform.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using file::Access;

namespace {

template<class T>
std::string id_of(const Result<T> &result) {
    return result ? "it worked" : result.error().id();
}

} // namespace

TEST_CASE("secrets are for their owner, administrators and SYSTEM from the first byte on") {
    const test::TemporaryFolder folder;
    static std::filesystem::path where;
    static bool open_to_all = false;
    static int looked = 0;
    where = folder.path();
    open_to_all = false;
    looked = 0;
    fault::hook = [](const char *) {
        const std::vector<std::string> names = *file::list(where);
        for (const std::string &name : names) {
            ++looked;
            open_to_all = open_to_all || !test::only_owner_reads(where / file::to_path(name));
        }
    };
    REQUIRE(file::write_atomic(folder / "key", as_bytes("secret"), Access::owner, true));
    fault::hook = nullptr;
    CHECK(looked > 0);
    CHECK_FALSE(open_to_all);
    REQUIRE(file::write_atomic(folder / "certificate", as_bytes("public"), Access::everyone, true));
    CHECK_FALSE(test::only_owner_reads(folder / "certificate"));
    REQUIRE(file::make_folder(folder / "a/b", Access::owner));
    CHECK(test::only_owner_reads(folder / "a"));
    CHECK(test::only_owner_reads(folder / "a/b"));
}

TEST_CASE("names of more than 260 characters are written, read, listed, locked and removed") {
    const test::TemporaryFolder folder;
    std::filesystem::path deep = folder.path();
    for (int level = 0; level < 4; ++level)
        deep /= file::to_path(std::string(80, 'x') + "\u00fc");
    REQUIRE(deep.native().size() > 300);
    REQUIRE(file::make_folder(deep, Access::owner));
    CHECK(file::is_folder(deep));
    REQUIRE(file::write_atomic(deep / "a", as_bytes("far down"), Access::owner, false));
    CHECK(id_of(file::write_atomic(deep / "a", as_bytes("x"), Access::owner, false)) == "Base.FileExists");
    CHECK(equal(*file::read(deep / "a", 100), as_bytes("far down")));
    CHECK(*file::list(deep) == std::vector<std::string>{"a"});
    CHECK(file::Lock::acquire(deep / "lock", 0));
    CHECK(*file::remove(deep / "a"));
    CHECK_FALSE(file::exists(deep / "a"));
    CHECK(file::remove_quietly(deep / "lock"));
    for (int level = 0; level < 4; ++level, deep = deep.parent_path())
        CHECK(RemoveDirectoryW(win32::long_name(deep.native()).c_str()) != 0);
}

TEST_CASE("a file that somebody reads is replaced under him, and he reads on") {
    const test::TemporaryFolder folder;
    REQUIRE(file::write_atomic(folder / "a", as_bytes("old"), Access::everyone, true));
    const win32::Handle reader(CreateFileW((folder / "a").c_str(), GENERIC_READ,
                                           FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                           OPEN_EXISTING, 0, nullptr));
    REQUIRE(reader);
    // POSIX semantics of renaming came with Windows 10; what lacks them keeps an open file's name busy.
    if (const auto written = file::write_atomic(folder / "a", as_bytes("new"), Access::everyone, true); !written) {
        CHECK(id_of(written) == "Base.FileAccess");
        CHECK(equal(*file::read(folder / "a", 10), as_bytes("old")));
        SKIP("this Windows cannot replace a file that is open: " << written.error().message());
    }
    CHECK(equal(*file::read(folder / "a", 10), as_bytes("new")));
    char got[4] = {};
    DWORD size = 0;
    CHECK(ReadFile(reader.get(), got, 3, &size, nullptr) != 0);
    CHECK(std::string(got, size) == "old");
}

TEST_CASE("a file held against writing stays as it is, and says who is at fault") {
    const test::TemporaryFolder folder;
    REQUIRE(file::write_atomic(folder / "a", as_bytes("old"), Access::everyone, true));
    const win32::Handle holder(
        CreateFileW((folder / "a").c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr));
    REQUIRE(holder);
    const auto written = file::write_atomic(folder / "a", as_bytes("new"), Access::everyone, true);
    REQUIRE_FALSE(written);
    CHECK(written.error().message().find("'" + file::from_path(folder / "a") + "'") != std::string::npos);
    CHECK(equal(*file::read(folder / "a", 10), as_bytes("old")));
    CHECK(file::list(folder.path())->size() == 1);
}

TEST_CASE("failures of the file system are told apart") {
    const test::TemporaryFolder folder;
    const auto missing = file::read(folder / "none", 10);
    CHECK(id_of(missing) == "Base.FileMissing");
    CHECK(missing.error().numbers().at(ErrorNumber::os_code) == ERROR_FILE_NOT_FOUND);
    CHECK(id_of(file::write_atomic(folder / "none/a", {}, Access::everyone, true)) == "Base.FileMissing");
    CHECK(id_of(file::read(folder.path(), 10)) == "Base.FileIo");
    REQUIRE(file::write_atomic(folder / "file", Bytes(100, 1), Access::everyone, true));
    CHECK(id_of(file::read(folder / "file", 99)) == "Base.TooLarge");
    CHECK(id_of(file::make_folder(folder / "file", Access::owner)) != "it worked");
    CHECK(id_of(file::write_atomic(folder / "a?b", {}, Access::everyone, true)) == "Base.FileMissing");
}

TEST_CASE("the machine's data lies in ProgramData") {
    CHECK(file::machine_data_folder().ends_with("\\CertBroker"));
    CHECK(file::from_path(file::to_path("C:\\Gr\u00fc\u00dfe")) == "C:\\Gr\u00fc\u00dfe");
}

TEST_CASE("a file written like another has its access list, also when it replaces that one") {
    const test::TemporaryFolder folder;
    REQUIRE(file::write_atomic(folder / "owner", as_bytes("old"), Access::owner, true));
    REQUIRE(file::write_atomic(folder / "everyone", as_bytes("old"), Access::everyone, true));
    REQUIRE(file::write_atomic_like(folder / "everyone", folder / "copy", as_bytes("copy"), false));
    REQUIRE(file::write_atomic_like(folder / "owner", folder / "owner", as_bytes("new"), true));
    CHECK_FALSE(test::only_owner_reads(folder / "copy"));
    CHECK(equal(*file::read(folder / "owner", 10), as_bytes("new")));
    CHECK(id_of(file::write_atomic_like(folder / "none", folder / "b", as_bytes("x"), false)) == "Base.FileMissing");
    CHECK(file::list(folder.path())->size() == 3);
    // Last, as not every system keeps a list that it gave out itself when it gets it back.
    if (test::only_owner_reads(folder / "owner")) return;
    REQUIRE(file::write_atomic(folder / "again", as_bytes("old"), Access::owner, true));
    REQUIRE(win32::copy_access((folder / "again").wstring(), (folder / "again").wstring()) == ERROR_SUCCESS);
    if (!test::only_owner_reads(folder / "again"))
        SKIP("this Windows widens an access list that is set as it was read");
    FAIL("others may read what only the owner could");
}
