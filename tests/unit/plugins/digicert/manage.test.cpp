#include "base/encoding.hpp"
#include "failures.hpp"
#include "http/errors.hpp"
#include "management.hpp"
#include "rig.hpp"

using namespace digicert;
using namespace digicert::test;
using State = core::provider::Outcome::State;

namespace {

const std::string mail = "iwuser0@example.test";

core::provider::Query query_for(const core::x509::Csr &csr) {
    core::provider::Query query;
    query.idempotency = "some order";
    query.public_key_sha256 = core::to_hex(csr.public_key().sha256());
    query.csr = &csr;
    return query;
}

} // namespace

TEST_CASE("manage: revoke, suspend and resume, with the serial number as DigiCert finds it") {
    Rig rig;
    const auto csr = rig.csr({});
    const auto certificate = rig.certificate(csr);
    rig.services.answer(management_path, update_answer(0));
    using core::x509::RevocationReason;
    REQUIRE(rig.ca().revoke(certificate, RevocationReason::superseded, rig.operation).has_value());
    CHECK(has(rig.services.last_body(management_path), "<revocationReason>Superseded</revocationReason>"));
    CHECK(has(rig.services.last_body(management_path),
              "<certificateSerialNumber>" + management::serial_text(certificate.serial_hex()) + "<"));
    CHECK_FALSE(rig.services.seen.back().idempotent);
    REQUIRE(rig.ca().revoke(certificate, RevocationReason::certificate_hold, rig.operation).has_value());
    CHECK(has(rig.services.last_body(management_path), "<operationType>Suspend</operationType>"));
    REQUIRE(rig.ca().revoke(certificate, RevocationReason::remove_from_crl, rig.operation).has_value());
    CHECK(has(rig.services.last_body(management_path), "<operationType>Resume</operationType>"));
}

TEST_CASE("manage: a certificate that was not revoked is said so") {
    Rig rig;
    const auto certificate = rig.certificate(rig.csr({}));
    const std::string nothing = search_answer({}, false); // it is looked up whether it was so already
    rig.services.answer(management_path, update_answer(7));
    rig.services.answer(management_path, nothing);
    rig.services.answer(management_path, fault("No such certificate"), 500);
    rig.services.answer(management_path, nothing);
    rig.services.fail_with(management_path, core::errors::http_timeout);
    for (const char *id : {"DigiCert.NotRevoked", "DigiCert.Fault", "DigiCert.Timeout"}) {
        const auto revoked = rig.ca().revoke(certificate, core::x509::RevocationReason::unspecified, rig.operation);
        REQUIRE_FALSE(revoked.has_value());
        CHECK(revoked.error().id() == id);
    }
}

TEST_CASE("manage: who asks for what is so already has got it") {
    Rig rig;
    const auto certificate = rig.certificate(rig.csr({}));
    rig.services.answer(management_path, update_answer(3));
    rig.services.answer(management_path, search_answer({{"", certificate.serial_hex()}}, false)); // REVOKED
    using core::x509::RevocationReason;
    CHECK(rig.ca().revoke(certificate, RevocationReason::superseded, rig.operation).has_value());
    CHECK(has(rig.log.text, "was revoked already"));

    Rig other;
    other.services.answer(management_path, update_answer(3));
    other.services.answer(management_path, search_answer({{"", certificate.serial_hex()}}, false));
    const auto held = other.ca().revoke(certificate, RevocationReason::certificate_hold, other.operation);
    REQUIRE_FALSE(held.has_value());
    CHECK(held.error().id() == "DigiCert.NotRevoked");
    CHECK(has(held.error().message(), "code 3"));
}

TEST_CASE("manage: a lost order is searched by what it was sent with") {
    Rig rig;
    rig.works();
    PolicyText text = rig.policy();
    text.subject_fields = subject("CN", "Kiosk", true); // the certificate has nothing of the request's names
    text.alt_names = alt_name("dNSName", "$dnsName", false);
    rig.services.forget(policy_path);
    rig.services.answer(policy_path, text.envelope());
    rig.services.forget(enrollment_path);
    rig.services.fail_with(enrollment_path, core::errors::http_broken);
    const auto csr = rig.csr({}, "CN=kiosk-7");
    auto order = rig.order(csr);
    order.settings.set("seat", std::string("seat-7"));
    REQUIRE_FALSE(rig.ca().submit(order, rig.operation).has_value());

    const auto mine = rig.certificate(csr);
    rig.services.answer(management_path, search_answer({{rig.base64(mine.der()), "3"}}, false));
    auto query = query_for(csr);
    query.idempotency = order.idempotency;
    CHECK(must(rig.ca().find(query, rig.operation)).state == State::issued);
    CHECK(has(rig.services.last_body(management_path),
              "<seatId>seat-7</seatId><profileOID>" + profile_oid + "</profileOID><startIndex>0"));
    CHECK(rig.services.count(management_path) == 1);
}

TEST_CASE("manage: searching shows what the service says and what the certificate says") {
    Rig rig;
    const auto csr = rig.csr({"email=" + mail});
    const auto certificate = rig.certificate(csr);
    rig.services.answer(management_path, search_answer({{rig.base64(certificate.der()), "5a17c3"},
                                                        {rig.pkcs7(certificate), "5a17c4"},
                                                        {"TUlJ", "5a17c5"},
                                                        {"", "5a17c6"}},
                                                       true));
    core::provider::Search search;
    search.profile = profile_oid;
    search.status = "Revoked";
    search.serial = "005A17C3";
    search.start = 100;
    const auto page = must(rig.ca().search(search, rig.operation));
    const std::string body = rig.services.last_body(management_path);
    CHECK(has(body, "<status>REVOKED</status>"));
    CHECK(has(body, "<serialNumber>5a17c3</serialNumber><startIndex>100</startIndex>"));
    REQUIRE(page.rows.size() == 4);
    CHECK(page.next == 104); // the number that came, not what the page may hold
    REQUIRE(page.rows[0].certificate);
    CHECK(*page.rows[0].certificate == certificate);
    REQUIRE(page.rows[1].certificate);
    CHECK(*page.rows[1].certificate == certificate);
    CHECK(page.rows[0].serial == certificate.serial_hex());
    CHECK_FALSE(page.rows[2].certificate);
    CHECK(page.rows[2].serial == "5a17c5");
    CHECK(page.rows[2].subject == "CN=IWUser0");
    CHECK(page.rows[2].owner == mail);
    CHECK(page.rows[2].status == "Revoked");
    CHECK(page.rows[2].reason == 4);
    CHECK(page.rows[2].not_after == 1'731'536'000);

    rig.services.forget(management_path);
    rig.services.answer(management_path, search_answer({}, true));
    const auto empty = must(rig.ca().search({}, rig.operation));
    CHECK(empty.rows.empty());
    CHECK_FALSE(empty.next);
    search.profile = "WebServer";
    CHECK(core::test::id_of(rig.ca().search(search, rig.operation)) == "DigiCert.ProfileMissing");
}

TEST_CASE("manage: a lost request is found by its key on a later page") {
    Rig rig;
    rig.services.answer(policy_path, rig.policy().envelope());
    const auto csr = rig.csr({"email=" + mail});
    const auto other = rig.certificate(rig.csr({"email=" + mail}));
    const auto mine = rig.certificate(csr);
    rig.services.answer(management_path, search_answer({{rig.base64(other.der()), "1"}, {"TUlJ", "2"}}, true));
    rig.services.answer(management_path, search_answer({{rig.base64(mine.der()), "3"}}, false));
    const auto outcome = must(rig.ca().find(query_for(csr), rig.operation));
    REQUIRE(outcome.state == State::issued);
    CHECK(outcome.certificates.front() == mine);
    CHECK(outcome.certificates.size() == 3);
    CHECK(has(rig.services.last_body(management_path), "<startIndex>2</startIndex>"));
}

TEST_CASE("manage: a request that never arrived is said so, and only then") {
    Rig rig;
    const auto csr = rig.csr({"email=" + mail});
    const auto other = rig.certificate(rig.csr({}));
    rig.services.answer(management_path, search_answer({{rig.base64(other.der()), "1"}}, false));
    CHECK(core::test::id_of(rig.ca().find(query_for(csr), rig.operation)) == "Provider.NotFound");
    // By seat, e-mail address and common name.
    CHECK(rig.services.count(management_path) == 3);

    Rig broken;
    broken.services.answer(management_path, fault("A request element is not understood."), 500);
    const auto fails = broken.ca().find(query_for(csr), broken.operation);
    REQUIRE_FALSE(fails.has_value());
    CHECK(fails.error().id() == "DigiCert.Fault");

    Rig endless;
    endless.services.answer(management_path, search_answer({{endless.base64(other.der()), "1"}}, true));
    CHECK(core::test::id_of(endless.ca().find(query_for(csr), endless.operation)) == "DigiCert.NotSettled");
    CHECK(endless.services.count(management_path) == 40);

    const auto nameless = rig.csr({}, "O=Example");
    CHECK(core::test::id_of(rig.ca().find(query_for(nameless), rig.operation)) == "DigiCert.NotSettled");
}

TEST_CASE("manage: a certificate by its serial number") {
    Rig rig;
    const auto certificate = rig.certificate(rig.csr({}));
    rig.services.answer(management_path, search_answer({{rig.base64(certificate.der()), "x"}}, false));
    CHECK(must(rig.ca().get_certificate(certificate.serial_hex(), rig.operation)) == certificate);
    const auto missing = rig.ca().get_certificate("0BADC0DE", rig.operation);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().id() == "Provider.NotFound"); // DigiCert.NotFound: the host has a name of its own for it
    CHECK(errors::not_found.id == std::string("DigiCert.NotFound"));
}
