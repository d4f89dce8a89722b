#include <catch2/catch_test_macros.hpp>

#include "http/http.hpp"

using namespace certbroker;
using http::Escape;
using http::SecretPlace;

namespace {

SecretPlace place(std::string marker, std::string_view secret, Escape escape = Escape::none) {
    return {std::move(marker), Secret(as_bytes(secret)), escape};
}
std::string placed(std::string_view text, const std::vector<SecretPlace> &places) {
    return std::string(as_text(http::place_secrets(as_bytes(text), places)));
}

} // namespace

TEST_CASE("Every occurrence of every marker is replaced") {
    CHECK(placed("a{{x}}b{{x}}{{y}}", {place("{{x}}", "1"), place("{{y}}", "2")}) == "a1b12");
    CHECK(placed("nothing here", {place("{{x}}", "1")}) == "nothing here");
    CHECK(placed("", {place("{{x}}", "1")}).empty());
    CHECK(placed("text", {place("", "1")}) == "text");
    CHECK(placed("{{x}}", {}) == "{{x}}");
}

TEST_CASE("A secret that looks like a marker is not replaced again") {
    CHECK(placed("{{x}}{{y}}", {place("{{x}}", "{{y}}"), place("{{y}}", "{{x}}")}) == "{{y}}{{x}}");
}

TEST_CASE("Secrets are escaped for where they go") {
    const std::string_view secret = "a&<\"'\\\n\t\x01 \xc3\xa4~";
    CHECK(placed("$", {place("$", secret, Escape::none)}) == secret);
    CHECK(placed("$", {place("$", secret, Escape::xml)}) == "a&amp;&lt;&quot;&apos;\\&#10;&#9;\x01 \xc3\xa4~");
    CHECK(placed("$", {place("$", secret, Escape::form)}) == "a%26%3C%22%27%5C%0A%09%01%20%C3%A4~");
    CHECK(placed("$", {place("$", secret, Escape::json)}) == "a&<\\\"'\\\\\\u000A\\u0009\\u0001 \xc3\xa4~");
    CHECK(placed("$", {place("$", "]]>", Escape::xml)}) == "]]&gt;");
}

TEST_CASE("Base64 of secrets is that of RFC 4648") {
    for (const auto &[plain, encoded] : {std::pair{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="},
                                         {"fooba", "Zm9vYmE="},
                                         {"foobar", "Zm9vYmFy"}})
        CHECK(placed("$", {place("$", plain, Escape::base64)}) == encoded);
    CHECK(placed("$", {place("$", std::string_view("\xff\xfe\xfd"), Escape::base64)}) == "//79");
}
