#include <catch2/catch_test_macros.hpp>

#include "http/http.hpp"
#include "server.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

http::Request request_to(const Server &server) {
    http::Request request;
    request.url = server.url();
    request.allow_plain = true;
    return request;
}
/// What arrives at a server for a request.
std::string arrived(const std::function<void(http::Request &)> &change) {
    std::string seen;
    Server server([&](Connection &connection) {
        seen = connection.read_request();
        connection.answer(200, "ok");
    });
    http::Request request = request_to(server);
    change(request);
    must(http::make_client()->send(request, Operation()));
    return seen;
}
bool contains(const std::string &text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("Headers, bodies and secrets arrive as they were meant") {
    const std::string seen = arrived([](http::Request &r) {
        r.method = "POST";
        r.headers = {{"X-Key", "v {{k}}"}, {"X-Empty", ""}, {"Content-Type", "application/json"}};
        r.body = to_bytes(as_bytes("{\"k\":\"{{k}}\"}"));
        r.places = {{"{{k}}", Secret(as_bytes("s3cret\"")), http::Escape::json}};
    });
    CHECK(seen.starts_with("POST / HTTP/1.1\r\n"));
    CHECK(contains(seen, "X-Key: v s3cret\\\"\r\n"));
    CHECK(contains(seen, "X-Empty:"));
    CHECK(contains(seen, "Content-Type: application/json\r\n"));
    CHECK(contains(seen, "User-Agent: CertBroker\r\n"));
    CHECK(seen.ends_with("\r\n\r\n{\"k\":\"s3cret\\\"\"}"));
    CHECK_FALSE(contains(seen, "{{k}}"));
}

TEST_CASE("Nothing is sent that nobody asked for") {
    const std::string get = arrived([](http::Request &) {});
    CHECK(get.starts_with("GET / HTTP/1.1\r\n"));
    for (const char *header :
         {"Content-Type", "Expect", "Cookie", "Authorization", "Referer", "Accept-Encoding", "Content-Length"})
        CHECK_FALSE(contains(get, header));
    const std::string post = arrived([](http::Request &r) { r.method = "POST"; });
    CHECK(contains(post, "Content-Length: 0\r\n"));
    CHECK_FALSE(contains(post, "Content-Type"));
    const std::string large = arrived([](http::Request &r) {
        r.method = "PUT";
        r.body.assign(3UL * 1024 * 1024, 'x');
    });
    CHECK(large.starts_with("PUT "));
    CHECK_FALSE(contains(large.substr(0, 300), "Expect"));
    CHECK(arrived([](http::Request &r) { r.method = "DELETE"; }).starts_with("DELETE / "));
}

TEST_CASE("Basic authentication goes to its server, and not over http to others") {
    const std::string seen = arrived([](http::Request &r) {
        r.authentication = http::Authentication::basic;
        r.user = "ra";
        r.password = Secret(as_bytes("pass"));
    });
    CHECK(contains(seen, "Authorization: Basic cmE6cGFzcw==\r\n"));
    http::Request remote;
    remote.url = "http://ca.example.com/";
    remote.allow_plain = true;
    remote.authentication = http::Authentication::basic;
    remote.user = "ra";
    CHECK(id_of(http::make_client()->send(remote, Operation())) == "Http.Url");
    remote.authentication = http::Authentication::none;
    remote.places = {{"{{k}}", Secret(as_bytes("x")), http::Escape::none}};
    CHECK(id_of(http::make_client()->send(remote, Operation())) == "Http.Url");
}

TEST_CASE("Requests that would smuggle are not sent") {
    const auto client = http::make_client();
    const auto refused = [&](const std::function<void(http::Request &)> &change) {
        http::Request request;
        request.url = "https://127.0.0.1:1/";
        change(request);
        return id_of(client->send(request, Operation()));
    };
    CHECK(refused([](http::Request &r) { r.method = "GET\r\nX: y"; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.method = ""; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.method = "CONNECT"; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"A\r\nB", "c"}}; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"A", "c\r\nB: d"}}; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"Host", "evil"}}; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"content-length", "5"}}; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"A", std::string(300'000, 'x')}}; }) == "Http.Request");
    const auto placed = refused([](http::Request &r) {
        r.headers = {{"A", "{{k}}"}};
        r.places = {{"{{k}}", Secret(as_bytes("line\r\nend")), http::Escape::none}};
    });
    CHECK(placed == "Http.Request");
}
