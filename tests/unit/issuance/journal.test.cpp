#include "issuance/journal.hpp"

#include <filesystem>

#include "base/file.hpp"
#include "base/sqlite.hpp"
#include "fixture.hpp"
#include "support/platform.hpp"

using namespace certbroker;
using namespace certbroker::test;

namespace {

Record sample(const std::string &id) {
    Record record;
    record.id = id;
    record.state = State::prepared;
    record.subject = "CN=web01, O=B\xc3\xbc"
                     "cher";
    record.store = "folder:CurrentUser/My";
    record.key_uri = "folder:CurrentUser/keys/00";
    record.key_id = std::string(64, 'a');
    record.csr = {0x30, 0x00};
    record.request_message = {0x30, 0x02, 0x05, 0x00};
    record.friendly_name = "Web";
    record.provider = "local-ca";
    record.authority = "lab";
    record.authority_location = "CurrentUser";
    record.profile = "server";
    record.order = {{"note", " line\nbreak "}, {"days", "30"}};
    record.token = {0, 1, 2};
    record.next_try = 1'900'000'000;
    record.reference = "42";
    record.reason = "wait";
    record.message = "hello";
    record.chain = {{0x30, 0x00}, {0x30, 0x01, 0x05}};
    record.thumbprint = std::string(40, 'B');
    record.replaces = std::string(40, 'C');
    record.install = false;
    record.trust_root = true;
    record.exportable = true;
    record.archive_old = true;
    record.allow_differences = true;
    record.remedy = "Ask the registration authority";
    record.sent_at = 1'800'000'000;
    record.not_after = 1'950'000'000;
    record.allow_weak = true;
    record.renewal_seconds = 86'400;
    record.exact = true;
    return record;
}

} // namespace

TEST_CASE("A record comes back from the journal as it went in, in another process too") {
    TemporaryFolder folder;
    const Record record = sample("one");
    {
        const auto journal = must(Journal::open(folder.path(), system_clock()));
        must(journal->add(record));
    }
    CHECK(Journal::exists(folder.path()));
    const auto journal = must(Journal::open(folder.path(), system_clock()));
    const Record back = must(journal->get("one"));
    CHECK(back.state == record.state);
    CHECK(back.subject == record.subject);
    CHECK(back.store == record.store);
    CHECK(back.key_uri == record.key_uri);
    CHECK(back.key_id == record.key_id);
    CHECK(back.csr == record.csr);
    CHECK(back.request_message == record.request_message);
    CHECK(back.friendly_name == record.friendly_name);
    CHECK(back.provider == record.provider);
    CHECK(back.authority == record.authority);
    CHECK(back.authority_location == record.authority_location);
    CHECK(back.profile == record.profile);
    CHECK(back.order == record.order);
    CHECK(back.token == record.token);
    CHECK(back.next_try == record.next_try);
    CHECK(back.reference == record.reference);
    CHECK(back.reason == record.reason);
    CHECK(back.message == record.message);
    CHECK(back.chain == record.chain);
    CHECK(back.thumbprint == record.thumbprint);
    CHECK(back.replaces == record.replaces);
    CHECK_FALSE(back.install);
    CHECK(back.trust_root);
    CHECK(back.exportable);
    CHECK(back.archive_old);
    CHECK(back.allow_differences);
    CHECK(back.remedy == record.remedy);
    CHECK(back.sent_at == record.sent_at);
    CHECK(back.not_after == record.not_after);
    CHECK(back.allow_weak);
    CHECK(back.renewal_seconds == record.renewal_seconds);
    CHECK(back.exact);
    CHECK(back.created > 1'700'000'000);
    CHECK(back.changed == back.created);
    CHECK(id_of(journal->get("two")) == "Journal.NotFound");
    CHECK(id_of(journal->events("two")) == "Journal.NotFound");
    CHECK(id_of(journal->add(record)) == "Journal.Exists");
}

TEST_CASE("A step is taken once: who comes from an old state is told where the request stands") {
    TemporaryFolder folder;
    const auto first = must(Journal::open(folder.path(), system_clock()));
    const auto second = must(Journal::open(folder.path(), system_clock()));
    Record record = sample("one");
    must(first->add(record));
    record.state = State::submitting;
    must(second->advance(State::prepared, record, "sent"));
    const auto again = first->advance(State::prepared, record, "sent too");
    REQUIRE(id_of(again) == "Journal.Changed");
    CHECK(again.error().message().find("Submitting") != std::string::npos);
    CHECK(id_of(first->advance(State::prepared, sample("two"), "")) == "Journal.NotFound");

    const auto events = must(first->events("one"));
    REQUIRE(events.size() == 2);
    CHECK(events[0].state == State::prepared);
    CHECK(events[1].state == State::submitting);
    CHECK(events[1].message == "sent");
}

TEST_CASE("What is open is found by its key, what waits for a process by its state") {
    TemporaryFolder folder;
    const auto journal = must(Journal::open(folder.path(), system_clock()));
    int number = 0;
    for (const State state : {State::prepared, State::submitting, State::pending, State::issued, State::installed,
                              State::denied, State::failed, State::uncertain, State::abandoned}) {
        Record record = sample("id" + std::to_string(++number));
        record.state = state;
        record.install = true;
        must(journal->add(record));
        CHECK(must(journal->events(record.id)).back().state == state);
    }
    Record only_fetched = sample("id10");
    only_fetched.state = State::issued;
    must(journal->add(only_fetched));

    CHECK(must(journal->list(false)).size() == 10);
    CHECK(must(journal->list(false)).front().id == "id10");
    CHECK(must(journal->list(true)).size() == 6);
    CHECK(must(journal->find_by_key(std::string(64, 'a'))).size() == 6);
    CHECK(must(journal->find_by_key(std::string(64, 'b'))).empty());
    CHECK(must(journal->find_by_key("")).empty());
    CHECK(must(journal->find_by_thumbprint(std::string(40, 'B'))).size() == 10);
    CHECK(must(journal->find_by_thumbprint("")).empty());
    CHECK(must(journal->find_renewals(std::string(40, 'C'))).size() == 6);
    CHECK(must(journal->interrupted()).size() == 2);
    CHECK_FALSE(is_open(only_fetched));
    CHECK(is_open(State::failed));
    CHECK_FALSE(is_open(State::denied));
    CHECK(state_name(State::uncertain) == "Uncertain");
    CHECK(state_name(static_cast<State>(77)) == "Unknown");
}

TEST_CASE("A journal that cannot be understood is refused with what is wrong") {
    TemporaryFolder folder;
    const auto path = folder.path() / "journal.sqlite";
    SECTION("no database") {
        must(file::write_atomic(path,
                                as_bytes("This is a letter to my grandmother, who is no database at all. "
                                         "It goes on and on, for more than a hundred bytes, as she likes it."),
                                file::Access::owner, true));
        CHECK(id_of(Journal::open(folder.path(), system_clock())) == "Journal.Damaged");
    }
    SECTION("newer") {
        {
            const auto database = must(sqlite::Database::open(path));
            must(database.execute("PRAGMA user_version = 99"));
        }
        CHECK(id_of(Journal::open(folder.path(), system_clock())) == "Journal.Version");
    }
    SECTION("a damaged row") {
        const auto journal = must(Journal::open(folder.path(), system_clock()));
        must(journal->add(sample("one")));
        const auto database = must(sqlite::Database::open(path));
        for (const char *harm : {"UPDATE requests SET state = 55", "UPDATE requests SET state = 1, chain = x'3082'",
                                 "UPDATE requests SET chain = x'', order_settings = 'nothing'"}) {
            must(database.execute(harm));
            CHECK(id_of(journal->get("one")) == "Journal.Damaged");
            CHECK(id_of(journal->list(false)) == "Journal.Damaged");
        }
    }
}

TEST_CASE("A journal of the first version goes on as one of today's") {
    // As version 1 wrote it.
    constexpr const char *first_version = R"sql(
CREATE TABLE requests(
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    state INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    subject TEXT NOT NULL,
    key_id TEXT NOT NULL,
    csr BLOB NOT NULL,
    replaces TEXT NOT NULL,
    store TEXT NOT NULL,
    key_uri TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    provider TEXT NOT NULL,
    authority TEXT NOT NULL,
    authority_location TEXT NOT NULL,
    profile TEXT NOT NULL,
    order_settings TEXT NOT NULL,
    token BLOB NOT NULL,
    next_try INTEGER NOT NULL,
    reference TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    chain BLOB NOT NULL,
    thumbprint TEXT NOT NULL,
    install INTEGER NOT NULL,
    trust_root INTEGER NOT NULL,
    exportable INTEGER NOT NULL,
    archive_old INTEGER NOT NULL,
    allow_differences INTEGER NOT NULL);
CREATE INDEX requests_by_key ON requests(key_id);
CREATE INDEX requests_by_thumbprint ON requests(thumbprint) WHERE thumbprint <> '';
CREATE INDEX requests_by_replaced ON requests(replaces) WHERE replaces <> '';
CREATE INDEX requests_open ON requests(state) WHERE state IN (1, 2, 3, 4, 7, 8);
CREATE TABLE events(
    request INTEGER NOT NULL REFERENCES requests(number),
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY(request, position)) WITHOUT ROWID;
INSERT INTO requests VALUES
    (1, 'waiting', 3, 1700000000, 1700000001, 'CN=web01', 'abc', x'3000', '', 'folder:CurrentUser/My', 'k', 'f', 'lab',
     'lab', 'CurrentUser', 'server', '', x'01', 0, 'ref', '', 'Wait', x'', '', 1, 0, 1, 0, 1),
    (2, 'done', 5, 1700000000, 1700000001, 'CN=web02', 'def', x'3000', '', 'folder:CurrentUser/My', 'k', 'f', 'lab',
     'lab', 'CurrentUser', 'server', '', x'', 0, 'ref', '', '', x'3000', 'AB', 1, 0, 1, 0, 1);
INSERT INTO events VALUES (1, 1, 1700000000, 1, ''), (2, 1, 1700000000, 1, '');
PRAGMA user_version = 1;
)sql";
    TemporaryFolder folder;
    {
        const auto database = must(sqlite::Database::open(folder.path() / "journal.sqlite"));
        must(database.execute(first_version));
    }
    const auto journal = must(Journal::open(folder.path(), system_clock()));
    Record waiting = must(journal->get("waiting"));
    CHECK(waiting.subject == "CN=web01");
    CHECK(waiting.profile == "server");
    CHECK(waiting.exportable);
    CHECK(waiting.token == Bytes{1});
    CHECK(waiting.remedy.empty());
    CHECK(waiting.sent_at == 0);
    CHECK_FALSE(waiting.allow_weak);
    // Taking differences was the rule then; nobody had said so.
    CHECK_FALSE(waiting.allow_differences);
    CHECK(must(journal->get("done")).allow_differences);
    CHECK(must(journal->events("waiting")).size() == 1);
    waiting.remedy = "new";
    const State before = waiting.state;
    must(journal->advance(before, waiting, ""));
    must(journal->add(sample("three")));
    CHECK(must(must(Journal::open(folder.path(), system_clock()))->get("waiting")).remedy == "new");
}

TEST_CASE("The journal is its owner's alone") {
    TemporaryFolder folder;
    const auto journal = must(Journal::open(folder.path() / "new" / "folder", system_clock()));
    CHECK(only_owner_reads(folder.path() / "new" / "folder" / "journal.sqlite"));
}

TEST_CASE("A note is an event that is no step") {
    TemporaryFolder folder;
    const auto journal = must(Journal::open(folder.path(), system_clock()));
    must(journal->add(sample("one")));
    must(journal->note("one", "seen"));
    must(journal->note("one", "seen again"));
    const auto events = must(journal->events("one"));
    REQUIRE(events.size() == 3);
    CHECK(events[1].message == "seen");
    CHECK(events[2].message == "seen again");
    CHECK(events[2].state == State::prepared);
    CHECK(must(journal->get("one")).message == "hello");
    CHECK(id_of(journal->note("two", "x")) == "Journal.NotFound");
}
