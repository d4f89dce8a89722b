#include <catch2/catch_test_macros.hpp>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "fake.hpp"
#include "http/errors.hpp"
#include "support/platform.hpp"

using namespace certbroker;
using namespace certbroker::test;
using certbroker::plugin::bytes;
using certbroker::plugin::text;

namespace {

cbp_http_request simple(const char *url = "https://ca.example.com/x") {
    cbp_http_request request{};
    request.struct_size = sizeof(request);
    request.method = "GET";
    request.url = url;
    return request;
}

} // namespace

TEST_CASE("An exchange has a time-out of its own, apart from the call's deadline") {
    Host host;
    host.http.answer = [](const http::Request &, const Operation &operation) -> Result<http::Response> {
        CHECK(operation.remaining() <= std::chrono::milliseconds(50));
        (void)operation.cancellation->wait_for(operation.remaining() + std::chrono::milliseconds(1));
        auto stopped = operation.check("GET");
        return std::move(stopped).error();
    };
    const auto ask = [&](std::uint32_t timeout_ms) {
        return host.check_with([timeout_ms](const Plug &plug) {
            cbp_http_request request{};
            request.struct_size = sizeof request;
            request.method = "GET";
            request.url = "https://ca.example.com/";
            request.timeout_ms = timeout_ms;
            const cbp_response *response = nullptr;
            return plug.host->http_send(plug.call, &request, &response);
        });
    };
    const auto late = ask(50);
    CHECK(id_of(late) == "Http.Timeout");
    CHECK(late.error().status() == Status::timeout);
    host.operation = host.operation.with_timeout(std::chrono::milliseconds(50));
    CHECK(id_of(ask(60'000)) == "Base.Timeout");
}

TEST_CASE("A request reaches the client with headers, body, secrets and flags") {
    Host host;
    host.settings.set("api-key", Secret(as_bytes("canary-1234567890")));
    host.settings.set("trust-file", test::absolute("/etc/trust.pem"));
    host.in_call([](const Plug &plug) {
        const cbp_secret *secret = plug.host->setting_secret(plug.call, plug.settings, "api-key");
        const cbp_secret_place place{sizeof(cbp_secret_place), CBP_ESCAPE_JSON, "{{key}}", secret};
        const cbp_secret_place *const places[] = {&place, nullptr};
        const char *const headers[] = {"Authorization", "Bearer {{key}}", "Accept", "application/json", nullptr};
        cbp_http_request request = simple();
        request.method = "POST";
        request.flags = CBP_HTTP_IDEMPOTENT | CBP_HTTP_FOLLOW_REDIRECTS | CBP_HTTP_ALLOW_PLAIN;
        request.headers = headers;
        request.body = bytes("{\"key\": \"{{key}}\"}");
        request.places = places;
        request.auth = CBP_AUTH_NTLM;
        request.auth_user = "LAB\\ra";
        request.auth_secret = secret;
        request.extra_trust_pem_setting = "trust-file";
        request.max_response = 1000;
        const cbp_response *response = nullptr;
        CHECK(plug.host->http_send(plug.call, &request, &response) == CBP_OK);
        CHECK(plug.host->http_status(response) == 200);
        CHECK(std::string(plug.host->http_header(response, "x-answer")) == "one");
        CHECK(plug.host->http_header(response, "absent") == nullptr);
        CHECK(text(plug.host->http_body(response)) == "hello");
    });
    REQUIRE(host.http.seen.size() == 1);
    const http::Request &seen = host.http.seen[0];
    CHECK(seen.method == "POST");
    CHECK(seen.headers[0].second == "Bearer {{key}}");
    REQUIRE(seen.places.size() == 1);
    CHECK(seen.places[0].escape == http::Escape::json);
    CHECK(as_text(seen.places[0].secret.reveal()) == "canary-1234567890");
    CHECK(seen.authentication == http::Authentication::ntlm);
    CHECK(seen.user == "LAB\\ra");
    CHECK(seen.password.given());
    CHECK(seen.extra_trust_file == test::absolute("/etc/trust.pem"));
    CHECK(seen.follow_redirects);
    CHECK(seen.idempotent);
    CHECK(seen.allow_plain);
    CHECK(seen.max_response == 1000);
    CHECK_FALSE(seen.client.has_value());
}

TEST_CASE("A client key goes along with its certificate chain") {
    Host host;
    const auto store = must(host.stores.open("memory:CurrentUser/My"));
    must(store->import_key(*host.pki.leaf.key, false, host.operation));
    must(store->put(host.pki.leaf.certificate, {}, host.operation));
    must(must(host.stores.open("memory:CurrentUser/CA"))->put(host.pki.ca.certificate, {}, host.operation));
    host.settings.set("client-key", host.pki.leaf.certificate.thumbprint());
    host.in_call([](const Plug &plug) {
        cbp_http_request request = simple();
        CHECK(plug.host->setting_key(plug.call, plug.settings, "client-key", &request.tls_client_key) == CBP_OK);
        const cbp_response *response = nullptr;
        CHECK(plug.host->http_send(plug.call, &request, &response) == CBP_OK);
    });
    REQUIRE(host.http.seen.size() == 1);
    REQUIRE(host.http.seen[0].client.has_value());
    const auto &chain = host.http.seen[0].client->chain_der;
    REQUIRE(chain.size() >= 2);
    CHECK(chain[0] == host.pki.leaf.certificate.der());
    CHECK(chain[1] == host.pki.ca.certificate.der());
}

TEST_CASE("A client key without a certificate is a failure, not a silent request without it") {
    Host host;
    const auto result = host.check_with([](const Plug &plug) {
        cbp_http_request request = simple();
        CHECK(plug.host->key_create(plug.call, nullptr, "ECDSA_P256", 0, &request.tls_client_key) == CBP_OK);
        const cbp_response *response = nullptr;
        return plug.host->http_send(plug.call, &request, &response);
    });
    CHECK(id_of(result) == "Http.ClientCertificate");
    CHECK(host.http.seen.empty());
}

TEST_CASE("Failures of the network come through with status and id") {
    Host host;
    const auto send = [](const Plug &plug) {
        const cbp_http_request request = simple();
        const cbp_response *response = nullptr;
        return plug.host->http_send(plug.call, &request, &response);
    };
    host.http.answer = [](const http::Request &, const Operation &) -> Result<http::Response> {
        return fail(errors::http_server_trust, "The server cannot be trusted: expired");
    };
    const auto result = host.check_with(send);
    REQUIRE(id_of(result) == "Http.ServerTrust");
    CHECK(result.error().status() == Status::trust);
    host.http.answer = [](const http::Request &request, const Operation &) -> Result<http::Response> {
        http::Response response;
        response.body.resize(request.max_response + 1);
        return response;
    };
    CHECK(id_of(host.check_with(send)) == "Http.TooLarge");
    host.services.http = nullptr;
    CHECK(id_of(host.check_with(send)) == "Provider.Unsupported");
}

TEST_CASE("An older, shorter request struct is read as far as it goes") {
    Host host;
    host.in_call([](const Plug &plug) {
        cbp_http_request request = simple();
        request.struct_size = offsetof(cbp_http_request, tls_client_key);
        request.tls_client_key = reinterpret_cast<const cbp_key *>(std::uintptr_t{1});
        request.auth = 77;
        const cbp_response *response = nullptr;
        CHECK(plug.host->http_send(plug.call, &request, &response) == CBP_OK);
    });
}

TEST_CASE("Malformed requests are breaches") {
    Host host;
    const auto breaks = [&](const std::function<void(cbp_http_request &)> &spoil) {
        const auto result = host.check_with([&](const Plug &plug) {
            cbp_http_request request = simple();
            spoil(request);
            const cbp_response *response = nullptr;
            CHECK(plug.host->http_send(plug.call, &request, &response) != CBP_OK);
            return pass(plug);
        });
        CHECK(id_of(result) == "Provider.Contract");
    };
    breaks([](cbp_http_request &r) { r.struct_size = 8; });
    breaks([](cbp_http_request &r) { r.struct_size = 0xffffffffU; });
    breaks([](cbp_http_request &r) { r.url = nullptr; });
    breaks([](cbp_http_request &r) { r.method = nullptr; });
    breaks([](cbp_http_request &r) { r.auth = 9; });
    breaks([](cbp_http_request &r) { r.auth = CBP_AUTH_BASIC; });
    breaks([](cbp_http_request &r) { r.body = {nullptr, 5}; });
    breaks([](cbp_http_request &r) { r.extra_trust_pem_setting = "mode"; });
    breaks([](cbp_http_request &r) {
        static const char *const odd[] = {"Name", nullptr, nullptr};
        r.headers = odd;
    });
    breaks([](cbp_http_request &r) {
        static const cbp_secret_place place{sizeof(cbp_secret_place), 0, "{{x}}", nullptr};
        static const cbp_secret_place *const places[] = {&place, nullptr};
        r.places = places;
    });
    CHECK(host.http.seen.empty());
}

TEST_CASE("A secret is read from a page in UTF-16 of either order, with and without a mark") {
    const auto page = [](bool big_endian, bool mark) {
        Bytes bytes = utf8_to_utf16(mark ? "\xef\xbb\xbf<B> ABCD1234EF </B>" : "<B> ABCD1234EF </B>", big_endian);
        return bytes;
    };
    for (const Bytes &body : {page(false, true), page(true, true), page(false, false), page(true, false)}) {
        Host host;
        host.http.answer = [&body](const http::Request &, const Operation &) -> Result<http::Response> {
            http::Response response;
            response.status = 200;
            response.body = body;
            return response;
        };
        host.script->policy = [](const Plug &plug) {
            const cbp_http_request request = simple();
            const cbp_response *response = nullptr;
            CHECK(plug.host->http_send(plug.call, &request, &response) == CBP_OK);
            const cbp_secret *secret = nullptr;
            CHECK(plug.host->secret_extract(plug.call, response, "<B> ", " </B>", &secret) == CBP_OK);
            return plug.host->add_rule_secret(plug.call, CBP_RULE_CSR_CHALLENGE, secret);
        };
        const auto policy = must(must(host.open())->policy("", host.operation));
        CHECK(as_text(policy.challenge_password->reveal()) == "ABCD1234EF");
    }
}

TEST_CASE("A secret read from a page is used but never seen again") {
    Host host;
    host.http.answer = [](const http::Request &, const Operation &) -> Result<http::Response> {
        http::Response response;
        response.status = 200;
        response.body = to_bytes(as_bytes("<p>challenge: <B>ABCD1234EF</B></p>"));
        return response;
    };
    host.script->policy = [](const Plug &plug) {
        const cbp_http_request request = simple();
        const cbp_response *response = nullptr;
        CHECK(plug.host->http_send(plug.call, &request, &response) == CBP_OK);
        const cbp_secret *secret = nullptr;
        CHECK(plug.host->secret_extract(plug.call, response, "<B>", "</B>", &secret) == CBP_OK);
        plug.host->log(plug.context, CBP_LOG_INFO, "got ABCD1234EF");
        return plug.host->add_rule_secret(plug.call, CBP_RULE_CSR_CHALLENGE, secret);
    };
    const auto policy = must(must(host.open())->policy("", host.operation));
    CHECK(as_text(policy.challenge_password->reveal()) == "ABCD1234EF");
    CHECK(host.log.text().find("got ***") != std::string::npos);
    host.script->policy = [](const Plug &plug) -> cbp_status {
        const cbp_http_request request = simple();
        const cbp_response *response = nullptr;
        CHECK(plug.host->http_send(plug.call, &request, &response) == CBP_OK);
        const cbp_secret *secret = nullptr;
        return plug.host->secret_extract(plug.call, response, "<X>", "</X>", &secret);
    };
    const auto missing = must(host.open())->policy("", host.operation);
    REQUIRE(id_of(missing) == "Provider.Failed");
    CHECK(missing.error().status() == Status::protocol);
}

TEST_CASE("A request may name its proxy; who knows no such member sends none") {
    Host host;
    const auto send_by = [&](const char *proxy, std::uint32_t size) {
        host.in_call([&](const Plug &plug) {
            cbp_http_request request = simple();
            request.struct_size = size;
            request.proxy = proxy;
            const cbp_response *response = nullptr;
            CHECK(plug.host->http_send(plug.call, &request, &response) == CBP_OK);
        });
        return host.http.seen.back().proxy;
    };
    CHECK(send_by("http://proxy.example.com:8080", sizeof(cbp_http_request)) == "http://proxy.example.com:8080");
    CHECK(send_by(nullptr, sizeof(cbp_http_request)).empty());
    CHECK(send_by("http://proxy.example.com:8080", offsetof(cbp_http_request, proxy)).empty());
}

TEST_CASE("After a failure a plugin can tell whether anything left") {
    Host host;
    const auto not_sent_after = [&](const ErrorKind *kind) {
        host.http.answer = [kind](const http::Request &, const Operation &) -> Result<http::Response> {
            if (kind != nullptr) return fail(*kind, "The scripted exchange failed");
            return http::Response{};
        };
        std::int32_t told = -1;
        host.in_call([&](const Plug &plug) {
            const cbp_http_request request = simple();
            const cbp_response *response = nullptr;
            (void)plug.host->http_send(plug.call, &request, &response);
            told = plug.host->http_not_sent(plug.call);
        });
        return told;
    };
    CHECK(not_sent_after(&errors::http_connect) == 1);
    CHECK(not_sent_after(&errors::http_resolve) == 1);
    CHECK(not_sent_after(&errors::http_server_trust) == 1);
    CHECK(not_sent_after(&errors::http_client_certificate) == 1);
    CHECK(not_sent_after(&errors::http_broken) == 0);
    CHECK(not_sent_after(&errors::http_timeout) == 0);
    CHECK(not_sent_after(nullptr) == 0);
}

TEST_CASE("A failed exchange is no cause of what is said after the next one") {
    Host host;
    int asked = 0;
    host.http.answer = [&asked](const http::Request &, const Operation &) -> Result<http::Response> {
        if (asked++ == 0) return fail(errors::http_connect, "The first server is down");
        return http::Response{};
    };
    const auto result = host.check_with([](const Plug &plug) {
        for (int i = 0; i < 2; ++i) {
            const cbp_http_request request = simple();
            const cbp_response *response = nullptr;
            (void)plug.host->http_send(plug.call, &request, &response);
        }
        return plug.fail(CBP_E_PROTOCOL, "The answer cannot be used: it is empty");
    });
    REQUIRE(id_of(result) == "Provider.Failed");
    CHECK(result.error().cause() == nullptr);
    CHECK_FALSE(http::left_nothing(result.error()));
}
