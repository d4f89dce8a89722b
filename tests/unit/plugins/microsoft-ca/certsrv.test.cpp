#include "certsrv.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "certsrv_pages.hpp"
#include "crypto/cms.hpp"
#include "failures.hpp"
#include "http/errors.hpp"
#include "rig.hpp"

using namespace microsoft_ca::test;
namespace core = certbroker;
using State = core::provider::Outcome::State;
using RowState = core::provider::CheckRow::State;

namespace {

const std::string base = "https://ca.example.test/certsrv";
const std::string submit_url = base + "/certfnsh.asp";

std::string cer(const std::string &id) {
    return base + "/certnew.cer?ReqID=" + id + "&Enc=b64";
}
std::string p7b(const std::string &id) {
    return base + "/certnew.p7b?ReqID=" + id + "&Enc=b64";
}
std::string armored(const std::string &base64) {
    return "-----BEGIN CERTIFICATE-----\r\n" + base64 + "\r\n-----END CERTIFICATE-----\r\n";
}

struct Pages : Rig {
    Pages() {
        settings.set("transport", std::string("certsrv"));
        settings.set("url", base + "/");
        settings.set("authentication", std::string("basic"));
    }
    void gives(const core::x509::Csr &csr, const std::string &id) {
        const core::x509::Certificate leaf = certificate(csr);
        services.answer(cer(id), armored(base64(leaf)));
        services.answer(p7b(id), armored(pkcs7(leaf)));
    }
    core::Error refused(const std::string &body, int status = 200) {
        services.answer(submit_url, body, status);
        const auto request = csr();
        return error_of(ca().submit(order(request), operation));
    }
};

} // namespace

TEST_CASE("certsrv: a request is sent as the form does, and its certificate fetched with the chain") {
    Pages rig;
    const auto csr = rig.csr();
    rig.services.answer(submit_url, issued_page("42"));
    rig.gives(csr, "42");
    const auto outcome = must(rig.ca().submit(rig.order(csr), rig.operation));
    REQUIRE(outcome.state == State::issued);
    CHECK(outcome.reference == "42");
    CHECK(outcome.certificates.size() == 3);
    CHECK(outcome.certificates.front().public_key() == csr.public_key());
    const core::http::Request sent = rig.services.last(submit_url);
    CHECK(sent.method == "POST");
    CHECK_FALSE(sent.idempotent);
    CHECK(sent.authentication == core::http::Authentication::basic);
    const std::string body = rig.services.last_body(submit_url);
    CHECK(has(body, "CertAttrib=CertificateTemplate%3AWebServer%0D%0A&"));
    CHECK_FALSE(has(body, "canary"));
    for (const core::http::Request &request : rig.services.seen) {
        bool browser = false;
        for (const auto &[name, value] : request.headers)
            browser = browser || (name == "User-Agent" && value.starts_with("Mozilla/"));
        CHECK(browser);
    }
}

TEST_CASE("certsrv: the same order twice is one certificate, and find knows it") {
    Pages rig;
    const auto csr = rig.csr();
    rig.services.answer(submit_url, issued_page("42"));
    rig.gives(csr, "42");
    const auto order = rig.order(csr);
    const auto first = must(rig.ca().submit(order, rig.operation));
    const auto second = must(rig.again().submit(order, rig.operation));
    CHECK(first.certificates == second.certificates);
    CHECK(rig.services.count(submit_url) == 1);
    core::provider::Query query;
    query.idempotency = order.idempotency;
    CHECK(must(rig.ca().find(query, rig.operation)).state == State::issued);
}

TEST_CASE("certsrv: a request waits, is asked for by its number, and is issued or denied") {
    Pages rig;
    const auto csr = rig.csr();
    rig.services.answer(submit_url, pending_page("7"));
    const auto waiting = must(rig.ca().submit(rig.order(csr), rig.operation));
    REQUIRE(waiting.state == State::pending);
    CHECK(waiting.reference == "7");
    rig.services.answer(cer("7"), no_certificate_page("7", "Taken Under Submission"));
    const auto still = must(rig.again().poll(waiting.token, rig.operation));
    CHECK(still.state == State::pending);
    CHECK(still.message == "Taken Under Submission");
    rig.services.forget(cer("7"));
    rig.gives(csr, "7");
    CHECK(must(rig.ca().poll(waiting.token, rig.operation)).state == State::issued);
    rig.services.forget(cer("7"));
    rig.services.answer(cer("7"), no_certificate_page("7", "Denied by LAB\\officer 0x80094014"));
    const auto denied = must(rig.ca().poll(waiting.token, rig.operation));
    CHECK(denied.state == State::denied);
    CHECK(denied.reason == "CERTSRV_E_ADMIN_DENIED_REQUEST");
    rig.services.forget(cer("7"));
    const std::string whole = "Denied 0x80094014 (-2146877420 CERTSRV_E_ADMIN_DENIED_REQUEST)";
    rig.services.answer(cer("7"), no_certificate_page("7", whole));
    CHECK(must(rig.ca().poll(waiting.token, rig.operation)).message == whole); // not said twice
}

TEST_CASE("certsrv: a denial has the CA's words, and what to do") {
    Pages rig;
    rig.services.answer(submit_url, denied_page("9", policy_denial));
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    const auto denied = must(rig.ca().submit(order, rig.operation));
    REQUIRE(denied.state == State::denied);
    CHECK(denied.reason == "CERTSRV_E_UNSUPPORTED_CERT_TYPE");
    CHECK(denied.reference == "9");
    CHECK(has(denied.message, "Denied by Policy Module 0x80094800"));
    CHECK(has(denied.message, "CERTSRV_E_UNSUPPORTED_CERT_TYPE: the CA does not offer this template"));
    // It may be sent anew.
    core::provider::Query query;
    query.idempotency = order.idempotency;
    CHECK(error_id(rig.ca().find(query, rig.operation)) == "Provider.NotFound");
}

TEST_CASE("certsrv: a page about another request is not taken") {
    Pages rig;
    rig.services.answer(submit_url, pending_page("7"));
    const auto csr = rig.csr();
    const auto waiting = must(rig.ca().submit(rig.order(csr), rig.operation));
    rig.services.answer(cer("7"), no_certificate_page("8", "Denied by LAB\\officer"));
    CHECK(error_id(rig.ca().poll(waiting.token, rig.operation)) == "MicrosoftCa.Correlation");
    // A number that leads nowhere is no denial: the certificate may exist under another one.
    Pages lost;
    lost.services.answer(cer("43"), no_certificate_page("43", "The request does not exist. 0x80094002"));
    const core::Error nowhere = lost.refused(issued_page("43"));
    CHECK(nowhere.id() == "MicrosoftCa.Correlation");
    CHECK_FALSE(says_not_sent(nowhere));
    Pages two;
    CHECK(two.refused(issued_page("1") + issued_page("2")).id() == "MicrosoftCa.Correlation");
}

TEST_CASE("certsrv: an issued certificate that cannot be fetched yet is fetched later") {
    Pages rig;
    const auto csr = rig.csr();
    rig.services.answer(submit_url, issued_page("42"));
    rig.services.fail_with(cer("42"), core::errors::http_broken);
    const auto waiting = must(rig.ca().submit(rig.order(csr), rig.operation));
    REQUIRE(waiting.state == State::pending);
    CHECK(has(waiting.message, "issued it as request 42"));
    rig.services.forget(cer("42"));
    rig.gives(csr, "42");
    rig.services.forget(p7b("42"));
    rig.services.answer(p7b("42"), "<html>no chain here</html>");
    const auto issued = must(rig.ca().poll(waiting.token, rig.operation));
    CHECK(issued.state == State::issued);
    CHECK(issued.certificates.size() == 1);
    CHECK(has(rig.log.text, "The chain is left to what is installed here"));
}

TEST_CASE("certsrv: half a certificate is an unreadable answer, and the number is kept") {
    Pages rig;
    const auto csr = rig.csr();
    rig.services.answer(submit_url, issued_page("42"));
    rig.services.answer(cer("42"), armored(rig.base64(rig.certificate(csr)).substr(0, 200)));
    const auto order = rig.order(csr);
    const auto error = error_of(rig.ca().submit(order, rig.operation));
    CHECK(error.id() == "MicrosoftCa.Answer");
    CHECK_FALSE(says_not_sent(error));
    rig.services.forget(cer("42"));
    rig.gives(csr, "42");
    core::provider::Query query;
    query.idempotency = order.idempotency;
    CHECK(must(rig.ca().find(query, rig.operation)).state == State::issued);
}

TEST_CASE("certsrv: what the web server says instead is explained") {
    const auto refused = [](const std::string &body, int status) {
        Pages rig;
        return rig.refused(body, status);
    };
    CHECK(refused("", 401).id() == "MicrosoftCa.Credentials");
    const core::Error access = refused("", 403);
    CHECK(access.id() == "MicrosoftCa.Access");
    CHECK(says_not_sent(access));
    const core::Error missing = refused("", 404);
    CHECK(missing.id() == "MicrosoftCa.NotInstalled");
    CHECK(has(missing.remedy(), "Certification Authority Web Enrollment"));
    CHECK(says_not_sent(missing));
    const core::Error broken = refused("HTTP Error 500", 500);
    CHECK(broken.id() == "MicrosoftCa.HttpStatus");
    CHECK_FALSE(says_not_sent(broken));
    const core::Error log_on = refused(log_on_page(), 200);
    CHECK(log_on.id() == "MicrosoftCa.Answer");
    CHECK(has(core::describe(log_on), "a log-on page titled 'Sign In'"));
    const core::Error redirected = refused("", 302);
    CHECK(redirected.id() == "MicrosoftCa.HttpStatus");
}

TEST_CASE("certsrv: a lost answer leaves open whether the CA has the request") {
    Pages rig;
    rig.services.fail_with(submit_url, core::errors::http_broken);
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    const auto lost = error_of(rig.ca().submit(order, rig.operation));
    CHECK(lost.id() == "MicrosoftCa.Unreachable");
    CHECK_FALSE(says_not_sent(lost));
    core::provider::Query query;
    query.idempotency = order.idempotency;
    CHECK(error_id(rig.ca().find(query, rig.operation)) == "MicrosoftCa.NotSettled");
    Pages other;
    other.services.fail_with(submit_url, core::errors::http_connect);
    const auto request = other.csr();
    CHECK(says_not_sent(error_of(other.ca().submit(other.order(request), other.operation))));
}

TEST_CASE("certsrv: when the pages do not reach their CA, nothing was issued; when the call broke, nobody knows") {
    Pages rig;
    const auto error = rig.refused(failed_page("The RPC server is unavailable. 0x800706ba (WIN32: 1722)"));
    CHECK(error.id() == "MicrosoftCa.CaError");
    CHECK(says_not_sent(error));
    CHECK(has(error.remedy(), "certsvc"));
    Pages broken;
    broken.services.answer(submit_url, failed_page("The remote procedure call failed. 0x800706be (WIN32: 1726)"));
    const auto csr = broken.csr();
    CHECK(must(broken.ca().submit(broken.order(csr), broken.operation)).state == State::uncertain);
}

TEST_CASE("certsrv: names do not go along as an attribute unless it is allowed, and no line can be smuggled in") {
    const auto refused = [](const std::string &attribute) {
        Pages rig;
        rig.services.answer(submit_url, issued_page("1"));
        const auto csr = rig.csr();
        auto order = rig.order(csr);
        order.settings.set("attribute", attribute);
        const auto error = error_of(rig.ca().submit(order, rig.operation));
        CHECK(rig.services.seen.empty());
        CHECK(says_not_sent(error));
        return error;
    };
    const core::Error san = refused("SAN=dns:admin.example.com");
    CHECK(san.id() == "MicrosoftCa.SanAttribute");
    CHECK(has(san.remedy(), "EDITF_ATTRIBUTESUBJECTALTNAME2"));
    CHECK(refused("ccm=x\r\nSAN:dns=admin").id() == "MicrosoftCa.Attribute");
    Pages rig;
    rig.settings.set("allow-san-attribute", std::string("true"));
    const auto csr = rig.csr();
    rig.services.answer(submit_url, issued_page("42"));
    rig.gives(csr, "42");
    auto order = rig.order(csr);
    order.settings.set("attribute", std::string("SAN=dns=a.example.com"));
    CHECK(must(rig.ca().submit(order, rig.operation)).state == State::issued);
    CHECK(has(rig.services.last_body(submit_url), "SAN%3Adns%3Da.example.com%0D%0A"));
}

TEST_CASE("certsrv: a display name is refused before anything is sent") {
    Pages rig;
    const auto csr = rig.csr();
    const auto error = error_of(rig.ca().submit(rig.order(csr, "Web Server 2025"), rig.operation));
    CHECK(error.id() == "MicrosoftCa.Attribute");
    CHECK(says_not_sent(error));
    CHECK(rig.services.seen.empty());
}

TEST_CASE("certsrv: the CA's chain and revocation list are those of its last renewal") {
    Pages rig;
    rig.services.answer(base + "/certcarc.asp", "<Script>var nRenewals=2;</Script>");
    rig.services.answer(base + "/certnew.p7b?ReqID=CACert&Renewal=2&Enc=b64",
                        armored(core::to_base64(
                            core::crypto::join_pkcs7({rig.pki.root.certificate.der(), rig.pki.ca.certificate.der()}))));
    const auto chain = must(rig.ca().ca_chain("", rig.operation));
    REQUIRE(chain.size() == 2);
    CHECK(chain[0] == rig.pki.ca.certificate);
    CHECK(chain[1] == rig.pki.root.certificate);
    const std::string crl = base + "/certcrl.crl?Type=base&Renewal=2&Enc=bin";
    rig.services.answer(crl, "<html>no such list</html>");
    CHECK(error_id(rig.ca().get_crl(rig.operation)) == "MicrosoftCa.Answer");
    rig.services.forget(crl);
    rig.services.answer(crl, "\x30\x03\x02\x01\x01");
    CHECK(must(rig.ca().get_crl(rig.operation)) == core::Bytes{0x30, 0x03, 0x02, 0x01, 0x01});
    rig.services.forget(base + "/certcarc.asp");
    rig.services.answer(base + "/certcarc.asp", "<html></html>");
    CHECK(error_id(rig.ca().ca_chain("", rig.operation)) == "MicrosoftCa.Answer");
}

TEST_CASE("certsrv: the check asks the entry, and nothing is requested by it") {
    Pages rig;
    rig.services.answer(base + "/", "<A Href=\"certrqus.asp\">Request a certificate</A>");
    rig.services.answer(base + "/certcarc.asp", "<Script>var nRenewals=0;</Script>");
    core::provider::CheckWish wish;
    wish.profile = "Web Server";
    auto rows = must(rig.ca().check(wish, rig.operation));
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].id == "certsrv.access");
    CHECK(rows[0].state == RowState::passed);
    CHECK(rows[1].state == RowState::passed);
    CHECK(rows[2].state == RowState::failed); // a display name
    CHECK(rig.services.count(submit_url) == 0);
    rig.services.forget(base + "/");
    rig.services.answer(base + "/", "", 401, {{"WWW-Authenticate", "NTLM"}});
    rows = must(rig.ca().check({}, rig.operation));
    CHECK(rows[0].state == RowState::failed);
    CHECK_FALSE(rows[0].remedy.empty());
}

TEST_CASE("certsrv: templates cannot be listed; what a policy says is how renewals are signed") {
    Pages rig;
    CHECK(error_id(rig.ca().list_profiles(rig.operation)) == "MicrosoftCa.NotPossible");
    CHECK(rig.ca().policy("WebServer", rig.operation).has_value());
    CHECK(error_id(rig.ca().policy("Web Server", rig.operation)) == "MicrosoftCa.Attribute");
    const auto endpoints = must(rig.ca().endpoints(rig.operation));
    REQUIRE(endpoints.size() == 1);
    CHECK(endpoints[0].url == base + "/");
    CHECK(rig.services.seen.empty());
}

TEST_CASE("certsrv: who asks is shown as the setting says") {
    const auto request_of = [](Pages &rig) {
        const auto csr = rig.csr();
        rig.services.answer(submit_url, pending_page("3"));
        REQUIRE(must(rig.ca().submit(rig.order(csr), rig.operation)).state == State::pending);
        return rig.services.last(submit_url);
    };
    Pages windows;
    windows.settings.set("authentication", std::string("negotiate"));
    CHECK(request_of(windows).user == "EXAMPLE\\ra");
    Pages account;
    account.settings.set("authentication", std::string("negotiate"));
    account.settings.erase("user");
    account.settings.erase("password");
    const auto as_account = request_of(account);
    CHECK(as_account.authentication == core::http::Authentication::negotiate);
    CHECK(as_account.user.empty());
    Pages certificate;
    certificate.authenticate_by_certificate();
    CHECK(request_of(certificate).client.has_value());
}
