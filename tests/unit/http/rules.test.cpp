#include "http/rules.hpp"

#include <catch2/catch_test_macros.hpp>

#include "http/errors.hpp"
#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::detail::Attempt;

namespace {

std::string refused(const std::function<void(http::Request &)> &change) {
    http::Request request;
    request.url = "https://127.0.0.1:1/";
    change(request);
    return id_of(http::detail::check_request(request));
}

/// A client that answers by a list and keeps what it was asked.
struct Script {
    std::vector<Result<http::Response>> answers;
    std::vector<std::string> asked{};

    Result<http::Response> run(http::Request request) {
        request.url = "https://host/a/b";
        const http::Url url = must(http::detail::check_request(request));
        return http::detail::send_attempts(request, url, Operation(), [&](const Attempt &attempt) {
            asked.push_back(attempt.what() + (attempt.with_body ? " with body" : ""));
            return answers.at(asked.size() - 1);
        });
    }
};

http::Response answer(std::int32_t status, const std::string &location = {}) {
    http::Response response;
    response.status = status;
    if (!location.empty()) response.headers = {{"Location", location}};
    return response;
}

Error broken() {
    return fail(errors::http_broken, "broken");
}

http::Request form() {
    http::Request request;
    request.method = "POST";
    request.body = Bytes{1};
    request.follow_redirects = true;
    return request;
}

} // namespace

TEST_CASE("Requests that would smuggle are refused before anything else") {
    CHECK(refused([](http::Request &) {}).empty());
    CHECK(refused([](http::Request &r) { r.method = "GET\r\nX: y"; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.method = ""; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.method = std::string(33, 'A'); }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.method = "CONNECT"; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.method = "TRACE"; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"A\r\nB", "c"}}; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"A", "c\r\nB: d"}}; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"Host", "evil"}}; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"content-length", "5"}}; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers = {{"A", std::string(300'000, 'x')}}; }) == "Http.Request");
    CHECK(refused([](http::Request &r) { r.headers.assign(501, {"A", "b"}); }) == "Http.Request");
}

TEST_CASE("Plain http is for those who may, and takes secrets to the loopback only") {
    CHECK(refused([](http::Request &r) { r.url = "http://ca/"; }) == "Http.Url");
    const auto plain = [](http::Request &r) {
        r.url = "http://ca/";
        r.allow_plain = true;
    };
    CHECK(refused(plain).empty());
    CHECK(refused([&](http::Request &r) {
              plain(r);
              r.authentication = http::Authentication::basic;
          }) == "Http.Url");
    for (const char *host : {"http://localhost/", "http://127.0.0.1:8080/", "http://[::1]/"}) {
        CHECK(refused([&](http::Request &r) {
                  plain(r);
                  r.url = host;
                  r.authentication = http::Authentication::basic;
              }).empty());
    }
}

TEST_CASE("A secret in a header must fit into one line") {
    const std::vector<http::SecretPlace> places{{"{{k}}", Secret(as_bytes("a\nb")), http::Escape::none}};
    CHECK(id_of(http::detail::place_header("X", "{{k}}", places)) == "Http.Request");
    CHECK(as_text(must(http::detail::place_header("X", "v", places))) == "v");
}

TEST_CASE("Methods change by the rules when redirects are followed") {
    for (const auto &[status, then] : {std::pair{301, "GET https://host/c"},
                                       {302, "GET https://host/c"},
                                       {303, "GET https://host/c"},
                                       {307, "POST https://host/c with body"},
                                       {308, "POST https://host/c with body"}}) {
        Script script{{answer(status, "/c"), answer(200)}};
        CHECK(must(script.run(form())).status == 200);
        CHECK(script.asked == std::vector<std::string>{"POST https://host/a/b with body", then});
    }
    Script unfollowed{{answer(302, "/c")}};
    http::Request request = form();
    request.follow_redirects = false;
    CHECK(must(unfollowed.run(request)).status == 302);
}

TEST_CASE("Redirects stay on the server and come to an end") {
    for (const char *location :
         {"http://host/c", "https://other/c", "https://host:8443/c", "//other/c", "gopher://x"}) {
        Script script{{answer(302, location)}};
        CHECK(id_of(script.run(form())) == "Http.Redirect");
    }
    Script loop{std::vector<Result<http::Response>>(7, answer(302, "/loop"))};
    CHECK(id_of(loop.run(form())) == "Http.Redirect");
    CHECK(loop.asked.size() == 6);
}

TEST_CASE("Only what may be repeated is, and once") {
    Script twice{{broken(), answer(200)}};
    http::Request request = form();
    CHECK(id_of(twice.run(request)) == "Http.Broken");
    CHECK(twice.asked.size() == 1);
    request.idempotent = true;
    twice.asked.clear();
    CHECK(must(twice.run(request)).status == 200);
    Script never{{broken(), broken(), answer(200)}};
    CHECK(id_of(never.run(request)) == "Http.Broken");
    Script trust{{Result<http::Response>(fail(errors::http_server_trust, "no")), answer(200)}};
    CHECK(id_of(trust.run(request)) == "Http.ServerTrust");
    CHECK(trust.asked.size() == 1);
}

TEST_CASE("A proxy's refusal is no answer") {
    Script script{{answer(407)}};
    const auto result = script.run(form());
    REQUIRE(id_of(result) == "Http.Connect");
    CHECK(result.error().numbers().at(ErrorNumber::http_status) == 407);
}
