// What comes back: statuses, bodies of every kind, connections that are kept.
#include <catch2/catch_test_macros.hpp>

#include "capabilities.hpp"
#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("Any status is a success") {
    for (const int status : {200, 204, 301, 401, 404, 500}) {
        Server server(always(status, status == 204 ? "" : "body", "X-A: 1\r\nx-a: 2\r\n"));
        const auto response = must(send(plain(server)));
        CHECK(response.status == status);
        REQUIRE(response.header("X-A") != nullptr);
        CHECK(*response.header("X-A") == "1");
        CHECK(as_text(response.body) == (status == 204 ? "" : "body"));
    }
}

TEST_CASE("Chunked bodies come whole") {
    Server server([](Connection &connection) {
        while (!connection.read_request().empty()) {
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            connection.write("6;extension=1\r\n world\r\n0\r\n\r\n");
        }
    });
    const auto client = http::make_client();
    for (int i = 0; i < 2; ++i)
        CHECK(as_text(must(client->send(plain(server), patient())).body) == "hello world");
    CHECK(server.connections() == 1);
}

TEST_CASE("Interim answers are passed over") {
    if (const std::string why = missing::interim_answers(); !why.empty()) SKIP(why);
    Server server(say("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n"
                      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    const auto response = must(send(plain(server)));
    CHECK(response.status == 200);
    CHECK(as_text(response.body) == "ok");
    CHECK(response.header("X-Early") == nullptr);
}

TEST_CASE("A body without a length ends with its connection") {
    Server server(say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(100'000, 'x')));
    CHECK(must(send(plain(server))).body.size() == 100'000);
}

TEST_CASE("HEAD has no body") {
    Server server([](Connection &connection) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        hang(connection);
    });
    http::Request request = plain(server);
    request.method = "HEAD";
    CHECK(must(send(request)).body.empty());
}

TEST_CASE("Connections are kept and used again") {
    Server server(always(200, "ok"));
    const auto client = http::make_client();
    for (int i = 0; i < 5; ++i)
        must(client->send(plain(server), patient()));
    must(client->send(post(server, "x"), patient()));
    CHECK(server.connections() == 1);
}

TEST_CASE("Several threads share a client") {
    Server server(always(200, "ok"));
    const auto client = http::make_client();
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 20; ++k)
                good += client->send(plain(server), patient()).has_value() ? 1 : 0;
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    CHECK(good == 80);
    CHECK(server.connections() <= 4);
}

TEST_CASE("Answers that break off are no answers") {
    for (const char *text : {"", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "HTTP/1.1 200 O",
                             "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", "SSH-2.0-OpenSSH_9\r\n"}) {
        INFO(text);
        Server server(say(text));
        const auto result = send(plain(server));
        REQUIRE(id_of(result) == "Http.Broken");
        CHECK(result.error().status() == Status::network);
        CHECK(server.connections() == 1);
    }
}

TEST_CASE("Chunked bodies that are cut off or garbled are no answers") {
    if (const std::string why = missing::chunk_errors(); !why.empty()) SKIP(why);
    for (const char *text : {"5\r\nhel", "5\r\nhello\r\n", "zz\r\n"}) {
        INFO(text);
        Server server(say(std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") + text));
        CHECK(id_of(send(plain(server))) == "Http.Broken");
    }
}

TEST_CASE("What may be repeated is sent once more, and nothing else") {
    const auto flaky = [](Connection &connection) {
        if (connection.read_request().empty()) return;
        if (connection.number > 1) connection.answer(200, "second");
    };
    {
        Server server(flaky);
        http::Request request = post(server, "body");
        request.idempotent = true;
        CHECK(as_text(must(send(request)).body) == "second");
        CHECK(server.connections() == 2);
    }
    {
        Server server(flaky);
        CHECK(id_of(send(post(server, "body"))) == "Http.Broken");
        CHECK(server.connections() == 1);
    }
    {
        Server server([](Connection &connection) { (void)connection.read_request(); });
        http::Request request = plain(server);
        request.idempotent = true;
        CHECK(id_of(send(request)) == "Http.Broken");
        CHECK(server.connections() == 2);
    }
}

TEST_CASE("An order is not sent twice because a kept connection died over it") {
    const std::string shared = missing::separate_sessions();
    std::atomic<int> orders{0};
    Server server([&](Connection &connection) {
        (void)connection.read_request();
        connection.answer(200, "first");
        // The second request is read, acted upon, and then the line goes dead.
        if (!connection.read_request().empty()) ++orders;
    });
    for (const std::string_view body : {"order", ""}) {
        const auto client = http::make_client();
        must(client->send(plain(server), patient()));
        orders = 0;
        const auto result = client->send(post(server, body), patient());
        // Without a body a new connection is made from the start, so that nothing can be repeated.
        const bool fresh = body.empty() && shared.empty();
        CHECK(id_of(result) == (fresh ? "" : "Http.Broken"));
        CHECK(orders == (fresh ? 0 : 1));
    }
}

TEST_CASE("Nothing listens, or the name is unknown") {
    std::uint16_t port = 0;
    {
        Server server(always(200, ""));
        port = server.port();
    }
    http::Request request;
    request.allow_plain = true;
    request.url = "http://127.0.0.1:" + std::to_string(port) + "/";
    const auto refused = send(request);
    REQUIRE(id_of(refused) == "Http.Connect");
    CHECK(refused.error().numbers().contains(ErrorNumber::os_code));
    request.url = "http://no-such-host.invalid/";
    CHECK(id_of(send(request)) == "Http.Resolve");
    request.url = "http://127.0.0.1:" + std::to_string(port) + "/";
    request.allow_plain = false;
    CHECK(id_of(send(request)) == "Http.Url");
}

TEST_CASE("Addresses of IPv6 stand in brackets") {
    if (const std::string why = missing::ip6(); !why.empty()) SKIP(why);
    Server server(always(200, "ok"), true);
    http::Request request;
    request.allow_plain = true;
    request.url = server.url("/", "[::1]");
    CHECK(as_text(must(send(request)).body) == "ok");
    CHECK(server.requests().at(0).find("Host: [::1]:" + std::to_string(server.port())) != std::string::npos);
}

TEST_CASE("A proxy that lets nobody through is told from the server") {
    const std::string refusal = "Proxy-Authenticate: Basic realm=\"proxy\"\r\n";
    std::vector<std::string> urls{"http://ca.example.test/"};
    if (missing::proxy_refusals().empty()) urls.emplace_back("https://ca.example.test/");
    for (const std::string &url : urls) {
        INFO(url);
        Server proxy(always(407, "who are you?", refusal));
        http::Request request;
        request.url = url;
        request.allow_plain = true;
        const auto client = http::make_client("127.0.0.1:" + std::to_string(proxy.port()));
        const auto result = client->send(request, patient());
        REQUIRE(id_of(result) == "Http.Connect");
        CHECK(result.error().message().find("407") != std::string::npos);
        CHECK(result.error().numbers().at(ErrorNumber::http_status) == 407);
        REQUIRE(proxy.requests().size() == 1);
        CHECK(proxy.requests()[0].starts_with(request.url.starts_with("https") ? "CONNECT ca.example.test:443 "
                                                                               : "GET http://ca.example.test"));
    }
}

TEST_CASE("A proxy that makes no way to a server is told from the server") {
    if (const std::string why = missing::proxy_refusals(); !why.empty()) SKIP(why);
    Server proxy(always(403, "no"));
    http::Request request;
    request.url = "https://ca.example.test/";
    const auto client = http::make_client("127.0.0.1:" + std::to_string(proxy.port()));
    CHECK(id_of(client->send(request, patient())) == "Http.Connect");
}

TEST_CASE("A named proxy is asked, with or without its scheme") {
    Server proxy(always(200, "by proxy"));
    for (const char *scheme : {"", "http://"}) {
        http::Request request;
        request.url = "http://ca.example.test/";
        request.allow_plain = true;
        const auto client = http::make_client(scheme + std::string("127.0.0.1:") + std::to_string(proxy.port()));
        CHECK(as_text(must(client->send(request, patient())).body) == "by proxy");
    }
}

TEST_CASE("A request may name a proxy of its own, and only http://host:port is one") {
    Server proxy(always(200, "by proxy"));
    Server others(always(200, "by another"));
    const auto client = http::make_client("127.0.0.1:" + std::to_string(others.port()));
    http::Request request;
    request.url = "http://ca.example.test/";
    request.allow_plain = true;
    CHECK(as_text(must(client->send(request, patient())).body) == "by another");
    request.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
    CHECK(as_text(must(client->send(request, patient())).body) == "by proxy");
    request.proxy.clear();
    CHECK(as_text(must(client->send(request, patient())).body) == "by another");
    CHECK(proxy.requests().size() == 1);
    for (const char *wrong : {"127.0.0.1:8080", "https://127.0.0.1:8080", "http://user:secret@127.0.0.1", "http://p/x",
                              "socks5://127.0.0.1"}) {
        request.proxy = wrong;
        const auto refused = client->send(request, patient());
        REQUIRE(id_of(refused) == "Http.Url");
        CHECK(refused.error().message().find("secret") == std::string::npos);
        CHECK(http::left_nothing(refused.error()));
    }
}
