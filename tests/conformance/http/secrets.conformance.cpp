// Secrets leave in requests, and nowhere else.
#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;
using namespace std::chrono_literals;

namespace {

class Kept final : public Log {
public:
    void write(LogLevel, std::string_view, std::string_view message) noexcept override {
        text += message;
        text += '\n';
    }
    std::string text;
};

/// A request with a canary everywhere one fits.
http::Request loaded(const Server &server) {
    http::Request request = plain(server, "/x?key=canary-url");
    request.method = "POST";
    request.headers = {{"X-Key", "{{k}}"}};
    request.body = to_bytes(as_bytes("k={{k}}"));
    request.places = {{"{{k}}", Secret(as_bytes("canary-place")), http::Escape::none}};
    request.authentication = http::Authentication::basic;
    request.user = "ra";
    request.password = Secret(as_bytes("canary-password"));
    request.follow_redirects = true;
    return request;
}

} // namespace

TEST_CASE("The log names the request without its secrets") {
    Kept log;
    Server server(always(200, "ok"));
    Operation operation;
    operation.log = &log;
    must(send(loaded(server), operation));
    CHECK(log.text.find("POST http://127.0.0.1") != std::string::npos);
    CHECK(log.text.find("200") != std::string::npos);
    CHECK(log.text.find("canary") == std::string::npos);
    REQUIRE(server.requests().size() == 1);
    CHECK(server.requests()[0].find("k=canary-place") != std::string::npos);
}

TEST_CASE("No failure tells a secret") {
    const std::vector<Handler> servers{
        say(""),
        say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncanary-place"),
        say("HTTP/1.1 302 Away\r\nLocation: http://127.0.0.2/?canary-url\r\nContent-Length: 0\r\n\r\n"),
        say("canary-place is no HTTP\r\n\r\n"),
        say("HTTP/1.1 407 Proxy\r\nContent-Length: 12\r\n\r\ncanary-place"),
        [](Connection &connection) {
            (void)connection.read_request();
            hang(connection);
        },
    };
    for (const Handler &handler : servers) {
        Kept log;
        Server server(handler);
        Operation operation = Operation().with_timeout(300ms);
        operation.log = &log;
        http::Request request = loaded(server);
        request.idempotent = true; // says in the log that it sends once more
        const auto result = send(request, operation);
        REQUIRE_FALSE(result);
        INFO(describe(result.error()) << "\n" << log.text);
        CHECK(describe(result.error()).find("canary") == std::string::npos);
        CHECK(log.text.find("canary") == std::string::npos);
    }
}
