#include <algorithm>

#include "base/encoding.hpp"
#include "http/errors.hpp"
#include "rig.hpp"

using namespace certbroker;
using scep::test::has;
using scep::test::must;
using scep::test::Rig;
using CheckState = provider::CheckRow::State;

namespace {

provider::CheckRow row(Rig &rig, const std::string &id) {
    for (provider::CheckRow &found : must(rig.open()->check({}, rig.host.operation))) {
        if (found.id == id) return found;
    }
    FAIL("there is no row " + id);
    return {};
}

} // namespace

TEST_CASE("a good server passes; that it is not pinned is a warning with the fingerprint to pin") {
    Rig rig;
    CHECK(row(rig, "scep.capabilities").state == CheckState::passed);
    CHECK(has(row(rig, "scep.capabilities").message, "AES-128-CBC and SHA256, by POST"));
    CHECK(row(rig, "scep.recipient").state == CheckState::passed);
    CHECK(has(row(rig, "scep.recipient").message, "RA encryption"));
    const provider::CheckRow ca = row(rig, "scep.ca-certificate");
    CHECK(ca.state == CheckState::warning);
    const std::string digest = to_hex(rig.ca.ca().sha256());
    CHECK(has(ca.message, digest));
    rig.host.settings.set("ca-fingerprint", digest);
    CHECK(row(rig, "scep.ca-certificate").state == CheckState::passed);
    rig.host.settings.set("ca-fingerprint", std::string(64, '0'));
    CHECK(row(rig, "scep.ca-certificate").state == CheckState::failed);
    CHECK(rig.ca.seen.empty());
}

TEST_CASE("weak algorithms fail the check, or warn where they are allowed") {
    Rig rig;
    rig.ca.ways.capabilities = "SHA-1\nDES3";
    CHECK(row(rig, "scep.capabilities").state == CheckState::failed);
    rig.host.settings.set("allow-legacy", std::string("true"));
    CHECK(row(rig, "scep.capabilities").state == CheckState::warning);
}

TEST_CASE("the CA's next certificate is told when the present one has signed it") {
    Rig rig;
    CHECK(row(rig, "scep.next-ca").state == CheckState::skipped);
    rig.ca.ways.capabilities += "GetNextCACert\n";
    CHECK(row(rig, "scep.next-ca").state == CheckState::passed);
    rig.host.http.answer = [&rig](const http::Request &request, const Operation &) -> Result<http::Response> {
        http::Response response = rig.ca.answer(request);
        if (has(request.url, "GetNextCACert"))
            response.body.back() = static_cast<std::uint8_t>(response.body.back() ^ 1U);
        return response;
    };
    CHECK(row(rig, "scep.next-ca").state == CheckState::warning);
}

TEST_CASE("where the challenge comes from is told without taking one") {
    Rig rig;
    CHECK(row(rig, "scep.challenge").state == CheckState::skipped);
    rig.host.settings.set("challenge-url", std::string("https://ndes.example.com/certsrv/mscep_admin/"));
    const auto answer_with = [&](int status) {
        rig.host.http.answer = [&rig, status](const http::Request &request,
                                              const Operation &) -> Result<http::Response> {
            if (!has(request.url, "mscep_admin")) return rig.ca.answer(request);
            if (status == 0) return fail(errors::http_connect, "The request could not be sent: no connection");
            http::Response response;
            response.status = status;
            return response;
        };
        return row(rig, "scep.challenge").state;
    };
    CHECK(answer_with(401) == CheckState::passed);
    CHECK(answer_with(200) == CheckState::warning);
    CHECK(answer_with(404) == CheckState::failed);
    CHECK(answer_with(0) == CheckState::failed);
    rig.host.settings.set("challenge", Secret(as_bytes("x")));
    CHECK(row(rig, "scep.challenge").state == CheckState::passed);
}

TEST_CASE("a server that does not answer is a failed check, not a failed call") {
    Rig rig;
    rig.host.http.answer = [](const http::Request &, const Operation &) -> Result<http::Response> {
        return fail(errors::http_connect, "The request could not be sent: no connection");
    };
    const provider::CheckRow ca = row(rig, "scep.ca-certificate");
    CHECK(ca.state == CheckState::failed);
    CHECK_FALSE(ca.remedy.empty());
}

TEST_CASE("the endpoint may be plain HTTP, as the protocol protects itself") {
    Rig rig;
    const auto endpoints = must(rig.open()->endpoints(rig.host.operation));
    REQUIRE(endpoints.size() == 1);
    CHECK(endpoints[0].url == std::string(scep::test::url) + "?operation=GetCACaps");
    CHECK(endpoints[0].allow_plain);
    CHECK(rig.host.http.seen.empty());
}
