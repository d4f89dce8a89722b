#include "world.hpp"

using namespace certbroker;
using namespace conformance;
using State = provider::Outcome::State;

namespace {

x509::Certificate issue_one(World &world, provider::Provider &ca) {
    const x509::Csr csr = world.make_csr();
    const provider::Outcome outcome = must(ca.submit(world.order(csr, "issue"), world.operation));
    REQUIRE(outcome.state == State::issued);
    return must(x509::find_by_key(outcome.certificates, csr.public_key()));
}

/// A certificate that no CA under test has issued.
x509::Certificate foreign_certificate(World &world) {
    (void)world.make_csr();
    x509::CertificateSpec spec;
    spec.subject = spec.issuer = must(x509::Name::parse("CN=foreign"));
    spec.serial = {0x7f, 0x01};
    spec.not_after = world.clock.now() + 86'400;
    spec.spki = world.last_key->public_key().spki();
    return must(x509::sign_certificate(spec, *world.last_key));
}

} // namespace

TEST_CASE("capabilities: what a provider cannot do is E_UNSUPPORTED, not a crash") {
    World world;
    world.play("issue");
    const auto ca = world.open();
    const x509::Certificate certificate = foreign_certificate(world);
    const auto expect = [&world](std::uint64_t capability, const auto &result) {
        if (!world.can(capability)) {
            REQUIRE_FALSE(result.has_value());
            CHECK(result.error().status() == Status::unsupported);
        }
    };
    if (!world.can(CBP_CAN_POLL)) expect(CBP_CAN_POLL, ca->poll(as_bytes("x"), world.operation));
    if (!world.can(CBP_CAN_WITHDRAW)) expect(CBP_CAN_WITHDRAW, ca->withdraw(as_bytes("x"), world.operation));
    if (!world.can(CBP_CAN_REVOKE))
        expect(CBP_CAN_REVOKE, ca->revoke(certificate, x509::RevocationReason::unspecified, world.operation));
    if (!world.can(CBP_CAN_CA_CHAIN)) expect(CBP_CAN_CA_CHAIN, ca->ca_chain("", world.operation));
    if (!world.can(CBP_CAN_GET_CRL)) expect(CBP_CAN_GET_CRL, ca->get_crl(world.operation));
    if (!world.can(CBP_CAN_GET_CERTIFICATE))
        expect(CBP_CAN_GET_CERTIFICATE, ca->get_certificate("01", world.operation));
    if (!world.can(CBP_CAN_FIND)) expect(CBP_CAN_FIND, ca->find({}, world.operation));
    SUCCEED();
}

TEST_CASE("check: at least one row, each with a name and a message") {
    World world;
    if (!world.can(CBP_CAN_CHECK)) SKIP("this provider has no check of its own");
    world.play("issue");
    const auto rows = must(world.open()->check({}, world.operation));
    REQUIRE_FALSE(rows.empty());
    for (const provider::CheckRow &row : rows) {
        CHECK_FALSE(row.id.empty());
        CHECK_FALSE(row.name.empty());
        CHECK_FALSE(row.message.empty());
        CHECK((row.state != provider::CheckRow::State::failed || !row.remedy.empty()));
        world.check_canaries(row.message + row.cause + row.remedy);
    }
}

TEST_CASE("profiles: each has a title, and a policy can be asked for each") {
    World world;
    if (!world.can(CBP_CAN_LIST_PROFILES)) SKIP("this provider cannot list profiles");
    world.play("issue");
    const auto ca = world.open();
    if (const auto reason = subject().fixture.without("profiles")) {
        // One of several roads of a provider, which cannot what others can: it has to say so.
        const auto refused = ca->list_profiles(world.operation);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().status() == Status::unsupported);
        CHECK_FALSE(refused.error().remedy().empty());
        SKIP(*reason);
    }
    const auto profiles = must(ca->list_profiles(world.operation));
    REQUIRE_FALSE(profiles.empty());
    for (const auto &profile : profiles) {
        INFO(profile.id);
        CHECK_FALSE(profile.title.empty());
        if (world.can(CBP_CAN_POLICY)) CHECK(ca->policy(profile.id, world.operation).has_value());
    }
}

TEST_CASE("policy: a profile that does not exist is said so") {
    World world;
    if (!world.can(CBP_CAN_POLICY) || !world.can(CBP_CAN_LIST_PROFILES)) SKIP("this provider has no policy by profile");
    if (const auto reason = subject().fixture.without("profiles")) SKIP(*reason);
    world.play("issue");
    const auto policy = world.open()->policy("no-such-profile", world.operation);
    REQUIRE_FALSE(policy.has_value());
    CHECK(policy.error().status() != Status::plugin);
}

TEST_CASE("ca chain: issuer first, root last, and it issued what is issued") {
    World world;
    if (!world.can(CBP_CAN_CA_CHAIN)) SKIP("this provider does not tell its CA's certificates");
    world.play("issue");
    const auto ca = world.open();
    const x509::Chain chain = must(ca->ca_chain("", world.operation));
    REQUIRE_FALSE(chain.empty());
    CHECK(issue_one(world, *ca).verify_issued_by(chain.front()).has_value());
}

TEST_CASE("revoke: once, again, and a certificate of somebody else") {
    World world;
    if (!world.can(CBP_CAN_REVOKE)) SKIP("this provider cannot revoke");
    world.play("issue");
    const auto ca = world.open();
    const x509::Certificate certificate = issue_one(world, *ca);
    world.play_if_there("revoke");
    REQUIRE(ca->revoke(certificate, x509::RevocationReason::key_compromise, world.operation).has_value());
    CHECK(ca->revoke(certificate, x509::RevocationReason::key_compromise, world.operation).has_value());
    const auto foreign = ca->revoke(foreign_certificate(world), x509::RevocationReason::unspecified, world.operation);
    if (!world.can(CBP_NEEDS_NETWORK)) {
        REQUIRE_FALSE(foreign.has_value());
        CHECK(foreign.error().status() == Status::not_found);
    }
}

TEST_CASE("crl: a revoked certificate is on it, a resumed one is not") {
    World world;
    if (!world.can(CBP_CAN_GET_CRL) || !world.can(CBP_CAN_REVOKE)) SKIP("this provider has no revocation list");
    world.play("issue");
    const auto ca = world.open();
    const x509::Certificate certificate = issue_one(world, *ca);
    const auto listed = [&] {
        const Bytes crl = must(ca->get_crl(world.operation));
        const Bytes serial = certificate.serial();
        return std::search(crl.begin(), crl.end(), serial.begin(), serial.end()) != crl.end();
    };
    CHECK_FALSE(listed());
    REQUIRE(ca->revoke(certificate, x509::RevocationReason::certificate_hold, world.operation).has_value());
    CHECK(listed());
    REQUIRE(ca->revoke(certificate, x509::RevocationReason::remove_from_crl, world.operation).has_value());
    CHECK_FALSE(listed());
    REQUIRE(ca->revoke(certificate, x509::RevocationReason::superseded, world.operation).has_value());
    CHECK(listed());
}

TEST_CASE("renew: a certificate of this CA is renewed, one of somebody else is not") {
    World world;
    if (!world.can(CBP_CAN_RENEW)) SKIP("this provider has no renewal of its own; the host submits anew");
    world.play("issue");
    const auto ca = world.open();
    const x509::Certificate current = issue_one(world, *ca);
    const crypto::KeyHandle current_key = world.last_key;
    world.play_if_there("renew");
    const x509::Csr csr = world.make_csr();
    provider::Order order = world.order(csr, "renew");
    order.current = &current;
    order.current_key = current_key;
    const provider::Outcome renewed = must(ca->renew(order, world.operation));
    REQUIRE(renewed.state == State::issued);
    CHECK_FALSE(must(x509::find_by_key(renewed.certificates, csr.public_key())) == current);
    if (world.can(CBP_NEEDS_NETWORK)) return;
    const x509::Certificate foreign = foreign_certificate(world);
    order = world.order(csr, "renew");
    order.current = &foreign;
    CHECK(must(ca->renew(order, world.operation)).state == State::denied);
}

TEST_CASE("certificates: what was issued can be fetched by serial number") {
    World world;
    if (!world.can(CBP_CAN_GET_CERTIFICATE)) SKIP("this provider cannot fetch certificates");
    world.play("issue");
    const auto ca = world.open();
    const x509::Certificate certificate = issue_one(world, *ca);
    world.play_if_there("certificate");
    CHECK(must(ca->get_certificate(certificate.serial_hex(), world.operation)) == certificate);
    CHECK_FALSE(ca->get_certificate("0BADC0DE", world.operation).has_value());
}

TEST_CASE("search: page after page, each certificate with what the CA says of it") {
    World world;
    if (!world.can(CBP_CAN_SEARCH)) SKIP("this provider cannot search");
    world.play("issue");
    const auto ca = world.open();
    const x509::Certificate certificate = issue_one(world, *ca);
    world.play_if_there("search");
    provider::Search search;
    // Some protocols find a certificate by its serial number, and know no other search.
    if (subject().fixture.without("search-by-template"))
        search.serial = certificate.serial_hex();
    else
        search.profile = subject().fixture.profile();
    std::size_t rows = 0;
    for (int page = 0; page < 10; ++page) {
        const provider::FoundPage found = must(ca->search(search, world.operation));
        rows += found.rows.size();
        for (const provider::FoundCertificate &row : found.rows) {
            CHECK_FALSE(row.serial.empty());
            CHECK_FALSE(row.status.empty());
        }
        if (!found.next) break;
        REQUIRE(*found.next > search.start);
        search.start = *found.next;
    }
    CHECK(rows > 0);
    CHECK(world.http.problem().empty());
}

TEST_CASE("endpoints: they are told without asking anybody") {
    World world;
    if (!world.can(CBP_CAN_ENDPOINTS)) SKIP("this provider tells no endpoints");
    const auto endpoints = must(world.open()->endpoints(world.operation));
    REQUIRE_FALSE(endpoints.empty());
    for (const provider::Endpoint &endpoint : endpoints)
        CHECK((endpoint.url.starts_with("https://") || endpoint.allow_plain));
    CHECK(world.http.seen().empty());
}
