#include <algorithm>

#include "base/der.hpp"
#include "base/errors.hpp"
#include "crypto/errors.hpp"
#include "http/errors.hpp"
#include "rig.hpp"
#include "scep.hpp"

using namespace certbroker;
using scep::test::has;
using scep::test::must;
using scep::test::Rig;
using State = provider::Outcome::State;

namespace {

/// A key that lives elsewhere: only its operations are at hand.
class ForeignKey final : public crypto::PrivateKey {
public:
    explicit ForeignKey(crypto::KeyHandle key) : key_(std::move(key)) {}
    const crypto::PublicKey &public_key() const noexcept override { return key_->public_key(); }
    const std::string &uri() const noexcept override { return key_->uri(); }
    bool exportable() const noexcept override { return false; }
    Result<Bytes> sign(const crypto::SignatureScheme &scheme, ByteView text) const override {
        return key_->sign(scheme, text);
    }
    Result<SecretBytes> decrypt(ByteView text, std::optional<crypto::DigestAlgorithm> oaep) const override {
        return key_->decrypt(text, oaep);
    }
    Result<SecretBytes> export_pkcs8() const override {
        return fail(errors::key_not_exportable, "The key could not be exported: it may not leave");
    }
    evp_pkey_st *native() const noexcept override { return nullptr; }

private:
    crypto::KeyHandle key_;
};

provider::Query query_of(const provider::Order &order) {
    provider::Query query;
    query.idempotency = order.idempotency;
    query.csr = order.csr;
    return query;
}

} // namespace

TEST_CASE("a certificate is issued whatever order the CA's certificates come in, and by a CA without RA") {
    std::vector<int> order{0, 1, 2};
    do {
        Rig rig;
        rig.ca.ways.order = order;
        rig.ca.ways.challenge = "Pa55";
        const provider::Order wish = rig.order("Pa55");
        const provider::Outcome outcome = must(rig.open()->submit(wish, rig.host.operation));
        REQUIRE(outcome.state == State::issued);
        CHECK(outcome.certificates.front().public_key() == wish.csr->public_key());
        CHECK(outcome.certificates.back() == rig.ca.ca());
        CHECK(rig.ca.seen.at(0).type == "19");
        CHECK(rig.ca.seen.at(0).cipher == "AES-128-CBC");
        CHECK(rig.ca.seen.at(0).digest == crypto::DigestAlgorithm::sha256);
        CHECK_FALSE(rig.ca.seen.at(0).by_get);
        CHECK(rig.ca.seen.at(0).content == wish.csr->der());
    } while (std::next_permutation(order.begin(), order.end()));
    Rig alone;
    alone.ca.ways.ra = false;
    (void)alone.issue(*alone.open(), alone.order());
}

TEST_CASE("a key that may not leave its store is enough") {
    Rig rig;
    provider::Order order = rig.order();
    order.csr_key = std::make_shared<ForeignKey>(order.csr_key);
    (void)rig.issue(*rig.open(), order);
    rig.host.settings.set("allow-legacy", std::string("true"));
    rig.ca.ways.cipher = "DES-CBC";
    order.idempotency = "order-2";
    (void)rig.issue(*rig.open(), order);
}

TEST_CASE("a wrong or missing challenge is a denied request that says where to look") {
    Rig rig;
    rig.ca.ways.challenge = "right";
    for (const char *challenge : {"wrong", ""}) {
        const auto outcome = must(rig.open()->submit(rig.order(challenge, challenge), rig.host.operation));
        REQUIRE(outcome.state == State::denied);
        CHECK(outcome.reason == "badRequest");
        CHECK(has(outcome.remedy, "challenge"));
        CHECK(has(outcome.remedy, "CERT_E_WRONG_USAGE"));
    }
    CHECK(rig.ca.issued() == 0);
}

TEST_CASE("requests that SCEP cannot carry are refused before anything is sent") {
    Rig rig;
    provider::Order order = rig.host.order(); // P-256
    auto outcome = rig.open()->submit(order, rig.host.operation);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().id() == "EndpointProtection.KeyAlgorithm");
    CHECK(scep::test::never_left(outcome.error()));
    order = rig.order();
    order.csr_key.reset();
    outcome = rig.open()->submit(order, rig.host.operation);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().id() == "Provider.Unsupported");
    CHECK(rig.host.http.seen.empty());
}

TEST_CASE("pending is asked about by CertPoll, as who sent the request; then it is issued") {
    Rig rig;
    rig.ca.ways.decision = "pending";
    const provider::Order order = rig.order("s3cret-challenge");
    const auto outcome = must(rig.open()->submit(order, rig.host.operation));
    REQUIRE(outcome.state == State::pending);
    const std::string token(as_text(outcome.token));
    CHECK_FALSE(has(token, "s3cret"));
    CHECK(outcome.poll_after_seconds == 60);
    const auto issued = must(rig.open()->poll(outcome.token, rig.host.operation));
    REQUIRE(issued.state == State::issued);
    CHECK(issued.certificates.front().public_key() == order.csr->public_key());
    REQUIRE(rig.ca.seen.size() == 2);
    CHECK(rig.ca.seen[1].type == "20");
    CHECK(rig.ca.seen[1].transaction == rig.ca.seen[0].transaction);
    CHECK(rig.ca.seen[1].signer == rig.ca.seen[0].signer);
    der::Writer names;
    names.nest(der::sequence,
               [&](der::Writer &w) { w.raw(rig.ca.ca().subject().der()).raw(order.csr->subject().der()); });
    CHECK(rig.ca.seen[1].content == names.bytes());
}

TEST_CASE("a token of somebody else, or of a key that is gone, is refused") {
    Rig rig;
    const auto provider = rig.open();
    for (const char *token : {"garbage", "scep 1\n", "scep 9\ntransaction=x\n"})
        CHECK(certbroker::test::id_of(provider->poll(as_bytes(token), rig.host.operation)) ==
              "EndpointProtection.Token");
    const scep::Token gone{"abc", "memory:CurrentUser/My/keys/00", rig.ca.ca().subject().to_string(), "0", ""};
    CHECK_FALSE(provider->poll(as_bytes(scep::write_token(gone)), rig.host.operation).has_value());
    CHECK(rig.ca.seen.empty());
}

TEST_CASE("what became of a request is found by CertPoll, and said from what was kept once it is known") {
    Rig rig;
    const auto provider = rig.open();
    const provider::Order order = rig.order();
    CHECK(certbroker::test::id_of(provider->find(query_of(order), rig.host.operation)) == "Provider.NotFound");
    CHECK(rig.host.http.seen.empty());
    // The answer is forged on its way: the certificate exists, and nobody has it.
    rig.ca.ways.fault = "nonce";
    REQUIRE_FALSE(provider->submit(order, rig.host.operation).has_value());
    CHECK(rig.ca.issued() == 1);
    rig.ca.ways.fault.clear();
    const auto found = must(provider->find(query_of(order), rig.host.operation));
    REQUIRE(found.state == State::issued);
    CHECK(rig.ca.issued() == 1);
    CHECK(rig.ca.seen.back().type == "20");
    const std::size_t asked = rig.ca.seen.size();
    CHECK(must(provider->find(query_of(order), rig.host.operation)).certificates == found.certificates);
    CHECK(must(provider->submit(order, rig.host.operation)).certificates == found.certificates);
    CHECK(rig.ca.seen.size() == asked);
}

TEST_CASE("a request that never arrived is unknown to the CA; other refusals leave it open") {
    Rig rig;
    const provider::Order order = rig.order();
    rig.host.http.answer = [&rig](const http::Request &request, const Operation &) -> Result<http::Response> {
        if (has(request.url, "PKIOperation"))
            return fail(errors::http_broken, "The answer could not be read: the connection broke");
        return rig.ca.answer(request);
    };
    const auto provider = rig.open();
    const auto lost = provider->submit(order, rig.host.operation);
    REQUIRE_FALSE(lost.has_value());
    CHECK(lost.error().status() == Status::network);
    CHECK_FALSE(scep::test::never_left(lost.error()));
    rig.host.http.answer = [&rig](const http::Request &request, const Operation &) -> Result<http::Response> {
        return rig.ca.answer(request);
    };
    CHECK(certbroker::test::id_of(provider->find(query_of(order), rig.host.operation)) == "Provider.NotFound");
    rig.ca.ways.decision = "deny";
    (void)must(provider->submit(rig.order("", "order-2"), rig.host.operation));
    rig.ca.ways.decision = "issue";
    // Sent again, refused when asked: no answer to what became of it.
    rig.ca.ways.fault = "flip";
    REQUIRE_FALSE(provider->submit(order, rig.host.operation).has_value());
    rig.ca.ways.fault.clear();
    rig.ca.ways.decision = "deny";
    const auto open = provider->find(query_of(order), rig.host.operation);
    REQUIRE_FALSE(open.has_value());
    CHECK(open.error().id() == "EndpointProtection.NotSettled");
}

TEST_CASE("renewing, the certificate in use signs; without that capability as a first request does") {
    for (const bool renewal : {true, false}) {
        Rig rig;
        if (!renewal) rig.ca.ways.capabilities = "SCEPStandard";
        const auto provider = rig.open();
        const provider::Order first = rig.order();
        const x509::Certificate current = rig.issue(*provider, first);
        provider::Order next = rig.order("", "order-2");
        next.current = &current;
        next.current_key = first.csr_key;
        const auto outcome = must(provider->renew(next, rig.host.operation));
        REQUIRE(outcome.state == State::issued);
        CHECK(outcome.certificates.front().public_key() == next.csr->public_key());
        CHECK(rig.ca.seen.back().type == (renewal ? "17" : "19"));
        CHECK(rig.ca.seen.back().signer == current);
    }
}

TEST_CASE("a renewal without the old key is a new request") {
    Rig rig;
    const auto provider = rig.open();
    const x509::Certificate current = rig.issue(*provider, rig.order());
    provider::Order next = rig.order("", "order-2");
    next.current = &current;
    REQUIRE(must(provider->renew(next, rig.host.operation)).state == State::issued);
    CHECK(rig.ca.seen.back().type == "19");
    CHECK(rig.ca.seen.back().signer.self_issued());
}

TEST_CASE("what is kept of requests that are done does not grow for ever") {
    Rig rig;
    const auto provider = rig.open();
    provider::Order order = rig.order();
    const auto kept = [&] { return must(rig.host.state->list("test", "order/")).size(); };
    for (int i = 0; i < 700; ++i) {
        order.idempotency = "order-" + std::to_string(i);
        REQUIRE(must(provider->submit(order, rig.host.operation)).state == State::issued);
    }
    CHECK(kept() <= 256);
    CHECK(kept() > 150);
    // The last answer is there, whether the CA can be asked or not.
    rig.host.http.answer = [](const http::Request &, const Operation &) -> Result<http::Response> {
        return fail(errors::http_connect, "The server could not be reached: it is off");
    };
    CHECK(must(provider->find(query_of(order), rig.host.operation)).state == State::issued);
}

TEST_CASE("a pending request leaves nothing behind when it is denied") {
    Rig rig;
    rig.ca.ways.decision = "pending-then-deny";
    const auto provider = rig.open();
    const provider::Outcome pending = must(provider->submit(rig.order(), rig.host.operation));
    REQUIRE(pending.state == State::pending);
    CHECK(must(rig.host.state->list("test", "order/")).size() == 1);
    CHECK(must(provider->poll(pending.token, rig.host.operation)).state == State::denied);
    CHECK(must(rig.host.state->list("test", "order/")).empty());
}
