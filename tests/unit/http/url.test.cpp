#include "http/url.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/pki.hpp"

using namespace certbroker;
using namespace certbroker::test;
using http::parse_url;
using http::resolve_url;

TEST_CASE("URLs are taken apart") {
    const auto url = must(parse_url("HTTPS://CA.Example.com:8443/api?x=1#top"));
    CHECK(url.scheme == "https");
    CHECK(url.host == "ca.example.com");
    CHECK(url.port == 8443);
    CHECK(url.target == "/api?x=1");
    CHECK(url.to_string() == "https://ca.example.com:8443/api?x=1");
    CHECK(must(parse_url("http://a")).to_string() == "http://a/");
    CHECK(must(parse_url("https://a?q")).target == "/?q");
    CHECK(must(parse_url("https://[2001:DB8::1]:99/x")).host == "[2001:db8::1]");
    CHECK(must(parse_url("https://[::1]")).port == 443);
    CHECK(must(parse_url("https://b\xc3\xbc"
                         "cher.example/"))
              .host == "b\xc3\xbc"
                       "cher.example");
}

TEST_CASE("What parsers could disagree on is no URL") {
    for (const char *bad : {"",
                            "ca.example.com",
                            "ftp://a/",
                            "https://",
                            "https:///path",
                            "https://a b/",
                            "https://a/\nb",
                            "https://a\\@b/",
                            "https://user@a/",
                            "https://user:pw@a/",
                            "https://a:0/",
                            "https://a:70000/",
                            "https://a:/",
                            "https://a:x/",
                            "https://[::1/",
                            "https://[zz]/",
                            "https://a]b/",
                            "https://a/<script>",
                            "https://a/\"",
                            "javascript:alert(1)",
                            "https://\xff/",
                            "https:/a/b",
                            "//a/b",
                            "file:///etc/passwd"}) {
        INFO(bad);
        CHECK(id_of(parse_url(bad)) == "Http.Url");
    }
    CHECK(id_of(parse_url("https://a/" + std::string(20'000, 'x'))) == "Http.Url");
    const auto secret = parse_url("https://user:hunter22@a/");
    CHECK(secret.error().message().find("hunter22") == std::string::npos);
}

TEST_CASE("Locations are seen from where they were said") {
    const auto base = must(parse_url("https://a.example:444/dir/page?q=1"));
    const auto to = [&](std::string_view location) { return must(resolve_url(base, location)).to_string(); };
    CHECK(to("https://b.example/x") == "https://b.example/x");
    CHECK(to("//b.example/x") == "https://b.example/x");
    CHECK(to("/root") == "https://a.example:444/root");
    CHECK(to("next") == "https://a.example:444/dir/next");
    CHECK(to("?q=2") == "https://a.example:444/dir/page?q=2");
    CHECK(to("next?u=http://x/") == "https://a.example:444/dir/next?u=http://x/");
    CHECK(to("  /trim  ") == "https://a.example:444/trim");
    CHECK(to("#here") == "https://a.example:444/dir/page?q=1");
    CHECK_FALSE(resolve_url(base, "javascript:alert(1)"));
    CHECK_FALSE(resolve_url(base, "https://user@evil/"));
    CHECK(must(resolve_url(base, "/x")).same_origin(base));
    CHECK_FALSE(must(resolve_url(base, "http://a.example:444/")).same_origin(base));
    CHECK_FALSE(must(resolve_url(base, "https://a.example/")).same_origin(base));
    CHECK(must(resolve_url(base, "https://A.EXAMPLE:444/")).same_origin(base));
}
