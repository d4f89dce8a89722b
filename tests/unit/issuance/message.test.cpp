#include "issuance/message.hpp"

#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;
using x509::MessageKind;

namespace {

/// The INF that certreq would renew that certificate with.
profile::Request renewal_of(const Issue &old, const std::string &type = "PKCS7", const std::string &more = "") {
    const std::string inf =
        "[NewRequest]\nRequestType=" + type + "\nRenewalCert=" + old.record.thumbprint + "\n" + more;
    return must(profile::read_inf(as_bytes(inf), "renew.inf"));
}
profile::Request on_behalf(const std::string &type) {
    profile::Request wish = World::request("jane");
    must(profile::set_property(wish, "REQUEST_TYPE", type));
    must(profile::set_property(wish, "REQUESTER_NAME", "EXAMPLE\\jane"));
    return wish;
}
RoadOptions signed_by(const Issue &agent) {
    RoadOptions options;
    options.signing_certificate = agent.record.thumbprint;
    return options;
}
/// A certificate with the usage Certificate Request Agent.
Issue enrolment_agent(World &world) {
    profile::Request wish = World::request("agent");
    must(profile::set_property(wish, "ENHANCED_KEY_USAGE", "1.3.6.1.4.1.311.20.2.1"));
    return world.enroll(wish);
}
x509::Csr message_of(const Record &record) {
    x509::Csr csr = must(csr_of(record));
    must(csr.verify());
    return csr;
}

} // namespace

TEST_CASE("RenewalCert makes a PKCS#7 request signed with the old key, with the old names") {
    World world;
    const Issue old = world.enroll(World::request());
    const Issue prepared = world.prepare(renewal_of(old));
    const x509::Csr csr = message_of(prepared.record);
    REQUIRE(csr.message() != nullptr);
    CHECK(csr.message()->kind == MessageKind::pkcs7);
    REQUIRE(csr.message()->signers.size() == 1);
    CHECK(csr.message()->signers[0].certificate == old.entry->certificate);
    CHECK(*x509::renewal_certificate_of(csr) == old.entry->certificate);
    CHECK(csr.subject().same_values(old.entry->certificate.subject()));
    REQUIRE(csr.subject_alt_names().size() == 1);
    CHECK_FALSE(csr.public_key() == old.entry->certificate.public_key());
    CHECK(prepared.record.replaces == old.record.thumbprint);
    CHECK(prepared.record.csr == csr.der());

    // Sent later by another process, as it was made; the certificate takes the old one's place.
    world.restart();
    OpenProvider ca = world.authority();
    const Issue issue = must(world.broker->enroll_prepared(prepared.record.id, ca, "", {}, {}, world.operation));
    CHECK(issue.record.state == State::installed);
    CHECK(world.ca.message_kind == CBP_MESSAGE_PKCS7);
    CHECK(world.ca.message == csr.message()->der);
    CHECK(world.ca.current_key);
    CHECK(must(world.store->get(old.record.thumbprint)).archived);
}

TEST_CASE("UseExistingKeySet renews with the old key, and CMC is signed with it alone") {
    World world;
    const Issue old = world.enroll(World::request());
    OpenProvider ca = world.authority();
    const Issue issue = must(world.broker->enroll(renewal_of(old, "CMC", "UseExistingKeySet=TRUE\n"), ca, "", {},
                                                  *world.store, {}, world.operation));
    CHECK(issue.record.state == State::installed);
    CHECK(issue.entry->certificate.public_key() == old.entry->certificate.public_key());
    CHECK(world.ca.message_kind == CBP_MESSAGE_CMC);
    CHECK(world.ca.renewed.size() == 1);
    const x509::Csr csr = message_of(issue.record);
    REQUIRE(csr.message()->signers.size() == 1);
    CHECK(csr.message()->signers[0].certificate == old.entry->certificate);
}

TEST_CASE("An enrolment agent signs for somebody else") {
    World world;
    const Issue agent = enrolment_agent(world);
    const Issue cmc = world.prepare(on_behalf("CMC"), signed_by(agent));
    const x509::Csr by_cmc = message_of(cmc.record);
    CHECK(x509::requester_name_of(by_cmc) == "EXAMPLE\\jane");
    REQUIRE(by_cmc.message()->signers.size() == 2);
    CHECK(by_cmc.message()->signers[0].own_key != by_cmc.message()->signers[1].own_key);
    CHECK(cmc.record.replaces.empty());
    const x509::Csr by_pkcs7 = message_of(world.prepare(on_behalf("PKCS7"), signed_by(agent)).record);
    CHECK(x509::requester_name_of(by_pkcs7) == "EXAMPLE\\jane");
    REQUIRE(by_pkcs7.message()->signers.size() == 1);
    CHECK(by_pkcs7.message()->signers[0].certificate == agent.entry->certificate);

    const auto refused = [&](const profile::Request &wish, const RoadOptions &options) {
        return id_of(world.broker->prepare(wish, nullptr, "", *world.store, options, world.operation));
    };
    const Issue nobody = world.enroll([] {
        profile::Request wish = World::request("web02");
        must(profile::set_property(wish, "ENHANCED_KEY_USAGE", "ServerAuthentication"));
        return wish;
    }());
    CHECK(refused(on_behalf("CMC"), {}) == "Issuance.SignerNeeded");
    CHECK(refused(on_behalf("CMC"), signed_by(nobody)) == "Issuance.SignerPurpose");
    profile::Request unsigned_pkcs7 = World::request();
    must(profile::set_property(unsigned_pkcs7, "REQUEST_TYPE", "PKCS7"));
    CHECK(refused(unsigned_pkcs7, {}) == "Issuance.SignerNeeded");
    CHECK(refused(World::request(), signed_by(agent)) == "Issuance.SignerUnused");
    CHECK(refused(renewal_of(nobody), signed_by(agent)) == "Issuance.SignerUnused");
    RoadOptions unknown;
    unknown.signing_certificate = "0123456789012345678901234567890123456789";
    CHECK(refused(on_behalf("CMC"), unknown) == "Issuance.SignerMissing");
    must(world.store->remove(nobody.record.thumbprint, world.operation));
    CHECK(refused(renewal_of(nobody), {}) == "Issuance.SignerMissing");
    world.clock.ahead = 40LL * 86'400;
    CHECK(refused(renewal_of(agent), {}) == "Issuance.SignerExpired");
    // Nothing was made on the way: no key is left behind by a refusal.
    CHECK(must(world.broker->list_requests({}, true)).size() == 2);
}

TEST_CASE("A provider that sends no messages is not given the bare request") {
    World world;
    const Issue old = world.enroll(World::request());
    OpenProvider plain = world.plain();
    const auto refused = world.broker->enroll(renewal_of(old), plain, "", {}, *world.store, {}, world.operation);
    REQUIRE(id_of(refused) == "Provider.NoMessages");
    CHECK(refused.error().remedy().find("RequestType = PKCS10") != std::string::npos);
    const Issue prepared = world.prepare(renewal_of(old));
    const auto submitted = world.ca.submitted.size();
    CHECK(id_of(world.broker->enroll_prepared(prepared.record.id, plain, "", {}, {}, world.operation)) ==
          "Provider.NoMessages");
    CHECK(world.ca.submitted.size() == submitted);
    CHECK(world.record(prepared.record.id).state == State::prepared);
    // A file of that message is the request that it is.
    const x509::Csr file = must(x509::Csr::parse(as_bytes(must(csr_of(prepared.record)).to_pem(true))));
    CHECK(id_of(world.broker->enroll_csr(file, plain, "", {}, *world.store, {}, world.operation)) ==
          "Provider.NoMessages");
    OpenProvider ca = world.authority();
    const Issue issue = must(world.broker->enroll_csr(file, ca, "", {}, *world.store, {}, world.operation));
    CHECK(issue.record.id == prepared.record.id);
    CHECK(world.ca.message == file.message()->der);
}

TEST_CASE("The CA's policy decides what a renewal travels in") {
    World world;
    const Issue old = world.enroll(World::request());
    OpenProvider ca = world.authority();
    const auto renew = [&](const char *profile, const store::Entry &entry) {
        return world.broker->renew(*world.store, entry, ca, profile, {}, {}, world.operation);
    };
    store::Entry keyless = *old.entry;
    keyless.key_uri.clear();
    const auto refused = renew("renewal-cmc", keyless);
    REQUIRE(id_of(refused) == "Issuance.KeyGone");
    CHECK(refused.error().remedy().find("Request-CBCertificate") != std::string::npos);

    const Issue pkcs7 = must(renew("renewal-pkcs7", *old.entry));
    CHECK(pkcs7.record.state == State::installed);
    CHECK(world.ca.message_kind == CBP_MESSAGE_PKCS7);
    CHECK(message_of(pkcs7.record).message()->signers[0].certificate == old.entry->certificate);
    CHECK(*x509::renewal_certificate_of(message_of(pkcs7.record)) == old.entry->certificate);
    const Issue cmc = must(renew("renewal-cmc", *pkcs7.entry));
    CHECK(world.ca.message_kind == CBP_MESSAGE_CMC);
    store::Entry last = *cmc.entry;
    last.key_uri.clear();
    must(renew("renewal-pkcs7", last)); // "PKCS7 or PKCS10"
    CHECK(world.ca.message_kind == CBP_MESSAGE_NONE);
}

TEST_CASE("A message whose answer was lost is sent again octet for octet") {
    World world;
    const Issue old = world.enroll(World::request());
    OpenProvider ca = world.authority();
    world.ca.next({Answer::Kind::fail, "the connection broke", CBP_E_NETWORK});
    const Issue lost = must(world.broker->enroll(renewal_of(old), ca, "", {}, *world.store, {}, world.operation));
    CHECK(lost.record.state == State::uncertain);
    const Bytes first = world.ca.message;
    world.ca.message.clear();
    world.restart();
    const Issue issue = must(world.broker->resume(lost.record.id, nullptr, {}, world.operation));
    CHECK(issue.record.state == State::installed);
    CHECK(world.ca.message == first);
    CHECK(world.ca.current_key);
}
