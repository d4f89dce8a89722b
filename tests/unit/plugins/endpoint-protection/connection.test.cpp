#include "connection.hpp"

#include "rig.hpp"

using namespace certbroker;
using scep::test::has;
using scep::test::must;
using scep::test::Rig;

TEST_CASE("settings that the table cannot check are refused by name") {
    const auto refused = [](const char *name, const char *value) {
        Rig rig;
        rig.host.settings.set(name, std::string(value));
        const auto opened = rig.host.open(certbroker_plugin_describe(CERTBROKER_PLUGIN_ABI_MAJOR));
        REQUIRE_FALSE(opened.has_value());
        CHECK(has(describe(opened.error()), name));
        return opened.error().id();
    };
    CHECK(refused("ca-fingerprint", "abc") == "EndpointProtection.Setting");
    CHECK(refused("ca-fingerprint", "zz") == "EndpointProtection.Setting");
    CHECK(refused("challenge-user", "LAB\\ndes") == "EndpointProtection.Setting");
    CHECK(refused("challenge-url", "http://ndes.example.com/certsrv/mscep_admin/") == "Provider.SettingValue");
}

TEST_CASE("an address that has a query already is continued") {
    Rig rig;
    rig.host.settings.set("url", std::string("http://scep.example.com/scep?ca=1"));
    (void)rig.issue(*rig.open(), rig.order());
    CHECK(rig.host.http.seen.back().url == "http://scep.example.com/scep?ca=1&operation=PKIOperation");
}
