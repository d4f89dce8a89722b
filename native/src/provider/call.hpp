#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/cms.hpp"
#include "provider/instance.hpp"

namespace certbroker::provider {

/// What a slot may answer with; bits of Call::allowed.
namespace answer {
inline constexpr unsigned issued = 1, pending = 2, denied = 4, uncertain = 8, profile = 16, rule = 32, certificate = 64,
                          crl = 128, check = 256, found = 512, endpoint = 1024;
inline constexpr unsigned outcome = issued | pending | denied | uncertain;
} // namespace answer

/// The things behind the handles of a call.
struct ParsedObject {
    std::variant<x509::Csr, x509::Certificate> value;
    std::map<std::int32_t, std::vector<std::string>> texts; ///< by CBP_FIELD_, made when first asked
    Bytes key_identifier;
};
struct ListObject {
    std::vector<Bytes> items;
};
struct SecretObject {
    Secret secret;
};
struct SettingsObject {
    Settings settings;
};
using Object = std::variant<KeyObject, ParsedObject, ListObject, SecretObject, SettingsObject, http::Response>;

/// What a plugin answered, copied and checked.
struct Answers {
    std::vector<Outcome> outcomes;
    std::string denied_remedy; ///< goes with a denial, whichever comes first
    std::vector<Provider::Profile> profiles;
    profile::Policy policy;
    std::vector<x509::Certificate> certificates;
    std::vector<Bytes> crls;
    std::vector<CheckRow> checks;
    FoundPage found;
    std::vector<Endpoint> endpoints;
};

/// One call into a plugin: its handles, memory, errors, answers, and the way log lines and progress take to the caller.
/// Everything the plugin is given lives in here, so that a call that is abandoned never touches what its caller freed.
class Call : public std::enable_shared_from_this<Call> {
public:
    /// `slot` is the name in messages ("submit"); `allowed` are bits of `answer`.
    Call(std::shared_ptr<Instance> instance, const char *slot, unsigned allowed, Stage stage,
         const Operation &operation);
    ~Call();
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;

    /// Calls the plugin; set before run.
    std::function<cbp_status(Call &)> body;
    /// Owns what body refers to.
    std::shared_ptr<void> arguments;
    /// What the rules are asked for; set before run.
    PolicyPurpose policy_purpose = PolicyPurpose::look;

    // --- the worker's side
    void run() noexcept;
    /// The call that runs on this thread; nullptr outside of calls.
    static Call *running() noexcept;

    // --- the caller's side
    /// Delivers log lines and progress until the call has ended; false when it was abandoned.
    bool wait_until_done(const Operation &listener, std::chrono::milliseconds grace);
    /// What the call came to: the plugin's failure, its breach of the contract, or success.
    Result<void> judge();

    // --- for host functions, with the gate held
    Instance &instance() const noexcept { return *instance_; }
    const Operation &operation() const noexcept { return operation_; }
    cbp_call *handle() const noexcept { return handle::make<cbp_call>(serial_, 0); }
    /// Whether a handle is this call's or its instance's.
    bool owns(const void *handle) const noexcept;
    bool stopping() const noexcept { return abandoned_.load(std::memory_order_acquire); }
    bool ended() const noexcept { return ended_; }
    Redactor &redactor() noexcept { return redactor_; }

    /// Names the host function that runs, for breach().
    const char *function = "";
    /// Records that the plugin broke a rule; the first one is reported.
    Error breach(const std::string &why);
    static void breach_from_elsewhere(const void *handle, const char *function) noexcept;
    /// Records why a host function failed, and gives what it returns to the plugin.
    cbp_status host_failed(Error error);
    /// An exchange came about after one that failed: what the plugin says now is not because of that one.
    void exchange_succeeded() noexcept { superseded_ = host_failure_.has_value(); }
    /// Why the host function that failed last did.
    const std::optional<Error> &host_failure() const noexcept { return host_failure_; }
    void plugin_failed(cbp_status status, const char *message);
    void set_remedy(std::string remedy) { remedy_ = std::move(remedy); }
    void set_failure_id(std::string id) { failure_id_ = std::move(id); }
    void set_number(ErrorNumber number, std::int64_t value) { numbers_[number] = value; }

    /// A handle for an object of this call. Throws std::length_error over 65,000.
    template<class Handle, class T>
    const Handle *add(T object) {
        return handle::make<Handle>(serial_, push(Object(std::move(object))));
    }
    /// nullptr, and a breach, when the handle is not of that kind.
    template<class T>
    T *find(const void *handle) {
        Object *object = look_up(handle);
        T *found = object != nullptr ? std::get_if<T>(object) : nullptr;
        if (found == nullptr) (void)breach("a handle was passed that is none of this call's, or of another kind");
        return found;
    }
    const Settings *settings_of(const cbp_settings *handle);

    /// Memory that lives until the call ends.
    cbp_bytes keep(Bytes bytes);
    cbp_bytes keep(SecretBytes bytes);
    const char *keep(std::string text);
    void *scratch(std::size_t size);

    /// Checked views of what the plugin passes: Provider.Contract for NULL, over the limit, or text that is not UTF-8.
    Result<std::string> text(const char *value, const char *what, std::size_t limit = 4096);
    Result<std::string> optional_text(const char *value, const char *what, std::size_t limit = 4096);
    Result<ByteView> bytes(cbp_bytes value, const char *what, std::size_t limit = 64UL * 1024 * 1024);
    Result<void> required(const void *pointer, const char *what);
    /// Whether this slot may give that answer.
    Result<void> may_answer(unsigned bit);

    void queue_log(LogLevel level, std::string_view source, std::string text);
    /// Whether the caller wants to see exchanges.
    bool tracing() const noexcept { return tracing_; }
    /// Keeps what was exchanged until the call is over: a secret in an answer (an NDES challenge) is known as one only
    /// when the plugin has taken it out (secret_extract).
    void hold_trace(std::string_view source, std::string_view text);
    void queue_progress(Stage stage, std::int32_t percent, std::string text);

    Answers answers;
    std::optional<crypto::CmsVerified> verified; ///< by the last cms_verify
    std::optional<x509::Csr> order_csr;          ///< submit, renew: parsed already
    crypto::KeyHandle order_key;                 ///< its key, when it is ours
    Stage stage() const noexcept { return stage_; }
    const char *slot() const noexcept { return slot_; }

private:
    struct Line {
        enum class Kind { log, progress, trace } kind = Kind::log;
        std::int32_t number = 0; ///< level or percent
        Stage stage = Stage::other;
        std::string source, text;
    };
    class QueueLog;
    class QueueProgress;

    std::uint32_t push(Object object);
    Object *look_up(const void *handle) noexcept;
    void enqueue(Line line);
    void release_traces();
    void deliver(std::unique_lock<std::mutex> &lock, const Operation &listener);
    bool abandon();
    Result<void> judge_failure();
    Result<void> judge_success();
    Error contract(const std::string &why) const;

    std::shared_ptr<Instance> instance_;
    const char *slot_;
    unsigned allowed_;
    Stage stage_;
    std::unique_ptr<Log> log_;
    std::unique_ptr<Progress> progress_;
    Operation operation_;
    bool listening_; ///< somebody reads the log
    bool tracing_;   ///< and exchanges too
    Redactor redactor_;
    std::uint64_t serial_ = handle::next_serial();

    std::deque<Object> objects_;
    std::deque<Bytes> bytes_;
    std::deque<SecretBytes> secret_bytes_;
    std::deque<std::string> texts_;
    std::vector<std::pair<std::unique_ptr<std::byte[]>, std::size_t>> scratch_;
    std::size_t scratch_used_ = 0;
    std::size_t kept_ = 0;

    cbp_status status_ = CBP_OK;
    std::optional<std::string> thrown_;
    std::optional<Error> host_failure_;
    cbp_status host_status_ = CBP_OK;
    bool superseded_ = false;
    std::optional<std::pair<cbp_status, std::string>> plugin_failure_;
    std::optional<Error> plugin_cause_;
    std::string remedy_;
    std::string failure_id_;
    std::map<ErrorNumber, std::int64_t> numbers_;

    std::atomic<bool> abandoned_{false}; ///< set first, so that a plugin in a loop of host calls lets go of the gate
    bool ended_ = false;                 ///< guarded by the gate: the slot returned, or the call was abandoned

    std::mutex mutex_; ///< guards what follows
    std::condition_variable changed_;
    std::deque<Line> lines_;
    std::size_t dropped_ = 0;
    std::deque<Line> traces_; ///< held until the end
    std::size_t traced_bytes_ = 0;
    std::string breach_;
    std::atomic<bool> done_{false};
};

/// The status that a plugin sees for a failure of the host.
cbp_status to_plugin_status(Status status) noexcept;
/// Whether a plugin may return that number as an error.
bool is_plugin_error(cbp_status status) noexcept;

} // namespace certbroker::provider
