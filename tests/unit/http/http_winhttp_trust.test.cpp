#include "http/http_winhttp_trust.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/http_server.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::detail::ServerTrust;

namespace {

/// What a server shows, as WinHTTP hands it out: its certificate in a store with the others.
struct Shown {
    http::detail::CertStore store{CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr)};
    http::detail::CertContext leaf;

    explicit Shown(const x509::Chain &chain) {
        for (const auto &certificate : chain) {
            const CERT_CONTEXT *added = nullptr;
            REQUIRE(CertAddEncodedCertificateToStore(
                        store.get(), http::detail::certificate_encoding, certificate.der().data(),
                        static_cast<DWORD>(certificate.der().size()), CERT_STORE_ADD_ALWAYS, &added) != 0);
            http::detail::CertContext owned(added);
            if (!leaf) leaf = std::move(owned);
        }
    }
};

Shown server(const std::vector<std::string> &names, bool client = false) {
    return Shown(make_tls_identity(server_pki().ca, names, client).chain);
}

} // namespace

TEST_CASE("A server of an anchor is trusted under its own names") {
    const ServerTrust trust({server_pki().root.certificate.der()});
    CHECK(trust.has_anchors());
    const Shown shown = server({"localhost", "ca.example.com"});
    CHECK_FALSE(trust.objection(*shown.leaf, L"localhost"));
    CHECK_FALSE(trust.objection(*shown.leaf, L"CA.example.com"));
    for (const wchar_t *other : {L"example.com", L"www.ca.example.com", L"localhost.example.com", L""}) {
        const auto objection = trust.objection(*shown.leaf, other);
        REQUIRE(objection.has_value());
        CHECK(objection->find("another name") != std::string::npos);
    }
}

TEST_CASE("A wildcard stands for one label") {
    const ServerTrust trust({server_pki().root.certificate.der()});
    const Shown shown = server({"*.example.com"});
    CHECK_FALSE(trust.objection(*shown.leaf, L"ca.example.com"));
    CHECK(trust.objection(*shown.leaf, L"example.com"));
    CHECK(trust.objection(*shown.leaf, L"a.b.example.com"));
}

TEST_CASE("Nobody else is trusted, and nothing is overlooked") {
    const ServerTrust nobody({});
    CHECK_FALSE(nobody.has_anchors());
    const Shown shown = server({"localhost"});
    CHECK(nobody.objection(*shown.leaf, L"localhost"));

    const ServerTrust stranger({make_root("CN=Stranger").certificate.der()});
    CHECK(stranger.objection(*shown.leaf, L"localhost"));
    const ServerTrust impostor({make_root(server_pki().root.certificate.subject().to_string()).certificate.der()});
    CHECK(impostor.objection(*shown.leaf, L"localhost"));

    const ServerTrust trust({server_pki().root.certificate.der()});
    CHECK(trust.objection(*server({"localhost"}, true).leaf, L"localhost"));
    // Without the issuer there is no way to the anchor.
    const Shown alone(x509::Chain{make_tls_identity(server_pki().ca, {"localhost"}).chain.front()});
    CHECK(trust.objection(*alone.leaf, L"localhost"));
}

TEST_CASE("Certificates are told from other bytes") {
    CHECK(http::detail::is_certificate(server_pki().root.certificate.der()));
    CHECK_FALSE(http::detail::is_certificate(Bytes{1, 2, 3}));
    CHECK_FALSE(http::detail::is_certificate({}));
}
