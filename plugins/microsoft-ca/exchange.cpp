#include "exchange.hpp"

#include "text.hpp"

namespace microsoft_ca {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;

/// HTTP's own authentication; user_name and anonymous say nothing in HTTP, a certificate says it in TLS.
std::uint32_t http_authentication(const Connection &connection, Authentication as) {
    if (as == Authentication::basic) return CBP_AUTH_BASIC;
    if (as != Authentication::negotiate) return CBP_AUTH_NONE;
    if (connection.user.empty()) return CBP_AUTH_NEGOTIATE;
#ifdef _WIN32
    return CBP_AUTH_NEGOTIATE;
#else
    // Kerberos wants a ticket here, which a password alone does not give; NTLM takes it. IIS offers both.
    return CBP_AUTH_NTLM;
#endif
}

} // namespace

std::string host_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    return shown(url.substr(0, url.find_first_of("/?#")), 260);
}

const cbp_secret *Exchange::password() const {
    return call_.host()->setting_secret(call_.raw(), connection_.settings.raw(), "password");
}

const cbp_key *Exchange::key() {
    if (key_ != nullptr) return key_;
    const char *setting = "client-certificate-thumbprint";
    const cbp_status status = call_.host()->setting_key(call_.raw(), connection_.settings.raw(), setting, &key_);
    if (status == CBP_E_CANCELLED || status == CBP_E_TIMEOUT) throw Call::Stop{status};
    if (status != CBP_OK) {
        key_ = nullptr;
        throw NotSent(failure(errors::client_certificate,
                              "The client certificate " + shown(connection_.settings.text(setting), 100) +
                                  " with its private key cannot be used: it is not in My, or its key is not readable"));
    }
    return key_;
}

Call::Response Exchange::send(const Ask &ask, const std::string &what) {
    std::vector<const char *> headers;
    for (const auto &[name, value] : ask.headers) {
        headers.push_back(name.c_str());
        headers.push_back(value.c_str());
    }
    headers.push_back(nullptr);
    cbp_http_request request{};
    request.struct_size = sizeof request;
    request.flags = ask.repeatable ? std::uint32_t{CBP_HTTP_IDEMPOTENT} : 0U;
    request.method = ask.method;
    request.url = ask.url.c_str();
    request.headers = headers.data();
    request.body = bytes(ask.body);
    request.places = ask.places;
    request.auth = http_authentication(connection_, ask.as);
    if (request.auth != CBP_AUTH_NONE && !connection_.user.empty()) {
        request.auth_user = connection_.user.c_str();
        request.auth_secret = password();
    }
    if (ask.as == Authentication::certificate)
        request.tls_client_key = ask.client_key != nullptr ? ask.client_key : key();
    request.extra_trust_pem_setting = "server-trust";
    request.max_response = ask.most;
    if (!connection_.proxy.empty()) request.proxy = connection_.proxy.c_str();
    const cbp_response *response = nullptr;
    const cbp_status status = call_.host()->http_send(call_.raw(), &request, &response);
    if (status != CBP_OK) no_answer(status, ask, what);
    return {call_.host()->http_status(response), text(call_.host()->http_body(response)), response};
}

/// The host has said what happened; that becomes the cause. Statuses stay the host's.
void Exchange::no_answer(cbp_status status, const Ask &ask, const std::string &what) const {
    const std::string prefix = what + ": ";
    const std::string host = host_of(ask.url);
    const auto made = [&]() -> Failure {
        switch (status) {
        case CBP_E_TIMEOUT:
            return failure(errors::timeout, prefix + host + " did not answer in time");
        case CBP_E_TRUST:
            return failure(errors::secure_channel, prefix + "the TLS certificate of " + host +
                                                       " is not trusted here or belongs to another name");
        case CBP_E_AUTH:
        case CBP_E_ACCESS: {
            Failure refused =
                failure(errors::client_certificate,
                        prefix + host + " refuses the client certificate, wants one, or it cannot be used");
            refused.status = status;
            return refused;
        }
        case CBP_E_NETWORK:
            return failure(errors::unreachable, prefix + host + " cannot be reached, or the connection broke");
        case CBP_E_PROTOCOL:
            return failure(errors::answer, prefix + "the answer of " + host + " cannot be used");
        default:
            throw Call::Stop{status};
        }
    }();
    const cbp_host *table = call_.host();
    if (CBP_HAS(table, http_not_sent) && table->http_not_sent(call_.raw()) != 0) throw NotSent(made);
    throw made;
}

void Exchange::refuse(const Call::Response &response, const std::string &url, const std::string &what) const {
    const cbp_host *host = call_.host();
    host->fail_detail(call_.raw(), CBP_DETAIL_HTTP_STATUS, response.status);
    if (const auto seconds = number(call_.header(response, "Retry-After")); seconds && *seconds < 86'400)
        host->fail_detail(call_.raw(), CBP_DETAIL_RETRY_AFTER_SECONDS, static_cast<std::int64_t>(*seconds));
    const std::string said = what + ": " + host_of(url);
    const std::string status = " (HTTP status " + std::to_string(response.status) + ")";
    switch (response.status) {
    case 401: {
        const std::string offered = shown(call_.header(response, "WWW-Authenticate"), 100);
        throw failure(errors::credentials, said + " does not accept who asks" + status +
                                               (offered.empty() ? "" : "; it offers '" + offered + "'"));
    }
    case 403:
        throw NotSent(failure(errors::access, said + " refuses access" + status));
    case 404:
        throw NotSent(failure(errors::not_installed, said + " has no such service" + status));
    case 503:
        // Windows' own listener says so when the service does not run: nobody has seen the request.
        if (lower(call_.header(response, "Server")).starts_with("microsoft-httpapi"))
            throw NotSent(failure(errors::http_status, said + " does not run the service" + status));
        [[fallthrough]];
    default:
        throw failure(errors::http_status, said + " answered with HTTP status " + std::to_string(response.status));
    }
}

} // namespace microsoft_ca
