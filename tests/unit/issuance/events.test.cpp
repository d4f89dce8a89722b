// What administrators are told on the way of a request, in order and with what they need to find it again.
#include <fstream>

#include "support/event_collector.hpp"

#include "fixture.hpp"
#include "issuance/work.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

using Names = std::vector<std::string>;

/// A world whose calls and context tell one collector.
struct Watched : World {
    Watched() { watch(); }
    void watch() {
        store.reset();
        broker.reset();
        BrokerOptions options;
        options.roots = store::Roots::under(home.path().string());
        options.clock = &clock;
        options.log = events;
        broker = std::make_unique<Broker>(options);
        broker->providers().add_static(scripted_plugin());
        broker->providers().add_static(plain_plugin());
        store = must(broker->stores().open("CurrentUser/My"));
        operation.log = events.get();
    }
    /// The authority is made and opened first, so that only the request's events remain.
    OpenProvider quiet_authority() {
        OpenProvider lab = authority();
        events->clear();
        return lab;
    }
    Result<Issue> try_enroll(const RoadOptions &options = {}) {
        OpenProvider lab = quiet_authority();
        return broker->enroll(request(), lab, "", {}, *store, options, operation);
    }
    std::shared_ptr<EventCollector> events = std::make_shared<EventCollector>();
};

} // namespace

TEST_CASE("A request that goes well is told step by step, each with what it is about") {
    Watched world;
    const Issue issue = must(world.try_enroll());
    REQUIRE(world.events->names() == Names{"RequestSubmitted", "CertificateIssued", "CertificateInstalled"});
    const auto installed = world.events->events().back();
    CHECK(installed.fields.at("requestId") == issue.record.id);
    CHECK(installed.fields.at("authority") == "lab");
    CHECK(installed.fields.at("provider") == "scripted");
    CHECK(installed.fields.at("subject") == issue.record.subject);
    CHECK(installed.fields.at("thumbprint") == issue.record.thumbprint);
    CHECK(installed.fields.at("store").ends_with("CurrentUser/My"));
    CHECK(installed.message.find(issue.record.id) != std::string::npos);
    CHECK_FALSE(installed.fields.contains("errorId"));

    world.events->clear();
    OpenProvider lab = world.quiet_authority();
    (void)must(world.broker->renew(*world.store, *issue.entry, lab, "", {}, {}, world.operation));
    REQUIRE(world.events->names() == Names{"RequestSubmitted", "CertificateIssued", "CertificateRenewed"});
    CHECK(world.events->events().back().fields.at("replaces") == issue.record.thumbprint);
}

TEST_CASE("A request by hand, and one that is given up") {
    Watched world;
    const Issue prepared = world.prepare(World::request());
    REQUIRE(world.events->names() == Names{"RequestPrepared"});
    must(world.broker->abandon(prepared.record.id, false, world.operation));
    REQUIRE(world.events->names() == Names{"RequestPrepared", "RequestAbandoned"});
    CHECK(world.events->last("RequestAbandoned").fields.at("requestId") == prepared.record.id);
}

TEST_CASE("What the CA decides later, refuses, or leaves open is told as that") {
    Watched world;
    world.ca.next({Answer::Kind::pend});
    const Issue pending = must(world.try_enroll());
    CHECK(world.events->names() == Names{"RequestSubmitted", "RequestPending"});
    world.events->clear();
    (void)must(world.broker->resume(pending.record.id, nullptr, {}, world.operation));
    CHECK(world.events->names() ==
          Names{"RequestResumed", "AuthorityOpened", "CertificateIssued", "CertificateInstalled"});
    CHECK(world.events->last("RequestResumed").fields.at("state") == "Pending");

    world.ca.next({Answer::Kind::deny, "No"});
    (void)must(world.try_enroll());
    CHECK(world.events->names() == Names{"RequestSubmitted", "RequestDenied"});
    CHECK(world.events->last("RequestDenied").message.ends_with("is Denied: No"));

    world.ca.next({Answer::Kind::fail, "Internal error", CBP_E_REMOTE, 0, 503});
    (void)must(world.try_enroll());
    CHECK(world.events->names() == Names{"RequestSubmitted", "RequestUncertain"});
    CHECK(world.events->last("RequestUncertain").fields.at("httpStatus") == "503");
    CHECK_FALSE(world.events->last("RequestUncertain").fields.at("errorId").empty());
}

TEST_CASE("A failure that leaves the request to be sent again is another event than one for good") {
    Watched world;
    world.ca.next({Answer::Kind::fail, "Not you", CBP_E_AUTH});
    CHECK_FALSE(world.try_enroll());
    REQUIRE(world.events->names() == Names{"RequestSubmitted", "RequestAttemptFailed"});
    const auto attempt = world.events->last("RequestAttemptFailed");
    CHECK(attempt.fields.at("errorId") == "Provider.Failed");
    CHECK_FALSE(attempt.fields.at("requestId").empty());

    OpenProvider lab = world.quiet_authority();
    profile::Request wrong = World::request();
    wrong.certificate_template = "one";
    SECTION("sent") {
        CHECK_FALSE(world.broker->enroll(wrong, lab, "another", {}, *world.store, {}, world.operation));
    }
    SECTION("by hand") {
        CHECK_FALSE(world.broker->prepare(wrong, nullptr, "another", *world.store, {}, world.operation));
    }
    REQUIRE(world.events->names() == Names{"RequestFailed"});
    const auto failed = world.events->last("RequestFailed");
    CHECK(failed.fields.at("subject") == "CN=web01.example.com, O=Example");
    CHECK(failed.fields.at("errorId") == "Issuance.Template");
    CHECK_FALSE(failed.fields.contains("requestId")); // there is none
    CHECK(must(world.broker->list_requests({}, false)).size() == 1);
}

TEST_CASE("A certificate that cannot be installed is told, and that it is kept") {
    Watched world;
    world.ca.next({Answer::Kind::fewer_names});
    CHECK_FALSE(world.try_enroll());
    REQUIRE(world.events->names() == Names{"RequestSubmitted", "CertificateIssued", "CertificateNotInstalled"});
    CHECK_FALSE(world.events->last("CertificateNotInstalled").fields.at("thumbprint").empty());
    CHECK_FALSE(world.events->last("CertificateNotInstalled").fields.at("errorId").empty());
}

TEST_CASE("A request that could not go on this time is told as that, and stays") {
    Watched world;
    world.ca.next({Answer::Kind::pend});
    const Issue pending = must(world.try_enroll());
    world.ca.next({Answer::Kind::fail, "It broke", CBP_E_NETWORK});
    CHECK_FALSE(world.broker->resume(pending.record.id, nullptr, {}, world.operation));
    CHECK(world.events->last("ResumeFailed").fields.at("requestId") == pending.record.id);
    CHECK(world.record(pending.record.id).state == State::pending);
    must(world.broker->authorities().remove({}, "lab"));
    world.events->clear();
    CHECK_FALSE(world.broker->resume(pending.record.id, nullptr, {}, world.operation));
    CHECK(world.events->last("ResumeFailed").fields.at("errorId") == "Authority.NotFound");
}

TEST_CASE("Recovery tells how many requests it found and took up, and which it could not") {
    Watched world;
    std::vector<Record> left;
    for (int i = 0; i < 2; ++i) {
        Record record = world.prepare(World::request()).record;
        record.state = State::submitting;
        must(must(world.broker->journal(Location::current_user))->advance(State::prepared, record, "killed"));
        left.push_back(record);
    }
    Record broken = world.prepare(World::request()).record;
    broken.state = State::issued;
    broken.chain = {must(x509::parse_certificates(as_bytes(World::answer_to(broken)))).front().der()};
    broken.thumbprint = "00";
    broken.key_id = "00";
    must(must(world.broker->journal(Location::current_user))->advance(State::prepared, broken, "killed"));
    must(world.store->remove_key(broken.key_uri, world.operation));
    world.events->clear();
    world.watch();
    (void)must(world.broker->journal(Location::current_user));
    const auto finished = world.events->last("RecoveryFinished");
    CHECK(finished.fields.at("found") == "3");
    CHECK(finished.fields.at("recovered") == "2");
    CHECK(world.events->last("RecoveryFailed").fields.at("requestId") == broken.id);
    CHECK_FALSE(world.events->last("RecoveryFailed").fields.at("errorId").empty());
    CHECK(world.events->names().back() == "RecoveryFinished");
    // Nothing interrupted, nothing told.
    must(world.broker->abandon(broken.id, false, world.operation));
    world.events->clear();
    world.watch();
    (void)must(world.broker->journal(Location::current_user));
    CHECK(world.events->names().empty());
}

TEST_CASE("What happens to authorities is told, without the values of settings") {
    Watched world;
    Settings settings;
    settings.set("api-key", Secret(as_bytes("canary-4711")));
    must(world.broker->authorities().add(Location::current_user, "Lab CA", "scripted", settings));
    settings.set("mode", "canary-4712");
    must(world.broker->authorities().update({}, "lab ca", settings));
    (void)must(world.broker->open_authority({}, "Lab CA", world.operation));
    must(world.broker->authorities().remove({}, "Lab CA"));
    REQUIRE(world.events->names() ==
            Names{"AuthorityRegistered", "AuthorityChanged", "AuthorityOpened", "AuthorityUnregistered"});
    CHECK(world.events->last("AuthorityRegistered").fields.at("provider") == "scripted");
    CHECK(world.events->last("AuthorityChanged").fields.at("settings") == "api-key, mode");
    CHECK(world.events->last("AuthorityUnregistered").fields.at("location") == "CurrentUser");
    for (const auto &event : world.events->events()) {
        CHECK(event.message.find("canary") == std::string::npos);
        for (const auto &[name, value] : event.fields)
            CHECK(value.find("canary") == std::string::npos);
    }
    CHECK(id_of(world.broker->open_authority({}, "Lab CA", world.operation)) == "Authority.NotFound");
}

TEST_CASE("An authority whose provider is not there cannot be opened, and that is told") {
    Watched world;
    (void)world.quiet_authority();
    BrokerOptions options = world.broker->options();
    Broker bare(options);
    CHECK(id_of(bare.open_authority({}, "lab", world.operation)) == "Provider.Unknown");
    const auto failed = world.events->last("AuthorityOpenFailed");
    CHECK(failed.fields.at("errorId") == "Provider.Unknown");
    CHECK(failed.fields.at("authority") == "lab");
}

TEST_CASE("A PFX of a certificate that the journal knows is noted there, each time, and is no new request") {
    Watched world;
    const Issue issue = must(world.try_enroll());
    world.events->clear();
    world.broker->note_export(issue.chain.front(), world.operation);
    world.broker->note_export(issue.chain.front(), world.operation);
    CHECK(world.events->names() == Names{"PfxExported", "CertificateRedelivered"});
    CHECK(world.events->last("CertificateRedelivered").fields.at("requestId") == issue.record.id);
    CHECK(world.events->last("CertificateRedelivered").fields.at("thumbprint") == issue.record.thumbprint);
    const auto history = must(world.broker->list_events(issue.record.id));
    REQUIRE(history.size() == 6);
    for (const std::size_t i : {history.size() - 1, history.size() - 2}) {
        CHECK(history[i].message == "Exported as PFX");
        CHECK(history[i].state == State::installed);
    }
    CHECK(world.record(issue.record.id).state == State::installed);
    CHECK(world.record(issue.record.id).changed == issue.record.changed);
    CHECK(must(world.broker->list_requests({}, false)).size() == 1);
    CHECK(world.ca.submitted.size() == 1);

    // One that nobody asked for here is given out all the same.
    world.events->clear();
    world.broker->note_export(world.ca.ca.certificate, world.operation);
    CHECK(world.events->names() == Names{"PfxExported"});
    CHECK_FALSE(world.events->last("PfxExported").fields.contains("requestId"));
}

TEST_CASE("A journal that cannot take note of an export is told, and stops nothing") {
    Watched world;
    const Issue issue = must(world.try_enroll());
    world.store.reset();
    world.broker.reset();
    {
        std::ofstream damaged(world.home.path() / "CurrentUser" / "journal.sqlite", std::ios::binary | std::ios::trunc);
        damaged << "this is no database, and long enough to be seen as such by SQLite, which reads a hundred bytes "
                   "before it says so";
    }
    std::filesystem::remove(world.home.path() / "CurrentUser" / "journal.sqlite-wal");
    world.watch();
    world.events->clear();
    world.broker->note_export(issue.chain.front(), world.operation);
    REQUIRE(world.events->names() == Names{"ExportNotNoted"});
    CHECK_FALSE(world.events->last("ExportNotNoted").fields.at("errorId").empty());
    CHECK(world.events->last("ExportNotNoted").fields.at("thumbprint") == issue.record.thumbprint);
}
