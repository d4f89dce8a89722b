#include <algorithm>

#include "base/encoding.hpp"
#include "rig.hpp"

using namespace certbroker;
using scep::test::has;
using scep::test::must;
using scep::test::Rig;

TEST_CASE("a certificate is fetched by its serial number, another one is not there") {
    Rig rig;
    const auto provider = rig.open();
    const x509::Certificate certificate = rig.issue(*provider, rig.order());
    CHECK(must(provider->get_certificate(certificate.serial_hex(), rig.host.operation)) == certificate);
    CHECK(rig.ca.seen.back().type == "21");
    CHECK(rig.ca.seen.back().signer.subject().to_string() == "CN=CertBroker");
    for (const char *serial : {"0BADC0DE", "BAD", "no hex"})
        CHECK(certbroker::test::id_of(provider->get_certificate(serial, rig.host.operation)) == "Provider.NotFound");
    // Questions are signed with one key of the authority's own.
    const crypto::PublicKey asked_with = rig.ca.seen.back().signer.public_key();
    (void)must(rig.open()->get_certificate(certificate.serial_hex(), rig.host.operation));
    CHECK(rig.ca.seen.back().signer.public_key() == asked_with);
}

TEST_CASE("the revocation list is asked for by a certificate of the CA") {
    Rig rig;
    const auto provider = rig.open();
    const x509::Certificate certificate = rig.issue(*provider, rig.order());
    const Bytes crl = must(provider->get_crl(rig.host.operation));
    CHECK(rig.ca.seen.back().type == "22");
    const Bytes &asked = rig.ca.seen.back().content;
    const Bytes &serial = certificate.serial();
    CHECK(std::search(asked.begin(), asked.end(), serial.begin(), serial.end()) != asked.end());
    const Bytes &issuer = rig.ca.ca().subject().der();
    CHECK(std::search(crl.begin(), crl.end(), issuer.begin(), issuer.end()) != crl.end());
}

TEST_CASE("questions that are refused or answered with something else fail by name") {
    Rig rig;
    const auto provider = rig.open();
    const x509::Certificate certificate = rig.issue(*provider, rig.order());
    rig.ca.ways.fault = "status";
    CHECK(certbroker::test::id_of(provider->get_crl(rig.host.operation)) == "EndpointProtection.Answer");
    rig.ca.ways.fault.clear();
    rig.ca.refuse_questions = true;
    CHECK(certbroker::test::id_of(provider->get_crl(rig.host.operation)) == "EndpointProtection.Denied");
    CHECK(certbroker::test::id_of(provider->get_certificate(certificate.serial_hex(), rig.host.operation)) ==
          "EndpointProtection.Denied");
}

TEST_CASE("a search is by serial number; what the CA does not have is not found, and other searches are refused") {
    Rig rig;
    const auto provider = rig.open();
    const x509::Certificate certificate = rig.issue(*provider, rig.order());
    provider::Search search;
    search.serial = certificate.serial_hex();
    const auto found = must(provider->search(search, rig.host.operation));
    REQUIRE(found.rows.size() == 1);
    CHECK(found.rows[0].certificate == certificate);
    CHECK(found.rows[0].status == "Issued");
    CHECK(found.rows[0].serial == certificate.serial_hex());
    CHECK(found.rows[0].not_after == certificate.not_after());
    search.serial = "0badcafe";
    CHECK(must(provider->search(search, rig.host.operation)).rows.empty());
    search.serial = "no hex";
    CHECK(must(provider->search(search, rig.host.operation)).rows.empty());
    search.subject = "device.example.com";
    CHECK(certbroker::test::id_of(provider->search(search, rig.host.operation)) == "EndpointProtection.Search");
    CHECK(certbroker::test::id_of(provider->search({}, rig.host.operation)) == "EndpointProtection.Search");
}
