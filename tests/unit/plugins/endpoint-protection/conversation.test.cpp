#include "conversation.hpp"

#include <set>

#include "rig.hpp"

using namespace certbroker;
using scep::test::has;
using scep::test::must;
using scep::test::Rig;
using State = provider::Outcome::State;

TEST_CASE("what is wrong with an answer is told apart, and none of it says that nothing was sent") {
    const std::pair<const char *, const char *> faults[] = {
        {"nonce", "EndpointProtection.Nonce"},
        {"no-nonce", "EndpointProtection.Nonce"},
        {"transaction", "EndpointProtection.Transaction"},
        {"flip", "EndpointProtection.Signature"},
        {"truncated", "EndpointProtection.Signature"},
        {"recipient", "EndpointProtection.Recipient"},
        {"signer", "EndpointProtection.Signer"},
        {"type", "EndpointProtection.Answer"},
        {"status", "EndpointProtection.Answer"},
        {"garbage", "EndpointProtection.Answer"},
        {"empty", "EndpointProtection.Answer"},
        {"only-ca", "EndpointProtection.Answer"},
    };
    std::set<std::string> messages;
    for (const auto &[fault, id] : faults) {
        INFO(fault);
        Rig rig;
        rig.ca.ways.fault = fault;
        const Error error = rig.refusal();
        CHECK(error.id() == id);
        CHECK_FALSE(scep::test::never_left(error));
        messages.insert(error.message());
    }
    // Each says what it is.
    CHECK(messages.size() >= 10);
}

TEST_CASE("weak answers are refused unless they are allowed") {
    Rig rig;
    rig.ca.ways.cipher = "DES-CBC";
    CHECK(rig.refusal().id() == "EndpointProtection.WeakAnswer");
    rig.ca.ways.cipher = "DES-EDE3-CBC";
    CHECK(rig.refusal().id() == "EndpointProtection.WeakAnswer");
    rig.ca.ways.cipher = "AES-128-CBC";
    rig.ca.ways.digest = crypto::DigestAlgorithm::sha1;
    const Error error = rig.refusal();
    CHECK(error.id() == "EndpointProtection.WeakAnswer");
    CHECK_FALSE(scep::test::never_left(error));
    rig.host.settings.set("allow-legacy", std::string("true"));
    rig.ca.ways.cipher = "DES-CBC";
    (void)rig.issue(*rig.open(), rig.order("", "another"));
    // Asked for with what the CA takes, whatever it answers with.
    CHECK(rig.ca.seen.back().cipher == "AES-128-CBC");
    CHECK(rig.ca.seen.back().digest == crypto::DigestAlgorithm::sha256);
}

TEST_CASE("a refusal has the CA's words and what to do; with an empty content it is one, too") {
    for (const char *fault : {"", "content"}) {
        Rig rig;
        rig.ca.ways.decision = "deny";
        rig.ca.ways.fault = fault;
        rig.ca.ways.fail_info = "1";
        rig.ca.ways.fail_text = "no\r\nway";
        const auto outcome = must(rig.open()->submit(rig.order(), rig.host.operation));
        REQUIRE(outcome.state == State::denied);
        CHECK(outcome.reason == "badMessageCheck");
        CHECK(has(outcome.message, "'no way'"));
        CHECK(has(outcome.remedy, "load balancer"));
    }
}

TEST_CASE("every message has a nonce of its own, every transaction an id of its own") {
    Rig rig;
    const auto provider = rig.open();
    provider::Order order = rig.order();
    rig.ca.ways.decision = "wait";
    (void)must(provider->submit(order, rig.host.operation));
    (void)must(provider->submit(order, rig.host.operation));
    order.idempotency = "order-2";
    (void)must(provider->submit(order, rig.host.operation));
    REQUIRE(rig.ca.seen.size() == 3);
    std::set<std::string> nonces;
    for (const auto &message : rig.ca.seen) {
        CHECK(message.nonce.size() == 16);
        nonces.insert(message.nonce);
        CHECK(message.transaction.size() == 40);
    }
    CHECK(nonces.size() == 3);
    CHECK(rig.ca.seen[0].transaction == rig.ca.seen[1].transaction);
    CHECK(rig.ca.seen[0].transaction != rig.ca.seen[2].transaction);
}

TEST_CASE("who asks is a self-signed certificate of the request's subject and key") {
    Rig rig;
    const provider::Order order = rig.order();
    (void)rig.issue(*rig.open(), order);
    const x509::Certificate &signer = rig.ca.seen.at(0).signer;
    CHECK(signer.self_issued());
    CHECK(signer.verify_issued_by(signer).has_value());
    CHECK(signer.subject().to_string() == order.csr->subject().to_string());
    CHECK(signer.public_key() == order.csr->public_key());
    CHECK((signer.key_usage() & x509::key_usage::digital_signature) != 0);
    CHECK((signer.key_usage() & x509::key_usage::key_encipherment) != 0);
}
