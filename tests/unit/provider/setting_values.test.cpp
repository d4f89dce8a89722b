#include "provider/setting_values.hpp"

#include <catch2/catch_test_macros.hpp>

#include "certbroker/plugin.hpp"
#include "support/platform.hpp"

using namespace certbroker;
using certbroker::plugin::setting;
using provider::canonical_value;

namespace {

std::optional<std::string> take(const certbroker_setting_info &info, std::string_view value) {
    std::string why;
    auto result = canonical_value(info, value, why);
    CHECK(result.has_value() == why.empty());
    return result;
}

} // namespace

TEST_CASE("Numbers stay within their bounds") {
    const auto bounded = setting(CBP_SCOPE_ORDER, CBP_NUMBER, "n", "s", 0, nullptr, nullptr, 1, 9);
    CHECK(take(bounded, " 9 ") == "9");
    CHECK_FALSE(take(bounded, "0"));
    CHECK_FALSE(take(bounded, "10"));
    CHECK_FALSE(take(bounded, "1.5"));
    CHECK_FALSE(take(bounded, "1x"));
    CHECK_FALSE(take(bounded, ""));
    CHECK_FALSE(take(bounded, "99999999999999999999"));
    const auto open = setting(CBP_SCOPE_ORDER, CBP_NUMBER, "n", "s");
    CHECK(take(open, "-5") == "-5");
}

TEST_CASE("Durations take units") {
    CHECK(provider::read_duration("90") == 90);
    CHECK(provider::read_duration("90s") == 90);
    CHECK(provider::read_duration("15m") == 900);
    CHECK(provider::read_duration("8h") == 28'800);
    CHECK(provider::read_duration("30d") == 2'592'000);
    CHECK_FALSE(provider::read_duration(""));
    CHECK_FALSE(provider::read_duration("d"));
    CHECK_FALSE(provider::read_duration("-1h"));
    CHECK_FALSE(provider::read_duration("1w"));
    CHECK_FALSE(provider::read_duration("9223372036854775807d"));
    const auto bounded = setting(CBP_SCOPE_ORDER, CBP_DURATION, "d", "s", 0, nullptr, nullptr, 60, 3600);
    CHECK(take(bounded, "1h") == "1h");
    CHECK_FALSE(take(bounded, "2h"));
    CHECK(provider::number_of(CBP_DURATION, "1h") == 3600);
}

TEST_CASE("Booleans are true or false") {
    const auto flag = setting(CBP_SCOPE_ORDER, CBP_BOOL, "b", "s");
    CHECK(take(flag, "TRUE") == "true");
    CHECK(take(flag, "False") == "false");
    CHECK_FALSE(take(flag, "yes"));
    CHECK(provider::number_of(CBP_BOOL, "true") == 1);
    CHECK(provider::number_of(CBP_TEXT, "5") == 0);
}

TEST_CASE("Choices are handed on as the table writes them") {
    static const char *const choices[] = {"Issue", "Deny", nullptr};
    const auto choice = setting(CBP_SCOPE_ORDER, CBP_CHOICE, "c", "s", 0, nullptr, choices);
    CHECK(take(choice, "ISSUE") == "Issue");
    std::string why;
    CHECK_FALSE(canonical_value(choice, "maybe", why));
    CHECK(why == "it takes one of: Issue, Deny");
}

TEST_CASE("URLs are https unless the hint says otherwise, and without user information") {
    const auto url = setting(CBP_SCOPE_ORDER, CBP_URL, "u", "s");
    CHECK(take(url, " https://ca.example.com/api ") == "https://ca.example.com/api");
    CHECK_FALSE(take(url, "http://ca.example.com"));
    CHECK_FALSE(take(url, "ca.example.com"));
    CHECK_FALSE(take(url, "https://user:pw@ca.example.com"));
    CHECK_FALSE(take(url, "ftp://ca.example.com"));
    const auto plain =
        setting(CBP_SCOPE_ORDER, CBP_URL, "u", "s", 0, nullptr, nullptr, 0, 0, "http://ndes/certsrv/mscep/");
    CHECK(take(plain, "http://ndes.example.com/x") == "http://ndes.example.com/x");
    CHECK(provider::expectation(plain) == "an absolute URL");
}

TEST_CASE("Keys, paths and lists have their forms") {
    const auto key = setting(CBP_SCOPE_ORDER, CBP_KEY, "k", "s");
    CHECK(take(key, "ab cd ef 01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef 01") ==
          "ABCDEF0123456789ABCDEF0123456789ABCDEF01");
    CHECK(take(key, "folder:LocalMachine/keys/00").has_value());
    CHECK_FALSE(take(key, "my key"));
    const auto path = setting(CBP_SCOPE_ORDER, CBP_PATH, "p", "s");
    CHECK(take(path, test::absolute("/etc/x.pem")) == test::absolute("/etc/x.pem"));
    CHECK_FALSE(take(path, "x.pem"));
    const auto list = setting(CBP_SCOPE_ORDER, CBP_LIST, "l", "s");
    CHECK(take(list, "a, b ,c") == "a,b,c");
    CHECK(take(list, " ") == "");
    CHECK_FALSE(take(list, "a,,b"));
    const auto text = setting(CBP_SCOPE_ORDER, CBP_TEXT, "t", "s");
    CHECK(take(text, " as it is ") == " as it is ");
    CHECK_FALSE(take(text, "\xff"));
    CHECK_FALSE(take(text, std::string(20'000, 'x')));
    CHECK_FALSE(take(text, std::string_view("a\0b", 3)));
}

TEST_CASE("A name is looked up within its scope") {
    static const auto one = setting(CBP_SCOPE_CONNECTION, CBP_NUMBER, "days", "s");
    static const auto two = setting(CBP_SCOPE_ORDER, CBP_TEXT, "days", "s");
    static const certbroker_setting_info *const table[] = {&one, &two, nullptr};
    CHECK(provider::find_setting(table, CBP_SCOPE_CONNECTION, "DAYS") == &one);
    CHECK(provider::find_setting(table, CBP_SCOPE_ORDER, "days") == &two);
    CHECK(provider::find_setting(table, CBP_SCOPE_ORDER, "hours") == nullptr);
    CHECK(provider::find_setting(nullptr, CBP_SCOPE_ORDER, "days") == nullptr);
}
