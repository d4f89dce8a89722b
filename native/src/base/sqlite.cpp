#include "base/sqlite.hpp"

#include <sqlite3.h>

#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>

#include <gsl/narrow>

#include "base/errors.hpp"
#include "base/file.hpp"

namespace certbroker::sqlite {
namespace {

Error database_error(sqlite3 *database, std::string what) {
    const int code = database != nullptr ? sqlite3_extended_errcode(database) : SQLITE_NOMEM;
    const int primary = code & 0xff;
    const bool busy = primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
    const char *why = database != nullptr ? sqlite3_errmsg(database) : "out of memory";
    return fail(busy ? errors::database_busy : errors::database, std::move(what) + ": " + why)
        .with(ErrorNumber::os_code, code);
}

constexpr const char *settings = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;";

/// A parameter that cannot be bound would silently ask another question.
void check_bound(int code) {
    if (code == SQLITE_NOMEM) throw std::bad_alloc();
    if (code != SQLITE_OK) throw std::logic_error(std::string("SQL parameter: ") + sqlite3_errstr(code));
}

} // namespace

void Statement::Finalize::operator()(sqlite3_stmt *statement) const noexcept {
    (void)sqlite3_finalize(statement);
}

void Statement::rewind() noexcept {
    if (sqlite3_stmt_busy(statement_.get()) != 0) reset();
}

Statement &Statement::bind(int index, std::int64_t value) {
    rewind();
    check_bound(sqlite3_bind_int64(statement_.get(), index, value));
    return *this;
}

Statement &Statement::bind(int index, std::string_view text) {
    rewind();
    check_bound(sqlite3_bind_text(statement_.get(), index, text.data() != nullptr ? text.data() : "",
                                  gsl::narrow<int>(text.size()), SQLITE_TRANSIENT));
    return *this;
}

Statement &Statement::bind(int index, ByteView blob) {
    static const std::uint8_t nothing = 0;
    rewind();
    check_bound(sqlite3_bind_blob(statement_.get(), index, blob.empty() ? &nothing : blob.data(),
                                  gsl::narrow<int>(blob.size()), SQLITE_TRANSIENT));
    return *this;
}

Statement &Statement::bind_null(int index) {
    rewind();
    check_bound(sqlite3_bind_null(statement_.get(), index));
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    Error error = database_error(database_, "The database could not be used");
    reset();
    return error;
}

Result<void> Statement::run() {
    for (;;) {
        CERTBROKER_TRY(const bool row, step());
        if (!row) return {};
    }
}

void Statement::reset() noexcept {
    (void)sqlite3_reset(statement_.get());
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const auto *bytes = sqlite3_column_text(statement_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char *>(bytes), size);
}

Bytes Statement::blob(int column) const {
    const auto *bytes = static_cast<const std::uint8_t *>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? Bytes() : Bytes(bytes, bytes + size);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3 *database) const noexcept {
    (void)sqlite3_close_v2(database);
}

Result<Database> Database::open(const std::filesystem::path &path, std::uint32_t busy_ms) {
    // SQLite gives -wal and -shm the mode of the main file, so that one decides for all three.
    if (!file::exists(path)) {
        if (auto made = file::write_atomic(path, {}, file::Access::owner, false, "database.create");
            !made && made.error().status() != Status::exists)
            return std::move(made).error();
    }
    sqlite3 *raw = nullptr;
    const std::string name = file::from_path(path);
    const int opened = sqlite3_open_v2(file::system_name(path).c_str(), &raw,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    Database database(raw);
    if (opened != SQLITE_OK) return database_error(raw, "The database '" + name + "' could not be opened");
    (void)sqlite3_busy_timeout(raw, gsl::narrow<int>(busy_ms));
    // What is in the WAL is as safe as in the database: a process that does little need not move it there at its end,
    // nor make a WAL at its beginning. Each costs syncs that take longer than its work. SQLite moves it by itself every
    // 1,000 pages.
    int keep_wal = 1;
    (void)sqlite3_file_control(raw, nullptr, SQLITE_FCNTL_PERSIST_WAL, &keep_wal);
    (void)sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    // Turning to WAL, and recovering a WAL that a killed process left, answer "locked" at once where waiting could be a
    // deadlock; two processes that start together then meet here.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_ms);
    auto set = database.execute(settings);
    while (!set && set.error().status() == Status::busy && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        set = database.execute(settings);
    }
    if (!set)
        return fail(set.error().status() == Status::busy ? errors::database_busy : errors::database,
                    "The database '" + name + "' could not be opened")
            .because(std::move(set).error());
    return database;
}

Result<Statement> Database::prepare(std::string_view sql) const {
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql.data(), gsl::narrow<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement, nullptr) != SQLITE_OK)
        return database_error(database_.get(), "The database could not be asked");
    return Statement(database_.get(), statement);
}

Result<void> Database::execute(const char *sql) const {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return database_error(database_.get(), "The database could not be changed");
    return {};
}

std::int64_t Database::changes() const noexcept {
    return sqlite3_changes64(database_.get());
}

bool Database::in_transaction() const noexcept {
    return sqlite3_get_autocommit(database_.get()) == 0;
}

} // namespace certbroker::sqlite
