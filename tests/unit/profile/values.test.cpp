#include "profile/values.hpp"

#include <array>

#include "profile/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("Booleans are TRUE, FALSE, Yes, No, 1 and 0 in any case") {
    for (const char *yes : {"TRUE", "true", "Yes", "YES", "1", " true ", "\"TRUE\""})
        CHECK(must(read_boolean("x", yes)));
    for (const char *no : {"FALSE", "False", "no", "0"})
        CHECK_FALSE(must(read_boolean("x", no)));
    for (const char *other : {"", "2", "ja", "TRUE FALSE"})
        CHECK(id_of(read_boolean("x", other)) == "Inf.Boolean");
}

TEST_CASE("Numbers are decimal or hexadecimal, within their bounds") {
    CHECK(must(read_number("x", "2048")) == 2048);
    CHECK(must(read_number("x", "0xA0")) == 160);
    CHECK(must(read_number("x", "\"0x8000\"")) == 0x8000);
    CHECK(must(read_number("x", "4294967295")) == 0xffffffffU);
    for (const char *other : {"", "-1", "4294967296", "12a.", "0x", "1 2", "+1", "0xg", "two"})
        CHECK(id_of(read_number("x", other)) == "Inf.Number");
    CHECK(id_of(read_number("x", "5", 10, 20)) == "Inf.Number");
    const auto hexadecimal = read_number("KeyUsage", "a0");
    REQUIRE_FALSE(hexadecimal);
    CHECK(hexadecimal.error().remedy() == "Write 0xa0, if it is hexadecimal.");
}

TEST_CASE("Flags are names, numbers, or both joined by vertical bars") {
    constexpr std::array<Flag, 2> flags{{{"FLAG_A", 1}, {"FLAG_B", 4}}};
    CHECK(must(read_flags("x", "FLAG_A | flag_b", flags)) == 5);
    CHECK(must(read_flags("x", "\"FLAG_A\" | \"FLAG_B\"", flags)) == 5);
    CHECK(must(read_flags("x", "XCN_FLAG_B", flags)) == 4);
    CHECK(must(read_flags("x", "0x5", flags)) == 5);
    CHECK(must(read_flags("x", "FLAG_A|4", flags)) == 5);
    CHECK(id_of(read_flags("x", "FLAG_A|", flags)) == "Inf.Flag");
    CHECK(id_of(read_flags("x", "2", flags)) == "Inf.Flag");
    CHECK(must(read_flags("x", "2", flags, false)) == 2);
    const auto wrong = read_flags("x", "FLAG_C", flags);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().id() == "Inf.Flag");
    CHECK(contains(wrong.error().remedy(), "FLAG_A"));
}

TEST_CASE("Choices are one of their words or its number") {
    constexpr std::array<Flag, 2> words{{{"AT_KEYEXCHANGE", 1}, {"AT_SIGNATURE", 2}}};
    CHECK(must(read_choice("KeySpec", "at_signature", words)) == 2);
    CHECK(must(read_choice("KeySpec", "1", words)) == 1);
    CHECK(id_of(read_choice("KeySpec", "3", words)) == "Inf.Choice");
    CHECK(id_of(read_choice("KeySpec", "", words)) == "Inf.Choice");
}

TEST_CASE("OIDs are dotted decimal") {
    CHECK(must(read_oid("x", "1.3.6.1.5.5.7.3.2")) == "1.3.6.1.5.5.7.3.2");
    CHECK(must(read_oid("x", " OID.2.5.29.17 ")) == "2.5.29.17");
    for (const char *other : {"", "1", "3.1", "1..2", "1.2.x", "Server Authentication"})
        CHECK(id_of(read_oid("x", other)) == "Inf.Oid");
}
