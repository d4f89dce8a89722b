#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <mutex>
#include <new>

#include <curl/curl.h>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "http/errors.hpp"
#include "http/http.hpp"
#include "http/http_curl_request.hpp"
#include "http/http_curl_tls.hpp"
#include "http/rules.hpp"

namespace certbroker::http {
namespace {

using detail::Attempt;
using detail::TlsIdentity;
using detail::Transfer;

constexpr std::size_t max_idle = 32;
constexpr int cancellation_slice_ms = 20;

/// A libcurl handle with the connections it keeps. They serve one TlsIdentity only: libcurl does not know what the TLS
/// callback did when it looks for a connection to reuse.
struct Channel {
    TlsIdentity identity;
    std::string key;
    std::array<char, CURL_ERROR_SIZE> problem{};
    // In this order: the easy handle goes first, then the connections, then the identity they point to.
    std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi{curl_multi_init(), &curl_multi_cleanup};
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy{curl_easy_init(), &curl_easy_cleanup};
};

/// Whether the failure is the server's answer to our certificate or to the lack of one.
bool is_client_certificate_failure(const Channel &channel, const Transfer &transfer, CURLcode code) {
    if (code == CURLE_SSL_CERTPROBLEM) return true;
    if (!channel.identity.refusal.empty()) return true;
    // TLS 1.2 servers say only "handshake failure"; some close without a word.
    return channel.identity.certificate_asked && transfer.response.headers.empty() &&
           (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
            code == CURLE_GOT_NOTHING);
}

const ErrorKind &kind_of(CURLcode code, bool sent) {
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return errors::http_resolve;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return errors::http_server_trust;
    case CURLE_FILESIZE_EXCEEDED:
        return errors::http_too_large;
    case CURLE_URL_MALFORMAT:
        return errors::http_url;
    default:
        return sent ? errors::http_broken : errors::http_connect;
    }
}

class CurlClient final : public Client {
public:
    explicit CurlClient(std::string proxy) : proxy_(std::move(proxy)) {}
    Result<Response> send(const Request &request, const Operation &operation) override;

private:
    std::unique_ptr<Channel> take(TlsIdentity identity);
    void give_back(std::unique_ptr<Channel> channel);
    void apply_common(Channel &channel, const Attempt &attempt) const;
    Result<Response> perform(Channel &channel, const Attempt &attempt, const Operation &operation, bool &intact) const;
    Error failure(const Channel &channel, const Attempt &attempt, const Transfer &transfer, CURLcode code) const;

    std::string proxy_;
    std::mutex mutex_;
    std::multimap<std::string, std::unique_ptr<Channel>> idle_;
};

std::unique_ptr<Channel> CurlClient::take(TlsIdentity identity) {
    std::string key = identity.key();
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = idle_.find(key); found != idle_.end()) {
            std::unique_ptr<Channel> channel = std::move(found->second);
            idle_.erase(found);
            return channel;
        }
    }
    auto channel = std::make_unique<Channel>();
    if (!channel->multi || !channel->easy) throw std::bad_alloc();
    channel->identity = std::move(identity);
    channel->key = std::move(key);
    (void)curl_multi_setopt(channel->multi.get(), CURLMOPT_MAXCONNECTS, 4L);
    return channel;
}

void CurlClient::give_back(std::unique_ptr<Channel> channel) {
    // Options hold copies of passwords and pointers into the request that is over now.
    curl_easy_reset(channel->easy.get());
    const std::lock_guard lock(mutex_);
    if (idle_.size() >= max_idle) idle_.erase(idle_.begin());
    std::string key = channel->key;
    idle_.emplace(std::move(key), std::move(channel));
}

void CurlClient::apply_common(Channel &channel, const Attempt &attempt) const {
    CURL *easy = channel.easy.get();
    curl_easy_reset(easy);
    channel.problem.fill('\0');
    channel.identity.certificate_asked = false;
    channel.identity.refusal.clear();
    channel.identity.client_problem.clear();
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, channel.problem.data());
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, attempt.url.scheme.c_str());
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    const std::string &proxy = attempt.request.proxy.empty() ? proxy_ : attempt.request.proxy;
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, proxy.c_str()); // empty: none, and the environment is not asked
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(detail::connect_timeout_ms));
    (void)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 60L);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // a cancelled call must not wait for a hanging resolver
    (void)curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
                           static_cast<curl_off_t>(std::max<std::size_t>(attempt.request.max_response, 1)));
    (void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &detail::configure_tls);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &channel.identity);
    // Where no system trust is installed, the setting's own anchors must do.
    char *bundle = nullptr;
    if (curl_easy_getinfo(easy, CURLINFO_CAINFO, &bundle) == CURLE_OK && bundle != nullptr) {
        std::error_code ignored;
        if (!std::filesystem::exists(bundle, ignored)) (void)curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
    }
}

Error CurlClient::failure(const Channel &channel, const Attempt &attempt, const Transfer &transfer,
                          CURLcode code) const {
    if (transfer.out_of_memory || code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    const std::string url = redact_url(attempt.url.to_string());
    if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED) return detail::too_large(attempt);
    long request_size = 0;
    curl_off_t pretransfer = 0;
    long os_code = 0;
    long proxy_status = 0;
    CURL *easy = channel.easy.get();
    (void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_size);
    (void)curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
    (void)curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_code);
    (void)curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status == 407) return detail::proxy_refusal(attempt);
    const bool sent = request_size > 0 && pretransfer > 0;
    std::string text = channel.problem.data();
    if (text.empty()) text = curl_easy_strerror(code);
    if (is_client_certificate_failure(channel, transfer, code)) {
        const std::string &told = channel.identity.refusal.empty() ? text : channel.identity.refusal;
        std::string why = channel.identity.client_problem;
        if (why.empty() && !channel.identity.client)
            why = "the server asks for one and none is configured (" + told + ")";
        if (why.empty()) why = "the server refused it (" + told + ")";
        return fail(errors::http_client_certificate, "The client certificate for " + url + " cannot be used: " + why);
    }
    const ErrorKind &kind = kind_of(code, sent);
    const std::string_view what = &kind == &errors::http_broken         ? "The answer did not come whole from "
                                  : &kind == &errors::http_server_trust ? "The server cannot be trusted: "
                                                                        : "The server cannot be reached: ";
    Error error = fail(kind, std::string(what) + url + ": " + text);
    return os_code != 0 ? std::move(error).with(ErrorNumber::os_code, os_code) : std::move(error);
}

Result<Response> CurlClient::perform(Channel &channel, const Attempt &attempt, const Operation &operation,
                                     bool &intact) const {
    const std::string what = attempt.what();
    apply_common(channel, attempt);
    Transfer transfer(attempt);
    CERTBROKER_CHECK(transfer.apply(channel.easy.get()));
    CURLM *multi = channel.multi.get();
    if (curl_multi_add_handle(multi, channel.easy.get()) != CURLM_OK) throw std::bad_alloc();
    intact = false;
    Result<void> going;
    int running = 1;
    for (;;) {
        if (curl_multi_perform(multi, &running) != CURLM_OK || running == 0) break;
        going = operation.check(what);
        if (!going) break;
        const auto left = std::min<std::int64_t>(operation.remaining().count() + 1, cancellation_slice_ms);
        if (curl_multi_poll(multi, nullptr, 0, static_cast<int>(left), nullptr) != CURLM_OK) break;
    }
    CURLcode code = CURLE_RECV_ERROR;
    int messages = 0;
    while (const CURLMsg *message = curl_multi_info_read(multi, &messages)) {
        if (message->msg == CURLMSG_DONE) code = message->data.result;
    }
    (void)curl_multi_remove_handle(multi, channel.easy.get());
    if (!going) return std::move(going).error();
    if (code != CURLE_OK) return failure(channel, attempt, transfer, code);
    intact = true;
    long status = 0;
    (void)curl_easy_getinfo(channel.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<std::int32_t>(status);
    if (attempt.url.scheme == "https") transfer.response.connection = channel.identity.session_of(attempt.url.host);
    return std::move(transfer.response);
}

Result<Response> CurlClient::send(const Request &request, const Operation &operation) {
    CERTBROKER_TRY(const Url url, detail::check_request(request));
    CERTBROKER_TRY(detail::Identity identity, detail::identity_of(request, &detail::is_certificate));
    std::unique_ptr<Channel> channel = take(TlsIdentity{std::move(identity)});
    bool intact = true;
    auto response = detail::send_attempts(
        request, url, operation, [&](const Attempt &attempt) { return perform(*channel, attempt, operation, intact); });
    if (intact) give_back(std::move(channel));
    return response;
}

} // namespace

std::unique_ptr<Client> make_client(const std::string &proxy) {
    // Counted by libcurl and never undone: other users in this process may rely on it.
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) throw std::bad_alloc();
    return std::make_unique<CurlClient>(proxy);
}

} // namespace certbroker::http
