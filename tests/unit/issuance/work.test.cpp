#include "issuance/work.hpp"

#include "fixture.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("A request in hand is nobody else's, and what is done to it is in the journal at once") {
    TemporaryFolder home;
    BrokerOptions options;
    options.roots = store::Roots::under(home.path().string());
    Core core(options);
    Core other(options);
    const Operation operation;
    RoadOptions road;
    road.friendly_name = "Name";
    road.allow_differences = true;
    std::string id;
    {
        Work work = must(Work::begin(core, Location::current_user, road, operation));
        id = work.record.id;
        CHECK(id.size() == 36);
        work.record.subject = "CN=one";
        must(work.add());
        CHECK(must(must(other.existing_journal(Location::current_user))->get(id)).friendly_name == "Name");
        CHECK(id_of(Work::take(other, id, road, operation)) == "Issuance.Busy");
        CHECK(id_of(Work::take(core, id, road, operation)) == "Issuance.Busy");
        must(work.advance(State::submitting, "sent"));
        CHECK(must(must(other.existing_journal(Location::current_user))->get(id)).state == State::submitting);
        work.warn("Mind the gap.");
        const Issue issue = std::move(work).issue();
        CHECK(issue.warnings == std::vector<std::string>{"Mind the gap."});
        CHECK(issue.record.message == "sent");
    }
    Work work = must(Work::take(other, id, road, operation));
    CHECK(work.record.state == State::submitting);
    CHECK(work.name() == "The request 'CN=one' (" + id + ")");
    CHECK(work.record.sent_at != 0);
    // What was allowed once stays allowed.
    RoadOptions now;
    now.trust_root = true;
    now.install = false;
    now.allow_weak = true;
    now.not_after = 1'950'000'000;
    work.adopt(now);
    CHECK(work.record.allow_differences);
    CHECK(work.record.allow_weak);
    CHECK(work.record.not_after == 1'950'000'000);
    CHECK_FALSE(work.record.install);
    CHECK(work.record.trust_root);
    CHECK(work.record.friendly_name == "Name");
    CHECK(id_of(Work::take(core, "no-such-id", road, operation)) == "Journal.NotFound");
}

TEST_CASE("Installing is finished although the time is up") {
    Operation operation;
    operation.cancellation->request();
    operation.deadline = operation.clock->monotonic();
    CHECK_FALSE(operation.check("x"));
    CHECK(to_the_end(operation).check("x"));
}
