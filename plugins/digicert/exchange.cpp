#include "exchange.hpp"

#include "enrollment.hpp"
#include "management.hpp"
#include "policy.hpp"
#include "text.hpp"
#include "users.hpp"

namespace digicert {
namespace {

using certbroker::plugin::bytes;

constexpr xml::Limits usual;

/// DigiCert's answer may be a page of something in between: HTML, or nothing at all.
bool is_soap(std::string_view body) {
    return body.substr(0, 4096).find("Envelope") != std::string_view::npos;
}

} // namespace

constexpr Purpose get_policy{&soap::policy_service,   policy::action, "Failed to get DigiCert policy",
                             &errors::policy_timeout, true,           policy::limits};
constexpr Purpose enroll{&soap::enrollment_service,
                         enrollment::action,
                         "Failed to get the certificate from DigiCert",
                         &errors::timeout,
                         false,
                         usual};
constexpr Purpose ask_pending{&soap::enrollment_service,
                              enrollment::action,
                              "Failed to ask DigiCert for the pending certificate",
                              &errors::timeout,
                              true,
                              usual};
constexpr Purpose search_certificates{&soap::management_service,
                                      management::search_action,
                                      "Failed to search DigiCert's certificates",
                                      &errors::timeout,
                                      true,
                                      usual};
constexpr Purpose update_status{&soap::management_service,
                                management::update_action,
                                "Failed to change the certificate's status at DigiCert",
                                &errors::timeout,
                                false,
                                usual};
constexpr Purpose register_user{&soap::user_service, users::action, "Failed to register the user at DigiCert",
                                &errors::timeout,    true,          usual};

const cbp_key *Exchange::key() {
    if (key_ != nullptr) return key_;
    const cbp_status status =
        call_.host()->setting_key(call_.raw(), connection_.settings.raw(), "ra-certificate-thumbprint", &key_);
    if (status == CBP_E_CANCELLED || status == CBP_E_TIMEOUT) throw Call::Stop{status};
    if (status != CBP_OK) {
        key_ = nullptr;
        throw failure(errors::client_certificate, "Failed to get client certificate: the RA certificate " +
                                                      connection_.thumbprint +
                                                      " with its private key cannot be used from LocalMachine\\My");
    }
    return key_;
}

Call::Response Exchange::send(const Purpose &purpose, const std::string &envelope) {
    const std::string url = connection_.url(purpose.service->path);
    const std::string action = "\"" + std::string(purpose.action) + "\"";
    const char *const headers[] = {"Content-Type", "text/xml; charset=utf-8", "SOAPAction", action.c_str(), nullptr};
    cbp_http_request request{};
    request.struct_size = sizeof request;
    request.flags = purpose.repeatable ? std::uint32_t{CBP_HTTP_IDEMPOTENT} : 0U;
    request.method = "POST";
    request.url = url.c_str();
    request.headers = headers;
    request.body = bytes(envelope);
    request.tls_client_key = key();
    request.extra_trust_pem_setting = "server-trust";
    request.max_response = purpose.limits.bytes;
    request.timeout_ms = connection_.timeout_ms;
    const cbp_response *response = nullptr;
    const cbp_status status = call_.host()->http_send(call_.raw(), &request, &response);
    if (status != CBP_OK) no_answer(purpose, status);
    return {call_.host()->http_status(response), certbroker::plugin::text(call_.host()->http_body(response)), response};
}

/// The host has said what happened; that becomes the cause. Statuses stay the host's, which tell whether the request
/// may have left.
void Exchange::no_answer(const Purpose &purpose, cbp_status status) const {
    const std::string prefix = std::string(purpose.failed) + ": ";
    const auto as = [status](Failure made) {
        made.status = status;
        return made;
    };
    switch (status) {
    case CBP_E_TIMEOUT:
        throw failure(*purpose.timeout, prefix + "The operation has timed out: " + connection_.service +
                                            " did not answer within " + std::to_string(connection_.timeout_ms) + " ms");
    case CBP_E_TRUST:
        throw as(failure(errors::secure_channel,
                         prefix +
                             "The request was aborted: Could not create SSL/TLS secure channel: the certificate "
                             "of " +
                             connection_.service + " is not trusted here or belongs to another name"));
    case CBP_E_AUTH:
        throw as(failure(errors::secure_channel,
                         prefix +
                             "The request was aborted: Could not create SSL/TLS secure channel: the RA "
                             "certificate " +
                             connection_.thumbprint + " cannot be used, or " + connection_.service + " refuses it"));
    case CBP_E_ACCESS:
        throw as(failure(errors::secure_channel,
                         prefix +
                             "The request was aborted: Could not create SSL/TLS secure channel: this account "
                             "may not use the private key of the RA certificate " +
                             connection_.thumbprint));
    case CBP_E_NETWORK:
        throw failure(errors::unreachable,
                      prefix + connection_.service + " cannot be reached, or the connection broke");
    case CBP_E_PROTOCOL:
        throw failure(errors::answer, prefix + "the answer of " + connection_.service + " cannot be used");
    default:
        throw Call::Stop{status};
    }
}

soap::Reply Exchange::post_for_any(const Purpose &purpose, const std::string &envelope) {
    const Call::Response response = send(purpose, envelope);
    const std::string what = std::string(purpose.failed) + ": The answer of DigiCert's " + purpose.service->title;
    const bool good = response.status >= 200 && response.status < 300;
    if (good) return soap::read_reply(response.body, purpose.limits, what);
    if (is_soap(response.body)) {
        try {
            soap::Reply reply = soap::read_reply(response.body, purpose.limits, what);
            if (reply.fault) return reply;
        } catch (const Failure &) { // no fault of DigiCert's, so the status says more
        }
    }
    call_.host()->fail_detail(call_.raw(), CBP_DETAIL_HTTP_STATUS, response.status);
    if (const auto seconds = number(call_.header(response, "Retry-After")); seconds && *seconds < 86'400)
        call_.host()->fail_detail(call_.raw(), CBP_DETAIL_RETRY_AFTER_SECONDS, static_cast<std::int64_t>(*seconds));
    const std::string message = std::string(purpose.failed) + ": " + connection_.service +
                                " answered with HTTP status " + std::to_string(response.status);
    if (response.status == 401 || response.status == 403) throw failure(errors::refused, message);
    throw failure(errors::http_status, message);
}

soap::Reply Exchange::post(const Purpose &purpose, const std::string &envelope, const std::string &about) {
    soap::Reply reply = post_for_any(purpose, envelope);
    if (reply.fault) refuse(purpose, *reply.fault, about);
    return reply;
}

void Exchange::refuse(const Purpose &purpose, const soap::Fault &fault, const std::string &about) const {
    const std::string message = std::string(purpose.failed) + ": " + fault.to_string(about);
    const bool names_profile = &purpose == &get_policy || &purpose == &enroll;
    if (names_profile && fault.is_not_understood()) throw failure(errors::unknown_profile, message);
    Failure made = failure(errors::fault, message);
    if (fault.is_authentication()) made.status = CBP_E_AUTH;
    throw made;
}

std::string Exchange::new_transaction() const {
    std::uint8_t random[16];
    call_.check(call_.host()->random(call_.raw(), random, sizeof random));
    random[6] = static_cast<std::uint8_t>((random[6] & 0x0fU) | 0x40U); // a UUID of version 4
    random[8] = static_cast<std::uint8_t>((random[8] & 0x3fU) | 0x80U);
    std::string out;
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < sizeof random; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        out += digits[random[i] >> 4U];
        out += digits[random[i] & 15U];
    }
    return out;
}

std::string Exchange::transaction_of(std::string_view idempotency) const {
    if (!idempotency.empty() && idempotency.size() <= soap::max_transaction_id) return std::string(idempotency);
    if (idempotency.empty()) return new_transaction();
    cbp_bytes digest{};
    call_.check(call_.host()->digest(call_.raw(), "SHA256", bytes(idempotency), &digest));
    const char *hex = nullptr;
    call_.check(call_.host()->hex_encode(call_.raw(), digest, &hex));
    return std::string(hex).substr(0, soap::max_transaction_id);
}

void Exchange::check_echo(const std::string &sent, const std::string &echoed) const {
    if (!echoed.empty() && echoed != sent)
        connection_.host.log(CBP_LOG_WARNING,
                             "DigiCert echoed the transaction id '" + echoed + "' where '" + sent + "' was sent");
}

} // namespace digicert
