#include "caps.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace scep;
using namespace std::string_view_literals;

TEST_CASE("capabilities are read in any case, with any line end, and unknown words do not count") {
    const Capabilities got =
        read_capabilities("aes\r\nPostPkiOperation\nSHA-256\r\n\r\nSHA-384\nUpdate\n renewal \0\n"sv);
    CHECK(got.aes);
    CHECK(got.post);
    CHECK(got.sha256);
    CHECK(got.renewal);
    CHECK_FALSE(got.sha1);
    CHECK_FALSE(got.triple_des);
    CHECK_FALSE(got.next_ca);
    CHECK(got.any);
}

TEST_CASE("SCEPStandard stands for AES, POST and SHA-256, not for renewal") {
    const Capabilities got = read_capabilities("SCEPStandard");
    CHECK(got.aes);
    CHECK(got.post);
    CHECK(got.sha256);
    CHECK_FALSE(got.renewal);
}

TEST_CASE("a page of HTML, nothing, and a flood of words are no capabilities") {
    CHECK_FALSE(read_capabilities("").any);
    CHECK_FALSE(read_capabilities("<html><body>AES SHA-256</body></html>").any);
    CHECK_FALSE(read_capabilities(std::string(100'000, '\n') + "AES\n").any);
}

TEST_CASE("AES-128 and SHA-256 are taken where they are, what is weak is named so") {
    const auto chosen = [](std::string_view words) {
        const Algorithms got = choose_algorithms(read_capabilities(words));
        return std::string(got.cipher) + " " + got.digest + (got.weak ? " weak" : "");
    };
    CHECK(chosen("AES\nDES3\nSHA-1\nSHA-256\nSHA-512") == "AES-128-CBC SHA256");
    CHECK(chosen("SCEPStandard") == "AES-128-CBC SHA256");
    CHECK(chosen("AES\nSHA-512") == "AES-128-CBC SHA512");
    CHECK(chosen("AES\nSHA-1") == "AES-128-CBC SHA1 weak");
    CHECK(chosen("DES3\nSHA-256") == "DES-EDE3-CBC SHA256 weak");
    CHECK(chosen("") == "DES-EDE3-CBC SHA1 weak");
}
