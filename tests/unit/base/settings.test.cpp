#include "base/settings.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace certbroker;

TEST_CASE("settings are found in any case, texts and secrets apart") {
    Settings settings;
    CHECK(settings.empty());
    settings.set("BaseUrl", std::string("https://ca.example"));
    settings.set("ApiKey", Secret(as_bytes("k")));
    REQUIRE(settings.text("BASEURL") != nullptr);
    CHECK(*settings.text("baseUrl") == "https://ca.example");
    CHECK(settings.secret("baseurl") == nullptr);
    CHECK(settings.text("apikey") == nullptr);
    REQUIRE(settings.secret("APIKEY") != nullptr);
    CHECK(as_text(settings.secret("apikey")->reveal()) == "k");
    CHECK(settings.contains("apiKEY"));
    CHECK_FALSE(settings.contains("other"));
    CHECK(settings.values().size() == 2);
    CHECK(settings.values().begin()->first == "apikey");
}

TEST_CASE("the last value counts, whatever its kind was") {
    Settings settings;
    settings.set("a", std::string("1"));
    settings.set("A", Secret(as_bytes("2")));
    CHECK(settings.text("a") == nullptr);
    CHECK(settings.secret("a") != nullptr);
    settings.set("a", std::string("3"));
    CHECK(*settings.text("a") == "3");
    settings.erase("A");
    CHECK(settings.empty());
    settings.erase("A");
}

TEST_CASE("flags know true, yes and 1") {
    Settings settings;
    for (const char *yes : {"true", "TRUE", "Yes", "1"}) {
        settings.set("f", std::string(yes));
        CHECK(settings.flag("F"));
    }
    for (const char *no : {"false", "no", "0", "", "on ", "2"}) {
        settings.set("f", std::string(no));
        CHECK_FALSE(settings.flag("F", true));
    }
    CHECK(settings.flag("absent", true));
    CHECK_FALSE(settings.flag("absent"));
    settings.set("s", Secret(as_bytes("true")));
    CHECK_FALSE(settings.flag("s"));
}
