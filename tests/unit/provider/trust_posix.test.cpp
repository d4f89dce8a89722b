#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "provider/trust.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("Folders that others can write are found, up to the root") {
    const TemporaryFolder folder; // in /tmp: sticky, and so no reason
    const auto inner = folder.path() / "a" / "b";
    std::filesystem::create_directories(inner);
    ::chmod((folder.path() / "a").c_str(), 0755);
    ::chmod(inner.c_str(), 0755);
    CHECK_FALSE(provider::writable_by_others(inner));
    ::chmod((folder.path() / "a").c_str(), 0775);
    const auto group = provider::writable_by_others(inner);
    REQUIRE(group.has_value());
    CHECK(group->find("/a'") != std::string::npos);
    ::chmod((folder.path() / "a").c_str(), 01777);
    CHECK_FALSE(provider::writable_by_others(inner));
    ::chmod(inner.c_str(), 01777); // sticky helps parents, not the place itself
    CHECK(provider::writable_by_others(inner));
    CHECK(provider::writable_by_others(folder.path() / "absent"));
    std::filesystem::create_directory_symlink(inner, folder.path() / "link");
    CHECK(provider::writable_by_others(folder.path() / "link"));
}

TEST_CASE("A file of a foreign user is found") {
    const TemporaryFolder folder;
    const std::string path = folder.file("x");
    std::ofstream(path) << "x";
    ::chmod(path.c_str(), 0644);
    CHECK_FALSE(provider::writable_by_others(path));
    if (::geteuid() == 0) {
        REQUIRE(::chown(path.c_str(), 12345, 12345) == 0);
        CHECK(provider::writable_by_others(path));
    }
}
