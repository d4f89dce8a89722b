// Redirects: followed to the same server only, and taking no secrets elsewhere.
#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Handler signposts(const std::string &elsewhere) {
    return [elsewhere](Connection &connection) {
        for (;;) {
            const std::string request = connection.read_request();
            if (request.empty()) return;
            if (request.starts_with("GET /away "))
                connection.answer(302, "", "Location: " + elsewhere + "\r\n");
            else if (request.starts_with("GET /loop "))
                connection.answer(302, "", "Location: /loop\r\n");
            else if (request.starts_with("GET /odd "))
                connection.answer(302, "", "Location: gopher://x/\r\n");
            else if (request.starts_with("GET /start "))
                connection.answer(301, "moved", "Location: sub/next?a=%20b\r\n");
            else if (request.starts_with("POST /form "))
                connection.answer(303, "", "Location: /done\r\n");
            else if (request.starts_with("POST /keep "))
                connection.answer(307, "", "Location: /echo\r\n");
            else
                connection.answer(200, request);
        }
    };
}

} // namespace

TEST_CASE("Redirects are followed to the same server only, and take no secrets elsewhere") {
    Server other(always(200, "elsewhere"));
    Server server(signposts(other.url("/stolen?token=abc")));
    const auto client = http::make_client();
    const auto get = [&](const std::string &path, const std::string &method = "GET") {
        http::Request request = plain(server, path);
        request.method = method;
        request.headers = {{"X-Key", "{{k}}"}};
        request.places = {{"{{k}}", Secret(as_bytes("s3cret")), http::Escape::none}};
        if (method == "POST") request.body = to_bytes(as_bytes("form"));
        request.follow_redirects = true;
        return client->send(request, patient());
    };
    const auto followed = must(get("/start"));
    CHECK(as_text(followed.body).starts_with("GET /sub/next?a=%20b "));
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
}

TEST_CASE("Redirects are the caller's business unless following is asked for") {
    Server server(signposts("/x"));
    for (const auto &[path, status] : {std::pair{"/away", 302}, {"/start", 301}})
        CHECK(must(send(plain(server, path))).status == status);
    http::Request form = post(server, "form");
    form.url = server.url("/form");
    CHECK(must(send(form)).status == 303);
}
