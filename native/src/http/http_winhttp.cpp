#include <map>
#include <mutex>

#include "http/http.hpp"
#include "http/http_winhttp_exchange.hpp"
#include "http/identity.hpp"
#include "http/rules.hpp"

namespace certbroker::http {
namespace {

using detail::Session;

constexpr std::size_t max_idle = 32;

class WinHttpClient final : public Client {
public:
    explicit WinHttpClient(std::string proxy) : proxy_(std::move(proxy)) {}
    Result<Response> send(const Request &request, const Operation &operation) override;

private:
    Result<std::shared_ptr<const Session>> session_for(const detail::Identity &identity, const std::string &proxy);

    std::string proxy_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const Session>> sessions_;
};

Result<std::shared_ptr<const Session>> WinHttpClient::session_for(const detail::Identity &identity,
                                                                  const std::string &proxy) {
    const std::string key = identity.key() + " by " + proxy;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = sessions_.find(key); found != sessions_.end()) return found->second;
    }
    CERTBROKER_TRY(std::shared_ptr<const Session> made, Session::open(identity, proxy));
    const std::lock_guard lock(mutex_);
    // A session in use lives on until its requests are done.
    if (sessions_.size() >= max_idle) sessions_.erase(sessions_.begin());
    return sessions_.emplace(key, std::move(made)).first->second;
}

Result<Response> WinHttpClient::send(const Request &request, const Operation &operation) {
    CERTBROKER_TRY(const Url url, detail::check_request(request));
    CERTBROKER_TRY(const detail::Identity identity, detail::identity_of(request, &detail::is_certificate));
    const std::string &proxy = request.proxy.empty() ? proxy_ : request.proxy;
    return detail::send_attempts(request, url, operation, [&](const detail::Attempt &attempt) -> Result<Response> {
        CERTBROKER_TRY(const auto session, detail::needs_fresh_connection(attempt) ? Session::open(identity, proxy)
                                                                                   : session_for(identity, proxy));
        return detail::exchange(session, attempt, operation);
    });
}

/// An address in this library.
const char here = 0;

} // namespace

std::unique_ptr<Client> make_client(const std::string &proxy) {
    // WinHTTP's threads may call back for a moment after the last client is gone: the library stays.
    HMODULE pinned = nullptr;
    (void)GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                             reinterpret_cast<const wchar_t *>(&here), &pinned);
    return std::make_unique<WinHttpClient>(proxy);
}

} // namespace certbroker::http
