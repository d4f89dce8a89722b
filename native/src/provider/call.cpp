#include "provider/call.hpp"

#include <cstring>
#include <exception>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "provider/errors.hpp"

namespace certbroker::provider {
namespace {

constexpr std::size_t max_kept = 512UL * 1024 * 1024;
constexpr std::size_t max_scratch = 16UL * 1024 * 1024;
constexpr std::size_t max_lines = 10'000;
constexpr std::size_t max_traced = 16UL * 1024 * 1024;

/// Who hears the lines of a call.
Log *listener_of(const Operation &operation, const Instance &instance) noexcept {
    return operation.log != &null_log() || instance.services.log == nullptr ? operation.log : instance.services.log;
}

thread_local Call *current_call = nullptr;

/// Calls that run now, so that a host function called on a foreign thread finds whom to blame without touching memory
/// by a plugin's word. Never destroyed: an abandoned call may outlive main().
struct LiveCalls {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, Call *> calls;
};
LiveCalls &live_calls() {
    static auto *live = new LiveCalls;
    return *live;
}

} // namespace

class Call::QueueLog final : public Log {
public:
    explicit QueueLog(Call &call) : call_(call) {}
    void write(LogLevel level, std::string_view source, std::string_view message) noexcept override {
        try {
            call_.queue_log(level, source, std::string(message));
        } catch (...) { // NOLINT(bugprone-empty-catch): a log line is not worth a failed request
        }
    }
    bool tracing() const noexcept override { return call_.tracing(); }
    void trace(std::string_view source, std::string_view text) noexcept override {
        try {
            call_.hold_trace(source, text);
        } catch (...) { // NOLINT(bugprone-empty-catch): as above
        }
    }

private:
    Call &call_;
};

class Call::QueueProgress final : public Progress {
public:
    explicit QueueProgress(Call &call) : call_(call) {}
    bool report(Stage stage, std::int32_t percent, std::string_view message) override {
        call_.queue_progress(stage, percent, std::string(message));
        return true;
    }

private:
    Call &call_;
};

Call::Call(std::shared_ptr<Instance> instance, const char *slot, unsigned allowed, Stage stage,
           const Operation &operation)
    : instance_(std::move(instance)), slot_(slot), allowed_(allowed), stage_(stage),
      log_(std::make_unique<QueueLog>(*this)), progress_(std::make_unique<QueueProgress>(*this)), operation_(operation),
      listening_(operation.log != &null_log() || instance_->services.log != nullptr),
      tracing_(listener_of(operation, *instance_)->tracing()), redactor_(instance_->redactor) {
    operation_.log = listening_ ? log_.get() : &null_log();
    operation_.progress = operation.progress != nullptr ? progress_.get() : nullptr;
}

Call::~Call() {
    for (const auto &[memory, size] : scratch_)
        wipe(memory.get(), size);
}

Call *Call::running() noexcept {
    return current_call;
}

void Call::run() noexcept {
    const auto self = shared_from_this();
    {
        LiveCalls &live = live_calls();
        const std::lock_guard lock(live.mutex);
        live.calls[serial_] = this;
    }
    current_call = this;
    try {
        status_ = body(*this);
    } catch (const std::exception &problem) {
        thrown_ = problem.what();
    } catch (...) {
        thrown_ = "an exception of unknown type";
    }
    current_call = nullptr;
    {
        LiveCalls &live = live_calls();
        const std::lock_guard lock(live.mutex);
        live.calls.erase(serial_);
    }
    {
        const std::lock_guard gate(instance_->gate);
        if (ended_) return; // abandoned meanwhile: nobody waits
        ended_ = true;
    }
    try {
        release_traces();
    } catch (...) { // NOLINT(bugprone-empty-catch): a trace is not worth a failed request
    }
    // Notified under the lock: the caller may free the call as soon as it sees the end.
    const std::lock_guard lock(mutex_);
    done_.store(true, std::memory_order_release);
    changed_.notify_all();
}

bool Call::wait_until_done(const Operation &listener, std::chrono::milliseconds grace) {
    // Most calls that need no disk and no network end within microseconds; a wake-up alone costs as much.
    for (int i = 0; i < 200 && !done_.load(std::memory_order_acquire); ++i) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
    constexpr std::chrono::milliseconds longest_slice{20};
    std::chrono::milliseconds slice{1};
    std::optional<std::chrono::steady_clock::time_point> give_up;
    std::unique_lock lock(mutex_);
    for (;;) {
        deliver(lock, listener);
        // While lines are delivered the lock is free: the call may have queued its last ones and ended meanwhile.
        if (done_.load(std::memory_order_acquire) && lines_.empty() && dropped_ == 0) return true;
        const auto something = [this] { return done_.load(std::memory_order_acquire) || !lines_.empty(); };
        const bool happened = changed_.wait_for(lock, slice, something);
        if (!happened) slice = std::min(slice * 2, longest_slice);
        if (done_.load(std::memory_order_acquire)) continue;
        // A plugin that talks without end must not escape its deadline, so this is asked after every wake-up.
        const auto now = std::chrono::steady_clock::now();
        if (!give_up && !listener.check(slot_)) give_up = now + grace;
        if (give_up && now >= *give_up) {
            lock.unlock();
            const bool gone = abandon();
            lock.lock();
            if (!gone) continue;
            lock.unlock();
            release_traces();
            lock.lock();
            deliver(lock, listener);
            return false;
        }
    }
}

bool Call::abandon() {
    abandoned_.store(true, std::memory_order_release);
    const std::lock_guard gate(instance_->gate);
    if (ended_) {
        // It ended while we waited for the gate; run() is about to say so.
        while (!done_.load(std::memory_order_acquire))
            std::this_thread::yield();
        return false;
    }
    ended_ = true;
    return true;
}

void Call::enqueue(Line line) {
    const std::lock_guard lock(mutex_);
    if (lines_.size() >= max_lines) {
        ++dropped_;
        return;
    }
    lines_.push_back(std::move(line));
    changed_.notify_all();
}

void Call::queue_log(LogLevel level, std::string_view source, std::string text) {
    if (!listening_) return;
    enqueue({Line::Kind::log, static_cast<std::int32_t>(level), stage_, std::string(source), redactor_.clean(text)});
}

void Call::queue_progress(Stage stage, std::int32_t percent, std::string text) {
    if (operation_.progress == nullptr) return;
    enqueue({Line::Kind::progress, percent, stage, {}, redactor_.clean(text)});
}

void Call::hold_trace(std::string_view source, std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (traced_bytes_ + text.size() > max_traced) {
        ++dropped_;
        return;
    }
    traced_bytes_ += text.size();
    traces_.push_back({Line::Kind::trace, 0, stage_, std::string(source), std::string(text)});
}

void Call::release_traces() {
    // Nobody adds secrets any more: the slot has returned, or the call was abandoned.
    const std::lock_guard lock(mutex_);
    for (Line &line : traces_) {
        line.text = redactor_.blank(line.text);
        lines_.push_back(std::move(line));
    }
    traces_.clear();
}

void Call::deliver(std::unique_lock<std::mutex> &lock, const Operation &listener) {
    Log *log = listener_of(listener, *instance_);
    // No more than one full queue at a time, so that the caller looks at its deadline in between.
    std::deque<Line> lines;
    std::swap(lines, lines_);
    const std::size_t dropped = std::exchange(dropped_, 0);
    if (lines.empty() && dropped == 0) return;
    lock.unlock();
    for (const Line &line : lines) {
        switch (line.kind) {
        case Line::Kind::progress:
            listener.report(line.stage, line.number, line.text);
            break;
        case Line::Kind::trace:
            log->trace(line.source, line.text);
            break;
        case Line::Kind::log:
            log->write(static_cast<LogLevel>(line.number), line.source, line.text);
            break;
        }
    }
    if (dropped != 0)
        log->write(LogLevel::warning, instance_->source,
                   std::to_string(dropped) + " lines were dropped: the provider logs faster than they can be written");
    lock.lock();
}

bool Call::owns(const void *handle) const noexcept {
    HandleParts parts;
    return handle::read(handle, parts) && (parts.serial == serial_ || parts.serial == instance_->serial);
}

Error Call::breach(const std::string &why) {
    const std::string text = *function != '\0' ? std::string(function) + ": " + why : why;
    const std::lock_guard lock(mutex_);
    if (breach_.empty()) breach_ = text;
    return contract(text);
}

void Call::breach_from_elsewhere(const void *handle, const char *function) noexcept {
    try {
        const std::string why = std::string(function);
        if (Call *call = running(); call != nullptr) {
            const std::lock_guard lock(call->mutex_);
            if (call->breach_.empty())
                call->breach_ = why + " was called with a handle of another call, of an ended one, or with none";
            return;
        }
        HandleParts parts;
        if (!handle::read(handle, parts)) return;
        LiveCalls &live = live_calls();
        const std::lock_guard lock(live.mutex);
        const auto found = live.calls.find(parts.serial);
        if (found == live.calls.end()) return;
        const std::lock_guard breach_lock(found->second->mutex_);
        if (found->second->breach_.empty())
            found->second->breach_ = why + " was called on another thread than that of the running call";
    } catch (...) { // NOLINT(bugprone-empty-catch): the plugin is refused anyway; only the report is lost
    }
}

cbp_status Call::host_failed(Error error) {
    host_status_ = to_plugin_status(error.status());
    superseded_ = false;
    host_failure_ = std::move(error);
    return host_status_;
}

void Call::plugin_failed(cbp_status status, const char *message) {
    const std::string_view text(message != nullptr ? message : "",
                                message != nullptr ? strnlen(message, 64UL * 1024) : 0);
    plugin_failure_.emplace(status, redactor_.clean(text));
    // A failure of the host in this call is most likely the reason; statuses tell.
    if (!superseded_) plugin_cause_ = host_failure_;
    host_failure_.reset();
}

std::uint32_t Call::push(Object object) {
    if (objects_.size() >= 65'000) throw std::length_error("too many handles in one call");
    objects_.push_back(std::move(object));
    return static_cast<std::uint32_t>(objects_.size());
}

Object *Call::look_up(const void *handle) noexcept {
    HandleParts parts;
    if (!handle::read(handle, parts) || parts.serial != serial_ || parts.index == 0 || parts.index > objects_.size())
        return nullptr;
    return &objects_[parts.index - 1];
}

const Settings *Call::settings_of(const cbp_settings *handle) {
    if (handle == instance_->settings_handle()) return &instance_->settings;
    const SettingsObject *object = find<SettingsObject>(handle);
    return object != nullptr ? &object->settings : nullptr;
}

cbp_bytes Call::keep(Bytes bytes) {
    kept_ += bytes.size();
    if (kept_ > max_kept) throw std::bad_alloc();
    bytes_.push_back(std::move(bytes));
    return {bytes_.back().data(), bytes_.back().size()};
}

cbp_bytes Call::keep(SecretBytes bytes) {
    kept_ += bytes.size();
    if (kept_ > max_kept) throw std::bad_alloc();
    secret_bytes_.push_back(std::move(bytes));
    return {secret_bytes_.back().data(), secret_bytes_.back().size()};
}

const char *Call::keep(std::string text) {
    kept_ += text.size();
    if (kept_ > max_kept) throw std::bad_alloc();
    texts_.push_back(std::move(text));
    return texts_.back().c_str();
}

void *Call::scratch(std::size_t size) {
    if (size > max_scratch - scratch_used_) return nullptr;
    const std::size_t rounded = std::max<std::size_t>(size, 1);
    scratch_.emplace_back(std::make_unique<std::byte[]>(rounded), rounded); // NOLINT(modernize-avoid-c-arrays)
    scratch_used_ += size;
    return scratch_.back().first.get();
}

Result<void> Call::required(const void *pointer, const char *what) {
    if (pointer == nullptr) return breach("'" + std::string(what) + "' is NULL");
    return {};
}

Result<std::string> Call::text(const char *value, const char *what, std::size_t limit) {
    CERTBROKER_CHECK(required(value, what));
    return optional_text(value, what, limit);
}

Result<std::string> Call::optional_text(const char *value, const char *what, std::size_t limit) {
    if (value == nullptr) return std::string();
    const std::size_t size = strnlen(value, limit + 1);
    if (size > limit) return breach("'" + std::string(what) + "' is longer than " + std::to_string(limit) + " bytes");
    std::string out(value, size);
    if (!is_valid_utf8(out)) return breach("'" + std::string(what) + "' is not UTF-8");
    return out;
}

Result<ByteView> Call::bytes(cbp_bytes value, const char *what, std::size_t limit) {
    if (value.size > limit)
        return breach("'" + std::string(what) + "' is larger than " + std::to_string(limit) + " bytes");
    if (value.size > 0) CERTBROKER_CHECK(required(value.data, what));
    return ByteView(value.data, value.size);
}

Result<void> Call::may_answer(unsigned bit) {
    if ((allowed_ & bit) == 0) return breach(std::string("this is no answer to ") + slot_);
    return {};
}

} // namespace certbroker::provider
