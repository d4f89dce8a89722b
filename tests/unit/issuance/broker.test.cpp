#include "issuance/broker.hpp"

#include <filesystem>

#include "base/file.hpp"
#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("Looking leaves no trace") {
    World world;
    CHECK(must(world.broker->list_requests({}, false)).empty());
    CHECK(id_of(world.broker->open_request("no-such-id")) == "Journal.NotFound");
    CHECK(id_of(world.broker->list_events("no-such-id")) == "Journal.NotFound");
    CHECK_FALSE(std::filesystem::exists(world.home.path() / "CurrentUser" / "journal.sqlite"));
    CHECK_FALSE(std::filesystem::exists(world.home.path() / "LocalMachine" / "journal.sqlite"));
}

TEST_CASE("Requests of both locations are listed, newest first") {
    World world;
    const Issue first = world.prepare(World::request("one"));
    world.clock.ahead = 10;
    world.store = must(world.broker->stores().open("LocalMachine/My"));
    const Issue second = world.prepare(World::request("two"));
    world.clock.ahead = 20;
    world.store = must(world.broker->stores().open("CurrentUser/My"));
    const Issue third = world.prepare(World::request("three"));

    const auto all = must(world.broker->list_requests({}, true));
    REQUIRE(all.size() == 3);
    CHECK(all[0].id == third.record.id);
    CHECK(all[1].id == second.record.id);
    CHECK(all[2].id == first.record.id);
    CHECK(must(world.broker->list_requests(Location::local_machine, false)).size() == 1);
    CHECK(must(world.broker->open_request(second.record.id)).record.subject == "CN=two, O=Example");
    CHECK(must(world.broker->list_events(second.record.id)).size() == 1);
}

TEST_CASE("A request is given up, its key only when that is said and nothing needs it") {
    World world;
    const Issue prepared = world.prepare(World::request());
    const std::string &id = prepared.record.id;
    must(world.broker->abandon(id, false, world.operation));
    CHECK(world.record(id).state == State::abandoned);
    CHECK(world.store->open_key(prepared.record.key_uri));
    must(world.broker->abandon(id, true, world.operation));
    CHECK(id_of(world.store->open_key(prepared.record.key_uri)) == "Store.KeyMissing");
    must(world.broker->abandon(id, true, world.operation));
    CHECK(id_of(world.broker->abandon("no-such-id", false, world.operation)) == "Journal.NotFound");

    const Issue issue = world.enroll(World::request());
    CHECK(id_of(world.broker->abandon(issue.record.id, false, world.operation)) == "Journal.Finished");

    // Two requests of one key, as a renewal that keeps the key makes them.
    Record one = world.prepare(World::request()).record;
    Record two = one;
    two.id = "another";
    must(must(world.broker->journal(Location::current_user))->add(two));
    CHECK(id_of(world.broker->abandon(one.id, true, world.operation)) == "Store.KeyInUse");
    CHECK(world.record(one.id).state == State::prepared);
    must(world.broker->abandon(one.id, false, world.operation));
    must(world.broker->abandon(two.id, true, world.operation));
    CHECK(id_of(world.store->open_key(one.key_uri)) == "Store.KeyMissing");
}

TEST_CASE("Secrets are in no log line and in no file but their own") {
    World world;
    Settings settings;
    settings.set("api-key", Secret(as_bytes("canary-connection")));
    must(world.broker->authorities().add(Location::current_user, "lab", "scripted", settings));
    OpenProvider ca = must(world.broker->open_authority({}, "lab", world.operation));
    Settings order;
    order.set("pin", Secret(as_bytes("canary-order")));
    Operation operation;
    operation.log = world.log.get();
    must(world.broker->enroll(World::request(), ca, "", order, *world.store, {}, operation));
    world.restart();
    CHECK(world.log->text().find("canary") == std::string::npos);
    for (const auto &entry : std::filesystem::recursive_directory_iterator(world.home.path())) {
        if (!entry.is_regular_file() || entry.path().extension() == ".secrets") continue;
        INFO(entry.path());
        CHECK(as_text(must(file::read(entry.path(), 1UL << 24U))).find("canary") == std::string::npos);
    }
}
