#include "http/http_curl_request.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/http_server.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

/// What a server gets when an attempt is made with a bare handle.
std::string arrived(const http::Request &request, const std::string &method, bool with_body) {
    Server server([](Connection &connection) {
        (void)connection.read_request();
        connection.answer(200, "ok");
    });
    const http::detail::Attempt attempt{request, method, must(http::parse_url(server.url("/x"))), with_body};
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), &curl_easy_cleanup);
    http::detail::Transfer transfer(attempt);
    must(transfer.apply(easy.get()));
    CHECK(curl_easy_perform(easy.get()) == CURLE_OK);
    CHECK(as_text(transfer.response.body) == "ok");
    return server.requests().at(0);
}

} // namespace

TEST_CASE("A request that lost its body by a redirect has no content type either") {
    http::Request request;
    request.method = "POST";
    request.headers = {{"Content-Type", "text/plain"}, {"X-A", "1"}};
    request.body = Bytes{'b'};
    const std::string whole = arrived(request, "POST", true);
    CHECK(whole.find("Content-Type: text/plain\r\n") != std::string::npos);
    CHECK(whole.ends_with("\r\n\r\nb"));
    const std::string bare = arrived(request, "GET", false);
    CHECK(bare.starts_with("GET /x "));
    CHECK(bare.find("Content-") == std::string::npos);
    CHECK(bare.find("X-A: 1\r\n") != std::string::npos);
}

TEST_CASE("A header without a value is sent, not left out") {
    http::Request request;
    request.headers = {{"X-Empty", ""}};
    CHECK(arrived(request, "GET", false).find("X-Empty:") != std::string::npos);
}
