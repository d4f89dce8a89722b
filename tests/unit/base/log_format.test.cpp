#include "base/log_format.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace certbroker;
using namespace certbroker::log_format;

TEST_CASE("Times are UTC with milliseconds, before 1970 and far after it too") {
    CHECK(time_text(0) == "1970-01-01T00:00:00.000Z");
    CHECK(time_text(1'795'468'500'123) == "2026-11-23T21:15:00.123Z");
    CHECK(time_text(-1) == "1969-12-31T23:59:59.999Z");
    CHECK(time_text(253'402'300'799'999) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("A line of text has time, level, source, and of an event number, name and fields") {
    CHECK(text_line({0, LogLevel::warning, "core", "a message", nullptr}) ==
          "1970-01-01T00:00:00.000Z warning [core] a message");
    const LogEvent event = LogEvent(events::certificate_issued, "issuance", "It is there")
                               .with("requestId", "1")
                               .with("subject", "CN=\"a\\b\", O=\xc3\xa4");
    CHECK(text_line({0, LogLevel::info, event.source(), event.message(), &event}) ==
          "1970-01-01T00:00:00.000Z info [issuance] 1004 CertificateIssued: It is there "
          "(requestId=\"1\", subject=\"CN=\\\"a\\\\b\\\", O=\xc3\xa4\")");
}

TEST_CASE("A line of JSON is one object") {
    CHECK(json_line({0, LogLevel::debug, "core", "say \"hi\" \\ /", nullptr}) ==
          R"({"time":"1970-01-01T00:00:00.000Z","level":"debug","source":"core","message":"say \"hi\" \\ /"})");
    const LogEvent event = LogEvent(events::request_denied, "issuance", "no").with("reason", "7");
    CHECK(
        json_line({0, LogLevel::warning, event.source(), event.message(), &event}) ==
        R"({"time":"1970-01-01T00:00:00.000Z","level":"warning","eventId":1007,"event":"RequestDenied","source":"issuance","message":"no","reason":"7"})");
}

TEST_CASE("What could end a line, move a cursor or turn a text around is escaped, what is not UTF-8 replaced") {
    CHECK(harmless("plain") == "plain");
    CHECK(harmless("a\nb\r\x1b[2J\x7f") == "a\\u000ab\\u000d\\u001b[2J\\u007f");
    CHECK(harmless("a\nb\tc\r", true) == "a\nb\tc\\u000d");
    CHECK(harmless("\xc2\x9b"
                   "31m") == "\\u009b31m"); // CSI in one character
    CHECK(harmless("\xe2\x80\xa8"
                   "x\xe2\x80\xae") == "\\u2028x\\u202e"); // a line's end, and "from right to left"
    CHECK(harmless("\xff") == "\xef\xbf\xbd");
    CHECK(harmless("Stra\xc3\x9f"
                   "e \xf0\x9f\x94\x91") == "Stra\xc3\x9f"
                                            "e \xf0\x9f\x94\x91");
    const std::string line = json_line({0, LogLevel::info, "s\n", std::string_view("a\0b\n\xff", 5), nullptr});
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find("a\\u0000b\\u000a\xef\xbf\xbd") != std::string::npos);
}
