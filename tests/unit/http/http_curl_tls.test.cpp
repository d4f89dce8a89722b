#include "http/http_curl_tls.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "http/http.hpp"
#include "server.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

void ok(Connection &connection) {
    while (!connection.read_request().empty()) {
        if (!connection.answer(200, "hello over TLS")) return;
    }
}

struct Fixture {
    TemporaryFolder folder;
    const Pki &authority = pki();
    std::string trust = folder.file("trust.pem");
    std::unique_ptr<http::Client> client = http::make_client();

    Fixture() {
        std::ofstream(trust) << "a remark\n"
                             << authority.root.certificate.to_pem() << authority.ca.certificate.to_pem();
    }
    TlsOptions tls(const std::vector<std::string> &names = {"127.0.0.1", "localhost"}) const {
        TlsOptions options;
        options.identity = make_tls_identity(authority.ca, names);
        return options;
    }
    http::Request request(const Server &server, const std::string &host = "127.0.0.1") const {
        http::Request made;
        made.url = server.url("/", host);
        made.extra_trust_file = trust;
        return made;
    }
    crypto::ClientCredentials credentials(const Issuer &issuer) const {
        const TlsIdentity identity = make_tls_identity(issuer, {}, true);
        crypto::ClientCredentials made{identity.key, {}};
        for (const auto &certificate : identity.chain)
            made.chain_der.push_back(certificate.der());
        return made;
    }
};

} // namespace

TEST_CASE("A server is trusted by the anchors of the setting") {
    const Fixture f;
    Server server(ok, f.tls());
    const auto response = must(f.client->send(f.request(server), Operation()));
    CHECK(response.status == 200);
    CHECK(as_text(response.body) == "hello over TLS");
    CHECK(must(f.client->send(f.request(server, "localhost"), Operation())).status == 200);
}

TEST_CASE("An untrusted root is refused, also after a trusted connection was made") {
    const Fixture f;
    Server server(ok, f.tls());
    must(f.client->send(f.request(server), Operation()));
    http::Request request = f.request(server);
    request.extra_trust_file.clear();
    const auto result = f.client->send(request, Operation());
    REQUIRE(id_of(result) == "Http.ServerTrust");
    CHECK(result.error().status() == Status::trust);
    CHECK(server.connections() == 2);
}

TEST_CASE("A certificate for another name is refused") {
    const Fixture f;
    Server server(ok, f.tls({"other.example.com"}));
    const auto result = f.client->send(f.request(server), Operation());
    CHECK(id_of(result) == "Http.ServerTrust");
}

TEST_CASE("A server that speaks only TLS 1.1 is not spoken to") {
    const Fixture f;
    TlsOptions options = f.tls();
    options.only_tls11 = true;
    Server server(ok, options);
    const auto result = f.client->send(f.request(server), Operation());
    CHECK(id_of(result) == "Http.Connect");
}

TEST_CASE("The client's key is used by handle for mutual TLS") {
    for (const bool tls12 : {false, true}) {
        const Fixture f;
        TlsOptions options = f.tls();
        options.client_roots = {f.authority.root.certificate, f.authority.ca.certificate};
        options.tls12 = tls12;
        Server server(ok, options);
        http::Request request = f.request(server);
        request.client = f.credentials(f.authority.ca);
        CHECK(as_text(must(f.client->send(request, Operation())).body) == "hello over TLS");

        // Nobody else rides on that connection.
        request.client.reset();
        const auto missing = f.client->send(request, Operation());
        REQUIRE(id_of(missing) == "Http.ClientCertificate");
        CHECK(missing.error().message().find("none is configured") != std::string::npos);

        static const Issuer stranger = make_root("CN=Stranger");
        request.client = f.credentials(stranger);
        const auto refused = f.client->send(request, Operation());
        REQUIRE(id_of(refused) == "Http.ClientCertificate");
        CHECK(refused.error().status() == Status::auth);
    }
}

TEST_CASE("Client credentials that do not fit together are refused before anything is sent") {
    const Fixture f;
    Server server(ok, f.tls());
    http::Request request = f.request(server);
    request.client = f.credentials(f.authority.ca);
    request.client->key = make_key();
    CHECK(id_of(f.client->send(request, Operation())) == "Http.ClientCertificate");
    request.client->chain_der.clear();
    CHECK(id_of(f.client->send(request, Operation())) == "Http.ClientCertificate");
    request.client->chain_der = {Bytes{1, 2, 3}};
    CHECK(id_of(f.client->send(request, Operation())) == "Http.ClientCertificate");
    CHECK(server.requests().empty());
}

TEST_CASE("Trust files must hold certificates") {
    const Fixture f;
    Server server(ok, f.tls());
    http::Request request = f.request(server);
    for (const std::string &text : {std::string(), std::string("no PEM"),
                                    std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                                    std::string("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")}) {
        request.extra_trust_file = f.folder.file("bad.pem");
        std::ofstream(request.extra_trust_file) << text;
        CHECK(id_of(f.client->send(request, Operation())) == "Http.TrustFile");
    }
    request.extra_trust_file = f.folder.file("absent.pem");
    CHECK(id_of(f.client->send(request, Operation())) == "Http.TrustFile");
    CHECK(must(http::detail::read_trust_file(f.trust)).size() == 2);
}

TEST_CASE("Identities that differ never share connections") {
    const Fixture f;
    http::detail::TlsIdentity none;
    http::detail::TlsIdentity one;
    one.client = f.credentials(f.authority.ca);
    http::detail::TlsIdentity other;
    other.client = f.credentials(f.authority.ca);
    http::detail::TlsIdentity trusting;
    trusting.extra_trust = {Bytes{1}};
    CHECK(one.key() != other.key());
    CHECK(one.key() != none.key());
    CHECK(trusting.key() != none.key());
    CHECK(one.key() == one.key());
}
