#include "message.hpp"

#include <catch2/catch_test_macros.hpp>

#include "text.hpp"

using namespace scep;
using namespace std::string_view_literals;

TEST_CASE("names and serial numbers are wrapped in DER") {
    CHECK(hex(issuer_and_subject("\x30\x00"sv, "\x30\x00"sv)) == "300430003000");
    CHECK(hex(issuer_and_serial("\x30\x00"sv, "\x7f"sv)) == "3005300002017f");
    CHECK(hex(issuer_and_serial("\x30\x00"sv, "\x80"sv)) == "30063000020200"
                                                            "80");
    CHECK(hex(issuer_and_serial("\x30\x00"sv, "\x00\x00\x05"sv)) == "30053000020105");
    CHECK(hex(issuer_and_serial("\x30\x00"sv, ""sv)) == "30053000020100");
    const std::string name = std::string("\x30\x81\xc8", 3) + std::string(200, 'n');
    CHECK(hex(issuer_and_subject(name, name)).substr(0, 8) == "30820196");
    CHECK(hex(issuer_and_subject(name, "")).substr(0, 8) == "3081cb30");
}

TEST_CASE("a token is read back, and what is none is not") {
    const Token token{"0a1b", "memory:CurrentUser/My/keys/77", std::string("\x30\x01\x00", 3), "\x30", "ab12"};
    const std::string text = write_token(token);
    const auto read = read_token(text);
    REQUIRE(read);
    CHECK(read->transaction == token.transaction);
    CHECK(read->key_uri == token.key_uri);
    CHECK(read->signer == token.signer);
    CHECK(read->subject == token.subject);
    CHECK(read->key_id == token.key_id);
    CHECK(read_token(text + "later=1\n"));
    for (const std::string &wrong :
         {std::string(), std::string("garbage"), std::string("scep 2\n") + text.substr(7), text.substr(0, 40),
          text + "no equals\n", std::string("scep 1\ntransaction=a b\nkey=x\nsigner=30\nsubject=30\n"),
          std::string("scep 1\ntransaction=a\nkey=x\nsigner=3\nsubject=30\n"), std::string(70'000, 'x'),
          // Found by fuzzing: the host took such a key for a breach of the plugin.
          std::string("scep 1\ntransaction=a\nkey=memory:CurrentUser/My/keys\xf3\xf3/77\nsigner=30\nsubject=30\n"),
          std::string("scep 1\ntransaction=a\nkey=") + std::string(1'001, 'k') + "\nsigner=30\nsubject=30\n",
          std::string("scep 1\ntransaction=a\nkey=a\tb\nsigner=30\nsubject=30\n")})
        CHECK_FALSE(read_token(wrong));
}

TEST_CASE("each failInfo has a name and a remedy, unknown ones too") {
    for (const char *number : {"0", "1", "2", "3", "4", "5", "", "something long and strange"}) {
        const FailInfo info = fail_info(number);
        CHECK_FALSE(info.name.empty());
        CHECK(info.remedy.back() == '.');
        CHECK(info.unknown_certificate == (std::string_view(number) == "4"));
    }
    CHECK(fail_info("2").name == "badRequest");
    CHECK(fail_info("9").name == "failInfo 9");
}

TEST_CASE("transaction ids are printable and not too long") {
    CHECK(is_transaction("0123abcdef"));
    CHECK_FALSE(is_transaction(""));
    CHECK_FALSE(is_transaction("a b"));
    CHECK_FALSE(is_transaction(std::string(256, 'a')));
}
