#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/operation.hpp"
#include "base/secret.hpp"
#include "http/http_winhttp_session.hpp"

/// A WinHTTP request handle, driven from one thread and stopped at any moment.
///
/// WinHTTP works in threads of its own and calls back from them, also after the handle was closed, until it has said
/// HANDLE_CLOSING. So everything that a callback or a running call may touch lies in a State that WinHTTP owns together
/// with us, and that its last call lets go of. Nobody ever waits for that: whoever cancels goes on at once. Nor are
/// calls made in the thread that must keep the deadline: some block although they should not.
namespace certbroker::http::detail {

using WideSecret = std::vector<wchar_t, WipingAllocator<wchar_t>>;

/// What became of one call.
struct Step {
    DWORD code = ERROR_SUCCESS;
    DWORD bytes = 0;
    std::optional<Error> stopped; ///< cancelled, or the deadline passed; the handle is closed

    bool good() const noexcept { return code == ERROR_SUCCESS && !stopped; }
};

class AsyncRequest {
public:
    struct Target {
        std::string what; ///< for messages
        std::wstring method;
        std::wstring host; ///< as WinHTTP wants it, IPv6 in brackets
        std::uint16_t port = 0;
        std::wstring path;
        bool https = false;
        bool look_only = false; ///< only to see whom one would talk to: nothing is sent
    };

    AsyncRequest(std::shared_ptr<const Session> session, Target target);
    AsyncRequest(const AsyncRequest &) = delete;
    AsyncRequest &operator=(const AsyncRequest &) = delete;
    ~AsyncRequest();

    /// Makes the handle; an error code of Windows otherwise.
    DWORD open(const Operation &operation);
    HINTERNET get() const noexcept;

    /// The body is kept until WinHTTP is done with it.
    void keep_body(SecretBytes body);
    /// `whole`: the body goes along, and WinHTTP may send it again; else write() brings it.
    Step send(bool whole, const Operation &operation);
    Step write(const Operation &operation); ///< all of the body
    Step receive(const Operation &operation);
    Step read(const Operation &operation); ///< into buffer(); 0 bytes at the end
    std::string_view buffer(DWORD bytes) const;

    bool sent() const noexcept;                   ///< something of the request may have left
    DWORD complaints() const noexcept;            ///< WINHTTP_CALLBACK_STATUS_FLAG_...
    bool flooded() const noexcept;                ///< far too many headers came
    bool looked() const noexcept;                 ///< the server has shown its certificate
    std::optional<std::string> objection() const; ///< to the server

private:
    struct State;
    struct Call;
    static void CALLBACK on_status(HINTERNET handle, DWORD_PTR context, DWORD status, void *information,
                                   DWORD size) noexcept;
    /// Closes the handle; a second time does nothing.
    static void close(State &state) noexcept;
    static void on_sending(State &state, HINTERNET handle);

    static void CALLBACK on_call(PTP_CALLBACK_INSTANCE instance, void *context) noexcept;
    /// Closes it as soon as no call is about to use it.
    static void give_up(State &state) noexcept;

    /// `start` begins something that ends in on_status. It may point into the state, and to nothing else.
    Step run(const Operation &operation, std::function<BOOL(HINTERNET)> start);

    std::shared_ptr<const Session> session_; ///< not WinHTTP's: its own threads must not be the ones to close it
    std::shared_ptr<State> state_;
};

} // namespace certbroker::http::detail
