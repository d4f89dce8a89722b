#include <set>

#include "base/text.hpp"
#include "describe.hpp"
#include "world.hpp"

using namespace certbroker;
using namespace conformance;

TEST_CASE("descriptor: the plugin can be used, and its id is its file's name") {
    const World world;
    CHECK("certbroker-" + std::string(world.descriptor().id) == subject().plugin_path.stem().string());
    CHECK(provider::check_descriptor(&world.descriptor(), world.descriptor().id).has_value());
}

TEST_CASE("descriptor: describe is pure: the same pointer each time, NULL for a host it does not know") {
    const auto describe = find_describe(subject().plugin_path);
    REQUIRE(describe != nullptr);
    const cbp_plugin *first = describe(CERTBROKER_PLUGIN_ABI_MAJOR);
    REQUIRE(first != nullptr);
    CHECK(describe(CERTBROKER_PLUGIN_ABI_MAJOR) == first);
    CHECK(describe(CERTBROKER_PLUGIN_ABI_MAJOR + 1000) == nullptr);
}

TEST_CASE("descriptor: title, version and help are there, for people") {
    const World world;
    const cbp_plugin &plugin = world.descriptor();
    CHECK_FALSE(std::string(plugin.title).empty());
    CHECK(split(plugin.version, '.').size() == 3);
    CHECK_FALSE(std::string(plugin.help_url).empty());
}

TEST_CASE("descriptor: every setting has a unique kebab-case name, a sentence, and a default that is allowed") {
    const World world;
    std::set<std::pair<std::uint32_t, std::string>> names;
    for (const auto *const *info = world.descriptor().settings; info != nullptr && *info != nullptr; ++info) {
        const certbroker_setting_info &setting = **info;
        INFO(setting.name);
        CHECK(names.emplace(setting.scope, setting.name).second);
        CHECK(std::string_view(setting.name).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
              std::string_view::npos);
        CHECK(std::string_view(setting.summary).size() > 10);
        CHECK(std::string_view(setting.summary).back() == '.');
        CHECK((setting.type != CBP_CHOICE || setting.choices != nullptr));
        CHECK((setting.type != CBP_SECRET || setting.default_text == nullptr));
    }
}

TEST_CASE("settings: the fixture's connection is accepted") {
    World world;
    CHECK(world.open() != nullptr);
}

TEST_CASE("settings: each required setting that is missing is named") {
    World world;
    int required = 0;
    for (const auto *const *info = world.descriptor().settings; info != nullptr && *info != nullptr; ++info) {
        if (((*info)->flags & CBP_REQUIRED) == 0 || (*info)->scope != CBP_SCOPE_CONNECTION) continue;
        ++required;
        Settings settings = subject().fixture.connection(world.descriptor());
        settings.erase((*info)->name);
        const auto opened = world.open(settings);
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().id() == "Provider.SettingMissing");
        CHECK(describe(opened.error()).find((*info)->name) != std::string::npos);
    }
    if (required == 0) SKIP("this provider requires no setting");
}

TEST_CASE("settings: each wrong value of the fixture is refused by name") {
    World world;
    if (subject().fixture.wrong().empty()) SKIP("the fixture has no [wrong] section");
    for (const auto &[name, value] : subject().fixture.wrong()) {
        INFO(name << " = " << value);
        Settings settings = subject().fixture.connection(world.descriptor());
        settings.set(name, value);
        const auto opened = world.open(settings);
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().id() == "Provider.SettingValue");
        CHECK(describe(opened.error()).find(name) != std::string::npos);
    }
}

TEST_CASE("settings: an unknown name is refused") {
    World world;
    Settings settings = subject().fixture.connection(world.descriptor());
    settings.set("no-such-setting", "1");
    const auto opened = world.open(settings);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().id() == "Provider.SettingUnknown");
}

TEST_CASE("settings: a secret given as text is refused, and not repeated") {
    World world;
    const auto canaries = subject().fixture.canaries(world.descriptor());
    if (canaries.empty()) SKIP("this provider has no secret setting");
    for (const auto *const *info = world.descriptor().settings; *info != nullptr; ++info) {
        if ((*info)->type != CBP_SECRET || (*info)->scope != CBP_SCOPE_CONNECTION) continue;
        Settings settings = subject().fixture.connection(world.descriptor());
        settings.set((*info)->name, canaries.front());
        const auto opened = world.open(settings);
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().id() == "Provider.SettingSecret");
        world.check_canaries(describe(opened.error()));
    }
}

TEST_CASE("settings: every [wrong] setting and every choice is one that the table knows") {
    const World world;
    std::set<std::string> known;
    for (const auto *const *info = world.descriptor().settings; info != nullptr && *info != nullptr; ++info)
        known.insert((*info)->name);
    for (const auto &[name, value] : subject().fixture.wrong())
        CHECK(known.contains(name));
}
