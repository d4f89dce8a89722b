#include "exchange.hpp"

#include "errors.hpp"
#include "text.hpp"

namespace scep {
namespace {

using certbroker::plugin::text;

constexpr std::size_t most_answer = 4UL * 1024 * 1024;
constexpr std::size_t most_page = 1024UL * 1024;
constexpr std::size_t longest_url = 15UL * 1024; ///< the host takes 16 KiB

} // namespace

Call::Response Exchange::send(const char *method, const std::string &url, cbp_bytes body, bool repeatable) {
    const char *const headers[] = {"Content-Type", "application/x-pki-message", nullptr};
    cbp_http_request request{};
    request.struct_size = sizeof request;
    // Not redirected: what is asked is signed and sealed, but a server that answers for another one is a mistake.
    request.flags = CBP_HTTP_ALLOW_PLAIN | (repeatable ? std::uint32_t{CBP_HTTP_IDEMPOTENT} : 0U);
    request.method = method;
    request.url = url.c_str();
    if (body.size > 0) request.headers = headers;
    request.body = body;
    request.extra_trust_pem_setting = "server-trust";
    request.max_response = most_answer;
    return call_.send(request);
}

void Exchange::require_success(const Call::Response &response, const std::string &what) const {
    if (response.status == 200) return;
    const cbp_host *host = call_.host();
    host->fail_detail(call_.raw(), CBP_DETAIL_HTTP_STATUS, response.status);
    if (const auto seconds = number(call_.header(response, "Retry-After")); seconds && *seconds < 86'400)
        host->fail_detail(call_.raw(), CBP_DETAIL_RETRY_AFTER_SECONDS, static_cast<std::int64_t>(*seconds));
    std::string message = what + ": the server answered with HTTP status " + std::to_string(response.status);
    const std::string type = lower(call_.header(response, "Content-Type"));
    // What a page of HTML says is said for a browser; a plain sentence is the server's own reason.
    if (type.starts_with("text/plain") && !trim(response.body).empty()) message += ", '" + shown(response.body) + "'";
    if (response.status == 401 || response.status == 403) throw failure(errors::refused, message);
    throw failure(errors::http_status, message);
}

Capabilities Exchange::capabilities() {
    const std::string url = connection_.url_of("GetCACaps", connection_.identifier);
    const char *const none[] = {nullptr};
    cbp_http_request request{};
    request.struct_size = sizeof request;
    request.flags = CBP_HTTP_ALLOW_PLAIN | CBP_HTTP_IDEMPOTENT;
    request.method = "GET";
    request.url = url.c_str();
    request.headers = none;
    request.extra_trust_pem_setting = "server-trust";
    request.max_response = most_page;
    const cbp_response *response = nullptr;
    const cbp_status status = call_.host()->http_send(call_.raw(), &request, &response);
    if (status == CBP_E_NETWORK && connection_.allow_legacy) {
        // Old NDES closes the connection on a question it does not know; whether it is there at all, GetCACert tells.
        connection_.host.log(CBP_LOG_DEBUG, "GetCACaps was not answered; the oldest algorithms are assumed");
        return {};
    }
    call_.check(status);
    const Call::Response got{call_.host()->http_status(response), text(call_.host()->http_body(response)), response};
    if (got.status == 200) return read_capabilities(got.body);
    if (got.status == 401 || got.status == 403)
        require_success(got, "The SCEP server could not be asked what it can do");
    return {};
}

std::string_view Exchange::certificates(const char *operation) {
    const std::string url = connection_.url_of(operation, connection_.identifier);
    const Call::Response response = send("GET", url, {}, true);
    const std::string what = std::string("The CA's certificates could not be fetched (") + operation + ")";
    require_success(response, what);
    if (response.body.empty()) throw failure(errors::ca_certificates, what + ": the answer is empty");
    return response.body;
}

std::string_view Exchange::pki_operation(cbp_bytes message, bool post, bool repeatable) {
    const std::string what = "The SCEP message was not answered";
    Call::Response response{};
    if (post) {
        response = send("POST", connection_.url_of("PKIOperation", ""), message, repeatable);
    } else {
        const char *base64 = nullptr;
        call_.check(call_.host()->base64_encode(call_.raw(), message, &base64));
        const std::string url = connection_.url_of("PKIOperation", base64);
        if (url.size() > longest_url) {
            call_.host()->fail_detail(call_.raw(), CBP_DETAIL_NOT_SENT, 1);
            throw failure(errors::too_long, "The SCEP message could not be sent: the server offers no POST, and an "
                                            "address of " +
                                                std::to_string(url.size()) + " characters is too long");
        }
        response = send("GET", url, {}, repeatable);
    }
    require_success(response, what);
    if (response.body.empty() || response.body.front() != '\x30') {
        const std::string type = shown(call_.header(response, "Content-Type"), 100);
        throw failure(errors::answer, "The answer of the SCEP server cannot be used: it is no SCEP message but " +
                                          (response.body.empty() ? "empty"
                                           : type.empty()        ? "something else"
                                                                 : type));
    }
    return response.body;
}

Call::Response Exchange::page(const std::string &url, const LogOn &log_on) {
    cbp_http_request request{};
    request.struct_size = sizeof request;
    request.method = "GET";
    request.url = url.c_str();
    request.auth = log_on.kind;
    request.auth_user = log_on.user;
    request.auth_secret = log_on.password;
    request.extra_trust_pem_setting = "server-trust";
    request.max_response = most_page;
    return call_.send(request);
}

} // namespace scep
