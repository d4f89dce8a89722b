#include <filesystem>

#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

std::vector<State> states_of(Broker &broker, const std::string &id) {
    std::vector<State> states;
    for (const Event &event : must(broker.list_events(id)))
        states.push_back(event.state);
    return states;
}

} // namespace

TEST_CASE("A request becomes an installed certificate with its key") {
    World world;
    RoadOptions options;
    options.friendly_name = "Web server";
    Issue issue = world.enroll(World::request(), options);
    CHECK(issue.record.state == State::installed);
    REQUIRE(issue.entry);
    CHECK(issue.entry->has_private_key());
    CHECK(issue.entry->friendly_name == "Web server");
    CHECK(issue.entry->certificate.subject().to_string() == "CN=web01.example.com, O=Example");
    REQUIRE(issue.chain.size() == 3);
    CHECK(issue.chain[0] == issue.entry->certificate);
    CHECK(issue.chain[1] == world.ca.ca.certificate);
    CHECK(issue.record.reference == "ref-1");
    CHECK(issue.record.authority == "lab");
    CHECK(issue.record.provider == "scripted");
    CHECK(world.ca.order_key);
    CHECK(world.ca.submitted == std::vector<std::string>{issue.record.id});
    // Roots are trusted by those who say so only.
    CHECK(issue.warnings.size() == 1);
    CHECK(id_of(must(world.broker->stores().open("CurrentUser/Root"))->get(world.ca.root.certificate.thumbprint())) ==
          "Store.NotFound");
    CHECK(must(world.broker->stores().open("CurrentUser/CA"))->get(world.ca.ca.certificate.thumbprint()));

    world.restart();
    CHECK(states_of(*world.broker, issue.record.id) ==
          std::vector{State::prepared, State::submitting, State::issued, State::installed});
    const Issue again = must(world.broker->open_request(issue.record.id));
    CHECK(again.record.thumbprint == issue.entry->certificate.thumbprint());
    CHECK(again.chain.size() == 3);
    REQUIRE(again.entry);
    CHECK(must(world.store->open_key(again.entry->key_uri))->public_key() == issue.chain[0].public_key());
}

TEST_CASE("Options of the road: trust the root, do not install") {
    World world;
    RoadOptions options;
    options.trust_root = true;
    CHECK(world.enroll(World::request(), options).warnings.empty());
    CHECK(must(world.broker->stores().open("CurrentUser/Root"))->get(world.ca.root.certificate.thumbprint()));

    options = {};
    options.install = false;
    const Issue issue = world.enroll(World::request(), options);
    CHECK(issue.record.state == State::issued);
    CHECK_FALSE(issue.entry);
    CHECK(issue.chain.size() == 3);
    CHECK(id_of(world.store->get(issue.record.thumbprint)) == "Store.NotFound");
    CHECK_FALSE(is_open(issue.record));
    CHECK(must(world.broker->list_requests({}, true)).empty());
}

TEST_CASE("Denied is an answer, not a failure") {
    World world;
    world.ca.next({.kind = Answer::Kind::deny, .message = "Not in office hours", .remedy = "Come on Monday."});
    const Issue issue = world.enroll(World::request());
    CHECK(issue.record.state == State::denied);
    CHECK(issue.record.remedy == "Come on Monday.");
    CHECK(world.record(issue.record.id).remedy == "Come on Monday.");
    CHECK(issue.record.message == "Not in office hours");
    CHECK(issue.record.reason == "policy");
    CHECK(must(world.broker->list_requests({}, true)).empty());
}

TEST_CASE("Orders, profiles and policies reach the CA, and what it refuses makes no key") {
    World world;
    OpenProvider ca = world.authority();
    Settings order;
    order.set("note", "please");
    order.set("pin", Secret(as_bytes("1234")));
    const Issue issue =
        must(world.broker->enroll(World::request(), ca, "server", order, *world.store, {}, world.operation));
    CHECK(world.ca.order_note == "please");
    CHECK(world.ca.order_pin);
    CHECK(world.ca.order_profile == "server");
    CHECK(issue.record.profile == "server");
    // Secrets of an order are not kept.
    CHECK(issue.record.order == std::vector<std::pair<std::string, std::string>>{{"note", "please"}});

    const auto keys = world.home.path() / "CurrentUser" / "keys";
    const auto count_keys = [&] {
        return std::distance(std::filesystem::directory_iterator(keys), std::filesystem::directory_iterator());
    };
    const auto before = count_keys();
    Settings wrong;
    wrong.set("color", "red");
    CHECK(id_of(world.broker->enroll(World::request(), ca, "", wrong, *world.store, {}, world.operation)) ==
          "Provider.SettingUnknown");
    CHECK(id_of(world.broker->enroll(World::request(), ca, "p384", {}, *world.store, {}, world.operation)) ==
          "Policy.KeyAlgorithm");
    CHECK_FALSE(world.broker->enroll(World::request(), ca, "none", {}, *world.store, {}, world.operation));
    Operation stopped;
    stopped.cancellation->request();
    CHECK(id_of(world.broker->enroll(World::request(), ca, "", {}, *world.store, {}, stopped)) == "Base.Cancelled");
    CHECK(count_keys() == before);
    CHECK(must(world.broker->list_requests({}, false)).size() == 1);
}

TEST_CASE("A prepared request waits with its key, also in another process, and is sent once") {
    World world;
    const Issue prepared = world.prepare(World::request());
    CHECK(prepared.record.state == State::prepared);
    CHECK(must(x509::Csr::parse(prepared.record.csr)).verify());
    world.restart();
    CHECK(must(world.broker->list_requests({}, true)).size() == 1);
    const std::string &id = prepared.record.id;
    OpenProvider ca = world.authority();
    const Issue issue = must(world.broker->enroll_prepared(id, ca, "server", {}, {}, world.operation));
    CHECK(issue.record.state == State::installed);
    CHECK(issue.record.profile == "server");
    CHECK(world.ca.submitted == std::vector{id});
    CHECK(id_of(world.broker->enroll_prepared(id, ca, "", {}, {}, world.operation)) == "Journal.Finished");
    CHECK(id_of(world.broker->enroll_prepared("no-such-id", ca, "", {}, {}, world.operation)) == "Journal.NotFound");

    const Issue second = world.prepare(World::request());
    world.ca.next({Answer::Kind::pend});
    CHECK(must(world.broker->enroll_prepared(second.record.id, ca, "", {}, {}, world.operation)).record.state ==
          State::pending);
    CHECK(id_of(world.broker->enroll_prepared(second.record.id, ca, "", {}, {}, world.operation)) == "Issuance.Open");
}

TEST_CASE("RequestType = Cert makes an installed self-signed certificate") {
    World world;
    profile::Request wish = World::request();
    wish.type = profile::RequestType::self_signed;
    const Issue issue = world.prepare(wish);
    CHECK(issue.record.state == State::installed);
    REQUIRE(issue.entry);
    CHECK(issue.entry->certificate.self_issued());
    CHECK(issue.entry->has_private_key());
    OpenProvider ca = world.authority();
    CHECK(id_of(world.broker->enroll(wish, ca, "", {}, *world.store, {}, world.operation)) == "Issuance.SelfSigned");
}

TEST_CASE("A CSR made elsewhere is sent, and installed where its key is") {
    World world;
    OpenProvider ca = world.authority();
    const auto key = make_key();
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse("CN=elsewhere"));
    const x509::Csr csr = must(x509::create_csr(spec, *key));

    const Issue issue = must(world.broker->enroll_csr(csr, ca, "", {}, *world.store, {}, world.operation));
    CHECK(issue.record.state == State::issued);
    CHECK_FALSE(issue.entry);
    CHECK(issue.chain.size() == 3);
    CHECK_FALSE(is_open(issue.record));
    CHECK(issue.warnings.size() == 1);
    CHECK_FALSE(world.ca.order_key);

    must(world.store->import_key(*key, false, world.operation));
    const Issue installed = must(world.broker->enroll_csr(csr, ca, "", {}, *world.store, {}, world.operation));
    CHECK(installed.record.state == State::installed);
    CHECK(installed.entry->has_private_key());

    Bytes harmed = csr.der();
    harmed.back() ^= 1U;
    const auto parsed = x509::Csr::parse(harmed);
    if (parsed)
        CHECK(id_of(world.broker->enroll_csr(*parsed, ca, "", {}, *world.store, {}, world.operation)) ==
              "Csr.Signature");
}

TEST_CASE("The file of a prepared request is that request, and is not sent a second time") {
    World world;
    OpenProvider ca = world.authority();
    const Issue prepared = world.prepare(World::request());
    const x509::Csr csr = must(x509::Csr::parse(prepared.record.csr));
    world.ca.next({Answer::Kind::pend});
    const Issue issue = must(world.broker->enroll_csr(csr, ca, "", {}, *world.store, {}, world.operation));
    CHECK(issue.record.id == prepared.record.id);
    CHECK(issue.record.state == State::pending);
    CHECK(id_of(world.broker->enroll_csr(csr, ca, "", {}, *world.store, {}, world.operation)) == "Issuance.Open");
    CHECK(world.ca.submitted.size() == 1);
}
