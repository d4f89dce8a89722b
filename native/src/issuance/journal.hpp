#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

namespace certbroker::issuance {

/// Values are part of the C ABI (certbroker_state).
enum class State : std::int32_t {
    prepared = 1,
    submitting = 2,
    pending = 3,
    issued = 4,
    installed = 5,
    denied = 6,
    failed = 7,
    uncertain = 8,
    abandoned = 9,
};
std::string_view state_name(State state) noexcept; ///< "Prepared" ...
bool is_open(State state) noexcept;                ///< prepared, submitting, pending, issued, failed, uncertain

struct Record;
/// What still waits for something. ISSUED is the end of a request whose certificate is not to be installed (install is
/// false: -NoInstall, or a CSR whose key is elsewhere); every other state is open or not by itself.
bool is_open(const Record &record) noexcept;

/// One request as the journal knows it. The journal is the truth about requests; the stores are the truth about keys
/// and certificates; recover() reconciles them.
struct Record {
    std::string id; ///< UUID; also the idempotency key towards the CA
    State state = State::prepared;
    std::int64_t created = 0, changed = 0;
    std::string subject;
    std::string store;     ///< StoreUri the certificate goes to; empty for foreign CSRs without one
    std::string key_uri;   ///< empty: the key is elsewhere
    std::string key_id;    ///< SHA-256 of the SPKI, hex
    Bytes csr;             ///< DER of the PKCS#10
    Bytes request_message; ///< DER of the PKCS#7 or CMC message that it goes out in; empty: it goes as it is
    std::string friendly_name;
    std::string provider, authority, authority_location, profile;
    std::vector<std::pair<std::string, std::string>> order; ///< order settings that are no secrets
    Bytes token;                                            ///< pending
    std::int64_t next_try = 0; ///< pending: asking before that is no use; uncertain: nothing is sent again before that
    std::string reference, reason, message;
    std::string remedy;         ///< denied: what the admin does about it
    std::int64_t sent_at = 0;   ///< when it went to the CA last
    std::int64_t not_after = 0; ///< the end that was asked for; 0 = the CA decides
    std::vector<Bytes> chain;   ///< issued: DER as the CA sent it, leaf first
    std::string thumbprint;
    std::string replaces; ///< renewal: thumbprint of the old certificate, in the same store
    bool install = true, trust_root = false, exportable = false;
    bool archive_old = false;       ///< renewal: mark the old one archived when the new one is installed
    bool allow_differences = false; ///< a certificate for other names, usages or dates than asked is installed as well
    bool exact = false;             ///< not even what a CA may well change is taken
    bool allow_weak = false;        ///< the same for weak signatures and weak keys of the CA
    std::int64_t renewal_seconds = 0; ///< how long before its end the CA renews the certificate; 0 = it does not say
};

struct Event {
    std::int64_t at = 0;
    State state = State::prepared;
    std::string message;
};

/// The journal of one location: SQLite, WAL, full sync. A change is durable when the call returns. Several processes
/// may use it; thread-safe.
class Journal {
public:
    /// Makes the folder and the file ("journal.sqlite") when they are not there. Journal.Version, Journal.Damaged.
    static Result<std::unique_ptr<Journal>> open(const std::filesystem::path &folder, const Clock &clock);
    /// Whether somebody made a journal in that folder; for readers that should leave no trace.
    static bool exists(const std::filesystem::path &folder);
    ~Journal();

    /// `created` and `changed` are the journal's to set. A request that goes straight on to the CA is added as
    /// SUBMITTING, which is one durable write instead of two. Journal.Exists.
    Result<void> add(const Record &record);
    /// Writes the record's changed fields and an event, but only when the stored state still is `expected`
    /// (Journal.Changed otherwise): two processes never both take the same step.
    Result<void> advance(State expected, const Record &record, std::string_view message);
    /// Adds an event that is no step: the request stays in the state it has. Journal.NotFound.
    Result<void> note(std::string_view id, std::string_view message);
    Result<Record> get(std::string_view id) const;                                     ///< Journal.NotFound
    Result<std::vector<Record>> list(bool open_only) const;                            ///< newest first
    Result<std::vector<Record>> find_by_key(std::string_view key_id) const;            ///< open ones, newest first
    Result<std::vector<Record>> find_by_thumbprint(std::string_view thumbprint) const; ///< newest first
    /// Open renewals of that certificate, newest first.
    Result<std::vector<Record>> find_renewals(std::string_view thumbprint) const;
    Result<std::vector<Record>> interrupted() const; ///< SUBMITTING, and ISSUED that is to be installed
    Result<std::vector<Event>> events(std::string_view id) const;

private:
    struct Impl;
    explicit Journal(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace certbroker::issuance
