#include "issuance/journal.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <system_error>

#include "base/der.hpp"
#include "base/fault.hpp"
#include "base/file.hpp"
#include "base/group_commit.hpp"
#include "base/sqlite.hpp"
#include "issuance/errors.hpp"
#include "issuance/journal_schema.hpp"
#include "issuance/lines.hpp"

namespace certbroker::issuance {
namespace {

constexpr const char *file_name = "journal.sqlite";

constexpr std::string_view is_open_sql = "state IN (1, 2, 3, 4, 7, 8) AND NOT (state = 4 AND install = 0)";

/// DER of one certificate after the other; each says its own length.
Bytes join_chain(const std::vector<Bytes> &chain) {
    Bytes joined;
    for (const Bytes &certificate : chain)
        joined.insert(joined.end(), certificate.begin(), certificate.end());
    return joined;
}

Result<std::vector<Bytes>> split_chain(ByteView joined) {
    std::vector<Bytes> chain;
    der::Reader reader(joined);
    while (!reader.empty()) {
        CERTBROKER_TRY(const auto element, reader.next());
        chain.push_back(to_bytes(element.whole));
    }
    return chain;
}

void bind_moving(sqlite::Statement &statement, int first, const Record &record, std::int64_t now) {
    int at = first;
    const auto number = [&](std::int64_t value) { statement.bind(at++, value); };
    const auto text = [&](std::string_view value) { statement.bind(at++, value); };
    const auto blob = [&](ByteView value) { statement.bind(at++, value); };
    number(static_cast<std::int64_t>(record.state));
    number(now);
    for (const std::string *value : {&record.store, &record.key_uri, &record.friendly_name, &record.provider,
                                     &record.authority, &record.authority_location, &record.profile})
        text(*value);
    text(lines::write(record.order));
    blob(record.token);
    number(record.next_try);
    for (const std::string *value : {&record.reference, &record.reason, &record.message})
        text(*value);
    blob(join_chain(record.chain));
    text(record.thumbprint);
    for (const bool flag :
         {record.install, record.trust_root, record.exportable, record.archive_old, record.allow_differences})
        number(flag ? 1 : 0);
    text(record.remedy);
    number(record.sent_at);
    number(record.not_after);
    number(record.allow_weak ? 1 : 0);
    number(record.renewal_seconds);
    number(record.exact ? 1 : 0);
}

Result<Record> read_record(const sqlite::Statement &row) {
    int at = 0;
    Record record;
    record.id = row.text(at++);
    record.created = row.number(at++);
    record.subject = row.text(at++);
    record.key_id = row.text(at++);
    record.csr = row.blob(at++);
    record.replaces = row.text(at++);
    record.request_message = row.blob(at++);
    const std::int64_t state = row.number(at++);
    record.changed = row.number(at++);
    for (std::string *text : {&record.store, &record.key_uri, &record.friendly_name, &record.provider,
                              &record.authority, &record.authority_location, &record.profile})
        *text = row.text(at++);
    auto order = lines::read(row.text(at++));
    record.token = row.blob(at++);
    record.next_try = row.number(at++);
    for (std::string *text : {&record.reference, &record.reason, &record.message})
        *text = row.text(at++);
    auto chain = split_chain(row.blob(at++));
    record.thumbprint = row.text(at++);
    for (bool *flag :
         {&record.install, &record.trust_root, &record.exportable, &record.archive_old, &record.allow_differences})
        *flag = row.number(at++) != 0;
    record.remedy = row.text(at++);
    record.sent_at = row.number(at++);
    record.not_after = row.number(at++);
    record.allow_weak = row.number(at++) != 0;
    record.renewal_seconds = row.number(at++);
    record.exact = row.number(at++) != 0;
    const bool known =
        state >= static_cast<std::int64_t>(State::prepared) && state <= static_cast<std::int64_t>(State::abandoned);
    if (!known || !order || !chain)
        return fail(errors::journal_damaged, "The request '" + record.id + "' could not be read: its " +
                                                 (!known   ? "state is unknown"
                                                  : !order ? "order settings are damaged"
                                                           : "certificates are damaged"));
    record.state = static_cast<State>(state);
    record.order = *std::move(order);
    record.chain = *std::move(chain);
    return record;
}

Error not_found(std::string_view id) {
    return fail(errors::journal_not_found,
                "The request '" + std::string(id.substr(0, 100)) + "' could not be found: the journal has no such id");
}

} // namespace

std::string_view state_name(State state) noexcept {
    constexpr std::array<std::string_view, 9> names = {"Prepared", "Submitting", "Pending",   "Issued",   "Installed",
                                                       "Denied",   "Failed",     "Uncertain", "Abandoned"};
    const auto index = static_cast<std::size_t>(state) - 1;
    return index < names.size() ? names[index] : "Unknown";
}

bool is_open(State state) noexcept {
    return state != State::installed && state != State::denied && state != State::abandoned;
}

bool is_open(const Record &record) noexcept {
    return is_open(record.state) && !(record.state == State::issued && !record.install);
}

/// SQLite's object belongs to one thread at a time; the statements are made once.
struct Journal::Impl {
    sqlite::Database database;
    const Clock *clock;
    sqlite::Statement insert, insert_event, update, select_one;
    std::mutex mutex;

    sqlite::GroupCommit group{database, mutex};

    Result<void> event(std::string_view id, State state, std::int64_t now, std::string_view message) {
        insert_event.bind(1, now).bind(2, static_cast<std::int64_t>(state)).bind(3, message).bind(4, id);
        return insert_event.run();
    }

    Result<Record> get(std::string_view id) {
        select_one.bind(1, id);
        CERTBROKER_TRY(const bool found, select_one.step());
        if (!found) return not_found(id);
        auto record = read_record(select_one);
        select_one.reset();
        return record;
    }

    Result<std::vector<Record>> select(const std::string &condition, std::string_view value = {}) {
        const std::lock_guard lock(mutex);
        CERTBROKER_TRY(sqlite::Statement statement,
                       database.prepare("SELECT " CERTBROKER_FIXED_COLUMNS ", " CERTBROKER_MOVING_COLUMNS
                                        " FROM requests WHERE " +
                                        condition + " ORDER BY number DESC"));
        if (!value.empty()) statement.bind(1, value);
        std::vector<Record> records;
        for (;;) {
            CERTBROKER_TRY(const bool row, statement.step());
            if (!row) return records;
            CERTBROKER_TRY(Record record, read_record(statement));
            records.push_back(std::move(record));
        }
    }
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

bool Journal::exists(const std::filesystem::path &folder) {
    return file::exists(folder / file_name);
}

namespace {

Result<std::int64_t> version_of(const sqlite::Database &database) {
    CERTBROKER_TRY(sqlite::Statement statement, database.prepare("PRAGMA user_version"));
    CERTBROKER_TRY(const bool row, statement.step());
    return row ? statement.number(0) : 0;
}

Result<sqlite::Database> open_database(const std::filesystem::path &path) {
    CERTBROKER_TRY(sqlite::Database database, sqlite::Database::open(path));
    CERTBROKER_TRY(std::int64_t version, version_of(database));
    if (version < schema_version) {
        fault::point("journal.create");
        const auto made = database.transaction([&database]() -> Result<void> {
            // Another process may have been faster; the transaction lets one in at a time.
            CERTBROKER_TRY(const std::int64_t now_there, version_of(database));
            if (now_there >= schema_version) return {};
            return database.execute(now_there == 0 ? schema : upgrade_1);
        });
        if (!made) return made.error();
        fault::point("journal.create");
        CERTBROKER_TRY(version, version_of(database));
    }
    if (version > schema_version)
        return fail(errors::journal_version, "The journal '" + file::from_path(path) +
                                                 "' could not be opened: its format is " + std::to_string(version) +
                                                 ", this version knows " + std::to_string(schema_version));
    return database;
}

} // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path &folder, const Clock &clock) {
    CERTBROKER_CHECK(file::make_folder(folder, file::Access::everyone));
    auto opened = open_database(folder / file_name);
    if (!opened && opened.error().id() == errors::database.id)
        return fail(errors::journal_damaged, "The journal '" + file::from_path(folder / file_name) +
                                                 "' could not be opened: SQLite cannot read it")
            .because(std::move(opened).error());
    CERTBROKER_TRY(sqlite::Database database, std::move(opened));

    std::string places = "?";
    for (int i = 1; i < fixed_columns + moving_columns; ++i)
        places += ", ?";
    std::string moving_places = "?";
    for (int i = 1; i < moving_columns; ++i)
        moving_places += ", ?";
    CERTBROKER_TRY(auto insert, database.prepare("INSERT INTO requests(" CERTBROKER_FIXED_COLUMNS
                                                 ", " CERTBROKER_MOVING_COLUMNS ") VALUES (" +
                                                 places + ")"));
    CERTBROKER_TRY(auto insert_event,
                   database.prepare("INSERT INTO events(request, position, at, state, message) "
                                    "SELECT number, (SELECT COALESCE(MAX(position), 0) + 1 FROM events WHERE request = "
                                    "number), ?, ?, ? FROM requests WHERE id = ?"));
    CERTBROKER_TRY(auto update, database.prepare("UPDATE requests SET (" CERTBROKER_MOVING_COLUMNS ") = (" +
                                                 moving_places + ") WHERE id = ? AND state = ?"));
    CERTBROKER_TRY(auto select_one, database.prepare("SELECT " CERTBROKER_FIXED_COLUMNS ", " CERTBROKER_MOVING_COLUMNS
                                                     " FROM requests WHERE id = ?"));
    return std::unique_ptr<Journal>(
        new Journal(std::make_unique<Impl>(std::move(database), &clock, std::move(insert), std::move(insert_event),
                                           std::move(update), std::move(select_one))));
}

Result<void> Journal::add(const Record &record) {
    const std::int64_t now = impl_->clock->now();
    fault::point("journal.add");
    auto done = impl_->group.run([&]() -> Result<void> {
        auto &insert = impl_->insert;
        insert.bind(1, std::string_view(record.id)).bind(2, now).bind(3, std::string_view(record.subject));
        insert.bind(4, std::string_view(record.key_id)).bind(5, ByteView(record.csr));
        insert.bind(6, std::string_view(record.replaces)).bind(7, ByteView(record.request_message));
        bind_moving(insert, fixed_columns + 1, record, now);
        if (auto inserted = insert.run(); !inserted) {
            if (!impl_->get(record.id)) return inserted;
            return fail(errors::journal_exists,
                        "The request '" + record.id + "' could not be remembered: its id is in use")
                .because(std::move(inserted).error());
        }
        if (record.state == State::submitting) CERTBROKER_CHECK(impl_->event(record.id, State::prepared, now, ""));
        CERTBROKER_CHECK(impl_->event(record.id, record.state, now, record.message));
        fault::point("journal.add");
        return {};
    });
    fault::point("journal.add");
    return done;
}

Result<void> Journal::advance(State expected, const Record &record, std::string_view message) {
    const std::int64_t now = impl_->clock->now();
    // That a certificate is in its store can be found out again (recovery puts it there once more, which changes
    // nothing); all else a request has reached could not.
    const auto durable =
        record.state == State::installed ? sqlite::GroupCommit::Durable::later : sqlite::GroupCommit::Durable::now;
    fault::point("journal.advance");
    const auto change = [&]() -> Result<void> {
        auto &update = impl_->update;
        bind_moving(update, 1, record, now);
        update.bind(moving_columns + 1, std::string_view(record.id));
        update.bind(moving_columns + 2, static_cast<std::int64_t>(expected));
        CERTBROKER_CHECK(update.run());
        if (impl_->database.changes() == 0) {
            CERTBROKER_TRY(const Record stored, impl_->get(record.id));
            return fail(errors::journal_changed, "The request '" + record.id + "' could not be taken to " +
                                                     std::string(state_name(record.state)) + ": it is no longer " +
                                                     std::string(state_name(expected)) + " but " +
                                                     std::string(state_name(stored.state)));
        }
        CERTBROKER_CHECK(impl_->event(record.id, record.state, now, message));
        fault::point("journal.advance");
        return {};
    };
    auto done = impl_->group.run(change, durable);
    fault::point("journal.advance");
    return done;
}

Result<void> Journal::note(std::string_view id, std::string_view message) {
    fault::point("journal.note");
    auto done = impl_->group.run([&]() -> Result<void> {
        CERTBROKER_TRY(const Record stored, impl_->get(id));
        return impl_->event(id, stored.state, impl_->clock->now(), message);
    });
    fault::point("journal.note");
    return done;
}

Result<Record> Journal::get(std::string_view id) const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->get(id);
}

Result<std::vector<Record>> Journal::list(bool open_only) const {
    return impl_->select(open_only ? std::string(is_open_sql) : "1");
}

Result<std::vector<Record>> Journal::find_by_key(std::string_view key_id) const {
    return impl_->select("key_id = ? AND " + std::string(is_open_sql), key_id);
}

Result<std::vector<Record>> Journal::find_by_thumbprint(std::string_view thumbprint) const {
    return impl_->select("thumbprint = ? AND thumbprint <> ''", thumbprint);
}

Result<std::vector<Record>> Journal::find_renewals(std::string_view thumbprint) const {
    return impl_->select("replaces = ? AND replaces <> '' AND " + std::string(is_open_sql), thumbprint);
}

Result<std::vector<Record>> Journal::interrupted() const {
    return impl_->select(std::string(is_open_sql) + " AND (state = 2 OR state = 4)");
}

Result<std::vector<Event>> Journal::events(std::string_view id) const {
    const std::lock_guard lock(impl_->mutex);
    CERTBROKER_TRY(
        sqlite::Statement statement,
        impl_->database.prepare("SELECT at, events.state, events.message FROM events JOIN requests ON request = "
                                "number WHERE id = ? ORDER BY position"));
    statement.bind(1, id);
    std::vector<Event> events;
    for (;;) {
        CERTBROKER_TRY(const bool row, statement.step());
        if (!row) break;
        events.push_back({statement.number(0), static_cast<State>(statement.number(1)), statement.text(2)});
    }
    // Every request has at least the event of its making.
    if (events.empty()) return not_found(id);
    return events;
}

} // namespace certbroker::issuance
