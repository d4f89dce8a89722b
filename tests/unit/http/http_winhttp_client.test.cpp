#include "http/http_winhttp_client.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/http_server.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::detail::ClientCertificate;

namespace {

constexpr crypto::KeySpec rsa_2048{crypto::KeyAlgorithm::rsa, 2048};

crypto::ClientCredentials software() {
    const TlsIdentity identity = make_tls_identity(server_pki().ca, {}, true, rsa_2048);
    return {identity.key, {identity.chain[0].der(), identity.chain[1].der()}};
}

std::string problem(const crypto::ClientCredentials &client) {
    const auto opened = ClientCertificate::open(client);
    if (opened) return {};
    CHECK(opened.error().id() == "Http.ClientCertificate");
    return opened.error().message();
}

} // namespace

TEST_CASE("A key of ours is lent to Windows, as often as it is wanted") {
    const crypto::ClientCredentials client = software();
    for (int i = 0; i < 2; ++i) {
        const auto opened = must(ClientCertificate::open(client));
        REQUIRE(opened->get() != nullptr);
        CHECK(Bytes(opened->get()->pbCertEncoded, opened->get()->pbCertEncoded + opened->get()->cbCertEncoded) ==
              client.chain_der.front());
    }
}

TEST_CASE("A key that may not be exported is lent, too") {
    crypto::ClientCredentials client = software();
    client.key = must(crypto::rebind_key(client.key, "memory:x", false));
    CHECK(problem(client).empty());
}

TEST_CASE("Why a certificate cannot be used is told") {
    crypto::ClientCredentials client = software();
    client.key = must(crypto::generate_key(rsa_2048));
    CHECK(problem(client).find("does not belong") != std::string::npos);
    client.key.reset();
    CHECK(problem(client).find("no key") != std::string::npos);
    client = software();
    client.chain_der[1] = Bytes{1};
    CHECK(problem(client).find("cannot be read") != std::string::npos);
    client.chain_der.clear();
    CHECK(problem(client).find("no certificate") != std::string::npos);
}

TEST_CASE("A key of Windows needs its certificate in a store") {
    for (const char *location : {"LocalMachine", "CurrentUser"}) {
        crypto::ClientCredentials client = software();
        client.key = must(crypto::rebind_key(
            client.key, std::string("windows:") + location + "/keys/" + std::string(64, 'a'), false));
        const std::string why = problem(client);
        CHECK(why.find(std::string("no store of ") + location) != std::string::npos);
    }
}
