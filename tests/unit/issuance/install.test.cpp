#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Result<Issue> try_enroll(World &world, const RoadOptions &options = {}) {
    OpenProvider ca = world.authority();
    return world.broker->enroll(World::request(), ca, "", {}, *world.store, options, world.operation);
}

Record only_record(World &world) {
    const auto all = must(world.broker->list_requests({}, false));
    REQUIRE(all.size() == 1);
    return all.front();
}

} // namespace

TEST_CASE("A certificate of another key is refused and kept as evidence") {
    World world;
    world.ca.next({Answer::Kind::other_key});
    const auto failed = try_enroll(world);
    REQUIRE(id_of(failed) == "Certificate.KeyMismatch");
    const Record record = only_record(world);
    CHECK(record.state == State::uncertain);
    CHECK(record.chain.size() == 3);
    CHECK(failed.error().message().find(record.key_id) != std::string::npos);
    CHECK(id_of(world.store->get(world.ca.issued.at(record.id).thumbprint())) == "Store.NotFound");
    // The CA repeats itself: still not ours, and nothing new is ordered.
    CHECK(id_of(world.broker->resume(record.id, nullptr, {}, world.operation)) == "Certificate.KeyMismatch");
    world.ca.next({Answer::Kind::fail, "Forgotten", CBP_E_NOT_FOUND});
    const Issue forgotten = must(world.broker->resume(record.id, nullptr, {}, world.operation));
    CHECK(forgotten.record.state == State::uncertain);
    CHECK(forgotten.warnings.size() == 1);
    CHECK(world.ca.submitted.size() == 1);
}

TEST_CASE("What the CA changed is a warning, or a failure for who wants it as asked") {
    World world;
    world.ca.next({Answer::Kind::fewer_names});
    SECTION("warning") {
        const Issue issue = must(try_enroll(world));
        CHECK(issue.record.state == State::installed);
        REQUIRE(issue.warnings.size() == 2);
        CHECK(issue.warnings.front().find("web01.example.com") != std::string::npos);
    }
    SECTION("failure") {
        RoadOptions strict;
        strict.allow_differences = false;
        const auto failed = try_enroll(world, strict);
        REQUIRE(id_of(failed) == "Certificate.Names");
        const Record record = only_record(world);
        CHECK(record.state == State::issued);
        CHECK(record.chain.size() == 3);
        CHECK(record.message.find("web01.example.com") != std::string::npos);
        CHECK(failed.error().remedy().find(record.id) != std::string::npos);
        // Neither a new process nor a later call forgets what was said.
        world.restart();
        CHECK(id_of(world.broker->resume(record.id, nullptr, {}, world.operation)) == "Certificate.Names");
        CHECK(only_record(world).state == State::issued);
        const auto events = must(world.broker->list_events(record.id)).size();
        world.restart();
        CHECK(must(world.broker->list_events(record.id)).size() == events);
        // Completing says it anew.
        const x509::Certificate leaf = world.ca.issued.at(record.id);
        const Issue issue = must(world.broker->complete({}, as_bytes(leaf.to_pem()), nullptr, {}, world.operation));
        CHECK(issue.record.id == record.id);
        CHECK(issue.record.state == State::installed);
    }
}

TEST_CASE("A clock that is off does not keep a certificate from its place, unless it must be as asked") {
    World world;
    world.ca.next({Answer::Kind::not_yet});
    SECTION("warning") {
        const Issue issue = must(try_enroll(world));
        CHECK(issue.record.state == State::installed);
        CHECK(issue.warnings.size() >= 2);
    }
    SECTION("failure") {
        RoadOptions strict;
        strict.allow_differences = false;
        CHECK(id_of(try_enroll(world, strict)) == "Certificate.Validity");
        CHECK(only_record(world).state == State::issued);
    }
}

TEST_CASE("A key that is gone is named before anything is installed") {
    World world;
    const Issue prepared = world.prepare(World::request());
    must(world.store->remove_key(prepared.record.key_uri, world.operation));
    OpenProvider ca = world.authority();
    CHECK(id_of(world.broker->enroll_prepared(prepared.record.id, ca, "", {}, {}, world.operation)) ==
          "Issuance.KeyGone");
    CHECK(world.ca.submitted.empty());

    world.ca.next({Answer::Kind::pend});
    const Issue pending = world.enroll(World::request());
    must(world.store->remove_key(pending.record.key_uri, world.operation));
    CHECK(id_of(world.broker->resume(pending.record.id, nullptr, {}, world.operation)) == "Issuance.KeyGone");
    const Record record = world.record(pending.record.id);
    CHECK(record.state == State::issued);
    CHECK(id_of(world.store->get(record.thumbprint)) == "Store.NotFound");
}
