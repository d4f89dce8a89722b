#include "base/event_log.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

#include "base/event.hpp"
#include "base/text.hpp"

using namespace certbroker;

namespace {

struct Reported {
    LogLevel level;
    std::uint32_t id;
    std::string text;
};

class Collector final : public EventReporter {
public:
    explicit Collector(std::vector<Reported> &into) : into_(into) {}
    void report(LogLevel level, std::uint32_t id, const std::string &text) noexcept override {
        into_.push_back({level, id, text});
    }

private:
    std::vector<Reported> &into_;
};

} // namespace

TEST_CASE("The system's log gets events at information and above with their number, level and fields, and no lines") {
    std::vector<Reported> reported;
    const auto log = event_log(std::make_unique<Collector>(reported));
    log->write(LogLevel::error, "core", "a line");
    log->event(LogEvent(events::authority_opened, "issuance", "debug only"));
    log->event(LogEvent(events::certificate_issued, "issuance", "It is there").with("requestId", "4711"));
    log->event(LogEvent(events::request_failed, "issuance", "forged\r\nline").with("subject", "CN=a\nb"));
    CHECK_FALSE(log->tracing());
    REQUIRE(reported.size() == 2);
    CHECK(reported[0].level == LogLevel::info);
    CHECK(reported[0].id == 1004);
    CHECK(reported[0].text == "It is there\n\nrequestId: 4711");
    CHECK(reported[1].level == LogLevel::error);
    CHECK(reported[1].id == 1009);
    CHECK(reported[1].text == "forged\\u000d\\u000aline\n\nsubject: CN=a\\u000ab");
}

TEST_CASE("A text that is too long for the system is cut between two characters") {
    std::vector<Reported> reported;
    std::string text(29'999, 'x');
    text += "\xc3\xa4\xc3\xa4";
    event_log(std::make_unique<Collector>(reported))->event(LogEvent(events::request_denied, "issuance", text));
    REQUIRE(reported.size() == 1);
    CHECK(reported[0].text.size() == 29'999);
    CHECK(is_valid_utf8(reported[0].text));
}

TEST_CASE("Without a reporter there is no log") {
    CHECK(event_log(nullptr) == nullptr);
}
