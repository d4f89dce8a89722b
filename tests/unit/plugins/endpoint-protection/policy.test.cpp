#include "base/encoding.hpp"
#include "rig.hpp"

using namespace certbroker;
using scep::test::has;
using scep::test::must;
using scep::test::Rig;

namespace {

constexpr const char *page_url = "https://ndes.example.com/certsrv/mscep_admin/";

http::Response page(int status, Bytes body, const char *authenticate = nullptr) {
    http::Response response;
    response.status = status;
    if (authenticate != nullptr) response.headers = {{"WWW-Authenticate", authenticate}};
    response.body = std::move(body);
    return response;
}

/// The page asks for `wanted` and shows `body` to whoever logs on.
void serve(Rig &rig, const char *wanted, Bytes body) {
    rig.host.settings.set("challenge-url", std::string(page_url));
    rig.host.http.answer = [wanted, body = std::move(body)](const http::Request &request,
                                                            const Operation &) -> Result<http::Response> {
        if (wanted != nullptr && request.authentication == http::Authentication::none) return page(401, {}, wanted);
        return page(200, body);
    };
}

std::string challenge_of(Rig &rig) {
    const auto policy = must(rig.open()->policy("", rig.host.operation, provider::PolicyPurpose::request));
    return policy.challenge_password ? std::string(as_text(policy.challenge_password->reveal())) : "none";
}
std::string failure_of(Rig &rig) {
    const auto policy = rig.open()->policy("", rig.host.operation, provider::PolicyPurpose::request);
    REQUIRE_FALSE(policy.has_value());
    CHECK_FALSE(policy.error().remedy().empty());
    return policy.error().id();
}

} // namespace

TEST_CASE("requests are RSA; the challenge comes from the setting, or there is none") {
    Rig rig;
    CHECK(challenge_of(rig) == "none");
    const auto policy = must(rig.open()->policy("", rig.host.operation));
    REQUIRE(policy.allowed_keys.size() == 1);
    CHECK(policy.allowed_keys[0].algorithm == crypto::KeyAlgorithm::rsa);
    rig.host.settings.set("challenge", Secret(as_bytes("from the setting")));
    CHECK(challenge_of(rig) == "from the setting");
    CHECK(rig.host.http.seen.empty());
}

TEST_CASE("a fresh challenge comes from NDES's page, by the way the server asks for, and is never in the log") {
    struct Way {
        const char *wanted, *user;
        http::Authentication used;
    };
    for (const Way &way :
         {Way{"Negotiate", "LAB\\ndes", http::Authentication::ntlm},
          Way{"NTLM", "LAB\\ndes", http::Authentication::ntlm},
          Way{"Basic realm=\"ndes\"", "LAB\\ndes", http::Authentication::basic},
          Way{"Negotiate", "", http::Authentication::negotiate}, Way{nullptr, "", http::Authentication::none}}) {
        Rig rig;
        serve(rig, way.wanted, certbroker::test::challenge_page("0F1E2D3C4B5A6978"));
        if (*way.user != '\0') {
            rig.host.settings.set("challenge-user", std::string(way.user));
            rig.host.settings.set("challenge-password", Secret(as_bytes("Pa55-of-ndes")));
        }
        CHECK(challenge_of(rig) == "0F1E2D3C4B5A6978");
        const http::Request &last = rig.host.http.seen.back();
        CHECK(last.authentication == way.used);
        CHECK(last.user == way.user);
        CHECK(as_text(last.password.reveal()) == (*way.user != '\0' ? "Pa55-of-ndes" : ""));
        CHECK_FALSE(last.allow_plain);
        CHECK(rig.host.http.seen.size() == (way.wanted != nullptr ? 2U : 1U));
        CHECK_FALSE(has(rig.host.log.text(), "0F1E2D3C4B5A6978"));
        CHECK_FALSE(has(rig.host.log.text(), "Pa55-of-ndes"));
    }
}

TEST_CASE("a page that gives none says why") {
    const auto said = [](const char *text) {
        Rig rig;
        serve(rig, "NTLM", to_bytes(as_bytes(text)));
        return failure_of(rig);
    };
    CHECK(said("<P> The password cache is full. ") == "EndpointProtection.ChallengeCache");
    CHECK(said("You do not have sufficient permission to enroll with SCEP.") ==
          "EndpointProtection.ChallengePermission");
    CHECK(said("<html>It works!</html>") == "EndpointProtection.ChallengePage");
    Rig rig;
    rig.host.settings.set("challenge-url", std::string(page_url));
    for (const auto &[status, id] :
         {std::pair{401, "EndpointProtection.ChallengeAccess"}, std::pair{403, "EndpointProtection.ChallengeAccess"},
          std::pair{500, "EndpointProtection.ChallengePage"}}) {
        rig.host.http.answer = [status = status](const http::Request &, const Operation &) -> Result<http::Response> {
            return page(status, {}, "NTLM");
        };
        rig.host.http.seen.clear();
        CHECK(failure_of(rig) == id);
        CHECK(rig.host.http.seen.size() <= 2); // a wrong password is not tried until the account is locked
    }
}

TEST_CASE("who only looks, or renews with the old certificate, uses no challenge up") {
    for (const auto purpose : {provider::PolicyPurpose::look, provider::PolicyPurpose::renewal}) {
        Rig rig;
        serve(rig, "NTLM", certbroker::test::challenge_page("0F1E2D3C4B5A6978"));
        const auto policy = must(rig.open()->policy("", rig.host.operation, purpose));
        CHECK_FALSE(policy.challenge_password.has_value());
        CHECK(rig.host.http.seen.empty());
        // One from the setting is the same each time, and there are servers that check it in renewals.
        rig.host.settings.set("challenge", Secret(as_bytes("from the setting")));
        CHECK(must(rig.open()->policy("", rig.host.operation, purpose)).challenge_password.has_value());
    }
}
