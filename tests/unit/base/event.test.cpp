#include "base/event.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <sstream>

#include "base/errors.hpp"

using namespace certbroker;

namespace {

constexpr const EventKind *catalogue[] = {
#define CERTBROKER_EVENT(cpp_name, id, name, level, meaning, fields) &events::cpp_name,
#include "base/events.def"
#undef CERTBROKER_EVENT
};

} // namespace

TEST_CASE("Ids and names of events are unique, and ids stay in the areas of the catalogue") {
    std::set<std::int32_t> ids;
    std::set<std::string> names;
    for (const EventKind *kind : catalogue) {
        INFO(kind->name);
        CHECK(ids.insert(kind->id).second);
        CHECK(names.insert(kind->name).second);
        CHECK(kind->id > 1000);
        CHECK(kind->id < 6000); // the Event Log keeps 16 bits
        CHECK(kind->level >= LogLevel::debug);
        CHECK(std::string(kind->meaning).ends_with('.'));
        std::istringstream fields(kind->fields);
        std::set<std::string> once;
        for (std::string field; fields >> field;)
            CHECK(once.insert(field).second);
        CHECK_FALSE(once.empty());
    }
}

TEST_CASE("An event has the fields it was given, without the empty ones, and what an error says") {
    const LogEvent event = LogEvent(events::request_attempt_failed, "issuance", "text")
                               .with("requestId", "1")
                               .with("authority", "")
                               .about(fail(errors::timeout, "late").with(ErrorNumber::http_status, 503));
    REQUIRE(event.fields().size() == 3);
    CHECK(event.fields()[0] == std::pair<const char *, std::string>("requestId", "1"));
    CHECK(event.fields()[1].second == "Base.Timeout");
    CHECK(event.fields()[2].second == "503");
    CHECK(LogEvent(events::request_denied, "issuance", "text").with("password", "x").fields().empty());
    CHECK(LogEvent(events::request_failed, "issuance", "text").about(fail(errors::timeout, "late")).fields().size() ==
          1);
}
