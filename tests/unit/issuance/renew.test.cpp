#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Result<Issue> renew(World &world, const store::Entry &entry, OpenProvider &ca, const RoadOptions &options = {}) {
    return world.broker->renew(*world.store, entry, ca, "", {}, options, world.operation);
}

} // namespace

TEST_CASE("A renewal has the old names, a new key, and takes the old one's place when it is installed") {
    World world;
    RoadOptions named;
    named.friendly_name = "Web server";
    const Issue old = world.enroll(World::request(), named);
    OpenProvider ca = world.authority();
    world.ca.next({Answer::Kind::pend});
    const Issue pending = must(renew(world, *old.entry, ca));
    CHECK(pending.record.state == State::pending);
    CHECK(pending.record.replaces == old.record.thumbprint);
    CHECK_FALSE(must(world.store->get(old.record.thumbprint)).archived);
    CHECK(world.ca.renewed.size() == 1);
    CHECK(world.ca.current_key);
    CHECK(world.ca.purpose == CBP_PURPOSE_RENEWAL);

    world.restart();
    const Issue issue = must(world.broker->resume(pending.record.id, nullptr, {}, world.operation));
    REQUIRE(issue.record.state == State::installed);
    CHECK(issue.entry->certificate.subject().same_values(old.entry->certificate.subject()));
    REQUIRE(issue.entry->certificate.subject_alt_names().size() == 1);
    CHECK(issue.entry->certificate.subject_alt_names().front().value == "web01.example.com");
    CHECK_FALSE(issue.entry->certificate.public_key() == old.entry->certificate.public_key());
    CHECK(issue.entry->friendly_name == "Web server");
    CHECK(issue.entry->has_private_key());
    CHECK(must(world.store->get(old.record.thumbprint)).archived);
}

TEST_CASE("Renewal keeps the key, or the old certificate's place, for who asks") {
    World world;
    const Issue old = world.enroll(World::request());
    OpenProvider ca = world.authority();
    RoadOptions options;
    options.reuse_key = true;
    options.archive_old = false;
    const Issue issue = must(renew(world, *old.entry, ca, options));
    CHECK(issue.record.state == State::installed);
    CHECK(issue.entry->certificate.public_key() == old.entry->certificate.public_key());
    CHECK_FALSE(must(world.store->get(old.record.thumbprint)).archived);

    store::Entry keyless = *old.entry;
    keyless.key_uri.clear();
    // Without the old key the new one has to speak for itself, as in a first request.
    (void)renew(world, keyless, ca);
    CHECK(world.ca.purpose == CBP_PURPOSE_REQUEST);
    CHECK(id_of(renew(world, keyless, ca, options)) == "Issuance.KeyGone");
}

TEST_CASE("A CA that knows no renewal gets a new request") {
    World world;
    OpenProvider plain = world.plain();
    const Issue old =
        must(world.broker->enroll(World::request(), plain, "server", {}, *world.store, {}, world.operation));
    const Issue issue = must(renew(world, *old.entry, plain));
    CHECK(issue.record.state == State::installed);
    CHECK(world.ca.renewed.empty());
    CHECK(world.ca.submitted.size() == 2);
    CHECK(must(world.store->get(old.record.thumbprint)).archived);
    // Nobody named a template: it is that of the old one.
    CHECK(issue.record.profile == "server");
    CHECK(world.ca.order_profile == "server");
}

TEST_CASE("While one renewal may still bring a certificate there is no second") {
    World world;
    const Issue old = world.enroll(World::request());
    OpenProvider ca = world.authority();
    world.ca.next({Answer::Kind::unsure});
    const Issue lost = must(renew(world, *old.entry, ca));
    CHECK(lost.record.state == State::uncertain);
    CHECK(id_of(renew(world, *old.entry, ca)) == "Issuance.Open");
    // The CA never got it: it is renewed, not ordered, once more.
    const Issue issue = must(world.broker->resume(lost.record.id, nullptr, {}, world.operation));
    CHECK(issue.record.state == State::installed);
    CHECK(world.ca.renewed == std::vector{lost.record.id, lost.record.id});
    CHECK(world.ca.current_key);
    CHECK(must(world.store->get(old.record.thumbprint)).archived);

    // One that failed before it left is no obstacle.
    world.ca.next({Answer::Kind::fail, "No", CBP_E_AUTH});
    CHECK_FALSE(renew(world, *issue.entry, ca));
    CHECK(must(renew(world, *issue.entry, ca)).record.state == State::installed);
}

TEST_CASE("The old certificate stays when the new one is refused, denied, or not what was asked for") {
    World world;
    const Issue old = world.enroll(World::request());
    OpenProvider ca = world.authority();
    const auto archived = [&] { return must(world.store->get(old.record.thumbprint)).archived; };
    SECTION("denied") {
        world.ca.next({.kind = Answer::Kind::deny, .message = "No", .remedy = "Ask your manager."});
        const Issue denied = must(renew(world, *old.entry, ca));
        CHECK(denied.record.state == State::denied);
        CHECK(denied.record.remedy == "Ask your manager.");
        CHECK_FALSE(archived());
        // A denial is no obstacle to asking again.
        CHECK(must(renew(world, *old.entry, ca)).record.state == State::installed);
        CHECK(archived());
    }
    SECTION("for another host") {
        world.ca.next({Answer::Kind::other_host});
        REQUIRE(id_of(renew(world, *old.entry, ca)) == "Certificate.Names");
        CHECK_FALSE(archived());
        const Record kept = must(world.broker->list_requests({}, true)).front();
        CHECK(kept.state == State::issued);
        CHECK(kept.replaces == old.record.thumbprint);
        // It may still be taken, so there is no second renewal meanwhile.
        CHECK(id_of(renew(world, *old.entry, ca)) == "Issuance.Open");
        RoadOptions takes_it;
        takes_it.allow_differences = true;
        CHECK(must(world.broker->resume(kept.id, nullptr, takes_it, world.operation)).record.state == State::installed);
        CHECK(archived());
    }
    SECTION("for another key") {
        world.ca.next({Answer::Kind::other_key});
        CHECK(id_of(renew(world, *old.entry, ca)) == "Certificate.KeyMismatch");
        CHECK_FALSE(archived());
        CHECK(must(world.store->get(old.record.thumbprint)).has_private_key());
    }
    SECTION("pending, then denied in another process") {
        world.ca.next({Answer::Kind::pend});
        const Issue pending = must(renew(world, *old.entry, ca));
        world.restart();
        world.ca.next({Answer::Kind::deny, "No"});
        CHECK(must(world.broker->resume(pending.record.id, nullptr, {}, world.operation)).record.state ==
              State::denied);
        CHECK_FALSE(archived());
    }
}

TEST_CASE("What the CA's policy says of renewals is remembered with the certificate") {
    World world;
    OpenProvider ca = world.authority();
    const profile::Request wish = World::request();
    profile::Request client = wish;
    must(profile::set_property(client, "ENHANCED_KEY_USAGE", "ClientAuthentication"));
    const Issue issue = must(world.broker->enroll(client, ca, "client", {}, *world.store, {}, world.operation));
    CHECK(issue.record.renewal_seconds == 864'000);
    CHECK(must(renew(world, *issue.entry, ca)).record.renewal_seconds == 864'000);
    CHECK(world.enroll(wish).record.renewal_seconds == 0);
}
