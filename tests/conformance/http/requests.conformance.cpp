// What arrives at a server.
#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

std::string arrived(const std::function<void(http::Request &)> &change) {
    Server server(always(200, "ok"));
    http::Request request = plain(server);
    change(request);
    must(send(request));
    return server.requests().at(0);
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
    const std::string empty = arrived([](http::Request &r) { r.method = "POST"; });
    CHECK(contains(empty, "Content-Length: 0\r\n"));
    CHECK_FALSE(contains(empty, "Content-Type"));
    CHECK(arrived([](http::Request &r) { r.method = "DELETE"; }).starts_with("DELETE / "));
}

TEST_CASE("Cookies are not kept") {
    Server server(always(200, "ok", "Set-Cookie: a=b; Path=/\r\n"));
    const auto client = http::make_client();
    for (int i = 0; i < 2; ++i)
        must(client->send(plain(server), patient()));
    CHECK_FALSE(contains(server.requests().at(1), "Cookie"));
}

TEST_CASE("A large body arrives whole") {
    const std::string large = arrived([](http::Request &r) {
        r.method = "PUT";
        r.body.assign(3UL * 1024 * 1024, 'x');
        r.body.back() = 'e';
    });
    CHECK(large.starts_with("PUT "));
    CHECK_FALSE(contains(large.substr(0, 300), "Expect"));
    CHECK(large.size() > 3UL * 1024 * 1024);
    CHECK(large.back() == 'e');
}

TEST_CASE("The address arrives as it was written") {
    const std::string seen = arrived([](http::Request &r) { r.url += "a%2Fb/c%20d?q=%41&x=1+2"; });
    CHECK(seen.starts_with("GET /a%2Fb/c%20d?q=%41&x=1+2 HTTP/1.1\r\n"));
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
    CHECK(id_of(send(remote)) == "Http.Url");
    remote.authentication = http::Authentication::none;
    remote.places = {{"{{k}}", Secret(as_bytes("x")), http::Escape::none}};
    CHECK(id_of(send(remote)) == "Http.Url");
}

TEST_CASE("Nobody logs on where nobody asked to") {
    Server server(
        always(401, "who are you?",
               "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"));
    CHECK(must(send(plain(server))).status == 401);
    REQUIRE(server.requests().size() == 1);
    CHECK_FALSE(contains(server.requests()[0], "Authorization"));
}

TEST_CASE("Requests that would smuggle are not sent") {
    const auto client = http::make_client();
    const auto refused = [&](const std::function<void(http::Request &)> &change) {
        http::Request request;
        request.url = "https://127.0.0.1:1/";
        change(request);
        return id_of(client->send(request, patient()));
    };
    CHECK(refused([](http::Request &r) { r.method = "GET\r\nX: y"; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"A", "c\r\nB: d"}}; }) == "Http.Request");
    const auto placed = refused([](http::Request &r) {
        r.headers = {{"A", "{{k}}"}};
        r.places = {{"{{k}}", Secret(as_bytes("line\r\nend")), http::Escape::none}};
    });
    CHECK(placed == "Http.Request");
}
