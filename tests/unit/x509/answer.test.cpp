#include <algorithm>

#include "x509/chain.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::id_of;
using test::must;

namespace {

constexpr std::int64_t day = 86'400;
constexpr std::int64_t now = test::y2024 + day;

using Rules = std::vector<std::string>;

Rules rules_of(const Differences &differences) {
    Rules out;
    for (const Difference &difference : differences) {
        CHECK_FALSE(difference.message.empty());
        out.push_back((difference.severity == Severity::error     ? "error "
                       : difference.severity == Severity::warning ? "warning "
                                                                  : "information ") +
                      difference.rule);
    }
    return out;
}
Rules rules(const test::Recipe &leaf, AnswerCheck check = {.now = now}) {
    return rules_of(check_answer({test::make(leaf)}, check));
}

/// We make no such certificates; the signature does not fit any more, which nobody looks at here.
Certificate with(const Certificate &certificate, std::string_view old, std::string_view now_there) {
    std::string der(as_text(certificate.der()));
    const auto at = der.find(old);
    REQUIRE(at != std::string::npos);
    der.replace(at, old.size(), now_there);
    return must(Certificate::parse(as_bytes(der)));
}

/// A CA whose RSA key is too short for us to make: only its public half is needed, so the numbers are any.
Certificate ca_with_short_key() {
    der::Writer numbers;
    numbers.nest(der::sequence, [](der::Writer &w) {
        Bytes modulus(128, 0xc3);
        w.unsigned_integer(modulus).integer(65537);
    });
    der::Writer spki;
    spki.nest(der::sequence, [&](der::Writer &w) {
        w.nest(der::sequence, [](der::Writer &a) { a.oid("1.2.840.113549.1.1.1").null(); });
        w.bits(numbers.bytes());
    });
    CertificateSpec spec;
    spec.subject = must(Name::parse("CN=old CA"));
    spec.issuer = must(Name::parse("CN=root"));
    spec.serial = Bytes(9, 0x11);
    spec.not_before = test::y2024;
    spec.not_after = test::y2034;
    spec.spki = spki.bytes();
    spec.extensions = {make_basic_constraints(true, std::nullopt, true)};
    return must(sign_certificate(spec, *test::key(5)));
}

} // namespace

TEST_CASE("A certificate that is in order has no findings") {
    CHECK(rules({}).empty());
    CHECK(check_answer({}, {.now = now}).empty());
}

TEST_CASE("A certificate that has expired, or ends before it begins, is an error; one that begins later is told") {
    CHECK(rules({.not_after = now - 1}) == Rules{"error answer.validity"});
    const Certificate upside_down = with(test::make({}), "340101000000Z", "230101000000Z");
    REQUIRE(upside_down.not_after() < upside_down.not_before());
    const auto absurd = check_answer({upside_down}, {.now = now});
    CHECK(rules_of(absurd) == Rules{"error answer.validity"});
    CHECK(absurd.front().message.find("ends before it begins") != std::string::npos);
    CHECK(rules({.not_before = now + 60}) == Rules{"warning answer.validity"});
    CHECK(rules({.not_after = now + 41 * 365 * day}) == Rules{"warning answer.validity"});
    const auto expired = check_answer({test::make({.not_after = now - 1})}, {.now = now});
    CHECK(expired.front().message.find("2024-01-01 23:59:59 UTC") != std::string::npos);
    CHECK(id_of(refuse_errors(expired)) == "Certificate.Validity");
}

TEST_CASE("An end that was asked for is compared, to the day") {
    const AnswerCheck month{.now = now, .not_after = now + 30 * day};
    CHECK(rules({.not_after = now + 30 * day + 3600}, month).empty());
    CHECK(rules({.not_after = now + 30 * day - 3600}, month).empty());
    CHECK(rules({.not_after = now + 32 * day}, month) == Rules{"warning answer.validity"});
    CHECK(rules({.not_after = now + 20 * day}, month) == Rules{"warning answer.validity"});
}

TEST_CASE("Weak signatures are errors, or warnings for who allows them") {
    const Certificate leaf = test::make({.issuer = "CN=ca", .scheme = {crypto::DigestAlgorithm::sha1, false}});
    const auto refused = check_answer({leaf}, {.now = now});
    CHECK(rules_of(refused) == Rules{"error answer.signature"});
    CHECK(id_of(refuse_errors(refused)) == "Certificate.WeakSignature");
    const auto allowed = check_answer({leaf}, {.now = now, .allow_weak = true});
    CHECK(rules_of(allowed) == Rules{"warning answer.signature"});
    CHECK(refuse_errors(allowed));
    SECTION("MD5") {
        // There is no ECDSA with MD5.
        const crypto::KeyHandle rsa = must(crypto::generate_key({crypto::KeyAlgorithm::rsa, 2048}));
        CertificateSpec spec;
        spec.subject = spec.issuer = must(Name::parse("CN=old"));
        spec.serial = Bytes(9, 1);
        spec.not_before = test::y2024;
        spec.not_after = test::y2034;
        spec.spki = rsa->public_key().spki();
        spec.scheme.digest = crypto::DigestAlgorithm::md5;
        const auto md5 = check_answer({must(sign_certificate(spec, *rsa))}, {.now = now});
        CHECK(rules_of(md5) == Rules{"error answer.signature"});
        CHECK(md5.front().message.find("md5RSA") != std::string::npos);
    }
    SECTION("of an intermediate, not of a root") {
        const Certificate good = test::make({.issuer = "CN=ca"});
        const auto ca = [](const char *issuer) {
            return test::make({.subject = "CN=ca",
                               .issuer = issuer,
                               .extensions = {make_basic_constraints(true, std::nullopt, true)},
                               .scheme = {crypto::DigestAlgorithm::sha1, false}});
        };
        const auto found = check_answer({good, ca("CN=root")}, {.now = now});
        CHECK(rules_of(found) == Rules{"error answer.signature"});
        CHECK(found.front().message.find("'CN=ca'") != std::string::npos);
        CHECK(check_answer({good, ca("CN=ca")}, {.now = now}).empty());
    }
}

TEST_CASE("A CA's key that is too short is found") {
    const auto found = check_answer({test::make({}), ca_with_short_key()}, {.now = now});
    REQUIRE(rules_of(found) == Rules{"error answer.issuer_key"});
    CHECK(found.front().message.find("RSA 1024") != std::string::npos);
    CHECK(rules_of(check_answer({test::make({}), ca_with_short_key()}, {.now = now, .allow_weak = true})) ==
          Rules{"warning answer.issuer_key"});
}

TEST_CASE("A short serial number is a note, an impossible one a warning") {
    CHECK(rules({.serial = {1, 2, 3}}) == Rules{"information answer.serial"});
    for (const char *odd : {"odd-negative-serial.pem", "odd-long-serial.pem"}) {
        const Certificate certificate = test::data_certificate(odd);
        const auto found = check_answer({certificate}, {.now = certificate.not_before() + 1, .allow_weak = true});
        CHECK(std::any_of(found.begin(), found.end(), [](const Difference &difference) {
            return difference.rule == "answer.serial" && difference.severity == Severity::warning;
        }));
    }
}

TEST_CASE("What is refused is told whole, under the id of the first") {
    const Differences both{{Severity::warning, "answer.eku", "w"},
                           {Severity::error, "answer.basic_constraints", "one."},
                           {Severity::error, "answer.san", "two."}};
    const auto refused = refuse_errors(both);
    REQUIRE(id_of(refused) == "Certificate.Purpose");
    CHECK(refused.error().message() == "The certificate could not be accepted: one. two.");
    CHECK(refuse_errors({}));
    CHECK(refuse_errors({{Severity::warning, "answer.eku", "x"}}));
    CHECK(id_of(refuse_errors({{Severity::error, "answer.sid", "x"}})) == "Certificate.Names");
    CHECK(id_of(refuse_errors({{Severity::error, "answer.subject", "x"}})) == "Certificate.Names");
    CHECK(id_of(refuse_errors({{Severity::error, "answer.issuer_key", "x"}})) == "Certificate.WeakSignature");
}
