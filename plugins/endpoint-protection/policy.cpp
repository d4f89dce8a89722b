#include "errors.hpp"
#include "page.hpp"
#include "scep.hpp"
#include "text.hpp"

/// What a request has to be like before it is made: RSA, and with the challenge in it.
namespace scep {
namespace {

/// Asked without credentials first: what the server wants then is known, and a wrong password is not tried in three
/// ways until the account is locked.
Call::Response ask_page(Exchange &exchange) {
    const Connection &connection = exchange.connection();
    const Call call = exchange.call();
    Call::Response response = exchange.page(connection.challenge_url, {});
    if (response.status != 401) return response;
    const std::string wants = lower(call.header(response, "WWW-Authenticate"));
    const std::string user = connection.settings.text("challenge-user");
    Exchange::LogOn log_on;
    if (user.empty()) {
        log_on.kind = CBP_AUTH_NEGOTIATE;
    } else {
        // A server that offers Negotiate first offers NTLM as well, which works with a password everywhere.
        log_on.kind = wants.starts_with("basic") ? CBP_AUTH_BASIC : CBP_AUTH_NTLM;
        log_on.user = user.c_str();
        log_on.password = call.host()->setting_secret(call.raw(), connection.settings.raw(), "challenge-password");
    }
    return exchange.page(connection.challenge_url, log_on);
}

} // namespace

const cbp_secret *fetch_challenge(Exchange &exchange) {
    const Call call = exchange.call();
    const std::string what = "The challenge password could not be fetched: ";
    const Call::Response response = ask_page(exchange);
    if (response.status == 401 || response.status == 403)
        throw failure(errors::challenge_access,
                      what + "the page refuses access (HTTP status " + std::to_string(response.status) + ")");
    if (response.status != 200) {
        call.host()->fail_detail(call.raw(), CBP_DETAIL_HTTP_STATUS, response.status);
        throw failure(errors::challenge_page,
                      what + "the page answered with HTTP status " + std::to_string(response.status));
    }
    const ChallengePage page = read_challenge_page(response.body);
    switch (page.kind) {
    case ChallengePage::Kind::cache_full:
        throw failure(errors::challenge_cache, what + "NDES says that its password cache is full");
    case ChallengePage::Kind::no_permission:
        throw failure(errors::challenge_permission, what + "NDES says that the account may not enroll");
    case ChallengePage::Kind::nothing:
        throw failure(errors::challenge_page, what + "there is none on the page");
    case ChallengePage::Kind::password:
        break;
    }
    const cbp_secret *secret = nullptr;
    call.check(call.host()->secret_extract(call.raw(), response.raw, page.before.c_str(), page.after.c_str(), &secret));
    return secret;
}

cbp_status EndpointProtection::policy(Call call, const char *) {
    const cbp_host *host = call.host();
    const auto add = [&](std::int32_t rule, const char *value) { call.check(host->add_rule(call.raw(), rule, value)); };
    add(CBP_RULE_KEY, "RSA 2048-16384");
    const cbp_secret *challenge = host->setting_secret(call.raw(), connection_.settings.raw(), "challenge");
    if (challenge == nullptr && !connection_.challenge_url.empty()) {
        // Each can be used once, and NDES keeps five: none for who only looks, none where the old certificate signs.
        const bool knows = CBP_HAS(host, policy_purpose);
        const std::int32_t purpose = knows ? host->policy_purpose(call.raw()) : std::int32_t{CBP_PURPOSE_REQUEST};
        if (purpose == CBP_PURPOSE_REQUEST) {
            Exchange exchange(call, connection_);
            challenge = fetch_challenge(exchange);
        } else if (purpose == CBP_PURPOSE_LOOK) {
            add(CBP_RULE_INFORMATION, "A challenge is fetched from challenge-url when the request is made");
        }
    }
    if (challenge != nullptr) call.check(host->add_rule_secret(call.raw(), CBP_RULE_CSR_CHALLENGE, challenge));
    add(CBP_RULE_INFORMATION, "NDES chooses its template by the key usage: signature, encryption, or both");
    return CBP_OK;
}

} // namespace scep
