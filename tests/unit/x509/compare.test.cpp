#include "x509/chain.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

constexpr std::int64_t now = test::y2024 + 86400;

Csr request(const std::string &subject, std::vector<Extension> extensions) {
    CsrSpec spec;
    spec.subject = must(Name::parse(subject));
    spec.extensions = std::move(extensions);
    return must(create_csr(spec, *test::key(0)));
}
/// "severity rule", sorted out of what compare_with_request says.
std::vector<std::string> rules(const test::Recipe &answer, const Csr &csr) {
    std::vector<std::string> out;
    for (const Difference &difference : must(compare_with_request(test::make(answer), csr, now))) {
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

} // namespace

TEST_CASE("An answer that keeps to the request has no differences") {
    const std::vector<Extension> extensions{make_key_usage(0xa0), make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1"}),
                                            san({"a.de"})};
    CHECK(rules({.subject = "CN=a", .extensions = extensions}, request("CN=a", extensions)).empty());
    // String types and the case of DNS names are the CA's business.
    CHECK(rules({.subject = "CN=a", .extensions = {san({"A.DE"})}}, request("CN=a", {san({"a.de"})})).empty());
}

TEST_CASE("Another key fails with Certificate.KeyMismatch") {
    CHECK(id_of(compare_with_request(test::make({.subject_key = 3}), request("CN=a", {}), now)) ==
          "Certificate.KeyMismatch");
}

TEST_CASE("Changed subjects are told") {
    CHECK(rules({.subject = "CN=b"}, request("CN=a", {})) == Rules{"warning answer.subject"});
    CHECK(rules({.subject = "C=DE,CN=a"}, request("CN=a,C=DE", {})) == Rules{"information answer.subject"});
    CHECK(rules({.subject = "CN=b"}, request("", {})) == Rules{"information answer.subject"});
}

TEST_CASE("Names that are missing are errors, names that were added are told") {
    const Csr csr = request("CN=a", {san({"a.de", "b.de"})});
    CHECK(rules({.subject = "CN=a", .extensions = {san({"a.de", "c.de"})}}, csr) ==
          Rules{"error answer.san", "information answer.san"});
    const auto differences =
        must(compare_with_request(test::make({.subject = "CN=a", .extensions = {san({"a.de"})}}), csr, now));
    const auto refused = refuse_errors(differences);
    REQUIRE(id_of(refused) == "Certificate.Names");
    CHECK(refused.error().message().find("dns=b.de") != std::string::npos);
    CHECK(refuse_errors({}));
    CHECK(refuse_errors({{Severity::warning, "answer.eku", "x"}}));
}

TEST_CASE("Usages that are missing are told") {
    const Csr csr =
        request("CN=a", {make_key_usage(0xa0), make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"})});
    CHECK(
        rules({.subject = "CN=a", .extensions = {make_key_usage(0x80), make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1"})}},
              csr) == Rules{"warning answer.eku", "warning answer.key_usage"});
    CHECK(rules({.subject = "CN=a"}, csr).empty());
}

TEST_CASE("A CA certificate for a plain request, and the other way round, is told") {
    const Extension ca = make_basic_constraints(true, std::nullopt, true);
    CHECK(rules({.subject = "CN=a", .extensions = {ca}}, request("CN=a", {})) ==
          Rules{"warning answer.basic_constraints"});
    CHECK(rules({.subject = "CN=a"}, request("CN=a", {ca})) == Rules{"warning answer.basic_constraints"});
    CHECK(rules({.subject = "CN=a", .extensions = {ca}}, request("CN=a", {ca})).empty());
}

TEST_CASE("Dates, signatures and serial numbers of the answer are checked") {
    const Csr csr = request("CN=a", {});
    CHECK(rules({.subject = "CN=a", .not_after = now - 1}, csr) == Rules{"error answer.validity"});
    CHECK(rules({.subject = "CN=a", .not_before = now + 60}, csr) == Rules{"warning answer.validity"});
    CHECK(rules({.subject = "CN=a", .serial = {1, 2, 3}}, csr) == Rules{"warning answer.serial"});
    CHECK(rules({.subject = "CN=a", .scheme = {crypto::DigestAlgorithm::sha1, false}}, csr) ==
          Rules{"warning answer.signature"});
}
