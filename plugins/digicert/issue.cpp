#include <algorithm>

#include "digicert.hpp"
#include "text.hpp"
#include "users.hpp"

/// Issuing: policy, verification, one enrolment request, and what the service says to it.
namespace digicert {
namespace {

using certbroker::plugin::bytes;

constexpr std::uint32_t ask_again_after = 300; ///< seconds; the service names no time
constexpr std::int64_t stale_after = 60;       ///< seconds until a policy that does not fit is asked for anew
constexpr std::size_t most_certificates = 40;  ///< the host takes 50 in a chain
constexpr std::int64_t day = 86'400;

std::string base64_of(cbp_bytes der) {
    return base64(certbroker::plugin::text(der));
}

/// Until enrolment is sent, whatever fails cannot have issued anything, and the host may be told so.
template<class Body>
auto before_sending(Call call, Body &&body) {
    try {
        return body();
    } catch (...) {
        call.host()->fail_detail(call.raw(), CBP_DETAIL_NOT_SENT, 1);
        throw;
    }
}

} // namespace

RequestNames names_of_csr(Call call, const cbp_parsed *csr) {
    RequestNames names =
        read_names(call.texts(csr, CBP_FIELD_SUBJECT_ATTRIBUTE), call.texts(csr, CBP_FIELD_SUBJECT_ALT_NAME));
    names.key_algorithm = text_of(call, csr, CBP_FIELD_KEY_ALGORITHM);
    names.key_bits = static_cast<std::uint32_t>(call.host()->parsed_number(csr, CBP_NUMBER_KEY_LENGTH));
    return names;
}

std::string text_of(Call call, const cbp_parsed *parsed, std::int32_t field) {
    const char *text = call.host()->parsed_text(call.raw(), parsed, field, 0);
    return text != nullptr ? text : "";
}

std::vector<cbp_bytes> certificates_of(Call call, const std::string &base64_text, const std::string &what) {
    const cbp_host *host = call.host();
    cbp_bytes decoded{};
    const cbp_list *list = nullptr;
    if (host->base64_decode(call.raw(), base64_text.c_str(), &decoded) != CBP_OK || decoded.size == 0)
        throw failure(errors::answer, what + " cannot be used: its certificate is not base64");
    if (host->split_certificates(call.raw(), decoded, &list) != CBP_OK || host->list_count(list) == 0)
        throw failure(errors::answer,
                      what + " cannot be used: what should be certificates is neither PKCS#7 nor X.509");
    std::vector<cbp_bytes> out;
    for (std::size_t i = 0; i < host->list_count(list); ++i)
        out.push_back(host->list_at(list, i));
    return out;
}

bool is_ca(Call call, cbp_bytes certificate) {
    return call.host()->parsed_number(call.parse(CBP_PARSE_CERTIFICATE, certificate), CBP_NUMBER_IS_CA) != 0;
}

/// Request and profile against each other. A policy that was told a while ago and does not fit is asked for once more:
/// somebody may just have corrected the profile.
Verified DigiCert::verify_order(Call call, Exchange &exchange, const cbp_order &order, const std::string &transaction,
                                KnownProfile &known) {
    const std::string oid = profile_oid(order.profile);
    const RequestNames names = names_of_csr(call, call.parse(CBP_PARSE_CSR, order.csr_der));
    Wishes wishes = read_wishes(certbroker::plugin::Settings(call.host(), order.settings));
    const std::int64_t now = connection_.host.now();
    if (order.not_after > now)
        wishes.validity_days = static_cast<std::uint64_t>((order.not_after - now + day - 1) / day);
    known = profile_of(call, exchange, oid, transaction);
    try {
        return verify(*known.profile, names, wishes, connection_.options);
    } catch (const Failure &) {
        if (now - known.asked_at < stale_after) throw;
    }
    cache_.forget(oid);
    known = profile_of(call, exchange, oid, transaction);
    return verify(*known.profile, names, wishes, connection_.options);
}

cbp_status DigiCert::submit(Call call, const cbp_order &order) {
    return enroll_order(call, order, false);
}

cbp_status DigiCert::renew(Call call, const cbp_order &order) {
    return enroll_order(call, order, connection_.renew_by_request_type);
}

cbp_status DigiCert::enroll_order(Call call, const cbp_order &order, bool renew) {
    Exchange exchange(call, connection_);
    const std::string transaction = exchange.transaction_of(order.idempotency != nullptr ? order.idempotency : "");
    KnownProfile known;
    enrollment::Request request;
    const Verified verified = before_sending(call, [&] {
        Verified found = verify_order(call, exchange, order, transaction, known);
        for (const std::string &note : found.notes)
            connection_.host.log(CBP_LOG_DEBUG, note);
        for (const std::string &warning : found.warnings)
            connection_.host.log(CBP_LOG_WARNING, warning);
        if (known.profile->register_user && !found.seat.empty()) {
            const std::string user =
                users::write_request({found.seat, found.first_name, found.last_name, found.email}, transaction);
            const soap::Reply reply = exchange.post(register_user, user, "seat " + found.seat);
            const users::Answer answer = read_for(register_user, [&] { return users::read_answer(reply.body); });
            exchange.check_echo(transaction, answer.client_transaction);
            connection_.host.log(CBP_LOG_INFO, "The seat '" + shown(found.seat, 100) +
                                                   "' was registered; the service says '" + answer.status + "'");
        }
        request.profile = known.profile->oid;
        request.transaction = transaction;
        request.token_type = token_type(*known.profile);
        request.request_type = renew ? enrollment::renew : enrollment::issue;
        request.csr = base64_of(order.csr_der);
        if (renew) request.certificate = base64_of(order.current_der);
        request.pairs = found.pairs;
        return found;
    });
    const std::string envelope = before_sending(call, [&] { return enrollment::write_request(request); });

    try {
        return send_order(call, exchange, order, request, envelope, verified.refused_characters);
    } catch (...) {
        remember_lost(call, transaction, {request.profile, verified.seat});
        throw;
    }
}

cbp_status DigiCert::send_order(Call call, Exchange &exchange, const cbp_order &order,
                                const enrollment::Request &request, const std::string &envelope,
                                bool refused_characters) {
    const soap::Reply reply = exchange.post_for_any(enroll, envelope);
    if (reply.fault) {
        const std::string about = "profile " + request.profile + "; client transaction " + request.transaction;
        // The service's own words for this are not known, so what was sent tells.
        if (refused_characters && !reply.fault->is_not_understood())
            throw failure(errors::name_characters, std::string(enroll.failed) + ": " + reply.fault->to_string(about));
        exchange.refuse(enroll, *reply.fault, about);
    }
    const enrollment::Answer got = read_for(enroll, [&] { return enrollment::read_answer(reply.body); });
    exchange.check_echo(request.transaction, got.client_transaction);
    return answer(call, exchange, got, request.profile,
                  text_of(call, call.parse(CBP_PARSE_CSR, order.csr_der), CBP_FIELD_KEY_ID));
}

cbp_status DigiCert::poll(Call call, cbp_bytes token) {
    const enrollment::Token order = enrollment::read_token(certbroker::plugin::text(token));
    Exchange exchange(call, connection_);
    enrollment::Request request;
    request.profile = order.profile;
    request.transaction = exchange.new_transaction();
    request.request_type = enrollment::query_status;
    request.pending = order.pending;
    const soap::Reply reply = exchange.post(ask_pending, enrollment::write_request(request),
                                            "pending reference " + shown(order.pending, 100));
    const enrollment::Answer got = read_for(ask_pending, [&] { return enrollment::read_answer(reply.body); });
    exchange.check_echo(request.transaction, got.client_transaction);
    return answer(call, exchange, got, order.profile, "");
}

cbp_status DigiCert::answer(Call call, Exchange &exchange, const enrollment::Answer &got, const std::string &profile,
                            const std::string &key_id) {
    if (!got.pending.empty()) {
        const std::string message = got.disposition.empty() ? "DigiCert has not decided yet" : got.disposition;
        return call.pending(enrollment::write_token({profile, got.pending}), ask_again_after, message,
                            got.server_transaction);
    }
    // Neither a certificate nor pending, but a reason: that is a no.
    if (got.token.empty())
        return call.denied("refused", got.disposition, got.server_transaction,
                           "Look the transaction " + got.server_transaction +
                               " up in DigiCert's portal, mend what the message names, and make a new request.");
    // DigiCert has issued something, so this must be neither sent again nor searched for: the key is not this
    // request's.
    if (got.value_type == token_pkcs12)
        return call.denied("server-key",
                           "The certificate came as PKCS#12, with a private key that DigiCert made, and was not taken",
                           got.server_transaction, "Choose a profile that delivers PKCS#7 or X.509.");
    if (!got.disposition.empty()) connection_.host.log(CBP_LOG_INFO, "DigiCert says: " + got.disposition);
    return give_certificate(call, exchange, got.token, profile, key_id);
}

/// The CA's own certificates that are not in the answer. A lone certificate is worth an exchange, the rest is added
/// when it is known.
std::vector<std::string> DigiCert::missing_authorities(Call call, Exchange &exchange, const std::string &profile,
                                                       const std::vector<cbp_bytes> &chain) {
    const bool known = cache_.find(profile, connection_.host.now()).profile != nullptr;
    if (chain.size() > 1 && !known) return {};
    std::vector<std::string> authorities = chain_if_known(call, exchange, profile);
    std::erase_if(authorities, [&chain](const std::string &der) {
        return std::any_of(chain.begin(), chain.end(),
                           [&der](cbp_bytes one) { return certbroker::plugin::text(one) == der; });
    });
    return authorities;
}

/// The certificate of the key first, then what else came, then the CA's own certificates where they are missing.
cbp_status DigiCert::give_certificate(Call call, Exchange &exchange, const std::string &base64_text,
                                      const std::string &profile, const std::string &key_id) {
    const std::string what = "The certificate from DigiCert";
    std::vector<cbp_bytes> chain = certificates_of(call, base64_text, what);
    if (chain.size() > most_certificates)
        throw failure(errors::answer,
                      what + " cannot be used: it came with " + std::to_string(chain.size()) + " others");
    const auto rank = [&](cbp_bytes der) {
        const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, der);
        if (call.host()->parsed_number(parsed, CBP_NUMBER_IS_CA) != 0) return 2;
        return !key_id.empty() && text_of(call, parsed, CBP_FIELD_KEY_ID) == key_id ? 0 : 1;
    };
    std::vector<std::pair<int, cbp_bytes>> ranked;
    for (const cbp_bytes &der : chain)
        ranked.emplace_back(rank(der), der);
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    if (ranked.front().first == 2)
        throw failure(errors::answer, what + " cannot be used: there are only CA certificates in the answer");
    chain.clear();
    for (const auto &[ignored, der] : ranked)
        chain.push_back(der);
    const std::vector<std::string> authorities = missing_authorities(call, exchange, profile, chain);
    for (const std::string &der : authorities)
        chain.push_back(bytes(der));
    const std::string serial = text_of(call, call.parse(CBP_PARSE_CERTIFICATE, chain.front()), CBP_FIELD_SERIAL);
    return call.issued(chain, serial);
}

} // namespace digicert
