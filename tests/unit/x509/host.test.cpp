#include "x509/host.hpp"

#include "base/text.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using certbroker::x509::detail::host_to_ascii;
using certbroker::x509::detail::punycode_encode;
using certbroker::x509::test::id_of;
using certbroker::x509::test::must;

TEST_CASE("Punycode gives the samples of RFC 3492 section 7.1") {
    const auto encode = [](std::u32string_view label) { return must(punycode_encode(label)); };
    // (A) Arabic, (B) Chinese, (D) Czech, (I) Russian (its upper-case D is a mixed-case annotation), (L), (P), (Q),
    // (S).
    CHECK(encode(U"\u0644\u064A\u0647\u0645\u0627\u0628\u062A\u0643\u0644\u0645\u0648\u0634\u0639\u0631\u0628\u064A"
                 U"\u061F") == "egbpdaj6bu4bxfgehfvwxn");
    CHECK(encode(U"\u4ED6\u4EEC\u4E3A\u4EC0\u4E48\u4E0D\u8BF4\u4E2D\u6587") == "ihqwcrb4cv8a8dqg056pqjye");
    CHECK(encode(U"Pro\u010Dprost\u011Bnemluv\u00ED\u010Desky") == "Proprostnemluvesky-uyb24dma41a");
    CHECK(encode(U"\u043F\u043E\u0447\u0435\u043C\u0443\u0436\u0435\u043E\u043D\u0438\u043D\u0435\u0433\u043E\u0432"
                 U"\u043E\u0440\u044F\u0442\u043F\u043E\u0440\u0443\u0441\u0441\u043A\u0438") ==
          "b1abfaaepdrnnbgefbadotcwatmq2g4l");
    CHECK(encode(U"3\u5E74B\u7D44\u91D1\u516B\u5148\u751F") == "3B-ww4c5e180e575a65lsy2b");
    CHECK(encode(U"Maji\u3067Koi\u3059\u308B5\u79D2\u524D") == "MajiKoi5-783gue6qz075azm5e");
    CHECK(encode(U"\u30D1\u30D5\u30A3\u30FCde\u30EB\u30F3\u30D0") == "de-jg4avhby1noc0d");
    CHECK(encode(U"-> $1.00 <-") == "-> $1.00 <--");
}

TEST_CASE("International labels become xn-- labels, the others stay as they are") {
    CHECK(must(host_to_ascii("b\xc3\xbc"
                             "cher.example.com",
                             false)) == "xn--bcher-kva.example.com");
    CHECK(must(host_to_ascii("B\xc3\xbc"
                             "cher.Example.com",
                             false)) == "xn--bcher-kva.Example.com");
    CHECK(must(host_to_ascii("*.m\xc3\xbcnchen.de", true)) == "*.xn--mnchen-3ya.de");
    CHECK(must(host_to_ascii("xn--bcher-kva.example", false)) == "xn--bcher-kva.example");
}

TEST_CASE("Hosts as Windows and the internet have them are taken") {
    for (const char *host :
         {"localhost", "web01", "web-01.example.com", "my_server.corp.local", "1.2.3.4.5", "3com.com", "a.b.c.d.e"})
        CHECK(must(host_to_ascii(host, false)) == host);
    CHECK(host_to_ascii(std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + "." +
                            std::string(61, 'd'),
                        false));
}

TEST_CASE("What is no DNS name is refused") {
    for (const char *host : {"",
                             ".",
                             "a..b",
                             ".a",
                             "a.",
                             "a b",
                             "a/b",
                             "https://a",
                             "a:443",
                             "-a.b",
                             "a-.b",
                             "192.0.2.1",
                             "::1",
                             "a\xff"
                             "b",
                             "a@b",
                             "\xc3\x9c"
                             "ber.de",
                             "a\xcc\x88.de",
                             "\xe2\x80\x8b.de",
                             "a\xe3\x80\x82"
                             "de",
                             "\xce\xa3.gr",
                             "\xd0\x90.ru",
                             "\xc4\x80.de",
                             "\xef\xbb\xbf"
                             "a.de"}) {
        INFO(host);
        CHECK(id_of(host_to_ascii(host, true)) == "San.Value");
    }
    CHECK(id_of(host_to_ascii(std::string(64, 'a') + ".de", false)) == "San.Value");
    CHECK(id_of(host_to_ascii(std::string(250, 'a') + ".de", false)) == "San.Value");
    std::string many;
    for (int i = 0; i < 127; ++i)
        many += "a.";
    CHECK(id_of(host_to_ascii(many + "aa", false)) == "San.Value");
    std::string wide;
    for (int i = 0; i < 62; ++i)
        wide += "\xc3\xbc";
    CHECK(id_of(host_to_ascii(wide + ".de", false)) == "San.Value");
}

TEST_CASE("A wildcard is the whole leftmost label with two labels behind it") {
    CHECK(must(host_to_ascii("*.example.com", true)) == "*.example.com");
    for (const char *host : {"*", "*.com", "w*.example.com", "www.*.example.com", "**.example.com", "*x.example.com"}) {
        INFO(host);
        CHECK(id_of(host_to_ascii(host, true)) == "San.Value");
    }
    CHECK(id_of(host_to_ascii("*.example.com", false)) == "San.Value");
}
