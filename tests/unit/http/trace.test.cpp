#include "http/trace.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/text.hpp"
#include "http/errors.hpp"
#include "support/http_server.hpp"
#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::detail::Attempt;

namespace {

Bytes bytes_of(std::string_view text) {
    return to_bytes(as_bytes(text));
}

http::Response answer(std::string type, std::string_view body) {
    http::Response response;
    response.status = 200;
    response.headers = {{"Content-Type", std::move(type)}};
    response.body = bytes_of(body);
    return response;
}

std::string trace(const http::Request &request, const Result<http::Response> &response, bool with_body = true) {
    const Attempt attempt{request, request.method, must(http::parse_url(request.url)), with_body};
    return http::detail::trace_of(attempt, response, std::chrono::milliseconds(12));
}

http::Request post(std::string type, std::string_view body) {
    http::Request request;
    request.method = "POST";
    request.url = "https://ca.example.com/enroll?code=canary";
    request.headers = {{"Content-Type", std::move(type)}};
    request.body = bytes_of(body);
    return request;
}

class Listener final : public Log {
public:
    void write(LogLevel, std::string_view, std::string_view) noexcept override {}
    bool tracing() const noexcept override { return listens; }
    void trace(std::string_view source, std::string_view text) noexcept override {
        CHECK(source == "http.trace");
        traces.emplace_back(text);
    }
    bool listens = true;
    std::vector<std::string> traces;
};

} // namespace

TEST_CASE("A trace shows what was sent and what came, line by line") {
    http::Request request = post("text/xml; charset=utf-8", "<a>\r\n  <b>1</b>\r\n</a>\r\n");
    request.user = "me";
    request.authentication = http::Authentication::basic;
    http::Response response = answer("application/soap+xml", "<c/>");
    response.connection = "TLSv1.3, server certificate CN=ca";
    CHECK(trace(request, response) == "> POST https://ca.example.com/enroll?code=***\n"
                                      "> Content-Type: text/xml; charset=utf-8\n"
                                      "> (Basic as me)\n"
                                      "> \n"
                                      "> <a>\n"
                                      ">   <b>1</b>\n"
                                      "> </a>\n"
                                      "< 200 after 12 ms (TLSv1.3, server certificate CN=ca)\n"
                                      "< Content-Type: application/soap+xml\n"
                                      "< \n"
                                      "< <c/>\n");
    const std::string redirected = trace(request, response, false);
    CHECK(redirected.find("<b>") == std::string::npos);
}

TEST_CASE("A trace says why no answer came") {
    const Result<http::Response> failed = fail(errors::http_connect, "The server\ncannot be reached");
    CHECK(trace(post("text/xml", ""), failed).ends_with("< no answer after 12 ms: The server cannot be reached\n"));
}

TEST_CASE("No trace has a secret, wherever it stands") {
    http::Request request = post("application/json", R"({"key":"{api-key}","password":"canary-1"})");
    request.headers.emplace_back("Authorization", "Bearer {api-key}");
    request.headers.emplace_back("X-Custom", "canary-2");
    request.places = {{"{api-key}", Secret(as_bytes("canary-2")), http::Escape::json}};
    request.password = Secret(as_bytes("canary-3"));
    http::Response response =
        answer("text/html", "<p>canary-2 canary-3 Y2FuYXJ5LTI=</p><input name='password' value='canary-4'>");
    response.headers.emplace_back("Set-Cookie", "session=canary-5");
    response.headers.emplace_back("X-Echo", "canary-3");
    const std::string text = trace(request, response);
    INFO(text);
    CHECK(text.find("canary") == std::string::npos);
    CHECK(text.find("Y2FuYXJ5") == std::string::npos);
    CHECK(text.find("{api-key}") != std::string::npos);
    CHECK(text.find("> Authorization: Bearer ***\n") != std::string::npos);
    const std::string form = trace(post("application/x-www-form-urlencoded", "a=1&pin=canary"), response);
    CHECK(form.find("> a=1&pin=***\n") != std::string::npos);
}

TEST_CASE("Bodies that are no text are shown by size and hash") {
    const std::string der("\x30\x82\x01\x00", 4);
    const std::string text = trace(post("application/pkcs10", der), answer("application/pkcs7-mime; x=\"a\nb\"", der));
    CHECK(text.find("> (4 bytes of application/pkcs10, SHA-256 "
                    "18aa70c57f9f60665667ce7877e856c3bc74ef1e5de694e3fa1f58e13aad1b25)") != std::string::npos);
    CHECK(text.find("< (4 bytes of application/pkcs7-mime; x=\"a\\u000ab\", SHA-256 ") != std::string::npos);
    // What says it were text and is none is not believed.
    CHECK(trace(post("text/plain", std::string_view("a\0b", 3)), answer("text/plain", "\xff\xfe"))
              .find("< (2 bytes of text/plain, SHA-256 ") != std::string::npos);
}

TEST_CASE("Long bodies are cut between characters, and no line is anybody else's") {
    std::string body(64UL * 1024 - 1, 'x');
    body += "\xc3\xa4 tail";
    const std::string text = trace(post("text/plain", ""), answer("text/plain", body));
    CHECK(text.ends_with("x\n< ... 7 bytes more\n"));
    CHECK(is_valid_utf8(text));
    const std::string huge = trace(post("text/plain", ""), answer("text/plain", std::string(3'000'000, 'x')));
    CHECK(huge.size() < 70'000);
    CHECK(huge.ends_with("< ... 2934464 bytes more\n"));

    const std::string forged =
        trace(post("text/plain", ""), answer("text/plain", "a\n> POST https://forged/\n\x1b[2J\xe2\x80\xa8z"));
    CHECK(forged.find("\n> POST https://forged") == std::string::npos);
    CHECK(forged.find("< > POST https://forged/\n< \\u001b[2J\\u2028z\n") != std::string::npos);
}

TEST_CASE("An exchange is put into words only when somebody listens, and every attempt is one") {
    Server server([](Connection &connection) {
        while (!connection.read_request().empty())
            if (!connection.answer(302, "moved", "Location: /next\r\n")) return;
    });
    const auto client = http::make_client();
    http::Request request;
    request.url = server.url("/start");
    request.allow_plain = true;
    request.follow_redirects = true;
    Listener log;
    Operation operation;
    operation.log = &log;
    CHECK(id_of(client->send(request, operation)) == "Http.Redirect");
    REQUIRE(log.traces.size() == 6);
    CHECK(log.traces[0].find("/start\n") != std::string::npos);
    CHECK(log.traces[1].find("/next\n") != std::string::npos);
    CHECK(log.traces[1].find("< 302 after ") != std::string::npos);
    CHECK(log.traces[1].find("\n< moved\n") != std::string::npos);
    log.listens = false;
    CHECK(id_of(client->send(request, operation)) == "Http.Redirect");
    CHECK(log.traces.size() == 6);
}
