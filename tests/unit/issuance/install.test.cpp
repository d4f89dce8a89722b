#include <catch2/generators/catch_generators.hpp>

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

TEST_CASE("What a CA may well change is a warning") {
    World world;
    world.ca.next({Answer::Kind::fewer_parts});
    const Issue issue = must(try_enroll(world));
    CHECK(issue.record.state == State::installed);
    REQUIRE_FALSE(issue.warnings.empty());
    CHECK(issue.warnings.front().find("'CN=web01.example.com'") != std::string::npos);
    CHECK(issue.warnings.front().find("'CN=web01.example.com, O=Example'") != std::string::npos);
    // Unless the certificate must be exactly as asked.
    world.ca.next({Answer::Kind::fewer_parts});
    RoadOptions exact;
    exact.exact = true;
    CHECK(id_of(try_enroll(world, exact)) == "Certificate.Names");
    const Record kept = must(world.broker->list_requests({}, true)).front();
    CHECK(kept.state == State::issued);
    CHECK(id_of(world.broker->resume(kept.id, nullptr, {}, world.operation)) == "Certificate.Names");
    RoadOptions takes_it;
    takes_it.allow_differences = true;
    CHECK(must(world.broker->resume(kept.id, nullptr, takes_it, world.operation)).record.state == State::installed);
}

TEST_CASE("A certificate that is not what was asked for is kept and not installed, until somebody takes it") {
    struct Case {
        Answer::Kind kind;
        const char *id, *part;
    };
    const Case which = GENERATE(Case{Answer::Kind::fewer_names, "Certificate.Names", "dns=web01.example.com"},
                                Case{Answer::Kind::other_host, "Certificate.Names", "CN=evil.example.net"},
                                Case{Answer::Kind::ca_rights, "Certificate.Purpose", "CA certificate"},
                                Case{Answer::Kind::expired, "Certificate.Validity", "expired"});
    World world;
    world.ca.next({which.kind});
    const auto failed = try_enroll(world);
    REQUIRE(id_of(failed) == which.id);
    const Record record = only_record(world);
    CHECK(record.state == State::issued);
    CHECK(record.chain.size() == 3);
    CHECK(record.message.find(which.part) != std::string::npos);
    CHECK(failed.error().remedy().find(record.id) != std::string::npos);
    CHECK(id_of(world.store->get(record.thumbprint)) == "Store.NotFound");
    // Neither a new process nor a later call forgets it.
    world.restart();
    CHECK(id_of(world.broker->resume(record.id, nullptr, {}, world.operation)) == which.id);
    CHECK(only_record(world).state == State::issued);
    const auto events = must(world.broker->list_events(record.id)).size();
    world.restart();
    CHECK(must(world.broker->list_events(record.id)).size() == events);
    RoadOptions takes_it;
    takes_it.allow_differences = true;
    SECTION("received") {
        const Issue issue = must(world.broker->resume(record.id, nullptr, takes_it, world.operation));
        CHECK(issue.record.state == State::installed);
        REQUIRE_FALSE(issue.warnings.empty());
        CHECK(issue.warnings.front().find(which.part) != std::string::npos);
        CHECK(world.ca.submitted.size() == 1);
    }
    SECTION("completed") {
        const std::string pem = world.ca.issued.at(record.id).to_pem();
        CHECK(id_of(world.broker->complete({}, as_bytes(pem), nullptr, {}, world.operation)) == which.id);
        const Issue issue = must(world.broker->complete({}, as_bytes(pem), nullptr, takes_it, world.operation));
        CHECK(issue.record.id == record.id);
        CHECK(issue.record.state == State::installed);
    }
}

TEST_CASE("Who takes differences from the start gets the certificate with warnings") {
    World world;
    world.ca.next({Answer::Kind::fewer_names});
    RoadOptions takes_it;
    takes_it.allow_differences = true;
    const Issue issue = must(try_enroll(world, takes_it));
    CHECK(issue.record.state == State::installed);
    REQUIRE_FALSE(issue.warnings.empty());
    CHECK(issue.warnings.front().find("web01.example.com") != std::string::npos);
}

TEST_CASE("A weak signature is refused, unless just that is allowed") {
    World world;
    world.ca.next({Answer::Kind::weak});
    RoadOptions options;
    SECTION("refused") {
        CHECK(id_of(try_enroll(world)) == "Certificate.WeakSignature");
        // Taking differences is not taking weak signatures.
        options.allow_differences = true;
        CHECK(id_of(world.broker->resume(only_record(world).id, nullptr, options, world.operation)) ==
              "Certificate.WeakSignature");
        options.allow_weak = true;
        CHECK(must(world.broker->resume(only_record(world).id, nullptr, options, world.operation)).record.state ==
              State::installed);
    }
    SECTION("allowed, also in the process that goes on after a crash") {
        options.allow_weak = true;
        const Issue issue = must(try_enroll(world, options));
        CHECK(issue.record.state == State::installed);
        CHECK(issue.record.allow_weak);
        REQUIRE_FALSE(issue.warnings.empty());
        CHECK(issue.warnings.front().find("too weak") != std::string::npos);
    }
}

TEST_CASE("A clock that is off does not keep a certificate from its place") {
    World world;
    world.ca.next({Answer::Kind::not_yet});
    const Issue issue = must(try_enroll(world));
    CHECK(issue.record.state == State::installed);
    REQUIRE(issue.warnings.size() >= 2);
    CHECK(issue.warnings.front().find("not valid yet") != std::string::npos);
}

TEST_CASE("An issuer that is out of date is refused, and taken with differences") {
    World world;
    // The same CA, with a certificate that ended yesterday.
    const Issuer usual = world.ca.ca;
    x509::CertificateSpec spec;
    spec.subject = usual.certificate.subject();
    spec.issuer = world.ca.root.certificate.subject();
    spec.serial = must(crypto::random_serial(crypto::system_random()));
    spec.not_before = 1'700'000'000;
    spec.not_after = world.clock.now() - 86'400;
    spec.spki = usual.key->public_key().spki();
    spec.extensions = {x509::make_basic_constraints(true, std::nullopt, true)};
    world.ca.ca.certificate = must(x509::sign_certificate(spec, *world.ca.root.key));
    const auto failed = try_enroll(world);
    CHECK(id_of(failed) == "Certificate.Validity");
    const Record record = only_record(world);
    CHECK(record.state == State::issued);
    RoadOptions takes_it;
    takes_it.allow_differences = true;
    const Issue issue = must(world.broker->resume(record.id, nullptr, takes_it, world.operation));
    world.ca.ca = usual;
    CHECK(issue.record.state == State::installed);
    CHECK_FALSE(issue.warnings.empty());
}

TEST_CASE("The end that is asked for reaches the CA, and what comes is held against it") {
    World world;
    RoadOptions options;
    options.not_after = world.clock.now() + 7 * 86'400;
    const Issue issue = must(try_enroll(world, options)); // the scripted CA gives 30 days whatever is asked
    CHECK(world.ca.order_not_after == options.not_after);
    CHECK(issue.record.state == State::installed);
    CHECK(issue.record.not_after == options.not_after);
    REQUIRE_FALSE(issue.warnings.empty());
    CHECK(issue.warnings.front().find("later than asked for") != std::string::npos);
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
