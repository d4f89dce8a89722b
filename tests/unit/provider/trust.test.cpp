#include "provider/trust.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "support/pki.hpp"
#include "support/platform.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

const std::string hash_a(64, 'a');
const std::string hash_b(64, 'b');

} // namespace

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
    let_write(path, Writers::everyone);
    CHECK(provider::read_pins(path, why).empty());
    CHECK_FALSE(why.empty());
    CHECK(id_of(provider::write_approval(path, "three", hash_a)) == "Base.FileAccess");
    why.clear();
    CHECK(provider::read_pins(folder.file("absent"), why).empty());
    CHECK(why.empty());
    CHECK(provider::is_sha256_hex(hash_a));
    CHECK_FALSE(provider::is_sha256_hex("abc"));
}
