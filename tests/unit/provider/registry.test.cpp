#include "provider/registry.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "fake.hpp"
#include "support/event_collector.hpp"
#include "support/platform.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;
using provider::Registry;
using provider::RegistryOptions;
using provider::Trust;

namespace {

const std::string good_file = std::string("certbroker-test-good") + plugin_suffix;

/// A plugin folder as it is installed.
struct Folder {
    TemporaryFolder home;
    std::filesystem::path plugins = home.path() / "plugins";
    std::string approvals = home.file("data/approvals");

    Folder() {
        std::filesystem::create_directories(plugins);
        let_write(plugins, Writers::owner);
    }
    void add(const std::string &name, const std::string &as = {}) {
        const auto target = plugins / ("certbroker-" + (as.empty() ? name : as) + plugin_suffix);
        std::filesystem::copy_file(
            std::filesystem::path(CERTBROKER_TEST_PLUGINS) / ("certbroker-" + name + plugin_suffix), target);
        let_write(target, Writers::owner);
    }
    void write(const std::string &name, const std::string &text) {
        std::ofstream(plugins / name) << text;
        let_write(plugins / name, Writers::owner);
    }
    RegistryOptions options(bool any = false) const { return {plugins.string(), approvals, any}; }
    Registry registry(bool any = false) const { return Registry(options(any)); }
};

} // namespace

TEST_CASE("Shipped plugins are those whose hash stands in the manifest") {
    Folder folder;
    folder.add("test-good");
    Registry unknown(folder.options());
    REQUIRE(unknown.plugins().size() == 1);
    const auto plugin = unknown.plugins().front();
    CHECK(plugin->id == "test-good");
    CHECK(plugin->trust == Trust::not_approved);
    CHECK_FALSE(plugin->usable());
    CHECK(plugin->descriptor == nullptr);
    CHECK(plugin->disabled_remedy.find("Approve-CBProvider") != std::string::npos);
    const auto refused = unknown.find("test-good");
    REQUIRE(id_of(refused) == "Provider.Disabled");
    CHECK(refused.error().status() == Status::trust);
    CHECK(refused.error().remedy() == plugin->disabled_remedy);

    folder.write("plugins.manifest", plugin->sha256 + "  " + good_file + "\n");
    Registry shipped(folder.options());
    const auto found = must(shipped.find("Test-Good"));
    CHECK(found->trust == Trust::shipped);
    CHECK(found->usable());
    CHECK(found->path == (folder.plugins / good_file).string());
    CHECK(provider::trust_name(found->trust) == "Shipped");

    folder.write("plugins.manifest", std::string(64, '0') + "  " + good_file + "\n");
    Registry changed(folder.options());
    CHECK(changed.plugins().front()->trust == Trust::changed);
}

TEST_CASE("An approval pins a third-party plugin at once, and only that file") {
    Folder folder;
    folder.add("test-good");
    Registry registry(folder.options());
    const auto &before = registry.plugins();
    const std::string hash = before.front()->sha256;
    CHECK(id_of(registry.approve("test-good", std::string(64, '0'))) == "Provider.HashMismatch");
    CHECK(id_of(registry.approve("test-good", "abc")) == "Provider.HashMismatch");
    CHECK(id_of(registry.approve("absent", hash)) == "Provider.Unknown");
    CHECK(id_of(registry.approve("../test-good", hash)) == "Provider.Unknown");
    must(registry.approve("test-good", hash));
    CHECK(must(registry.find("test-good"))->trust == Trust::approved);
    CHECK_FALSE(before.front()->usable()); // what was handed out stays what it was

    Registry again(folder.options());
    CHECK(must(again.find("test-good"))->usable());
    // Another file under that name; in another folder, as Windows lets nobody replace a library that is loaded.
    Folder later;
    later.approvals = folder.approvals;
    later.add("test-liar", "test-good");
    Registry replaced(later.options());
    CHECK(replaced.plugins().front()->trust == Trust::changed);
}

TEST_CASE("Who reads the log hears of plugins that are refused or approved") {
    Folder folder;
    folder.add("test-good");
    const auto events = std::make_shared<EventCollector>();
    Registry registry(folder.options(), events);
    const std::string hash = registry.plugins().front()->sha256;
    const auto refused = events->last("PluginRefused");
    CHECK(refused.fields.at("provider") == "test-good");
    CHECK(refused.fields.at("hash") == hash);
    CHECK(refused.fields.at("path") == (folder.plugins / good_file).string());
    must(registry.approve("test-good", hash));
    CHECK(events->last("PluginApproved").fields.at("hash") == hash);
    events->clear();
    CHECK(must(registry.find("test-good"))->usable());
    CHECK(events->names().empty());
}

TEST_CASE("A folder that others can write loads nothing") {
    Folder folder;
    folder.add("test-good");
    Registry registry(folder.options());
    must(registry.approve("test-good", registry.plugins().front()->sha256));
    let_write(folder.plugins, Writers::everyone);
    Registry open(folder.options());
    REQUIRE(open.plugins().size() == 1);
    CHECK(open.plugins().front()->trust == Trust::folder);
    CHECK_FALSE(open.plugins().front()->usable());
    let_write(folder.plugins, Writers::owner);
    let_write(folder.plugins / good_file, Writers::everyone);
    Registry file(folder.options());
    CHECK(file.plugins().front()->trust == Trust::folder);
}

TEST_CASE("Development mode loads everything that is sound, and lists the rest with its reason") {
    Folder folder;
    folder.add("test-good");
    folder.add("test-liar");
    folder.add("test-mute");
    folder.write(std::string("certbroker-junk") + plugin_suffix, "junk");
    folder.write(std::string("certbroker-Capital") + plugin_suffix, "junk");
    folder.write(std::string("libother") + plugin_suffix, "junk");
    folder.write("README.md", "junk");
    Registry registry(folder.options(true));
    std::vector<std::string> ids;
    for (const auto &plugin : registry.plugins()) {
        ids.push_back(plugin->id);
        CHECK(plugin->usable() == (plugin->id == "test-good"));
        CHECK(plugin->usable() == plugin->disabled_reason.empty());
        CHECK(plugin->disabled_remedy.empty() == plugin->disabled_reason.empty());
    }
    CHECK(ids == std::vector<std::string>{"junk", "test-good", "test-liar", "test-mute"});
    CHECK(must(registry.find("test-good"))->trust == Trust::open_for_development);
    const auto liar = registry.find("test-liar");
    REQUIRE(id_of(liar) == "Provider.Disabled");
    CHECK(liar.error().status() == Status::plugin);
    CHECK(liar.error().message().find("somebody-else") != std::string::npos);
}

TEST_CASE("Unknown providers are answered with the nearest") {
    Folder folder;
    folder.add("test-good");
    Registry registry(folder.options(true));
    const auto result = registry.find("test-god");
    REQUIRE(id_of(result) == "Provider.Unknown");
    CHECK(result.error().message().find("did you mean 'test-good'") != std::string::npos);
    Registry nothing(RegistryOptions{});
    CHECK(nothing.plugins().empty());
    CHECK(id_of(nothing.find("x")) == "Provider.Unknown");
    Registry absent(RegistryOptions{"/nonexistent/plugins", "", false});
    CHECK(absent.plugins().empty());
}

TEST_CASE("Plugins that are linked in stand beside files, and come first") {
    Folder folder;
    folder.add("test-good");
    Registry registry(folder.options(true));
    registry.add_static(&fake_descriptor());
    static cbp_plugin broken = fake_descriptor();
    broken.id = "test-good";
    broken.submit = nullptr;
    registry.add_static(&broken);
    registry.add_static(nullptr);
    CHECK(must(registry.find("fake"))->trust == Trust::shipped);
    CHECK(id_of(registry.find("test-good")) == "Provider.Disabled");
    CHECK(registry.plugins().size() == 3);
}

TEST_CASE("A plugin from a file is opened, and its breach reported") {
    Folder folder;
    folder.add("test-good");
    Registry registry(folder.options(true));
    Host host;
    const auto opened =
        must(provider::Provider::open(must(registry.find("test-good")), "", {}, host.services, host.operation));
    CHECK(opened->instance() == "test-good");
    CHECK(id_of(opened->submit(host.order(), host.operation)) == "Provider.Contract");
}

TEST_CASE("Who wants one plugin has the others neither hashed nor loaded, until somebody wants the list") {
    Folder folder;
    folder.add("test-good");
    folder.write(std::string("certbroker-broken") + plugin_suffix, "no library");
    const auto log = std::make_shared<EventCollector>();
    Registry registry(folder.options(true), log);
    const auto found = must(registry.find("test-good"));
    CHECK(log->names().empty());
    CHECK(must(registry.find("test-good")) == found);
    REQUIRE(registry.plugins().size() == 2);
    CHECK(log->names() == std::vector<std::string>{"PluginRefused"});
    for (const auto &plugin : registry.plugins())
        CHECK(plugin->usable() == (plugin == found));
    CHECK(id_of(registry.find("broken")) == "Provider.Disabled");
}
