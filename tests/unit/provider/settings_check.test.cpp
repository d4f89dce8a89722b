#include <catch2/catch_test_macros.hpp>

#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Result<Settings> check(const Settings &given, std::uint32_t scope = CBP_SCOPE_CONNECTION) {
    return provider::check_settings(fake_descriptor(), scope, given);
}
Settings one(std::string_view name, std::string value) {
    Settings settings;
    settings.set(name, std::move(value));
    return settings;
}

} // namespace

TEST_CASE("Defaults are filled in and values made canonical") {
    const Settings settings = must(check(one("Mode", "careful")));
    CHECK(*settings.text("mode") == "Careful");
    CHECK(*settings.text("patience") == "15m");
    CHECK(settings.text("count") == nullptr);
    CHECK(*must(check(one("mode", "  "))).text("mode") == "Fast");
    CHECK(must(check({}, CBP_SCOPE_ORDER)).empty());
}

TEST_CASE("An unknown setting is named with the nearest one") {
    const auto result = check(one("serverurl", "https://x"));
    REQUIRE(id_of(result) == "Provider.SettingUnknown");
    CHECK(result.error().message().find("did you mean 'server-url'") != std::string::npos);
    const auto other = check(one("note", "x"));
    REQUIRE(id_of(other) == "Provider.SettingUnknown");
    CHECK(other.error().message().find("belongs to the order") != std::string::npos);
}

TEST_CASE("A wrong value is named with what the setting takes") {
    const auto result = check(one("count", "10"));
    REQUIRE(id_of(result) == "Provider.SettingValue");
    CHECK(result.error().message().find("'count'") != std::string::npos);
    CHECK(result.error().message().find("from 1 to 9") != std::string::npos);
    // What people type may be a secret in the wrong place.
    CHECK(check(one("mode", "hunter22")).error().message().find("hunter22") == std::string::npos);
}

TEST_CASE("Secrets come as secrets, texts as texts") {
    CHECK(id_of(check(one("api-key", "plain"))) == "Provider.SettingSecret");
    Settings settings;
    settings.set("mode", Secret(as_bytes("Fast")));
    CHECK(id_of(check(settings)) == "Provider.SettingSecret");
    Settings good;
    good.set("api-key", Secret(as_bytes("canary-1234567890")));
    CHECK(must(check(good)).secret("api-key") != nullptr);
}

TEST_CASE("A missing required setting is named, with what it is for") {
    static const auto key =
        certbroker::plugin::setting(CBP_SCOPE_CONNECTION, CBP_SECRET, "api-key", "The key to the CA.", CBP_REQUIRED);
    static const auto url = certbroker::plugin::setting(CBP_SCOPE_CONNECTION, CBP_URL, "url", "Where it is.",
                                                        CBP_REQUIRED, "https://ca.example.com");
    static const certbroker_setting_info *const table[] = {&key, &url, nullptr};
    cbp_plugin descriptor = fake_descriptor();
    descriptor.settings = table;
    const auto result = provider::check_settings(descriptor, CBP_SCOPE_CONNECTION, {});
    REQUIRE(id_of(result) == "Provider.SettingMissing");
    CHECK(result.error().message().find("'api-key'") != std::string::npos);
    CHECK(result.error().message().find("The key to the CA.") != std::string::npos);
    Settings empty;
    empty.set("api-key", Secret(ByteView()));
    CHECK(id_of(provider::check_settings(descriptor, CBP_SCOPE_CONNECTION, empty)) == "Provider.SettingMissing");
}
