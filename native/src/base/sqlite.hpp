#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gsl/util>

#include "base/bytes.hpp"
#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

/// A thin RAII layer over SQLite; the only place that includes its header is sqlite.cpp. One Database belongs to one
/// thread at a time; any number of processes may open the same file.
namespace certbroker::sqlite {

class Database;

/// A prepared statement. Parameters are numbered from 1, columns from 0; binding one that does not exist throws
/// std::logic_error. Parameters stay bound when the statement is run again.
class Statement {
public:
    Statement &bind(int index, std::int64_t value);
    Statement &bind(int index, std::string_view text);
    Statement &bind(int index, ByteView blob);
    Statement &bind_null(int index);
    /// True while there is a row. Resets itself at the end and on failure, keeping nothing locked.
    Result<bool> step();
    /// Steps to the end and drops rows; for statements that only change something.
    Result<void> run();
    void reset() noexcept;

    std::int64_t number(int column) const;
    std::string text(int column) const;
    Bytes blob(int column) const;
    bool is_null(int column) const;

private:
    friend class Database;
    /// Parameters of a statement that stands on a row cannot be changed; it starts again then.
    void rewind() noexcept;
    struct Finalize {
        void operator()(sqlite3_stmt *statement) const noexcept;
    };
    Statement(sqlite3 *database, sqlite3_stmt *statement) : database_(database), statement_(statement) {}
    sqlite3 *database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Opened with WAL, synchronous=FULL and foreign keys: a committed transaction survives a power cut.
class Database {
public:
    /// Makes the file with 0600 before SQLite touches it. `busy_ms` is how long to wait for another process.
    static Result<Database> open(const std::filesystem::path &path, std::uint32_t busy_ms = 30'000);

    Result<Statement> prepare(std::string_view sql) const;
    Result<void> execute(const char *sql) const;
    std::int64_t changes() const noexcept;

    /// Runs body between BEGIN IMMEDIATE and COMMIT; rolls back when it fails.
    template<class Body>
    auto transaction(Body &&body) const -> decltype(body()) {
        CERTBROKER_CHECK(execute("BEGIN IMMEDIATE"));
        // Also when body throws.
        auto rollback = gsl::finally([this] {
            if (in_transaction()) (void)execute("ROLLBACK");
        });
        auto result = body();
        if (!result) return result;
        if (auto committed = execute("COMMIT"); !committed) return std::move(committed).error();
        return result;
    }

    bool in_transaction() const noexcept;

private:
    struct Close {
        void operator()(sqlite3 *database) const noexcept;
    };
    explicit Database(sqlite3 *database) : database_(database) {}
    std::unique_ptr<sqlite3, Close> database_;
};

} // namespace certbroker::sqlite
