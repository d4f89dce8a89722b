#include "base/encoding.hpp"
#include "world.hpp"

using namespace certbroker;
using namespace conformance;
using State = provider::Outcome::State;

namespace {

/// Plays a scenario and submits; the call has to succeed whatever the CA decided.
provider::Outcome submit(World &world, provider::Provider &ca, const x509::Csr &csr, const std::string &scenario) {
    provider::Outcome outcome = must(ca.submit(world.order(csr, scenario), world.operation));
    CHECK(world.http.problem().empty());
    return outcome;
}

void check_pending(const World &world, const provider::Outcome &outcome) {
    REQUIRE(outcome.state == State::pending);
    CHECK_FALSE(outcome.token.empty());
    CHECK(outcome.token.size() <= 64 * 1024);
    CHECK(outcome.poll_after_seconds <= 7 * 86'400);
    CHECK_FALSE(outcome.message.empty());
    world.check_canaries(std::string(as_text(outcome.token)));
}

} // namespace

TEST_CASE("issue: the certificate belongs to the request's key, its chain verifies") {
    World world;
    world.play("issue");
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    const provider::Outcome outcome = submit(world, *ca, csr, "issue");
    REQUIRE(outcome.state == State::issued);
    const x509::Certificate leaf = must(x509::find_by_key(outcome.certificates, csr.public_key()));
    const x509::Chain chain = x509::build_chain(leaf, outcome.certificates);
    x509::ChainCheck check;
    check.now = world.clock.now();
    const auto verified = x509::verify_chain(chain, check);
    if (!verified) FAIL(describe(verified.error()));
    CHECK_FALSE(outcome.reference.empty());
    const auto differences = must(x509::compare_with_request(leaf, csr));
    for (const x509::Difference &difference : differences)
        CHECK(difference.severity != x509::Severity::error);
}

TEST_CASE("issue: certificates in another order are issued all the same") {
    World world;
    world.play("issue-reversed");
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    const provider::Outcome outcome = submit(world, *ca, csr, "issue-reversed");
    REQUIRE(outcome.state == State::issued);
    CHECK(x509::build_chain(must(x509::find_by_key(outcome.certificates, csr.public_key())), outcome.certificates)
              .size() >= 2);
}

TEST_CASE("issue: the same order twice is one certificate") {
    World world;
    world.play("issue");
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    const provider::Order order = world.order(csr, "issue");
    const provider::Outcome first = must(ca->submit(order, world.operation));
    const provider::Outcome second = must(ca->submit(order, world.operation));
    REQUIRE(first.state == State::issued);
    REQUIRE(second.state == State::issued);
    if (first.certificates.front() == second.certificates.front()) return;
    REQUIRE(world.can(CBP_NEEDS_NETWORK));
    // Over the network the CA keeps the promise; the provider has to tell it that both are one order.
    const auto seen = world.http.seen();
    REQUIRE(seen.size() >= 2);
    for (const http::Request &request : seen) {
        std::string all(as_text(request.body));
        for (const auto &[name, value] : request.headers)
            all += "\n" + name + ": " + value;
        CHECK(all.find(order.idempotency) != std::string::npos);
    }
}

TEST_CASE("issue: a certificate for another key is found out by the host") {
    World world;
    world.play("wrong-key");
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    const provider::Outcome outcome = submit(world, *ca, csr, "wrong-key");
    REQUIRE(outcome.state == State::issued);
    const auto found = x509::find_by_key(outcome.certificates, csr.public_key());
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().id() == "Certificate.KeyMismatch");
}

TEST_CASE("denied: it is an answer with a message, not a failure") {
    World world;
    world.play("denied");
    const auto ca = world.open();
    const provider::Outcome outcome = submit(world, *ca, world.make_csr(), "denied");
    REQUIRE(outcome.state == State::denied);
    CHECK_FALSE(outcome.message.empty());
    world.check_canaries(outcome.message + outcome.reason + outcome.reference);
}

TEST_CASE("pending: the token is small, without secrets, and outlives the connection; then issued") {
    World world;
    world.play("pending");
    const x509::Csr csr = world.make_csr();
    provider::Outcome outcome;
    {
        const auto ca = world.open();
        outcome = submit(world, *ca, csr, "pending");
        check_pending(world, outcome);
    }
    const auto again = world.open();
    world.clock.offset = 30LL * 86'400;
    const provider::Outcome issued = must(again->poll(outcome.token, world.operation));
    REQUIRE(issued.state == State::issued);
    CHECK(x509::find_by_key(issued.certificates, csr.public_key()).has_value());
}

TEST_CASE("pending: it stays pending until the CA has decided") {
    World world;
    world.play("still-pending");
    const auto ca = world.open();
    const provider::Outcome outcome = submit(world, *ca, world.make_csr(), "still-pending");
    check_pending(world, outcome);
    check_pending(world, must(ca->poll(outcome.token, world.operation)));
}

TEST_CASE("pending: it may be denied in the end") {
    World world;
    world.play("pending-then-denied");
    const auto ca = world.open();
    const provider::Outcome outcome = submit(world, *ca, world.make_csr(), "pending-then-denied");
    check_pending(world, outcome);
    world.clock.offset = 30LL * 86'400;
    const provider::Outcome denied = must(ca->poll(outcome.token, world.operation));
    REQUIRE(denied.state == State::denied);
    CHECK_FALSE(denied.message.empty());
}

TEST_CASE("pending: a token that is garbage is refused, and nothing breaks") {
    World world;
    if (!world.can(CBP_CAN_POLL)) SKIP("this provider never answers pending");
    world.play("issue");
    const auto ca = world.open();
    for (const std::string &token :
         {std::string("garbage"), std::string(300, '/'), std::string("\0\xff\x01", 3), std::string()}) {
        const auto outcome = ca->poll(as_bytes(token), world.operation);
        if (world.can(CBP_NEEDS_NETWORK) && outcome.has_value())
            continue; // the scripted CA answers whatever it is asked
        REQUIRE_FALSE(outcome.has_value());
        CHECK(outcome.error().status() != Status::plugin);
    }
}

TEST_CASE("pending: a withdrawn order is not issued") {
    World world;
    if (!world.can(CBP_CAN_WITHDRAW)) SKIP("this provider cannot withdraw");
    world.play("pending");
    const auto ca = world.open();
    const provider::Outcome outcome = submit(world, *ca, world.make_csr(), "pending");
    check_pending(world, outcome);
    REQUIRE(ca->withdraw(outcome.token, world.operation).has_value());
    world.clock.offset = 30LL * 86'400;
    CHECK(must(ca->poll(outcome.token, world.operation)).state == State::denied);
}

TEST_CASE("find: what became of an order can be asked, and what never arrived is said to be so") {
    World world;
    if (!world.can(CBP_CAN_FIND)) SKIP("this provider cannot find: uncertain orders need an admin");
    world.play("issue");
    const auto ca = world.open();
    const x509::Csr csr = world.make_csr();
    const provider::Order order = world.order(csr, "issue");
    REQUIRE(must(ca->submit(order, world.operation)).state == State::issued);
    // As the host asks: with all it knows of the request.
    world.play_if_there("find");
    provider::Query query;
    query.idempotency = order.idempotency;
    query.public_key_sha256 = to_hex(csr.public_key().sha256());
    query.csr = &csr;
    CHECK(must(ca->find(query, world.operation)).state == State::issued);
    const x509::Csr other = world.make_csr();
    query.idempotency = must(crypto::random_uuid(crypto::system_random()));
    query.public_key_sha256 = to_hex(other.public_key().sha256());
    query.csr = &other;
    const auto missing = ca->find(query, world.operation);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().status() == Status::not_found);
}
