#include "provider/trust.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sys/stat.h>

#include "support/pki.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

const std::string hash_a(64, 'a');
const std::string hash_b(64, 'b');

void write(const std::string &path, const std::string &text) {
    std::ofstream(path) << text;
}

} // namespace

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
    write(path, "x");
    ::chmod(path.c_str(), 0644);
    CHECK_FALSE(provider::writable_by_others(path));
    if (::geteuid() == 0) {
        REQUIRE(::chown(path.c_str(), 12345, 12345) == 0);
        CHECK(provider::writable_by_others(path));
    }
}

TEST_CASE("Manifest and approvals are read as sha256sum and people write them") {
    const auto manifest = provider::parse_manifest(hash_a + "  certbroker-a.so\r\n" + std::string(64, 'B') +
                                                   " *certbroker-b.so\n# remark\nshort x\n\n");
    REQUIRE(manifest.size() == 2);
    CHECK(manifest.at("certbroker-a.so") == hash_a);
    CHECK(manifest.at("certbroker-b.so") == hash_b);
    const auto approvals = provider::parse_approvals("one " + hash_a + "\ntwo\nthree " + hash_a.substr(1) + "x\n");
    CHECK(approvals.size() == 1);
}

TEST_CASE("An approval is added beside the others, and files that others can write are not believed") {
    const TemporaryFolder folder;
    const std::string path = folder.file("approvals");
    must(provider::write_approval(path, "one", hash_a));
    must(provider::write_approval(path, "two", hash_b));
    must(provider::write_approval(path, "one", hash_b));
    std::string why;
    const auto pins = provider::parse_approvals(provider::read_pins(path, why));
    CHECK(why.empty());
    CHECK(pins.at("one") == hash_b);
    CHECK(pins.at("two") == hash_b);
    ::chmod(path.c_str(), 0666);
    CHECK(provider::read_pins(path, why).empty());
    CHECK_FALSE(why.empty());
    CHECK(id_of(provider::write_approval(path, "three", hash_a)) == "Base.FileAccess");
    why.clear();
    CHECK(provider::read_pins(folder.file("absent"), why).empty());
    CHECK(why.empty());
    CHECK(provider::is_sha256_hex(hash_a));
    CHECK_FALSE(provider::is_sha256_hex("abc"));
}
