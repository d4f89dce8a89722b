#include "http/http_winhttp_async.hpp"

#include <algorithm>
#include <array>
#include <new>

#include <gsl/narrow>

#include "http/rules.hpp"

namespace certbroker::http::detail {
namespace {

constexpr DWORD slice_ms = 20; ///< how soon a cancellation is seen
constexpr std::int64_t grace_ms = 100;
constexpr std::size_t buffer_size = 32UL * 1024;
constexpr std::size_t write_size = 64UL * 1024;
/// A fence behind WINHTTP_OPTION_MAX_RESPONSE_HEADER_SIZE: headers and what may come along with their last bytes.
constexpr std::size_t header_fence = max_header_bytes + 256UL * 1024;

/// WinHTTP's own limits end what nobody waits for any more; the caller's deadline is kept by the caller.
bool set_timeouts(HINTERNET request, const Operation &operation) {
    const auto all = static_cast<int>(std::min<std::int64_t>(operation.remaining().count() + grace_ms, 0x7fffffff));
    return WinHttpSetTimeouts(request, all, std::min(all, connect_timeout_ms), all, all) != 0;
}

void set(HINTERNET handle, DWORD option, DWORD value) {
    (void)WinHttpSetOption(handle, option, &value, sizeof value);
}

} // namespace

struct AsyncRequest::State {
    State(const Session &session, Target own_target)
        : trust(session.trust()), client(session.client()), target(std::move(own_target)) {}

    const std::shared_ptr<const ServerTrust> trust;
    const std::shared_ptr<const ClientCertificate> client; ///< its key must outlive handshakes
    const Target target;
    const win32::Handle changed{CreateEventW(nullptr, FALSE, FALSE, nullptr)};

    // What running calls read and write. Only touched between them.
    SecretBytes body;
    std::array<char, buffer_size> buffer{};

    std::mutex mutex;
    // Everything below is guarded.
    Internet connection;
    HINTERNET request = nullptr; ///< nullptr once closed
    DWORD_PTR context = 0;       ///< WinHTTP's share in this
    std::uint64_t number = 0;    ///< of the call that is waited for
    int calling = 0;
    bool given_up = false;
    bool done = false;
    DWORD code = 0;
    DWORD bytes = 0;
    DWORD complaints = 0;
    bool sent = false;
    bool looked = false;
    bool flooded = false;
    bool reading_headers = false;
    std::size_t received = 0;
    std::optional<std::string> objection;

    void finish(DWORD result, DWORD count) {
        {
            const std::lock_guard lock(mutex);
            done = true;
            code = result;
            bytes = count;
        }
        (void)SetEvent(changed.get());
    }
};

AsyncRequest::AsyncRequest(std::shared_ptr<const Session> session, Target target)
    : session_(std::move(session)), state_(std::make_shared<State>(*session_, std::move(target))) {
    if (!state_->changed) throw std::bad_alloc();
}

AsyncRequest::~AsyncRequest() {
    give_up(*state_);
}

void AsyncRequest::close(State &state) noexcept {
    Internet connection;
    Internet request;
    {
        const std::lock_guard lock(state.mutex);
        connection = std::move(state.connection);
        request.reset(std::exchange(state.request, nullptr));
    }
    // They go without the lock, for WinHTTP may call back from within: first the request, then its connection.
}

void AsyncRequest::give_up(State &state) noexcept {
    {
        const std::lock_guard lock(state.mutex);
        state.given_up = true;
        // A call about to begin must not find another's handle under the same number; the caller closes then.
        if (state.calling > 0) return;
    }
    close(state);
}

DWORD AsyncRequest::open(const Operation &operation) {
    State &state = *state_;
    const Target &target = state.target;
    Internet connection(WinHttpConnect(session_->get(), target.host.c_str(), target.port, 0));
    if (!connection) return GetLastError();
    // Addresses are sent as they are written.
    const DWORD flags =
        (target.https ? WINHTTP_FLAG_SECURE : 0U) | WINHTTP_FLAG_ESCAPE_DISABLE | WINHTTP_FLAG_ESCAPE_DISABLE_QUERY;
    Internet request(WinHttpOpenRequest(connection.get(), target.method.c_str(), target.path.c_str(), nullptr,
                                        WINHTTP_NO_REFERER, WINHTTP_DEFAULT_ACCEPT_TYPES, flags));
    if (!request) return GetLastError();
    if (!set_timeouts(request.get(), operation)) return GetLastError();
    set(request.get(), WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT,
        static_cast<DWORD>(std::min<std::int64_t>(operation.remaining().count() + grace_ms, 0x7fffffff)));
    set(request.get(), WINHTTP_OPTION_MAX_RESPONSE_HEADER_SIZE, static_cast<DWORD>(max_header_bytes));
    set(request.get(), WINHTTP_OPTION_REDIRECT_POLICY, WINHTTP_OPTION_REDIRECT_POLICY_NEVER);
    if (target.https) {
        // A root that Windows does not know is ours to judge, before anything is sent (on_sending); the rest is
        // WinHTTP's, too. Looking only, everything is ours.
        DWORD ignore = state.trust->has_anchors() ? SECURITY_FLAG_IGNORE_UNKNOWN_CA : 0U;
        if (target.look_only)
            ignore = SECURITY_FLAG_IGNORE_UNKNOWN_CA | SECURITY_FLAG_IGNORE_CERT_CN_INVALID |
                     SECURITY_FLAG_IGNORE_CERT_DATE_INVALID | SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE;
        if (ignore != 0 && WinHttpSetOption(request.get(), WINHTTP_OPTION_SECURITY_FLAGS, &ignore, sizeof ignore) == 0)
            return GetLastError();
    }
    // WinHTTP's share in the state, given back by HANDLE_CLOSING.
    auto share = std::make_unique<std::shared_ptr<State>>(state_);
    auto context = reinterpret_cast<DWORD_PTR>(share.get());
    if (WinHttpSetOption(request.get(), WINHTTP_OPTION_CONTEXT_VALUE, &context, sizeof context) == 0)
        return GetLastError();
    if (WinHttpSetStatusCallback(request.get(), &AsyncRequest::on_status, WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS, 0) ==
        WINHTTP_INVALID_STATUS_CALLBACK)
        return GetLastError();
    (void)share.release();
    const std::lock_guard lock(state.mutex);
    state.context = context;
    state.connection = std::move(connection);
    state.request = request.release();
    return ERROR_SUCCESS;
}

HINTERNET AsyncRequest::get() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->request;
}

void AsyncRequest::on_sending(State &state, HINTERNET handle) {
    if (state.target.https) {
        const CERT_CONTEXT *raw = nullptr;
        DWORD size = sizeof raw;
        std::optional<std::string> objection;
        if (WinHttpQueryOption(handle, WINHTTP_OPTION_SERVER_CERT_CONTEXT, &raw, &size) == 0 || raw == nullptr) {
            // A proxy is asked for a way to the server first; there is no certificate yet, and of the request nothing
            // goes along.
            if (GetLastError() == ERROR_WINHTTP_INCORRECT_HANDLE_STATE) return;
            objection = "it has shown no certificate";
        } else {
            const CertContext server(raw);
            // A certificate's name has no brackets.
            std::wstring host = state.target.host;
            if (host.starts_with(L'[')) host = host.substr(1, host.size() - 2);
            objection = state.trust->objection(*server, host);
        }
        const bool stop = objection.has_value() || state.target.look_only;
        {
            const std::lock_guard lock(state.mutex);
            state.looked = true;
            state.objection = std::move(objection);
        }
        if (stop) {
            close(state);
            state.finish(ERROR_WINHTTP_OPERATION_CANCELLED, 0);
            return;
        }
    }
    const std::lock_guard lock(state.mutex);
    state.sent = true;
    state.received = 0;
    state.reading_headers = true;
}

void CALLBACK AsyncRequest::on_status(HINTERNET handle, DWORD_PTR context, DWORD status, void *information,
                                      DWORD size) noexcept {
    if (context == 0) return;
    auto *share = reinterpret_cast<std::shared_ptr<State> *>(context);
    const std::shared_ptr<State> kept = *share;
    State &state = *kept;
    switch (status) {
    case WINHTTP_CALLBACK_STATUS_SENDING_REQUEST:
        try {
            on_sending(state, handle);
        } catch (...) {
            // Without memory for a verdict there is none, so nothing is sent.
            close(state);
            state.finish(ERROR_NOT_ENOUGH_MEMORY, 0);
        }
        return;
    case WINHTTP_CALLBACK_STATUS_SECURE_FAILURE: {
        const std::lock_guard lock(state.mutex);
        if (information != nullptr) state.complaints |= *static_cast<const DWORD *>(information);
        return;
    }
    case WINHTTP_CALLBACK_STATUS_RESPONSE_RECEIVED: {
        {
            const std::lock_guard lock(state.mutex);
            if (!state.reading_headers || information == nullptr) return;
            state.received += *static_cast<const DWORD *>(information);
            if (state.received <= header_fence) return;
            state.flooded = true;
        }
        close(state);
        state.finish(ERROR_WINHTTP_HEADER_SIZE_OVERFLOW, 0);
        return;
    }
    case WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE: {
        {
            const std::lock_guard lock(state.mutex);
            state.reading_headers = false;
        }
        return state.finish(ERROR_SUCCESS, 0);
    }
    case WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE:
        return state.finish(ERROR_SUCCESS, 0);
    case WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE:
        return state.finish(ERROR_SUCCESS, information != nullptr ? *static_cast<const DWORD *>(information) : 0);
    case WINHTTP_CALLBACK_STATUS_READ_COMPLETE:
        return state.finish(ERROR_SUCCESS, size);
    case WINHTTP_CALLBACK_STATUS_REQUEST_ERROR:
        return state.finish(static_cast<const WINHTTP_ASYNC_RESULT *>(information)->dwError, 0);
    case WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING:
        delete share;
        return;
    default:
        return;
    }
}

/// A call on its way to a thread that may block.
struct AsyncRequest::Call {
    std::shared_ptr<State> state;
    std::function<BOOL(HINTERNET)> start;
    std::uint64_t number;
};

void CALLBACK AsyncRequest::on_call(PTP_CALLBACK_INSTANCE, void *context) noexcept {
    const std::unique_ptr<Call> call(static_cast<Call *>(context));
    State &state = *call->state;
    HINTERNET request = nullptr;
    {
        const std::lock_guard lock(state.mutex);
        if (!state.given_up) request = state.request;
        if (request != nullptr) ++state.calling;
    }
    DWORD code = ERROR_WINHTTP_OPERATION_CANCELLED;
    if (request != nullptr) {
        code = call->start(request) != 0 ? ERROR_SUCCESS : GetLastError();
        bool last = false;
        {
            const std::lock_guard lock(state.mutex);
            last = --state.calling == 0 && state.given_up;
        }
        if (last) close(state);
    }
    // Started; on_status says how it ends, if it has not by now.
    if (code == ERROR_SUCCESS || code == ERROR_IO_PENDING) return;
    {
        const std::lock_guard lock(state.mutex);
        if (state.done || state.number != call->number) return;
    }
    state.finish(code, 0);
}

Step AsyncRequest::run(const Operation &operation, std::function<BOOL(HINTERNET)> start) {
    State &state = *state_;
    auto call = std::make_unique<Call>(Call{state_, std::move(start), 0});
    {
        const std::lock_guard lock(state.mutex);
        state.done = false;
        call->number = ++state.number;
    }
    (void)ResetEvent(state.changed.get());
    if (TrySubmitThreadpoolCallback(&AsyncRequest::on_call, call.get(), nullptr) == 0) throw std::bad_alloc();
    (void)call.release();
    for (;;) {
        {
            const std::lock_guard lock(state.mutex);
            if (state.done) return {state.code, state.bytes, {}};
        }
        if (auto going = operation.check(state.target.what); !going) {
            give_up(state);
            return {ERROR_SUCCESS, 0, std::move(going).error()};
        }
        const auto left = std::min<std::int64_t>(operation.remaining().count() + 1, slice_ms);
        (void)WaitForSingleObject(state.changed.get(), static_cast<DWORD>(left));
    }
}

void AsyncRequest::keep_body(SecretBytes body) {
    state_->body = std::move(body);
}

Step AsyncRequest::send(bool whole, const Operation &operation) {
    const auto size = gsl::narrow<DWORD>(state_->body.size());
    void *body = whole && size > 0 ? state_->body.data() : WINHTTP_NO_REQUEST_DATA;
    const DWORD_PTR context = state_->context;
    return run(operation, [=](HINTERNET request) {
        return WinHttpSendRequest(request, WINHTTP_NO_ADDITIONAL_HEADERS, 0, body, whole ? size : 0, size, context);
    });
}

Step AsyncRequest::write(const Operation &operation) {
    Step step;
    const SecretBytes &body = state_->body;
    for (std::size_t at = 0; at < body.size() && step.good();) {
        const auto size = static_cast<DWORD>(std::min(write_size, body.size() - at));
        const std::uint8_t *part = body.data() + at;
        step = run(operation, [=](HINTERNET request) { return WinHttpWriteData(request, part, size, nullptr); });
        at += step.bytes;
        if (step.good() && step.bytes == 0) step.code = ERROR_WINHTTP_CONNECTION_ERROR;
    }
    return step;
}

Step AsyncRequest::receive(const Operation &operation) {
    return run(operation, [](HINTERNET request) { return WinHttpReceiveResponse(request, nullptr); });
}

Step AsyncRequest::read(const Operation &operation) {
    std::array<char, buffer_size> &buffer = state_->buffer;
    return run(operation, [&buffer](HINTERNET request) {
        return WinHttpReadData(request, buffer.data(), gsl::narrow<DWORD>(buffer.size()), nullptr);
    });
}

std::string_view AsyncRequest::buffer(DWORD bytes) const {
    return {state_->buffer.data(), std::min<std::size_t>(bytes, state_->buffer.size())};
}

bool AsyncRequest::sent() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->sent;
}

DWORD AsyncRequest::complaints() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->complaints;
}

bool AsyncRequest::flooded() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->flooded;
}

bool AsyncRequest::looked() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->looked;
}

std::optional<std::string> AsyncRequest::objection() const {
    const std::lock_guard lock(state_->mutex);
    return state_->objection;
}

} // namespace certbroker::http::detail
