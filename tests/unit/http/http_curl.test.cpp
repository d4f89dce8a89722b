#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>

#include "http/http.hpp"
#include "server.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace std::chrono_literals;

namespace {

http::Request plain(const Server &server, const std::string &path = "/") {
    http::Request request;
    request.url = server.url(path);
    request.allow_plain = true;
    return request;
}
http::Request post(const Server &server, std::string_view body) {
    http::Request request = plain(server);
    request.method = "POST";
    request.body = to_bytes(as_bytes(body));
    return request;
}
/// Answers every request of every connection.
Handler always(int status, std::string body, std::string headers = {}) {
    return [=](Connection &connection) {
        while (!connection.read_request().empty()) {
            if (!connection.answer(status, body, headers)) return;
        }
    };
}
void hang(Connection &connection) {
    while (!connection.stopping())
        std::this_thread::sleep_for(5ms);
}
Result<http::Response> send(const http::Request &request, const Operation &operation = {}) {
    return http::make_client()->send(request, operation);
}

} // namespace

TEST_CASE("Any status is a success") {
    for (const int status : {200, 204, 301, 401, 404, 500}) {
        Server server(always(status, status == 204 ? "" : "body", "X-A: 1\r\nx-a: 2\r\n"));
        const auto response = must(send(plain(server)));
        CHECK(response.status == status);
        CHECK(*response.header("X-A") == "1");
    }
}

TEST_CASE("Chunked bodies come whole, interim answers are passed over") {
    Server server([](Connection &connection) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
                         "chunked\r\n\r\n5\r\nhello\r\n");
        connection.write("6\r\n world\r\n0\r\n\r\n");
    });
    const auto response = must(send(plain(server)));
    CHECK(as_text(response.body) == "hello world");
    CHECK(response.header("X-Early") == nullptr);
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
        must(client->send(plain(server), Operation()));
    must(client->send(post(server, "x"), Operation()));
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
                good += client->send(plain(server), Operation()).has_value() ? 1 : 0;
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    CHECK(good == 80);
    CHECK(server.connections() <= 4);
}

TEST_CASE("Answers that break off are no answers") {
    for (const char *text :
         {"", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 200 O", "SSH-2.0-OpenSSH_9\r\n"}) {
        INFO(text);
        Server server([text](Connection &connection) {
            (void)connection.read_request();
            connection.write(text);
        });
        const auto result = send(plain(server));
        REQUIRE(id_of(result) == "Http.Broken");
        CHECK(result.error().status() == Status::network);
        CHECK(server.connections() == 1);
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
    std::atomic<int> orders{0};
    Server server([&](Connection &connection) {
        (void)connection.read_request();
        connection.answer(200, "first");
        // The second request is read, acted upon, and then the line goes dead.
        if (!connection.read_request().empty()) ++orders;
    });
    for (const std::string_view body : {"order", ""}) {
        const auto client = http::make_client();
        must(client->send(plain(server), Operation()));
        orders = 0;
        const auto result = client->send(post(server, body), Operation());
        // Without a body a new connection is made from the start, so that nothing can be repeated.
        CHECK(id_of(result) == (body.empty() ? "" : "Http.Broken"));
        CHECK(orders == (body.empty() ? 0 : 1));
    }
}

TEST_CASE("A body that grows without end is cut off") {
    Server server([](Connection &connection) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\n\r\n");
        while (!connection.stopping() && connection.write(std::string(65'536, 'x'))) {
        }
    });
    http::Request request = plain(server);
    request.max_response = 1'000'000;
    const auto result = send(request);
    REQUIRE(id_of(result) == "Http.TooLarge");
    Server told([](Connection &connection) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
        hang(connection);
    });
    http::Request other = plain(told);
    other.max_response = 1000;
    CHECK(id_of(send(other)) == "Http.TooLarge");
}

TEST_CASE("Headers without end are cut off") {
    Server server([](Connection &connection) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\n");
        while (!connection.stopping() && connection.write("X-Header: " + std::string(1000, 'x') + "\r\n")) {
        }
    });
    CHECK(id_of(send(plain(server))) == "Http.TooLarge");
}

TEST_CASE("Silence ends at the deadline, dripping too") {
    for (const bool drip : {false, true}) {
        Server server([drip](Connection &connection) {
            (void)connection.read_request();
            if (!drip) return hang(connection);
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            while (!connection.stopping() && connection.write("x"))
                std::this_thread::sleep_for(10ms);
        });
        const auto start = std::chrono::steady_clock::now();
        const auto result = send(plain(server), Operation().with_timeout(200ms));
        REQUIRE(id_of(result) == "Base.Timeout");
        CHECK(std::chrono::steady_clock::now() - start < 5s);
    }
}

TEST_CASE("Cancelling ends a transfer soon") {
    Server server([](Connection &connection) {
        (void)connection.read_request();
        hang(connection);
    });
    Operation operation;
    std::thread canceller([&] {
        std::this_thread::sleep_for(50ms);
        operation.cancellation->request();
    });
    const auto start = std::chrono::steady_clock::now();
    const auto result = send(plain(server), operation);
    canceller.join();
    CHECK(id_of(result) == "Base.Cancelled");
    CHECK(std::chrono::steady_clock::now() - start < 2s);
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

TEST_CASE("Redirects are followed to the same server only, and take no secrets elsewhere") {
    Server other(always(200, "elsewhere"));
    Server server([&](Connection &connection) {
        for (;;) {
            const std::string request = connection.read_request();
            if (request.empty()) return;
            if (request.starts_with("GET /away "))
                connection.answer(302, "", "Location: " + other.url("/stolen?token=abc") + "\r\n");
            else if (request.starts_with("GET /loop "))
                connection.answer(302, "", "Location: /loop\r\n");
            else if (request.starts_with("GET /odd "))
                connection.answer(302, "", "Location: gopher://x/\r\n");
            else if (request.starts_with("GET /start "))
                connection.answer(301, "", "Location: sub/next\r\n");
            else if (request.starts_with("POST /form "))
                connection.answer(303, "", "Location: /done\r\n");
            else if (request.starts_with("POST /keep "))
                connection.answer(307, "", "Location: /echo\r\n");
            else
                connection.answer(200, request);
        }
    });
    const auto client = http::make_client();
    const auto get = [&](const std::string &path, const std::string &method = "GET") {
        http::Request request = plain(server, path);
        request.method = method;
        request.headers = {{"X-Key", "{{k}}"}};
        request.places = {{"{{k}}", Secret(as_bytes("s3cret")), http::Escape::none}};
        if (method == "POST") request.body = to_bytes(as_bytes("form"));
        request.follow_redirects = true;
        return client->send(request, Operation());
    };
    const auto followed = must(get("/start"));
    CHECK(as_text(followed.body).starts_with("GET /sub/next "));
    CHECK(as_text(followed.body).find("X-Key: s3cret") != std::string_view::npos);
    CHECK(as_text(must(get("/form", "POST")).body).starts_with("GET /done "));
    const auto kept = must(get("/keep", "POST"));
    CHECK(as_text(kept.body).starts_with("POST /echo "));
    CHECK(as_text(kept.body).ends_with("\r\n\r\nform"));
    const auto away = get("/away");
    REQUIRE(id_of(away) == "Http.Redirect");
    CHECK(away.error().message().find("abc") == std::string::npos);
    CHECK(away.error().numbers().at(ErrorNumber::http_status) == 302);
    CHECK(other.connections() == 0);
    CHECK(id_of(get("/loop")) == "Http.Redirect");
    CHECK(id_of(get("/odd")) == "Http.Redirect");
    http::Request unfollowed = plain(server, "/away");
    CHECK(must(client->send(unfollowed, Operation())).status == 302);
}

TEST_CASE("The log names the request without its secrets") {
    class Kept final : public Log {
    public:
        void write(LogLevel, std::string_view, std::string_view message) noexcept override { text += message; }
        std::string text;
    } log;
    Server server(always(200, "ok"));
    Operation operation;
    operation.log = &log;
    must(send(plain(server, "/x?key=s3cret"), operation));
    CHECK(log.text.find("GET http://127.0.0.1") != std::string::npos);
    CHECK(log.text.find("200") != std::string::npos);
    CHECK(log.text.find("s3cret") == std::string::npos);
}
