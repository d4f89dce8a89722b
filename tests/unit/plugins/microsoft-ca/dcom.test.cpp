#include <catch2/catch_test_macros.hpp>

#include "base/encoding.hpp"
#include "dcom_rig.hpp"
#include "failures.hpp"
#include "hresult.hpp"
#include "x509/request_message.hpp"

using namespace microsoft_ca::test;
namespace core = certbroker;
namespace dcom = microsoft_ca::dcom;
using State = core::provider::Outcome::State;

namespace {

const std::string config = "ca.example.com\\Example Issuing CA";

} // namespace

TEST_CASE("dcom: an order is submitted with its template, and comes back as a chain") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.issues(csr);
    auto order = rig.order(csr);
    order.settings.set("attribute", std::string("ccm=web01.example.com,ValidityPeriod=Days"));
    const auto outcome = rig.submit(order);
    REQUIRE(outcome.state == State::issued);
    CHECK(outcome.reference == "17");
    REQUIRE(outcome.certificates.size() == 3);
    CHECK(outcome.certificates[0].public_key() == csr.public_key());
    REQUIRE(rig.dcom->orders.size() == 1);
    const dcom::Order &seen = rig.dcom->orders[0];
    CHECK(seen.flags == 0x101); // CR_IN_BASE64 | CR_IN_PKCS10
    CHECK(seen.message == core::to_base64(csr.der()));
    CHECK(seen.attributes == "CertificateTemplate:WebServer\nccm:web01.example.com\nValidityPeriod:Days");
    CHECK(seen.config == config);
    CHECK(rig.dcom->out_flags == std::vector<std::int32_t>{0x2, 0x102}); // binary; with the chain
    CHECK(rig.dcom->ended == rig.dcom->connects);
    CHECK(rig.dcom->left_behind == 0);
}

TEST_CASE("dcom: an order without template and attributes has none") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.issues(csr);
    CHECK(rig.submit(rig.order(csr, "")).state == State::issued);
    CHECK(rig.dcom->orders[0].attributes.empty());
}

TEST_CASE("dcom: messages of the host go instead of the request, named by their kind; renewals too") {
    const auto flags_of = [](core::x509::MessageKind kind) {
        DcomRig rig;
        const auto csr = rig.csr();
        rig.issues(csr);
        const auto old = rig.certificate(csr);
        core::x509::RequestMessageSpec spec;
        spec.kind = kind;
        spec.signers = {{rig.keys.back().get(), old.der()}};
        const auto wrapped = must(core::x509::make_request_message(csr, spec));
        auto order = rig.order(wrapped);
        order.current = &old;
        order.current_key = rig.keys.back();
        CHECK(must(rig.ca().renew(order, rig.operation)).state == State::issued);
        CHECK(rig.dcom->orders[0].message == core::to_base64(wrapped.message()->der));
        CHECK(rig.dcom->orders[0].attributes == "CertificateTemplate:WebServer");
        return rig.dcom->orders[0].flags;
    };
    CHECK(flags_of(core::x509::MessageKind::pkcs7) == 0x301);
    CHECK(flags_of(core::x509::MessageKind::cmc) == 0x401);
}

TEST_CASE("dcom: the same order twice is submitted once") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.issues(csr);
    const auto order = rig.order(csr);
    const auto first = rig.submit(order);
    CHECK(must(rig.again().submit(order, rig.operation)).certificates.front() == first.certificates.front());
    CHECK(rig.dcom->orders.size() == 1);
    CHECK(rig.found(order) == "none");
}

TEST_CASE("dcom: pending, then issued; the CA that has the request is asked, whatever config says by now") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.dcom->disposition = dcom::under_submission;
    rig.dcom->message = "Taken Under Submission\r\n";
    const auto order = rig.order(csr);
    const auto outcome = rig.submit(order);
    REQUIRE(outcome.state == State::pending);
    CHECK(outcome.message == "Taken Under Submission");
    CHECK(outcome.reference == "17");
    CHECK(outcome.poll_after_seconds == 300);
    rig.settings.set("config", std::string("new.example.com\\Another CA"));
    CHECK(must(rig.again().poll(outcome.token, rig.operation)).state == State::pending);
    CHECK(rig.found(order) == "none");
    rig.issues(csr);
    const auto issued = must(rig.ca().poll(outcome.token, rig.operation));
    REQUIRE(issued.state == State::issued);
    CHECK(issued.certificates[0].public_key() == csr.public_key());
    REQUIRE(rig.dcom->asked.size() == 3);
    for (const auto &[id, where] : rig.dcom->asked) {
        CHECK(id == 17);
        CHECK(where == config);
    }
    CHECK(rig.dcom->orders.size() == 1);
    // Another request's answer is none to this one.
    rig.dcom->request_id = 18;
    CHECK(error_id(rig.ca().poll(outcome.token, rig.operation)) == "MicrosoftCa.Correlation");
}

TEST_CASE("dcom: a token names a request of a CA") {
    DcomRig rig;
    for (const char *bad : {"microsoft-ca 1\ndcom\n0\nca\\CA\n", "microsoft-ca 1\ndcom\n2147483648\nca\\CA\n",
                            "microsoft-ca 1\ndcom\n17\nhttps://ca.example.com\n", "microsoft-ca 1\nces\n17\nca\\CA\n"})
        CHECK(error_id(rig.ca().poll(core::as_bytes(bad), rig.operation)) == "MicrosoftCa.Token");
    CHECK(rig.dcom->connects == 0);
}

TEST_CASE("dcom: each disposition means one thing") {
    struct Row {
        std::int32_t disposition;
        State state;
        std::uint32_t after;
        const char *words;
    };
    for (const Row &row : {Row{dcom::incomplete, State::pending, 60, "not done"},
                           Row{dcom::denied, State::denied, 0, "Said so"}, Row{dcom::issued, State::issued, 0, ""},
                           Row{dcom::issued_out_of_band, State::pending, 86'400, "Complete-CBCertificateRequest"},
                           Row{dcom::under_submission, State::pending, 300, "Said so"},
                           Row{dcom::revoked, State::denied, 0, "revoked since"}}) {
        INFO(row.disposition);
        DcomRig rig;
        const auto csr = rig.csr();
        rig.issues(csr);
        rig.dcom->disposition = row.disposition;
        rig.dcom->message = "Said so";
        const auto outcome = rig.submit(rig.order(csr));
        CHECK(outcome.state == row.state);
        CHECK(outcome.poll_after_seconds == row.after);
        CHECK(has(outcome.message, row.words));
        CHECK(outcome.reference == "17");
    }
    DcomRig rig;
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    rig.dcom->disposition = dcom::error;
    rig.dcom->message = "Fehler beim Pr\xc3\xbc"
                        "fen";
    rig.dcom->status = 0x80094004U;
    const auto error = rig.failed(order);
    CHECK(error.id() == "MicrosoftCa.CaError");
    CHECK(has(error.message(), "Example Issuing CA: Fehler beim Pr\xc3\xbc"
                               "fen (0x80094004 CERTSRV_E_PROPERTY_EMPTY"));
    CHECK(has(error.remedy(), "event log"));
    CHECK(rig.found(order) == "Provider.NotFound");
    rig.dcom->status = 0;
    rig.dcom->message.clear();
    CHECK(has(rig.failed(order).message(), "gives no reason"));
    rig.dcom->disposition = 9;
    const auto unknown = rig.failed(order);
    CHECK(unknown.id() == "MicrosoftCa.Answer");
    CHECK(has(unknown.message(), "disposition 9"));
    CHECK(rig.found(order) == "MicrosoftCa.NotSettled");
}

TEST_CASE("dcom: a denial has the CA's words, the code's name and its remedy, from the status or the words") {
    DcomRig rig;
    const auto csr = rig.csr();
    const auto order = rig.order(csr);
    rig.dcom->disposition = dcom::denied;
    rig.dcom->status = 0x80094012U;
    rig.dcom->message = "Verweigert durch Richtlinienmodul";
    auto outcome = rig.submit(order);
    REQUIRE(outcome.state == State::denied);
    CHECK(outcome.reason == "CERTSRV_E_TEMPLATE_DENIED");
    CHECK(has(outcome.message, "Verweigert durch Richtlinienmodul (0x80094012 CERTSRV_E_TEMPLATE_DENIED"));
    CHECK(has(outcome.remedy, "Read and Enroll"));
    CHECK(rig.found(order) == "Provider.NotFound");
    rig.dcom->status = 0;
    rig.dcom->message = "Denied by Policy Module  0x80094800, The request was for a certificate template that is not "
                        "supported";
    outcome = rig.submit(order);
    CHECK(outcome.reason == "CERTSRV_E_UNSUPPORTED_CERT_TYPE");
    rig.dcom->message.clear();
    outcome = rig.submit(order);
    CHECK(outcome.reason == "denied");
    CHECK(has(outcome.message, "no reason"));
}

TEST_CASE("dcom: an issued certificate that cannot be fetched is asked for again") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.issues(csr);
    rig.dcom->fetch = 0x800706BEU;
    const auto outcome = rig.submit(rig.order(csr));
    REQUIRE(outcome.state == State::pending);
    CHECK(has(outcome.message, "RPC_S_CALL_FAILED"));
    rig.dcom->fetch = 0;
    CHECK(must(rig.ca().poll(outcome.token, rig.operation)).state == State::issued);
}

TEST_CASE("dcom: the chain comes with the certificate, else from the full response, else not at all") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.issues(csr);
    rig.dcom->fetch_chain = 0x80004001U; // E_NOTIMPL
    std::swap(rig.dcom->full_response, rig.dcom->pkcs7);
    CHECK(rig.submit(rig.order(csr)).certificates.size() == 3);
    rig.dcom->fetch_full = 0x80004001U;
    CHECK(rig.submit(rig.order(csr)).certificates.size() == 1);
    CHECK(has(rig.log.text, "alone counts"));
    // Rubbish where the chain should be is no reason to lose the certificate.
    rig.dcom->fetch_full = 0;
    rig.dcom->full_response = "rubbish";
    CHECK(rig.submit(rig.order(csr)).certificates.size() == 1);
}

TEST_CASE("dcom: what is no certificate is no answer, and nobody knows then") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.issues(csr);
    rig.dcom->certificate = "rubbish";
    const auto order = rig.order(csr);
    const auto error = rig.failed(order);
    CHECK(error.id() == "MicrosoftCa.Answer");
    CHECK_FALSE(says_not_sent(error));
    CHECK(rig.found(order) == "MicrosoftCa.NotSettled");
    rig.dcom->certificate = rig.dcom->ca_certificate;
    rig.dcom->pkcs7 = rig.dcom->ca_chain;
    CHECK(has(rig.failed(order).message(), "only certificates of CAs"));
}

TEST_CASE("dcom: the key says which certificate is meant; one of another key is left to the host to refuse") {
    DcomRig rig;
    const auto csr = rig.csr();
    rig.issues(csr);
    const auto right = rig.certificate(csr);
    const auto wrong = rig.certificate(rig.csr());
    rig.dcom->certificate = std::string(core::as_text(wrong.der()));
    const auto outcome = rig.submit(rig.order(csr));
    REQUIRE(outcome.certificates.size() == 4);
    CHECK(outcome.certificates[0].public_key() == csr.public_key());
    rig.dcom->pkcs7 = rig.dcom->ca_chain;
    const auto other = rig.submit(rig.order(csr));
    CHECK(other.certificates[0] == wrong);
    for (const auto &one : other.certificates)
        CHECK_FALSE(one.public_key() == csr.public_key());
}

TEST_CASE("dcom: no line can be smuggled among the attributes, and names go along only where that is allowed") {
    const auto refused = [](const std::string &profile, const std::string &attribute) {
        DcomRig rig;
        const auto csr = rig.csr();
        rig.issues(csr);
        auto order = rig.order(csr, profile);
        if (!attribute.empty()) order.settings.set("attribute", attribute);
        const auto error = rig.failed(order);
        CHECK(says_not_sent(error));
        CHECK(rig.dcom->connects == 0);
        CHECK(rig.found(order) == "Provider.NotFound");
        return error.id();
    };
    CHECK(refused("WebServer\nSAN:dns=admin.example.com", "") == "MicrosoftCa.Attribute");
    CHECK(refused("WebServer:SAN", "") == "MicrosoftCa.Attribute");
    CHECK(refused("WebServer", "ccm=x\nSAN:dns=admin") == "MicrosoftCa.Attribute");
    CHECK(refused("WebServer", "ccm=x\rSAN:dns=admin") == "MicrosoftCa.Attribute");
    CHECK(refused("WebServer", "a:b=c") == "MicrosoftCa.Attribute");
    CHECK(refused("WebServer", "san=dns=admin.example.com") == "MicrosoftCa.SanAttribute");
    DcomRig rig;
    rig.settings.set("allow-san-attribute", std::string("true"));
    const auto csr = rig.csr();
    rig.issues(csr);
    auto order = rig.order(csr);
    order.settings.set("attribute", std::string("SAN=dns=a.example.com&dns=b.example.com"));
    CHECK(rig.submit(order).state == State::issued);
    CHECK(rig.dcom->orders[0].attributes == "CertificateTemplate:WebServer\nSAN:dns=a.example.com&dns=b.example.com");
}

TEST_CASE("dcom: a config with a line end is none") {
    DcomRig rig;
    rig.settings.set("config", std::string("ca.example.com\\Example\nCA"));
    const auto opened = rig.try_open();
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().id() == "MicrosoftCa.Setting");
}
