#include "store/windows/platform.hpp"

#include "windows/world.hpp"

using namespace certbroker::store;

TEST_CASE("What this system can do is told with its reason") {
    // What is said is printed by the cases that are skipped for it; here it is that asking twice costs nothing.
    CHECK(&platform::no_cng_keys() == &platform::no_cng_keys());
    CHECK(platform::no_ecdsa_keys() == platform::no_ecdsa_keys());
    CHECK(platform::no_archive() == platform::no_archive());
    CHECK(platform::no_denials() == platform::no_denials());
    for (const Location location : {Location::local_machine, Location::current_user})
        CHECK(platform::no_grants(location) == platform::no_grants(location));
    // A provider that keeps keys on curves keeps keys.
    if (platform::no_ecdsa_keys().empty()) CHECK(platform::no_cng_keys().empty());
}

TEST_CASE("What is done as nobody says what it says") {
    const std::string said = platform::as_nobody([] { return std::string("done"); });
    CHECK((said == "done" || said.find("account") != std::string::npos));
}
