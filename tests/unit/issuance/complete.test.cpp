#include <catch2/generators/catch_generators.hpp>

#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Result<Issue> complete(World &world, const std::string &answer, std::optional<std::string> id = {},
                       store::Store *store = nullptr, const RoadOptions &options = {}) {
    return world.broker->complete(std::move(id), as_bytes(answer), store, options, world.operation);
}

} // namespace

TEST_CASE("A CA's answer finds the key that waits for it") {
    World world;
    const Issue other = world.prepare(World::request("other.example.com"));
    RoadOptions options;
    options.friendly_name = "Prepared name";
    const Issue prepared = world.prepare(World::request(), options);
    const std::string answer = World::answer_to(prepared.record);
    world.restart();
    const Issue issue = must(complete(world, answer));
    CHECK(issue.record.id == prepared.record.id);
    CHECK(issue.record.state == State::installed);
    REQUIRE(issue.entry);
    CHECK(issue.entry->has_private_key());
    CHECK(issue.entry->friendly_name == "Prepared name");
    CHECK(issue.chain.size() == 3);
    CHECK(must(world.broker->list_requests({}, true)).size() == 1);

    // Twice is no failure, and makes nothing new.
    const Issue again = must(complete(world, answer));
    CHECK(again.record.id == prepared.record.id);
    CHECK(again.record.state == State::installed);
    CHECK(again.entry);
    CHECK(must(complete(world, answer, prepared.record.id)).record.state == State::installed);
    CHECK(must(world.broker->list_requests({}, false)).size() == 2);
    // A friendly name given meanwhile stays.
    store::Store::Changes changes;
    changes.friendly_name = "Renamed";
    must(world.store->update(issue.record.thumbprint, changes, world.operation));
}

TEST_CASE("Answers come in every form") {
    World world;
    const Issue prepared = world.prepare(World::request());
    const std::string pem = World::answer_to(prepared.record);
    const auto certificates = must(x509::parse_certificates(as_bytes(pem)));
    Bytes answer;
    SECTION("DER") {
        answer = certificates.front().der();
    }
    SECTION("p7b") {
        answer = x509::encode_chain(certificates, x509::ChainEncoding::p7b_der);
    }
    SECTION("p7b as PEM") {
        answer = x509::encode_chain(certificates, x509::ChainEncoding::p7b_pem);
    }
    SECTION("root first") {
        answer = to_bytes(as_bytes(certificates[2].to_pem() + certificates[1].to_pem() + certificates[0].to_pem()));
    }
    const Issue issue = must(world.broker->complete({}, answer, nullptr, {}, world.operation));
    CHECK(issue.record.id == prepared.record.id);
    CHECK(issue.record.state == State::installed);
}

TEST_CASE("The root of an answer is trusted by those who say so") {
    World world;
    const Issue prepared = world.prepare(World::request());
    RoadOptions options;
    options.trust_root = true;
    must(complete(world, World::answer_to(prepared.record), {}, nullptr, options));
    CHECK(must(world.broker->stores().open("CurrentUser/Root"))->get(world.ca.root.certificate.thumbprint()));
    CHECK(must(world.broker->stores().open("CurrentUser/CA"))->get(world.ca.ca.certificate.thumbprint()));
}

TEST_CASE("A wrong answer says which keys do not fit, and changes nothing") {
    World world;
    const Issue first = world.prepare(World::request());
    const Issue second = world.prepare(World::request("two.example.com"));
    const auto failed = complete(world, World::answer_to(first.record), second.record.id);
    REQUIRE(id_of(failed) == "Certificate.KeyMismatch");
    CHECK(failed.error().message().find(first.record.key_id) != std::string::npos);
    CHECK(failed.error().message().find(second.record.key_id) != std::string::npos);
    CHECK(world.record(second.record.id).state == State::prepared);

    const auto stranger = complete(world, pki().leaf.certificate.to_pem());
    REQUIRE(id_of(stranger) == "Issuance.NoRequest");
    CHECK(id_of(complete(world, "no certificate at all")) != "");
    CHECK(id_of(complete(world, World::answer_to(first.record), "no-such-id")) == "Journal.NotFound");
}

TEST_CASE("Without a request, the key in the store is enough") {
    World world;
    const auto key = world.key_in_store();
    const x509::Certificate leaf =
        make_certificate("CN=old tool", key->public_key(), &world.ca.ca, *world.ca.ca.key, false);
    const Issue issue = must(complete(world, leaf.to_pem()));
    CHECK(issue.record.state == State::installed);
    REQUIRE(issue.warnings.size() == 1);
    CHECK(issue.warnings.front().find("No request waited") != std::string::npos);
    CHECK(issue.entry->has_private_key());
    CHECK(must(complete(world, leaf.to_pem())).record.id == issue.record.id);
    CHECK(must(world.broker->list_requests({}, false)).size() == 1);
}

TEST_CASE("The store that is named must have the key") {
    World world;
    const Issue prepared = world.prepare(World::request());
    const std::string answer = World::answer_to(prepared.record);
    const auto machine = must(world.broker->stores().open("LocalMachine/My"));
    CHECK(id_of(complete(world, answer, {}, machine.get())) == "Issuance.OtherStore");
    CHECK(world.record(prepared.record.id).state == State::prepared);
    const auto people = must(world.broker->stores().open("CurrentUser/TrustedPeople"));
    const Issue issue = must(complete(world, answer, {}, people.get()));
    CHECK(issue.entry->store.name == "TrustedPeople");
    CHECK(issue.record.store == "folder:CurrentUser/TrustedPeople");
}

TEST_CASE("Requests of LocalMachine are found as well, and any state that waits is completed") {
    World world;
    world.store = must(world.broker->stores().open("LocalMachine/My"));
    world.ca.next({GENERATE(Answer::Kind::pend, Answer::Kind::unsure, Answer::Kind::deny)});
    const Issue waiting = world.enroll(World::request());
    const Issue issue = must(complete(world, World::answer_to(waiting.record), waiting.record.id));
    CHECK(issue.record.state == State::installed);
    CHECK(issue.entry->store.location == Location::local_machine);
}

TEST_CASE("Who gave a request up, or replaced its certificate, is told that it is over") {
    World world;
    const Issue prepared = world.prepare(World::request());
    const std::string answer = World::answer_to(prepared.record);
    SECTION("given up") {
        must(world.broker->abandon(prepared.record.id, false, world.operation));
    }
    SECTION("installed") {
        must(complete(world, World::answer_to(prepared.record)));
    }
    CHECK(id_of(complete(world, answer, prepared.record.id)) == "Journal.Finished");
    // Without naming the request the key still counts.
    CHECK(must(complete(world, answer)).record.id != prepared.record.id);
}

TEST_CASE("A key that is gone is named when its certificate comes") {
    World world;
    const Issue prepared = world.prepare(World::request());
    must(world.store->remove_key(prepared.record.key_uri, world.operation));
    CHECK(id_of(complete(world, World::answer_to(prepared.record))) == "Issuance.KeyGone");
}

TEST_CASE("Completing without installing keeps the certificate in the journal") {
    World world;
    const Issue prepared = world.prepare(World::request());
    RoadOptions options;
    options.install = false;
    const Issue issue = must(complete(world, World::answer_to(prepared.record), {}, nullptr, options));
    CHECK(issue.record.state == State::issued);
    CHECK_FALSE(issue.entry);
}
