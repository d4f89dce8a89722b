// Whom the client trusts, and how it says who it is.
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "capabilities.hpp"
#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

void ok(Connection &connection) {
    while (!connection.read_request().empty()) {
        if (!connection.answer(200, "hello over TLS")) return;
    }
}

/// A server that wants certificates of our authority.
TlsOptions mutual(const TlsFixture &f, bool tls12 = false) {
    TlsOptions options = f.tls();
    options.client_roots = {f.authority.root.certificate, f.authority.ca.certificate};
    options.tls12 = tls12;
    return options;
}

/// A request that would tell something to whoever gets it.
http::Request telling(const TlsFixture &f, const Server &server) {
    http::Request request = f.request(server);
    request.headers = {{"X-Key", "{{k}}"}};
    request.places = {{"{{k}}", Secret(as_bytes("canary")), http::Escape::none}};
    return request;
}

/// Whether that something has arrived.
bool told(Server &server) {
    const auto requests = server.all_requests();
    return std::any_of(requests.begin(), requests.end(),
                       [](const std::string &request) { return request.find("canary") != std::string::npos; });
}

} // namespace

TEST_CASE("A server is trusted by the anchors of the setting") {
    const TlsFixture f;
    Server server(ok, f.tls());
    for (int i = 0; i < 3; ++i) {
        const auto response = must(f.client->send(f.request(server), patient()));
        CHECK(response.status == 200);
        CHECK(as_text(response.body) == "hello over TLS");
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("An anchor below the root is enough") {
    if (const std::string why = missing::lower_anchors(); !why.empty()) SKIP(why);
    const TlsFixture f;
    std::ofstream(f.trust) << f.authority.ca.certificate.to_pem();
    Server server(ok, f.tls());
    CHECK(must(f.client->send(f.request(server), patient())).status == 200);
}

TEST_CASE("A server is trusted by its address") {
    if (const std::string why = missing::ip_names(); !why.empty()) SKIP(why);
    const TlsFixture f;
    Server server(ok, f.tls());
    http::Request request = f.request(server);
    request.url = server.url();
    CHECK(must(f.client->send(request, patient())).status == 200);
}

TEST_CASE("An untrusted root is refused, also after a trusted connection was made") {
    const TlsFixture f;
    Server server(ok, f.tls());
    must(f.client->send(f.request(server), patient()));
    http::Request request = telling(f, server);
    request.extra_trust_file.clear();
    const auto result = f.client->send(request, patient());
    REQUIRE(id_of(result) == "Http.ServerTrust");
    CHECK(result.error().status() == Status::trust);
}

TEST_CASE("Anchors of somebody else do not help") {
    const TlsFixture f;
    static const Issuer stranger = make_root("CN=Stranger");
    std::ofstream(f.trust) << stranger.certificate.to_pem();
    Server server(ok, f.tls());
    CHECK(id_of(f.client->send(telling(f, server), patient())) == "Http.ServerTrust");
}

TEST_CASE("A root of the same name with another key is somebody else") {
    const TlsFixture f;
    static const Issuer impostor = make_root(server_pki().root.certificate.subject().to_string());
    std::ofstream(f.trust) << impostor.certificate.to_pem();
    Server server(ok, f.tls());
    CHECK(id_of(f.client->send(telling(f, server), patient())) == "Http.ServerTrust");
}

TEST_CASE("Nothing is told to a server that is not trusted") {
    if (const std::string why = missing::aborted_requests(); !why.empty()) SKIP(why);
    static const Issuer stranger = make_root("CN=Stranger");
    const TlsFixture f;
    const std::string others = f.folder.file("others.pem");
    std::ofstream(others) << stranger.certificate.to_pem();
    for (const bool trusted_before : {false, true}) {
        Server server(ok, f.tls());
        if (trusted_before) must(f.client->send(f.request(server), patient()));
        for (const std::string &trust : {std::string(), others}) {
            http::Request request = telling(f, server);
            request.extra_trust_file = trust;
            CHECK(id_of(f.client->send(request, patient())) == "Http.ServerTrust");
        }
        CHECK_FALSE(told(server));
    }
    TlsOptions no_server = f.tls();
    no_server.identity = make_tls_identity(f.authority.ca, {"localhost"}, true);
    Server server(ok, no_server);
    CHECK(id_of(f.client->send(telling(f, server), patient())) == "Http.ServerTrust");
    CHECK_FALSE(told(server));
}

TEST_CASE("Nor is a body, whatever the system sends") {
    static const Issuer stranger = make_root("CN=Stranger");
    const TlsFixture f;
    std::ofstream(f.trust) << stranger.certificate.to_pem();
    Server server(ok, f.tls());
    for (const bool idempotent : {false, true}) {
        http::Request request = f.request(server);
        request.method = "POST";
        request.body = to_bytes(as_bytes("canary"));
        request.idempotent = idempotent;
        CHECK(id_of(f.client->send(request, patient())) == "Http.ServerTrust");
    }
    CHECK_FALSE(told(server));
}

TEST_CASE("A certificate for another name is refused, and nothing is told") {
    const TlsFixture f;
    for (const auto &names : std::vector<std::vector<std::string>>{{"other.example.com"}, {"*.localhost.test"}, {}}) {
        Server server(ok, f.tls(names));
        const auto result = f.client->send(telling(f, server), patient());
        CHECK(id_of(result) == "Http.ServerTrust");
        CHECK_FALSE(told(server));
    }
}

TEST_CASE("A client's certificate is no server's") {
    const TlsFixture f;
    TlsOptions options = f.tls();
    options.identity = make_tls_identity(f.authority.ca, {"localhost"}, true);
    Server server(ok, options);
    CHECK(id_of(f.client->send(telling(f, server), patient())) == "Http.ServerTrust");
}

TEST_CASE("A server that speaks only TLS 1.1 is not spoken to") {
    const TlsFixture f;
    TlsOptions options = f.tls();
    options.only_tls11 = true;
    Server server(ok, options);
    CHECK(id_of(f.client->send(telling(f, server), patient())) == "Http.Connect");
    CHECK_FALSE(told(server));
}

TEST_CASE("A server that speaks no TLS is not spoken to") {
    const TlsFixture f;
    Server server([](Connection &connection) {
        (void)connection.read_some();
        connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    http::Request request = telling(f, server);
    request.url = "https://localhost:" + std::to_string(server.port()) + "/";
    CHECK(id_of(f.client->send(request, patient())) == "Http.Connect");
}

TEST_CASE("The client's key is used by handle for mutual TLS") {
    for (const bool tls12 : {false, true}) {
        const TlsFixture f;
        Server server(ok, mutual(f, tls12));
        http::Request request = f.request(server);
        request.client = f.credentials(f.authority.ca);
        for (int i = 0; i < 3; ++i)
            CHECK(as_text(must(f.client->send(request, patient())).body) == "hello over TLS");
        CHECK(server.connections() == 1);
    }
}

TEST_CASE("EC keys are used for mutual TLS") {
    if (const std::string why = missing::ec_client_keys(); !why.empty()) SKIP(why);
    const TlsFixture f;
    Server server(ok, mutual(f));
    http::Request request = f.request(server);
    request.client = f.credentials(f.authority.ca, p256);
    CHECK(must(f.client->send(request, patient())).status == 200);
}

TEST_CASE("A certificate that nobody has is missed") {
    if (const std::string why = missing::certificate_request(); !why.empty()) SKIP(why);
    const TlsFixture f;
    for (const bool tls12 : {false, true}) {
        Server server(ok, mutual(f, tls12));
        const auto result = f.client->send(telling(f, server), patient());
        REQUIRE(id_of(result) == "Http.ClientCertificate");
        CHECK(result.error().message().find("none is configured") != std::string::npos);
        CHECK_FALSE(told(server));
    }
}

TEST_CASE("A server that can do without a certificate gets none") {
    const TlsFixture f;
    TlsOptions options = mutual(f);
    options.client_optional = true;
    Server server(ok, options);
    CHECK(must(f.client->send(f.request(server), patient())).status == 200);
}

TEST_CASE("A certificate that the server does not want is refused") {
    static const Issuer stranger = make_root("CN=Stranger");
    const TlsFixture f;
    Server server(ok, mutual(f, true));
    http::Request request = telling(f, server);
    request.client = f.credentials(stranger);
    const auto refused = f.client->send(request, patient());
    REQUIRE(id_of(refused) == "Http.ClientCertificate");
    CHECK(refused.error().status() == Status::auth);
    CHECK_FALSE(told(server));
}

TEST_CASE("A refusal that comes after the handshake, as TLS 1.3 has it, is told as one") {
    if (const std::string why = missing::tls13(); !why.empty()) SKIP(why);
    static const Issuer stranger = make_root("CN=Stranger");
    const TlsFixture f;
    Server server(ok, mutual(f));
    http::Request request = f.request(server);
    request.client = f.credentials(stranger);
    // The request has left by then; the server does not take it.
    CHECK(id_of(f.client->send(request, patient())) == "Http.ClientCertificate");
    CHECK_FALSE(told(server));
}

TEST_CASE("Nobody rides on another's connection") {
    if (const std::string why = missing::separate_sessions(); !why.empty()) SKIP(why);
    const TlsFixture f;
    TlsOptions options = mutual(f);
    options.client_optional = true;
    Server server(ok, options);
    http::Request request = f.request(server);
    const auto one = f.credentials(f.authority.ca);
    const auto other = f.credentials(f.authority.ca);
    int expected = 0;
    for (const auto &client : {std::optional(one), std::optional(other), std::optional<crypto::ClientCredentials>()}) {
        request.client = client;
        must(f.client->send(request, patient()));
        CHECK(server.connections() == ++expected);
    }
    request.client = one;
    must(f.client->send(request, patient()));
    CHECK(server.connections() == expected);
}

TEST_CASE("Client credentials that do not fit together are refused before anything is sent") {
    const TlsFixture f;
    Server server(ok, f.tls());
    http::Request request = telling(f, server);
    request.client = f.credentials(f.authority.ca);
    request.client->key = must(crypto::generate_key(TlsFixture::rsa_2048));
    CHECK(id_of(f.client->send(request, patient())) == "Http.ClientCertificate");
    request.client->chain_der.clear();
    CHECK(id_of(f.client->send(request, patient())) == "Http.ClientCertificate");
    request.client->chain_der = {Bytes{1, 2, 3}};
    CHECK(id_of(f.client->send(request, patient())) == "Http.ClientCertificate");
    request.client->key.reset();
    CHECK(id_of(f.client->send(request, patient())) == "Http.ClientCertificate");
    CHECK_FALSE(told(server));
}

TEST_CASE("Trust files must hold certificates") {
    const TlsFixture f;
    Server server(ok, f.tls());
    http::Request request = f.request(server);
    for (const std::string &text : {std::string(), std::string("no PEM"),
                                    std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                                    std::string("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")}) {
        request.extra_trust_file = f.folder.file("bad.pem");
        std::ofstream(request.extra_trust_file) << text;
        CHECK(id_of(f.client->send(request, patient())) == "Http.TrustFile");
    }
    request.extra_trust_file = f.folder.file("absent.pem");
    CHECK(id_of(f.client->send(request, patient())) == "Http.TrustFile");
    CHECK(server.connections() == 0);
}
