#include "fixture.hpp"
#include "issuance/work.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

/// A request as a process leaves it that is killed in that state.
Record left_in(World &world, State state) {
    Record record = world.prepare(World::request()).record;
    const State before = record.state;
    record.state = state;
    record.provider = "scripted";
    world.authority();
    record.authority = "lab";
    record.authority_location = "CurrentUser";
    if (state == State::issued) {
        const auto chain = must(x509::parse_certificates(as_bytes(World::answer_to(record))));
        for (const x509::Certificate &certificate : chain)
            record.chain.push_back(certificate.der());
        record.thumbprint = chain.front().thumbprint();
    }
    must(must(world.broker->journal(Location::current_user))->advance(before, record, "killed"));
    return record;
}

} // namespace

TEST_CASE("What was being sent when the process died is uncertain, and then cleared up with the CA") {
    World world;
    const Record record = left_in(world, State::submitting);
    world.restart();
    CHECK(world.record(record.id).state == State::uncertain);
    CHECK(must(world.broker->resume(record.id, nullptr, {}, world.operation)).record.state == State::installed);
}

TEST_CASE("What was issued when the process died is installed by the next one") {
    World world;
    const Record record = left_in(world, State::issued);
    CHECK(id_of(world.store->get(record.thumbprint)) == "Store.NotFound");
    world.restart();
    CHECK(world.record(record.id).state == State::installed);
    CHECK(must(world.store->get(record.thumbprint)).has_private_key());
}

TEST_CASE("What another process has in hand is not taken from it") {
    World world;
    const Record record = left_in(world, State::submitting);
    BrokerOptions options;
    options.roots = world.broker->options().roots;
    Core other(options);
    const auto held = must(lock_request(other, Location::current_user, record.id));
    world.restart();
    CHECK(world.record(record.id).state == State::submitting);
}

TEST_CASE("A request that cannot be recovered is logged and stops nobody") {
    World world;
    const Record broken = left_in(world, State::issued);
    must(world.store->remove_key(broken.key_uri, world.operation));
    const Record sound = left_in(world, State::issued);
    world.restart();
    CHECK(world.record(broken.id).state == State::issued);
    CHECK(world.record(sound.id).state == State::installed);
    CHECK(world.log->text().find("The request " + broken.id + " could not be recovered") != std::string::npos);
}
