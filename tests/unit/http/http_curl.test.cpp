// What is libcurl's own; what every client does is in tests/conformance/http.
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>

#include "http/http.hpp"
#include "support/http_server.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

void ok(Connection &connection) {
    while (!connection.read_request().empty())
        connection.answer(200, "ok");
}

} // namespace

TEST_CASE("The environment names no proxy for us") {
    Server proxy(ok);
    Server server(ok);
    for (const char *name : {"http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"})
        REQUIRE(::setenv(name, proxy.url().c_str(), 1) == 0);
    http::Request request;
    request.url = server.url();
    request.allow_plain = true;
    const auto result = http::make_client()->send(request, Operation());
    for (const char *name : {"http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"})
        (void)::unsetenv(name);
    CHECK(result.has_value());
    CHECK(proxy.connections() == 0);
}

TEST_CASE("Many identities do not pile up handles") {
    Server server(ok);
    const auto client = http::make_client();
    http::Request request;
    request.url = server.url();
    request.allow_plain = true;
    for (int i = 0; i < 40; ++i) {
        request.client = crypto::ClientCredentials{make_key(), {Bytes{1}}};
        CHECK(client->send(request, Operation()).has_value());
    }
    request.client.reset();
    CHECK(client->send(request, Operation()).has_value());
}

TEST_CASE("A connection says what was negotiated, when it is used again, too") {
    TlsOptions tls;
    tls.identity = make_tls_identity(server_pki().ca, {"127.0.0.1", "localhost"});
    Server server(ok, tls);
    const TemporaryFolder folder;
    std::ofstream(folder / "root.pem") << server_pki().root.certificate.to_pem();
    const auto client = http::make_client();
    http::Request request;
    request.extra_trust_file = folder.file("root.pem");
    for (const char *host : {"127.0.0.1", "localhost", "localhost"}) {
        request.url = server.url("/", host);
        const http::Response response = must(client->send(request, Operation()));
        CHECK(response.connection.starts_with("TLSv1."));
        CHECK(response.connection.find(", server certificate ") != std::string::npos);
    }
    CHECK(server.connections() == 2);
}
