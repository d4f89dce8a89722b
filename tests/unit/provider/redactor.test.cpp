#include "provider/redactor.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/text.hpp"

using namespace certbroker;

namespace {

provider::Redactor knowing(std::initializer_list<std::string_view> secrets) {
    provider::Redactor redactor;
    for (const std::string_view secret : secrets)
        redactor.add(Secret(as_bytes(secret)));
    return redactor;
}

} // namespace

TEST_CASE("Every occurrence of every secret is blanked") {
    const auto redactor = knowing({"hunter22", "swordfish", "hunter22"});
    CHECK(redactor.clean("hunter22 and hunter22, or swordfish") == "*** and ***, or ***");
    CHECK(redactor.clean("nothing to hide") == "nothing to hide");
}

TEST_CASE("Blanking ends even when a secret looks like its replacement") {
    CHECK(knowing({"****"}).clean("a ******** b") == "a ****** b");
    CHECK(knowing({"****"}).clean("*****").size() <= 5);
}

TEST_CASE("Very short secrets are not searched") {
    CHECK(knowing({"a", "", "abc"}).clean("abcabc") == "abcabc");
}

TEST_CASE("Texts become one valid line of limited length") {
    const provider::Redactor redactor;
    CHECK(redactor.clean("a\nb\tc\x7f") == "a b c ");
    CHECK(redactor.clean("ok \xff") == "ok \xef\xbf\xbd");
    const std::string cut = redactor.clean(std::string(99, 'x') + "\xc3\xa4\xc3\xa4", 100);
    CHECK(cut == std::string(99, 'x') + "...");
    CHECK(is_valid_utf8(cut));
}

TEST_CASE("A secret inside of bytes is found") {
    const auto redactor = knowing({"hunter22"});
    CHECK(redactor.holds_secret(as_bytes("token=hunter22;")));
    CHECK_FALSE(redactor.holds_secret(as_bytes("token=hunter2")));
}

TEST_CASE("A text of many lines keeps them, and loses secrets however they are written") {
    const auto redactor = knowing({"a<secret>", "tiny"});
    CHECK(redactor.blank("1 a<secret>\n2 a&lt;secret&gt;\n3 a%3Csecret%3e\n4 YTxzZWNyZXQ+\n5 tiny\n") ==
          "1 ***\n2 ***\n3 a%3Csecret%3e\n4 ***\n5 ***\n");
    CHECK(redactor.blank("a%3Csecret%3E a%3csecret%3e") == "*** ***");
}
