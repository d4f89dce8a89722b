#include <catch2/catch_test_macros.hpp>

#include "provider/plugin_library.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;

TEST_CASE("What nobody signed has no publisher, and asking is no failure") {
    CHECK(provider::publisher_of(std::filesystem::path(CERTBROKER_TEST_PLUGINS) / "certbroker-test-good.dll").empty());
    const test::TemporaryFolder folder;
    CHECK(provider::publisher_of(folder / "absent.dll").empty());
    CHECK(provider::publisher_of(folder.path()).empty());
}
