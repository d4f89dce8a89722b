#include "http/http_curl_tls.hpp"

#include <catch2/catch_test_macros.hpp>
#include <curl/curl.h>
#include <openssl/ssl.h>

#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::detail::TlsIdentity;

namespace {

int configured(TlsIdentity &identity) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    return http::detail::configure_tls(nullptr, context.get(), &identity);
}

TlsIdentity with_client(crypto::KeyHandle key, std::vector<Bytes> chain) {
    TlsIdentity identity;
    identity.client = crypto::ClientCredentials{std::move(key), std::move(chain)};
    return identity;
}

} // namespace

TEST_CASE("OpenSSL gets the identity, or the reason why not is kept") {
    const Issuer &leaf = pki().leaf;
    const Bytes &certificate = leaf.certificate.der();
    TlsIdentity none;
    CHECK(configured(none) == CURLE_OK);
    TlsIdentity good = with_client(leaf.key, {certificate, pki().ca.certificate.der()});
    CHECK(configured(good) == CURLE_OK);
    for (auto &[identity, why] : std::vector<std::pair<TlsIdentity, std::string>>{
             {with_client(make_key(), {certificate}), "its key does not belong to its certificate"},
             {with_client(leaf.key, {}), "it has no certificate"},
             {with_client(nullptr, {certificate}), "its key cannot be used for TLS"},
             {with_client(leaf.key, {Bytes{1}}), "its certificate chain cannot be read"}}) {
        CHECK(configured(identity) == CURLE_SSL_CERTPROBLEM);
        CHECK(identity.client_problem == why);
    }
}

TEST_CASE("Anchors must be certificates") {
    TlsIdentity identity;
    identity.extra_trust = {pki().root.certificate.der()};
    CHECK(configured(identity) == CURLE_OK);
    identity.extra_trust = {Bytes{1, 2}};
    CHECK(configured(identity) == CURLE_SSL_CACERT_BADFILE);
    CHECK(http::detail::is_certificate(pki().root.certificate.der()));
    CHECK_FALSE(http::detail::is_certificate(Bytes{1, 2}));
}

TEST_CASE("What was negotiated is known by host, and for an address by the last one") {
    TlsIdentity identity;
    CHECK(identity.session_of("ca").empty());
    identity.sessions["ca"] = "TLSv1.3";
    identity.sessions[""] = "TLSv1.2";
    CHECK(identity.session_of("ca") == "TLSv1.3");
    CHECK(identity.session_of("127.0.0.1") == "TLSv1.2");
}
