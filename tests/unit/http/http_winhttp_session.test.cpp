#include "http/http_winhttp_session.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::detail::Identity;
using http::detail::Session;

TEST_CASE("A session opens with and without a proxy") {
    // Which one it then asks is in the conformance suite.
    for (const char *proxy : {"", "proxy.example.com:3128", "http://proxy.example.com:3128/"})
        CHECK(must(Session::open({}, proxy))->get() != nullptr);
}

TEST_CASE("A session carries its identity") {
    Identity identity;
    const auto bare = must(Session::open(identity, ""));
    CHECK_FALSE(bare->trust()->has_anchors());
    CHECK(bare->client() == nullptr);
    identity.extra_trust = {pki().root.certificate.der()};
    CHECK(must(Session::open(identity, ""))->trust()->has_anchors());
    identity.client = crypto::ClientCredentials{nullptr, {}};
    CHECK(id_of(Session::open(identity, "")) == "Http.ClientCertificate");
}
