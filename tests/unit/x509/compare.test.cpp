#include "x509/chain.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

Csr request(const std::string &subject, std::vector<Extension> extensions) {
    CsrSpec spec;
    spec.subject = must(Name::parse(subject));
    spec.extensions = std::move(extensions);
    return must(create_csr(spec, *test::key(0)));
}
/// "severity rule", sorted out of what compare_with_request says.
std::vector<std::string> rules(const test::Recipe &answer, const Csr &csr) {
    std::vector<std::string> out;
    for (const Difference &difference : must(compare_with_request(test::make(answer), csr))) {
        CHECK_FALSE(difference.message.empty());
        const char *severity = difference.severity == Severity::error     ? "error "
                               : difference.severity == Severity::warning ? "warning "
                                                                          : "information ";
        out.push_back(severity + difference.rule);
    }
    return out;
}
using Rules = std::vector<std::string>;

const auto san = [](std::initializer_list<const char *> hosts) {
    std::vector<GeneralName> names;
    for (const char *host : hosts)
        names.push_back(must(make_dns(host)));
    return make_subject_alt_name(names);
};

/// szOID_NTDS_CA_SECURITY_EXT, written by hand from its description.
Extension sid(const std::string &text) {
    der::Writer w;
    w.nest(der::sequence, [&](der::Writer &names) {
        names.nest(der::context(0, true), [&](der::Writer &other) {
            other.oid("1.3.6.1.4.1.311.25.2.1");
            other.nest(der::context(0, true), [&](der::Writer &value) { value.octets(as_bytes(text)); });
        });
    });
    return {std::string(oid::ntds_ca_security), false, w.bytes()};
}

} // namespace

TEST_CASE("An answer that keeps to the request has no differences") {
    const std::vector<Extension> extensions{make_key_usage(0xa0), make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1"}),
                                            san({"a.de"})};
    CHECK(rules({.subject = "CN=a", .extensions = extensions}, request("CN=a", extensions)).empty());
    // String types and the case of DNS names are the CA's business.
    CHECK(rules({.subject = "CN=a", .extensions = {san({"A.DE"})}}, request("CN=a", {san({"a.de"})})).empty());
}

TEST_CASE("Another key fails with Certificate.KeyMismatch") {
    CHECK(id_of(compare_with_request(test::make({.subject_key = 3}), request("CN=a", {}))) ==
          "Certificate.KeyMismatch");
}

TEST_CASE("What a CA may well do to a subject is told, with what was asked for and what came") {
    CHECK(rules({.subject = "C=DE,CN=a"}, request("CN=a,C=DE", {})) == Rules{"warning answer.subject"});
    CHECK(rules({.subject = "CN=a,OU=Servers"}, request("CN=a", {})) == Rules{"warning answer.subject"});
    CHECK(rules({.subject = "CN=a"}, request("CN=a,OU=Servers", {})) == Rules{"warning answer.subject"});
    CHECK(rules({.subject = "CN=a,O=Example GmbH"}, request("CN=a,O=Example", {})) == Rules{"warning answer.subject"});
    CHECK(rules({.subject = "CN=A  b"}, request("CN=a b", {})) == Rules{"warning answer.subject"});
    CHECK(rules({.subject = "CN=b"}, request("", {})) == Rules{"information answer.subject"});
    const auto told = must(compare_with_request(test::make({.subject = "CN=a"}), request("CN=a,OU=Servers", {})));
    CHECK(told.front().message.find("'CN=a'") != std::string::npos);
    CHECK(told.front().message.find("'CN=a, OU=Servers'") != std::string::npos);
}

TEST_CASE("A subject that is only encoded anew is not worth a warning") {
    NameFlags utf8;
    utf8.force_utf8 = true;
    CertificateSpec spec;
    spec.subject = must(Name::parse("CN=a", utf8));
    spec.issuer = must(Name::parse("CN=issuer"));
    spec.serial = Bytes(9, 1);
    spec.not_before = test::y2024;
    spec.not_after = test::y2034;
    spec.spki = test::key(0)->public_key().spki();
    const auto told = must(compare_with_request(must(sign_certificate(spec, *test::key(1))), request("CN=a", {})));
    REQUIRE(told.size() == 1);
    CHECK(told.front().severity == Severity::information);
}

TEST_CASE("Another person or host in the subject is an error") {
    CHECK(rules({.subject = "CN=b"}, request("CN=a", {})) == Rules{"error answer.subject"});
    CHECK(rules({.subject = "CN=a,E=eve@example.com"}, request("CN=a,E=adam@example.com", {})) ==
          Rules{"error answer.subject"});
    CHECK(rules({.subject = "CN=a,SERIALNUMBER=2"}, request("CN=a,SERIALNUMBER=1", {})) ==
          Rules{"error answer.subject"});
    // The right alternative names do not make up for it: not everybody looks at them.
    CHECK(rules({.subject = "CN=b", .extensions = {san({"a"})}}, request("CN=a", {san({"a"})})) ==
          Rules{"error answer.subject"});
    // Nobody at all is no better.
    CHECK(rules({.subject = "O=Example"}, request("CN=a,O=Example", {})) == Rules{"error answer.subject"});
    CHECK(id_of(refuse_errors(must(compare_with_request(test::make({.subject = "CN=b"}), request("CN=a", {}))))) ==
          "Certificate.Names");
}

TEST_CASE("A name that moves between subject and alternative names is nobody else") {
    // The CN is gone, which public CAs do; the host is still there.
    CHECK(rules({.subject = "O=Example", .extensions = {san({"a.de"})}},
                request("CN=a.de,O=Example", {san({"a.de"})})) == Rules{"warning answer.subject"});
    CHECK(rules({.subject = "O=Example", .extensions = {san({"a.de"})}}, request("CN=a.de,O=Example", {})) ==
          Rules{"warning answer.subject", "information answer.san"});
    // The account that stood in the CN is the e-mail address now, and the CN says the person's name.
    CHECK(rules({.subject = "CN=Jane Doe,E=jane@example.com"}, request("CN=jane@example.com", {})) ==
          Rules{"warning answer.subject"});
    // The CN is one of the names that were asked for.
    CHECK(rules({.subject = "CN=a.de", .extensions = {san({"a.de"})}}, request("CN=My server", {san({"a.de"})})) ==
          Rules{"warning answer.subject"});
}

TEST_CASE("Names that are missing are errors, names that were added are told") {
    const Csr csr = request("CN=a", {san({"a.de", "b.de"})});
    CHECK(rules({.subject = "CN=a", .extensions = {san({"a.de", "c.de"})}}, csr) ==
          Rules{"error answer.san", "warning answer.san"});
    // The CN as a name is custom.
    CHECK(rules({.subject = "CN=a", .extensions = {san({"a"})}}, request("CN=a", {})) ==
          Rules{"information answer.san"});
    const auto differences =
        must(compare_with_request(test::make({.subject = "CN=a", .extensions = {san({"a.de"})}}), csr));
    const auto refused = refuse_errors(differences);
    REQUIRE(id_of(refused) == "Certificate.Names");
    CHECK(refused.error().message().find("dns=b.de") != std::string::npos);
    CHECK(refused.error().message().find("dns=a.de") != std::string::npos);
}

TEST_CASE("The SID that was asked for comes, as extension or as a name, and is the account's own") {
    const auto uri = [](const char *sid) {
        return make_subject_alt_name({must(make_uri(std::string("tag:microsoft.com,2022-09-14:sid:") + sid))});
    };
    const char *mine = "S-1-5-21-1-2-3-1104", *his = "S-1-5-21-1-2-3-500";
    CHECK(rules({.subject = "CN=a", .extensions = {sid(mine)}}, request("CN=a", {sid(mine)})).empty());
    CHECK(rules({.subject = "CN=a", .extensions = {sid(mine)}}, request("CN=a", {uri(mine)})).empty());
    CHECK(rules({.subject = "CN=a", .extensions = {uri(mine)}}, request("CN=a", {sid(mine)})) ==
          Rules{"information answer.san"});
    CHECK(rules({.subject = "CN=a", .extensions = {sid(his)}}, request("CN=a", {sid(mine)})) ==
          Rules{"error answer.sid"});
    CHECK(rules({.subject = "CN=a"}, request("CN=a", {sid(mine)})) == Rules{"warning answer.sid"});
    CHECK(rules({.subject = "CN=a", .extensions = {sid(mine)}}, request("CN=a", {})) ==
          Rules{"information answer.sid"});
    const Extension damaged{std::string(oid::ntds_ca_security), false, {0x30, 0x00}};
    CHECK(rules({.subject = "CN=a", .extensions = {damaged}}, request("CN=a", {sid(mine)})) ==
          Rules{"error answer.sid"});
}

TEST_CASE("Usages that are missing are told, and those that say too much") {
    const char *server = "1.3.6.1.5.5.7.3.1", *client = "1.3.6.1.5.5.7.3.2", *any = "2.5.29.37.0";
    const Csr csr = request("CN=a", {make_key_usage(0xa0), make_enhanced_key_usage({server, client})});
    CHECK(rules({.subject = "CN=a", .extensions = {make_key_usage(0x80), make_enhanced_key_usage({server})}}, csr) ==
          Rules{"warning answer.eku", "warning answer.key_usage"});
    CHECK(rules({.subject = "CN=a"}, csr) == Rules{"warning answer.eku"});
    const Csr plain = request("CN=a", {make_key_usage(0x80), make_enhanced_key_usage({server})});
    CHECK(rules({.subject = "CN=a", .extensions = {make_key_usage(0xa0), make_enhanced_key_usage({server, client})}},
                plain) == Rules{"information answer.eku", "information answer.key_usage"});
    CHECK(rules({.subject = "CN=a", .extensions = {make_key_usage(0x84), make_enhanced_key_usage({server, any})}},
                plain) == Rules{"warning answer.eku", "warning answer.key_usage"});
}

TEST_CASE("A CA certificate for a plain request is an error, the other way round is told") {
    const Extension ca = make_basic_constraints(true, std::nullopt, true);
    CHECK(rules({.subject = "CN=a", .extensions = {ca}}, request("CN=a", {})) ==
          Rules{"error answer.basic_constraints"});
    CHECK(rules({.subject = "CN=a"}, request("CN=a", {ca})) == Rules{"warning answer.basic_constraints"});
    CHECK(rules({.subject = "CN=a", .extensions = {ca}}, request("CN=a", {ca})).empty());
}
