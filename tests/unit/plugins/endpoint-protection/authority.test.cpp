#include "authority.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "rig.hpp"

using namespace certbroker;
using namespace scep;
using scep::test::has;
using scep::test::must;
using scep::test::Rig;

namespace {

CaCertificate made(const char *name, bool ca, std::vector<std::string> usages, std::optional<std::size_t> issuer) {
    CaCertificate out;
    out.der = name;
    out.ca = ca;
    out.rsa = true;
    out.usages = std::move(usages);
    out.issuer = issuer;
    return out;
}

std::string recipient(const std::vector<CaCertificate> &bundle, std::optional<std::size_t> pinned = {}) {
    std::string why;
    const auto choice = choose_certificates(bundle, pinned, why);
    return choice ? bundle[choice->recipient].der : "none: " + why;
}

} // namespace

TEST_CASE("a bundle like NDES's is understood in each of its orders") {
    std::vector<int> order{0, 1, 2};
    do {
        // sign, encrypt, ca
        std::size_t ca = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            if (order[i] == 2) ca = i;
        }
        std::vector<CaCertificate> bundle;
        for (const int which : order) {
            if (which == 0) bundle.push_back(made("sign", false, {"DigitalSignature"}, ca));
            if (which == 1) bundle.push_back(made("encrypt", false, {"KeyEncipherment"}, ca));
            if (which == 2) bundle.push_back(made("ca", true, {"KeyCertSign", "CrlSign"}, std::nullopt));
        }
        std::string why;
        const auto choice = choose_certificates(bundle, std::nullopt, why);
        REQUIRE(choice);
        CHECK(bundle[choice->ca].der == "ca");
        CHECK(bundle[choice->recipient].der == "encrypt");
        CHECK(choice->trusted.size() == 3);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("without an encryption certificate of an RA the next best is taken") {
    const CaCertificate ca = made("ca", true, {"KeyCertSign"}, std::nullopt);
    CHECK(recipient({ca}) == "ca");
    CHECK(recipient({made("old", false, {}, std::nullopt)}) == "old");
    CHECK(recipient({ca, made("data", false, {"DataEncipherment"}, 0)}) == "data");
    CHECK(recipient({ca, made("open", false, {}, 0)}) == "open");
    CHECK(recipient({ca, made("sign", false, {"DigitalSignature"}, 0)}) == "ca");
    CaCertificate late = made("late", false, {"KeyEncipherment"}, 0);
    late.in_date = false;
    CHECK(recipient({ca, late}) == "ca");
    CaCertificate curve = made("curve", false, {"KeyEncipherment"}, 0);
    curve.rsa = false;
    CHECK(recipient({ca, curve}) == "ca");
    CaCertificate curve_ca = ca;
    curve_ca.rsa = false;
    CHECK(has(recipient({curve_ca}), "RSA"));
}

TEST_CASE("what does not come from a CA of the bundle is not trusted") {
    const CaCertificate ca = made("ca", true, {"KeyCertSign"}, std::nullopt);
    const CaCertificate stranger = made("stranger", false, {"KeyEncipherment"}, std::nullopt);
    CHECK(recipient({ca, stranger}) == "ca");
    CHECK(has(recipient({stranger, stranger}), "no CA certificate"));
    // Below a root, the CA that issues.
    const CaCertificate root = made("root", true, {}, std::nullopt);
    const CaCertificate issuing = made("issuing", true, {}, 0);
    std::string why;
    CHECK(choose_certificates({root, issuing}, std::nullopt, why)->ca == 1);
    // Pinned to another root, nothing of this one is believed.
    const CaCertificate other = made("other", true, {}, std::nullopt);
    const auto pinned = choose_certificates({root, issuing, other}, std::size_t{2}, why);
    REQUIRE(pinned);
    CHECK(pinned->ca == 2);
    CHECK(pinned->trusted == std::vector<std::size_t>{2});
}

TEST_CASE("the fingerprint pins the CA, by SHA-256 and SHA-1, with and without colons") {
    Rig rig;
    const std::string sha256 = to_hex(rig.ca.ca().sha256());
    for (std::string pin : {sha256, rig.ca.ca().thumbprint(), ascii_upper(sha256)}) {
        rig.host.settings.set("ca-fingerprint", pin);
        CHECK(scep::test::must(rig.open()->ca_chain("", rig.host.operation)).front() == rig.ca.ca());
        pin.insert(2, ":");
        rig.host.settings.set("ca-fingerprint", pin);
        CHECK(rig.open()->ca_chain("", rig.host.operation).has_value());
    }
    rig.host.settings.set("ca-fingerprint", std::string(64, 'a'));
    const Error error = rig.refusal();
    CHECK(error.id() == "EndpointProtection.Fingerprint");
    CHECK(has(error.message(), sha256));
    CHECK(scep::test::never_left(error));
}

TEST_CASE("what is no certificate is not taken for the CA's") {
    Rig rig;
    const auto instead = [&](std::string body) {
        rig.host.http.answer = [&rig, body](const http::Request &request, const Operation &) -> Result<http::Response> {
            http::Response response = rig.ca.answer(request);
            if (has(request.url, "GetCACert")) response.body = to_bytes(as_bytes(body));
            return response;
        };
        return rig.refusal();
    };
    for (const std::string &body : {std::string("<html>"), std::string(), std::string("\x30\x03\x02\x01\x01")}) {
        const Error error = instead(body);
        CHECK(error.id() == "EndpointProtection.CaCertificates");
        CHECK(scep::test::never_left(error));
    }
}

TEST_CASE("a CA that knows only what is weak is used only where that is allowed") {
    Rig rig;
    for (const char *words : {"", "DES3\nSHA-1\nPOSTPKIOperation", "AES\nSHA-1"}) {
        rig.ca.ways.capabilities = words;
        const Error error = rig.refusal();
        CHECK(error.id() == "EndpointProtection.Legacy");
        CHECK(scep::test::never_left(error));
    }
    CHECK(rig.ca.seen.empty());
    rig.host.settings.set("allow-legacy", std::string("true"));
    rig.ca.ways.capabilities = "";
    (void)rig.issue(*rig.open(), rig.order());
    REQUIRE(rig.ca.seen.size() == 1);
    CHECK(rig.ca.seen[0].cipher == "DES-EDE3-CBC");
    CHECK(rig.ca.seen[0].digest == crypto::DigestAlgorithm::sha1);
    CHECK(rig.ca.seen[0].by_get);
}
