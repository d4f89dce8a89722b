#include <mutex>

#include <gsl/narrow>

#include "base/fault.hpp"
#include "base/file.hpp"
#include "base/sqlite.hpp"
#include "provider/state.hpp"

namespace certbroker::provider {
namespace {

constexpr std::uint32_t busy_ms = 10'000;

/// One open file with its statements. Values are small and are looked up by their key: one b-tree without rowids, so
/// that a put writes one page and a commit costs one fsync of the log.
struct Connection {
    sqlite::Database database;
    sqlite::Statement get, put, remove, list, count;

    static Result<Connection> open(const std::filesystem::path &folder) {
        CERTBROKER_CHECK(file::make_folder(folder, file::Access::owner));
        CERTBROKER_TRY(sqlite::Database database, sqlite::Database::open(folder / "providers.sqlite", busy_ms));
        CERTBROKER_CHECK(database.execute("CREATE TABLE IF NOT EXISTS state(instance TEXT NOT NULL, key TEXT NOT NULL, "
                                          "value BLOB NOT NULL, PRIMARY KEY(instance, key)) WITHOUT ROWID;"
                                          "CREATE TABLE IF NOT EXISTS counters(instance TEXT NOT NULL, key TEXT NOT "
                                          "NULL, value INTEGER NOT NULL, PRIMARY KEY(instance, key)) WITHOUT ROWID;"));
        CERTBROKER_TRY(sqlite::Statement get,
                       database.prepare("SELECT value FROM state WHERE instance = ?1 AND key = ?2"));
        CERTBROKER_TRY(sqlite::Statement put, database.prepare("INSERT INTO state(instance, key, value) VALUES(?1, ?2, "
                                                               "?3) ON CONFLICT DO UPDATE SET value = excluded.value"));
        CERTBROKER_TRY(sqlite::Statement remove,
                       database.prepare("DELETE FROM state WHERE instance = ?1 AND key = ?2"));
        CERTBROKER_TRY(sqlite::Statement list,
                       database.prepare("SELECT key FROM state WHERE instance = ?1 AND key >= ?2 ORDER BY key"));
        CERTBROKER_TRY(sqlite::Statement count,
                       database.prepare("INSERT INTO counters(instance, key, value) VALUES(?1, ?2, 1) ON CONFLICT DO "
                                        "UPDATE SET value = value + 1 RETURNING value"));
        return Connection{std::move(database), std::move(get),  std::move(put),
                          std::move(remove),   std::move(list), std::move(count)};
    }
};

class SqliteState final : public StateStore {
public:
    explicit SqliteState(std::filesystem::path folder) : folder_(std::move(folder)) {}

    Result<std::optional<Bytes>> get(std::string_view instance, std::string_view key) override {
        const std::lock_guard lock(mutex_);
        CERTBROKER_TRY(Connection *const db, connection());
        CERTBROKER_TRY(const bool found, db->get.bind(1, instance).bind(2, key).step());
        if (!found) return std::optional<Bytes>();
        std::optional<Bytes> value = db->get.blob(0);
        db->get.reset();
        return value;
    }

    Result<void> put(std::string_view instance, const std::vector<std::pair<std::string, Bytes>> &values) override {
        const std::lock_guard lock(mutex_);
        CERTBROKER_TRY(Connection *const db, connection());
        const auto body = [&] { return write(*db, instance, values); };
        fault::point("state.put");
        // A statement alone is its own transaction.
        CERTBROKER_CHECK(values.size() == 1 ? body() : db->database.transaction(body));
        fault::point("state.put");
        return {};
    }

    Result<bool> put_new(std::string_view instance, const std::vector<std::pair<std::string, Bytes>> &values) override {
        const std::lock_guard lock(mutex_);
        CERTBROKER_TRY(Connection *const db, connection());
        const auto body = [&]() -> Result<bool> {
            for (const auto &[key, value] : values) {
                CERTBROKER_TRY(const bool found, db->get.bind(1, instance).bind(2, key).step());
                db->get.reset();
                if (found) return false;
            }
            CERTBROKER_CHECK(write(*db, instance, values));
            return true;
        };
        fault::point("state.put_new");
        CERTBROKER_TRY(const bool written, db->database.transaction(body));
        fault::point("state.put_new");
        return written;
    }

    Result<std::vector<std::string>> list(std::string_view instance, std::string_view prefix) override {
        const std::lock_guard lock(mutex_);
        CERTBROKER_TRY(Connection *const db, connection());
        std::vector<std::string> keys;
        (void)db->list.bind(1, instance).bind(2, prefix);
        for (;;) {
            CERTBROKER_TRY(const bool row, db->list.step());
            if (!row) return keys;
            std::string key = db->list.text(0);
            if (!key.starts_with(prefix) || keys.size() >= max_listed_keys) break;
            keys.push_back(std::move(key));
        }
        db->list.reset();
        return keys;
    }

    Result<std::uint64_t> count(std::string_view instance, std::string_view key) override {
        const std::lock_guard lock(mutex_);
        CERTBROKER_TRY(Connection *const db, connection());
        fault::point("state.count");
        CERTBROKER_TRY(const bool row, db->count.bind(1, instance).bind(2, key).step());
        const std::int64_t value = row ? db->count.number(0) : 0;
        // RETURNING commits when the statement is stepped to its end.
        CERTBROKER_CHECK(db->count.run());
        fault::point("state.count");
        return gsl::narrow<std::uint64_t>(value);
    }

private:
    static Result<void> write(Connection &db, std::string_view instance,
                              const std::vector<std::pair<std::string, Bytes>> &values) {
        for (const auto &[key, value] : values) {
            CERTBROKER_CHECK(value.empty() ? db.remove.bind(1, instance).bind(2, key).run()
                                           : db.put.bind(1, instance).bind(2, key).bind(3, ByteView(value)).run());
        }
        return {};
    }

    Result<Connection *> connection() {
        if (!connection_) {
            CERTBROKER_TRY(Connection opened, Connection::open(folder_));
            connection_.emplace(std::move(opened));
        }
        return &*connection_;
    }

    std::filesystem::path folder_;
    std::mutex mutex_;
    std::optional<Connection> connection_;
};

} // namespace

std::unique_ptr<StateStore> make_sqlite_state(std::filesystem::path folder) {
    return std::make_unique<SqliteState>(std::move(folder));
}

} // namespace certbroker::provider
