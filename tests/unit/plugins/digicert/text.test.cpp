#include "text.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace digicert;

TEST_CASE("text: the connector page's other name in base64, of its bytes and of its hex") {
    const auto bytes = bytes_of_hex("0412b8ba6541f2d40741a9f7470"
                                    "8f3e4285cef2c");
    REQUIRE(bytes);
    CHECK(base64(*bytes) == "BBK4umVB8tQHQan3Rwjz5Chc7yw=");
    CHECK(base64(printed_hex(*bytes)) ==
          "MDQgMTIgYjggYmEgNjUgNDEgZjIgZDQgMDcgNDEgYTkgZjcgNDcgMDggZjMgZTQgMjggNWMgZWYgMmM=");
}

TEST_CASE("text: OIDs and addresses") {
    CHECK(is_oid("2.16.840.1.113733.1.16.1.2.3.1.1.47196109"));
    for (const char *wrong : {"", "1", "1.", ".1", "1..2", "1.a", "no-such-profile"})
        CHECK_FALSE(is_oid(wrong));
    CHECK_FALSE(is_oid("1." + std::string(70, '1')));
    CHECK(looks_like_email("global_admin@intune.onmicrosoft.com"));
    for (const char *wrong : {"IWUser0", "@a", "a@", "a@b@c", "a b@c", "a@.c", "a@c."})
        CHECK_FALSE(looks_like_email(wrong));
}

TEST_CASE("text: which characters first and last names may have") {
    for (const char *good :
         {"Anna", "O'Neill", "Anna-Lena", "J\xc3\xbcrgen", "\xe7\x8e\x8b", "Mary Ann", "R2D2", "O\xe2\x80\x99Neill"})
        CHECK_FALSE(refused_name_character(good));
    CHECK(refused_name_character("global_admin") == "_");
    CHECK(refused_name_character("a.b") == ".");
    CHECK(refused_name_character("a\xe2\x82\xac") == "\xe2\x82\xac");
    CHECK(refused_name_character("a\tb") == "?");
    CHECK(refused_name_character("\xc3") == "?");
}

TEST_CASE("text: lists and comparing without case") {
    CHECK(split_list(" a=1 , ,b=2,", ',') == std::vector<std::string>{"a=1", "b=2"});
    CHECK(same("Mail_FirstName", "mail_firstname"));
    CHECK_FALSE(same("a", "ab"));
}
