// Too much, too slow, never: what ends a transfer.
#include <catch2/catch_test_macros.hpp>

#include "capabilities.hpp"
#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace std::chrono_literals;

namespace {

constexpr auto promptly = 250ms;

/// A phase in which a server goes silent, and a request that gets into it.
struct Phase {
    const char *name;
    Handler handler;
    bool https = false;
    std::size_t body = 0;
};

std::vector<Phase> phases() {
    return {
        {"TLS handshake", hang, true},
        {"sending", hang, false, 32UL * 1024 * 1024},
        {"waiting for the answer",
         [](Connection &connection) {
             (void)connection.read_request();
             hang(connection);
         }},
        {"headers that drip",
         [](Connection &connection) {
             (void)connection.read_request();
             connection.write("HTTP/1.1 200 OK\r\nX: ");
             while (!connection.stopping() && connection.write("x"))
                 std::this_thread::sleep_for(10ms);
         }},
        {"a body that drips",
         [](Connection &connection) {
             (void)connection.read_request();
             connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
             while (!connection.stopping() && connection.write("x"))
                 std::this_thread::sleep_for(10ms);
         }},
        {"a chunk that does not come",
         [](Connection &connection) {
             (void)connection.read_request();
             connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
             hang(connection);
         }},
    };
}

http::Request request_for(const Phase &phase, const Server &server) {
    http::Request request = plain(server);
    if (phase.https) request.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
    if (phase.body > 0) {
        request.method = "POST";
        request.body.assign(phase.body, 'x');
    }
    return request;
}

} // namespace

TEST_CASE("Silence ends at the deadline, whenever it begins") {
    for (const Phase &phase : phases()) {
        INFO(phase.name);
        Server server(phase.handler);
        const auto client = http::make_client();
        const http::Request request = request_for(phase, server);
        std::string id;
        const auto took =
            shortest(200ms + promptly, [&] { id = id_of(client->send(request, Operation().with_timeout(200ms))); });
        CHECK(id == "Base.Timeout");
        CHECK(took.count() <= (200ms + promptly).count());
    }
}

TEST_CASE("Cancelling ends a transfer, whatever it waits for") {
    for (const Phase &phase : phases()) {
        INFO(phase.name);
        Server server(phase.handler);
        const auto client = http::make_client();
        const http::Request request = request_for(phase, server);
        std::string id;
        const auto took = shortest(100ms + promptly, [&] {
            const Operation operation;
            std::thread canceller([&] {
                std::this_thread::sleep_for(100ms);
                operation.cancellation->request();
            });
            id = id_of(client->send(request, operation));
            canceller.join();
        });
        CHECK(id == "Base.Cancelled");
        CHECK(took.count() <= (100ms + promptly).count());
    }
}

TEST_CASE("A client that was cancelled goes on working") {
    Server server([](Connection &connection) {
        if (connection.read_request().starts_with("GET /hang ")) return hang(connection);
        connection.answer(200, "ok");
    });
    const auto client = http::make_client();
    for (int i = 0; i < 5; ++i) {
        CHECK(id_of(client->send(plain(server, "/hang"), Operation().with_timeout(20ms))) == "Base.Timeout");
        CHECK(must(client->send(plain(server), patient())).status == 200);
    }
    const Operation operation;
    operation.cancellation->request();
    const auto before = server.connections();
    CHECK(id_of(client->send(plain(server), operation)) == "Base.Cancelled");
    CHECK(server.connections() == before);
}

TEST_CASE("A body that grows without end is cut off") {
    for (const bool chunked : {false, true}) {
        Server server([chunked](Connection &connection) {
            (void)connection.read_request();
            connection.write(std::string("HTTP/1.1 200 OK\r\n") +
                             (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n"));
            const std::string part(65'536, 'x');
            while (!connection.stopping() && connection.write(chunked ? "10000\r\n" + part + "\r\n" : part)) {
            }
        });
        http::Request request = plain(server);
        request.max_response = 1'000'000;
        CHECK(id_of(send(request)) == "Http.TooLarge");
    }
}

TEST_CASE("A body that says it is too large is not waited for") {
    Server server([](Connection &connection) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
        hang(connection);
    });
    http::Request request = plain(server);
    request.max_response = 1000;
    CHECK(id_of(send(request, Operation().with_timeout(20s))) == "Http.TooLarge");
}

TEST_CASE("A body of exactly the limit is taken") {
    Server server(always(200, std::string(1000, 'x')));
    http::Request request = plain(server);
    request.max_response = 1000;
    CHECK(must(send(request)).body.size() == 1000);
    request.max_response = 999;
    CHECK(id_of(send(request)) == "Http.TooLarge");
}

TEST_CASE("Headers that are too large are refused") {
    std::string large;
    for (int i = 0; i < 400; ++i)
        large += "X-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n";
    Server server(always(200, "ok", large));
    CHECK(id_of(send(plain(server))) == "Http.TooLarge");
}

TEST_CASE("Headers without end are cut off") {
    if (const std::string why = missing::header_limit(); !why.empty()) SKIP(why);
    Server server([](Connection &connection) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\n");
        while (!connection.stopping() && connection.write("X-Header: " + std::string(1000, 'x') + "\r\n")) {
        }
    });
    CHECK(id_of(send(plain(server))) == "Http.TooLarge");
}

TEST_CASE("More headers than anybody needs are refused") {
    std::string many;
    for (int i = 0; i < 600; ++i)
        many += "X-" + std::to_string(i) + ": y\r\n";
    Server server(always(200, "ok", many));
    CHECK(id_of(send(plain(server))) == "Http.TooLarge");
}
