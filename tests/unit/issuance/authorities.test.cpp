#include "issuance/authorities.hpp"

#include <filesystem>

#include "base/file.hpp"
#include "fixture.hpp"
#include "support/platform.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Secret secret(std::string_view text) {
    return Secret(as_bytes(text));
}

Settings settings_of(const std::string &mode) {
    Settings settings;
    settings.set("mode", mode);
    settings.set("api-key", secret("canary-4711"));
    return settings;
}

} // namespace

TEST_CASE("An authority is kept with its settings, and its secrets apart") {
    World world;
    Authorities &authorities = world.broker->authorities();
    must(authorities.add(Location::current_user, "Lab CA", "scripted", settings_of(" two\nlines = \\ ")));
    world.restart();
    const Authority lab = must(world.broker->authorities().get({}, "lab ca"));
    CHECK(lab.name == "Lab CA");
    CHECK(lab.provider == "scripted");
    CHECK(lab.location == Location::current_user);
    CHECK(*lab.settings.text("mode") == " two\nlines = \\ ");
    REQUIRE(lab.settings.secret("api-key") != nullptr);
    CHECK(as_text(lab.settings.secret("api-key")->reveal()) == "canary-4711");
    CHECK(lab.created > 0);

    const auto folder = world.home.path() / "CurrentUser" / "authorities";
    const std::string plain(as_text(must(file::read(folder / "lab ca.ini", 10'000))));
    CHECK(plain.find("canary") == std::string::npos);
    CHECK(plain.find("api-key") == std::string::npos);
    CHECK(only_owner_reads(folder / "lab ca.secrets"));
}

TEST_CASE("Settings of an authority change one by one") {
    World world;
    Authorities &authorities = world.broker->authorities();
    must(authorities.add(Location::local_machine, "lab", "scripted", settings_of("one")));
    Settings changes;
    changes.set("mode", "");
    must(authorities.update({}, "LAB", changes));
    Authority lab = must(authorities.get({}, "lab"));
    CHECK(lab.settings.text("mode") == nullptr);
    CHECK(lab.settings.secret("api-key") != nullptr);
    changes = {};
    changes.set("api-key", "");
    changes.set("mode", "two");
    world.clock.ahead = 100;
    must(authorities.update(Location::local_machine, "lab", changes));
    lab = must(authorities.get({}, "lab"));
    CHECK(*lab.settings.text("mode") == "two");
    CHECK_FALSE(lab.settings.contains("api-key"));
    CHECK(lab.changed >= lab.created + 100);
    CHECK_FALSE(std::filesystem::exists(world.home.path() / "LocalMachine" / "authorities" / "lab.secrets"));
}

TEST_CASE("Names and settings of authorities are checked") {
    World world;
    Authorities &authorities = world.broker->authorities();
    for (const std::string &name : {std::string(), std::string("../lab"), std::string(".hidden"), std::string("a/b"),
                                    std::string("end."), std::string("end "), std::string(65, 'x'),
                                    std::string("B\xc3\xbc"
                                                "cher")})
        CHECK(id_of(authorities.add(Location::current_user, name, "scripted", {})) == "Authority.Name");
    Settings wrong;
    wrong.set("api-key", "in clear");
    CHECK(id_of(authorities.add(Location::current_user, "lab", "scripted", wrong)) == "Provider.SettingSecret");
    wrong = {};
    wrong.set("moed", "x");
    CHECK(id_of(authorities.add(Location::current_user, "lab", "scripted", wrong)) == "Provider.SettingUnknown");
    CHECK(id_of(authorities.add(Location::current_user, "lab", "scriptd", {})) == "Provider.Unknown");
    CHECK(must(authorities.list({})).empty());

    must(authorities.add(Location::current_user, "lab", "scripted", {}));
    CHECK(id_of(authorities.add(Location::current_user, "Lab", "plain", {})) == "Authority.Exists");
    CHECK(id_of(authorities.update({}, "lab", wrong)) == "Provider.SettingUnknown");
    const auto missing = authorities.get({}, "lap");
    REQUIRE(id_of(missing) == "Authority.NotFound");
    CHECK(missing.error().message().find("'lab'") != std::string::npos);
    CHECK(id_of(authorities.get(Location::local_machine, "lab")) == "Authority.NotFound");
    CHECK(id_of(authorities.remove(Location::local_machine, "lab")) == "Authority.NotFound");
    CHECK(id_of(authorities.update({}, "other", {})) == "Authority.NotFound");
}

TEST_CASE("CurrentUser's authority comes before LocalMachine's of the same name") {
    World world;
    Authorities &authorities = world.broker->authorities();
    must(authorities.add(Location::local_machine, "lab", "plain", {}));
    CHECK(must(authorities.get({}, "lab")).provider == "plain");
    must(authorities.add(Location::current_user, "lab", "scripted", {}));
    CHECK(must(authorities.get({}, "lab")).provider == "scripted");
    CHECK(must(authorities.list({})).size() == 2);
    CHECK(must(authorities.list(Location::local_machine)).size() == 1);
    must(authorities.remove({}, "lab"));
    CHECK(must(authorities.get({}, "lab")).provider == "plain");
    must(authorities.remove({}, "lab"));
    CHECK(id_of(authorities.remove({}, "lab")) == "Authority.NotFound");
}

TEST_CASE("A damaged authority says file and line and hides no other") {
    World world;
    Authorities &authorities = world.broker->authorities();
    must(authorities.add(Location::current_user, "good", "scripted", {}));
    must(authorities.add(Location::current_user, "lab", "scripted", settings_of("one")));
    const auto folder = world.home.path() / "CurrentUser" / "authorities";
    const auto spoil = [&](const char *name, std::string_view text) {
        must(file::write_atomic(folder / name, as_bytes(text), file::Access::owner, true));
    };
    const std::string good(as_text(must(file::read(folder / "lab.ini", 10'000))));

    spoil("lab.ini", "name = lab\nprovider = scripted\n[settings]\nthis is no setting\n");
    auto read = authorities.get({}, "lab");
    REQUIRE(id_of(read) == "Authority.Format");
    CHECK(read.error().file().find("lab.ini") != std::string::npos);
    CHECK(read.error().numbers().at(ErrorNumber::line) == 4);
    const auto all = must(authorities.list({}));
    REQUIRE(all.size() == 2);
    CHECK(all[1].name == "lab");
    CHECK(all[1].provider.empty());
    CHECK(must(authorities.get({}, "good")).provider == "scripted");

    for (const char *text : {"", "name = lab\n", "name = other\nprovider = scripted\n",
                             "name = lab\nprovider = x\ncolour = red\n", "name = lab\nprovider = x\ncreated = soon\n",
                             "name = lab\nprovider = a\\zb\n", "name = lab\nprovider = \xff\xfe\n"}) {
        spoil("lab.ini", text);
        CHECK(id_of(authorities.get({}, "lab")) == "Authority.Format");
    }
    spoil("lab.ini", good);
    CHECK(authorities.get({}, "lab"));
    spoil("lab.secrets", "; remark\napi-key = !!!\n");
    read = authorities.get({}, "lab");
    REQUIRE(id_of(read) == "Authority.Format");
    CHECK(read.error().numbers().at(ErrorNumber::line) == 2);
}

TEST_CASE("A provider is opened by the name of its authority") {
    World world;
    must(world.broker->authorities().add(Location::local_machine, "Lab", "scripted", settings_of("one")));
    const OpenProvider open = must(world.broker->open_authority({}, "lab", world.operation));
    CHECK(open.authority == "Lab");
    CHECK(open.location == Location::local_machine);
    CHECK(open.provider->plugin().id == "scripted");
    CHECK(id_of(world.broker->open_authority({}, "nobody", world.operation)) == "Authority.NotFound");
    CHECK(id_of(world.broker->open_provider("nobody", {}, world.operation)) == "Provider.Unknown");
}
