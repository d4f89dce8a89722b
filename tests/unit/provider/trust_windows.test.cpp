#include "provider/trust_windows.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "base/win32.hpp"
#include "provider/trust.hpp"
#include "support/platform.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;
using provider::Trustees;

namespace {

const Trustees me{win32::current_user_sid()};

/// Nothing when it is not the folder itself, but one above the test's, that others can write.
std::optional<std::string> problem_of(const TemporaryFolder &folder, const std::filesystem::path &path) {
    if (const auto above = provider::writable_by_others(folder.path().parent_path(), me))
        SKIP("others can write above the temporary folder: " << *above);
    return provider::writable_by_others(path, me);
}

} // namespace

TEST_CASE("Administrators, SYSTEM and TrustedInstaller are trusted; a user where he is named") {
    CHECK(Trustees{}.trusts("S-1-5-32-544"));
    CHECK(Trustees{}.trusts("S-1-5-18"));
    CHECK(Trustees{}.trusts("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"));
    CHECK_FALSE(Trustees{}.trusts("S-1-1-0"));
    CHECK_FALSE(Trustees{}.trusts("S-1-5-21-1-2-3-1001"));
    CHECK_FALSE(Trustees{}.trusts(""));
    CHECK(Trustees{"S-1-5-21-1-2-3-1001"}.trusts("S-1-5-21-1-2-3-1001"));
    CHECK_FALSE(Trustees{"S-1-5-21-1-2-3-1001"}.trusts("S-1-5-21-1-2-3-1002"));
}

TEST_CASE("A folder or file that others can write is found, and the account named") {
    const TemporaryFolder folder;
    const auto inner = folder.path() / "inner";
    std::filesystem::create_directories(inner);
    let_write(folder.path(), Writers::owner);
    let_write(inner, Writers::owner);
    CHECK(problem_of(folder, inner) == std::nullopt);
    let_write(inner, Writers::everyone);
    const auto found = problem_of(folder, inner);
    REQUIRE(found.has_value());
    CHECK(found->find("inner' can be written by ") != std::string::npos);
    CHECK(found->find("S-1-1-0") != std::string::npos);
    let_write(inner, Writers::owner);
    std::ofstream(inner / "file") << "x";
    let_write(inner / "file", Writers::everyone);
    CHECK(problem_of(folder, inner / "file").has_value());
    CHECK(provider::writable_by_others(folder.path() / "absent", me)->find("cannot be looked at") != std::string::npos);
}

TEST_CASE("What belongs to somebody who is not trusted is found") {
    const TemporaryFolder folder;
    const auto found = provider::writable_by_others(folder.path(), Trustees{"S-1-5-21-1-2-3-1001"});
    REQUIRE(found.has_value());
    CHECK(provider::trust_remedy().find("Program Files") != std::string_view::npos);
}
