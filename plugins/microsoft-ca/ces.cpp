#include "ces.hpp"

#include <algorithm>
#include <limits>

#include "hresult.hpp"
#include "orders.hpp"
#include "templates.hpp"
#include "text.hpp"

/// Issuing by the enrolment web services: policy, one request, and what the CA says to it.
namespace microsoft_ca {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;

constexpr std::uint32_t ask_again_after = 300; ///< seconds; the service names no time
constexpr std::uint32_t rpc_unavailable = 0x800706BAU;
constexpr std::size_t most_authorities = 20;
constexpr const char *authorities_entry = "authorities";
constexpr std::string_view asked_anonymously = "anonymous "; ///< in front of the address in a token
const std::string not_sent = "The request could not be sent to the CA";
const std::string not_asked = "The CA could not be asked for the request";

std::string text_of(Call call, const cbp_parsed *parsed, std::int32_t field) {
    const char *value = call.host()->parsed_text(call.raw(), parsed, field, 0);
    return value != nullptr ? value : "";
}

/// Attributes that stand in the request itself go to the CA as those of the message do.
void check_own_attributes(Call call, const cbp_parsed *csr, const Connection &connection) {
    for (const std::string &pair : call.texts(csr, CBP_FIELD_REQUEST_ATTRIBUTE)) {
        const auto equals = pair.find('=');
        const std::string name = pair.substr(0, equals);
        if (same(trim(name), "SAN")) check_attribute({"SAN", ""}, connection);
    }
}

std::string names_of(const xcep::Address &address) {
    switch (address.authentication) {
    case static_cast<std::int64_t>(xcep::ClientAuthentication::anonymous):
        return "anonymous";
    case static_cast<std::int64_t>(xcep::ClientAuthentication::transport):
        return "negotiate or basic";
    case static_cast<std::int64_t>(xcep::ClientAuthentication::user_name):
        return "user-name";
    case static_cast<std::int64_t>(xcep::ClientAuthentication::certificate):
        return "certificate";
    default:
        return "authentication " + std::to_string(address.authentication);
    }
}

/// "https://host:port"
std::string origin_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    return lower(url.substr(0, url.find_first_of("/?#", scheme + 3)));
}

/// The service's word for an HRESULT, as a reason scripts may compare.
std::string reason_of(const soap::Fault &fault) {
    if (!fault.detail || !fault.detail->error_code) return "denied";
    const HResult *known = find_hresult(*fault.detail->error_code);
    return known != nullptr ? known->name : hresult_text(*fault.detail->error_code);
}

/// The CAs' certificates of an answer, the one that issued first: an enrolment service has no other message for them.
void remember_authorities(Call call, const std::vector<std::string> &chain) {
    std::vector<std::string> known(chain.begin() + 1, chain.end());
    std::stable_partition(known.begin(), known.end(), [&](const std::string &der) {
        return call.host()->issued_by(call.raw(), bytes(chain.front()), bytes(der)) == CBP_OK;
    });
    if (known.empty()) return;
    known.resize(std::min(known.size(), most_authorities));
    std::string lines;
    for (const std::string &der : known)
        lines += (lines.empty() ? "" : "\n") + hex(der);
    call.put_state({{authorities_entry, lines}});
}

bool is_certain(const soap::Fault &fault) {
    return fault.is_authentication() || fault.is_sender() || (fault.detail && fault.detail->error_code);
}

} // namespace

/// What is sent, and where it may be sent to.
struct Ces::Plan {
    std::vector<Candidate> places;
    wstep::Order order;
    std::string key_id;
};

std::unique_ptr<Transport> make_ces(const Connection &connection) {
    return std::make_unique<Ces>(connection);
}

Ces::Ces(const Connection &connection) : connection_(connection), direct_(is_enrolment_url(connection.url)) {}

std::optional<Candidate> way_in(const xcep::Address &address, const Connection &connection, const Renewal &renewal) {
    if (address.renewal_only && !renewal.wanted) return std::nullopt;
    const Authentication how = connection.authentication;
    Candidate out{address.uri, how, false, address.priority.value_or(std::numeric_limits<std::int64_t>::max())};
    switch (address.authentication) {
    case static_cast<std::int64_t>(xcep::ClientAuthentication::transport):
        if (how == Authentication::negotiate || how == Authentication::basic) return out;
        break;
    case static_cast<std::int64_t>(xcep::ClientAuthentication::user_name):
        if (how == Authentication::user_name) return out;
        break;
    case static_cast<std::int64_t>(xcep::ClientAuthentication::certificate):
        // An address for renewals alone is one of key-based renewal: the old certificate is who asks.
        out.with_current =
            renewal.wanted && renewal.has_key && (address.renewal_only || how != Authentication::certificate);
        out.as = Authentication::certificate;
        if (how == Authentication::certificate || out.with_current) return out;
        break;
    case static_cast<std::int64_t>(xcep::ClientAuthentication::anonymous):
        // What the old certificate has signed needs nobody else to vouch for it.
        out.as = Authentication::anonymous;
        if (how == Authentication::anonymous || (renewal.wanted && renewal.is_signed)) return out;
        break;
    default:
        break;
    }
    return std::nullopt;
}

std::vector<Candidate> Ces::candidates(const xcep::Policies &set, const xcep::Template &wanted, const cbp_order &order,
                                       bool renew) const {
    const Renewal renewal{renew, order.current_key != nullptr && order.current_der.size > 0,
                          certbroker::plugin::sendable(order).kind != CBP_MESSAGE_NONE};
    std::vector<Candidate> out;
    std::vector<std::string> others;
    for (const xcep::Authority *authority : set.authorities_of(wanted)) {
        if (!authority->enroll) {
            others.emplace_back("a CA that this account may not ask");
            continue;
        }
        for (const xcep::Address &address : authority->addresses) {
            if (auto found = way_in(address, connection_, renewal))
                out.push_back(*std::move(found));
            else
                others.push_back(names_of(address) + (address.renewal_only ? " for renewals only" : ""));
        }
    }
    if (out.empty())
        throw failure(errors::no_endpoint, not_sent + ": no enrolment address for the template '" + wanted.name +
                                               "' takes authentication " + name_of(connection_.authentication) +
                                               (others.empty() ? "; the policy has none at all"
                                                               : "; there are " + shown(join(others, ", "), 1000)));
    std::stable_sort(out.begin(), out.end(),
                     [](const Candidate &a, const Candidate &b) { return a.priority < b.priority; });
    return out;
}

Ces::Plan Ces::plan(Exchange &exchange, const cbp_order &order, bool renew) {
    const Call call = exchange.call();
    const cbp_parsed *csr = call.parse(CBP_PARSE_CSR, order.csr_der);
    check_own_attributes(call, csr, connection_);
    Plan out;
    out.key_id = text_of(call, csr, CBP_FIELD_KEY_ID);
    const certbroker::plugin::Sendable message = certbroker::plugin::sendable(order);
    out.order.message = base64(text(message.der));
    // CMC goes by that name as well.
    if (message.kind != CBP_MESSAGE_NONE) out.order.kind = wstep::MessageKind::pkcs7;
    std::string profile(trim(order.profile != nullptr ? order.profile : ""));
    if (profile.empty()) profile = text_of(call, csr, CBP_FIELD_TEMPLATE);
    if (direct_) {
        const bool by_old = renew && order.current_key != nullptr && order.current_der.size > 0 &&
                            connection_.authentication == Authentication::anonymous;
        out.places.push_back(own(connection_.url));
        if (by_old) out.places.front() = {connection_.url, Authentication::certificate, true, 0};
    } else {
        const PolicySet set = policies_with(exchange, profile.c_str());
        const xcep::Template &wanted = template_of(*set, profile.c_str());
        templates::require_usable(wanted, not_sent);
        if (wanted.ra && wanted.ra->signatures > 0 && message.kind == CBP_MESSAGE_NONE)
            throw failure(errors::signature_required, not_sent + ": the template '" + wanted.name + "' wants " +
                                                          std::to_string(wanted.ra->signatures) +
                                                          " signature(s) of registration authorities");
        out.places = candidates(*set, wanted, order, renew);
        profile = wanted.name;
    }
    if (!profile.empty()) out.order.attributes.emplace_back("CertificateTemplate", profile);
    for (Attribute &attribute : read_attributes(Settings(call.host(), order.settings), connection_))
        out.order.attributes.push_back(std::move(attribute));
    return out;
}

cbp_status Ces::submit(Call call, const cbp_order &order) {
    return enroll(call, order, false);
}

cbp_status Ces::renew(Call call, const cbp_order &order) {
    return enroll(call, order, true);
}

cbp_status Ces::enroll(Call call, const cbp_order &order, bool renew) {
    if (orders::answered_before(call, order.idempotency)) return CBP_OK;
    Exchange exchange(call, connection_);
    const Plan made = before_sending(call, [&] {
        Plan out = plan(exchange, order, renew);
        orders::keep_sent(call, order.idempotency);
        return out;
    });
    Candidate used;
    const soap::Reply reply = send(exchange, order, made, used);
    return settle(exchange, order.idempotency, made.key_id, used, reply, "");
}

/// The addresses one after another, until one has taken the request. Only when it is certain that one has not, the next
/// is tried.
soap::Reply Ces::send(Exchange &exchange, const cbp_order &order, const Plan &made, Candidate &used) {
    const Call call = exchange.call();
    const std::string body = wstep::write_issue(made.order);
    std::optional<NotSent> problem;
    for (std::size_t i = 0; i < made.places.size(); ++i) {
        const Candidate &place = made.places[i];
        const bool last = i + 1 == made.places.size();
        try {
            soap::Reply reply =
                post(exchange, place, order.current_key, wstep::action, body, false, wstep::limits, not_sent);
            const bool no_ca = reply.fault && reply.fault->detail && reply.fault->detail->error_code == rpc_unavailable;
            if (!no_ca || last) {
                used = place;
                return reply;
            }
            connection_.host.log(CBP_LOG_WARNING, host_of(place.url) + " does not reach its CA; the next is asked");
        } catch (const NotSent &missed) {
            problem = missed;
            connection_.host.log(CBP_LOG_WARNING, missed.message + (last ? "" : "; the next address is tried"));
        }
    }
    orders::forget(call, order.idempotency);
    call.host()->fail_detail(call.raw(), CBP_DETAIL_NOT_SENT, 1);
    throw *problem;
}

cbp_status Ces::poll(Call call, const Token &token) {
    Exchange exchange(call, connection_);
    Candidate place = own(token.where.empty() ? connection_.url : token.where);
    if (token.where.starts_with(asked_anonymously))
        place = {token.where.substr(asked_anonymously.size()), Authentication::anonymous, false, 0};
    const soap::Reply reply = post(exchange, place, nullptr, wstep::action, wstep::write_query(token.request), true,
                                   wstep::limits, not_asked);
    return settle(exchange, nullptr, token.key_id, place, reply, token.request);
}

cbp_status Ces::find(Call call, const cbp_query &query) {
    return orders::find(call, query, [&](const Token &token) { return poll(call, token); });
}

cbp_status Ces::settle(Exchange &exchange, const char *idempotency, const std::string &key_id, const Candidate &place,
                       const soap::Reply &reply, const std::string &request_id) {
    const Call call = exchange.call();
    const std::string &what = request_id.empty() ? not_sent : not_asked;
    if (reply.fault) {
        const soap::Fault &fault = *reply.fault;
        if (fault.detail && fault.detail->invalid_request) return deny(exchange, idempotency, fault, request_id);
        if (idempotency != nullptr && is_certain(fault)) orders::forget(call, idempotency);
        refuse(exchange, reply, what);
    }
    const wstep::Answer answer = wstep::read_answer(reply.body);
    if (!request_id.empty() && !answer.request_id.empty() && answer.request_id != request_id)
        throw failure(errors::correlation, what + ": the answer is about request " + answer.request_id + ", and " +
                                               request_id + " was asked for");
    if (answer.state == wstep::Answer::State::issued) return give(exchange, idempotency, key_id, answer);
    // Where to ask is the service's to say, but a password goes only where it was shown before.
    const bool believed = answer.reference.size() <= 2000 && origin_of(answer.reference) == origin_of(place.url);
    if (!believed && !answer.reference.empty())
        connection_.host.log(CBP_LOG_INFO, "The CA names " + host_of(answer.reference) +
                                               " to ask for the request; it is asked for where it was sent");
    // What the old certificate has vouched for is asked for as it was sent.
    const std::string_view how = place.as == Authentication::anonymous ? asked_anonymously : "";
    const Token token{"ces", answer.request_id, std::string(how) + (believed ? answer.reference : place.url), key_id};
    return orders::give_pending(call, idempotency, token, ask_again_after,
                                answer.disposition.empty() ? "The CA has not decided yet" : answer.disposition);
}

cbp_status Ces::give(Exchange &exchange, const char *idempotency, const std::string &key_id,
                     const wstep::Answer &answer) {
    const Call call = exchange.call();
    const std::string what = "The answer of the enrolment service";
    const auto leaf = xcep::decode_base64(answer.certificate);
    if (!leaf || leaf->empty()) throw failure(errors::answer, what + " cannot be used: its certificate is not base64");
    std::vector<cbp_bytes> others;
    if (const auto message = xcep::decode_base64(answer.response); message && !message->empty()) {
        const cbp_list *list = nullptr;
        if (call.host()->split_certificates(call.raw(), bytes(*message), &list) == CBP_OK) {
            for (std::size_t i = 0; i < call.host()->list_count(list); ++i)
                others.push_back(call.host()->list_at(list, i));
        } else {
            connection_.host.log(CBP_LOG_WARNING,
                                 "The CA's full response cannot be read; its certificate alone counts");
        }
    }
    // The policy knows the CAs, too; an answer of the old kind has the certificate alone.
    std::vector<std::string> told;
    for (const xcep::Authority &authority : set_ != nullptr ? set_->authorities : std::vector<xcep::Authority>()) {
        if (auto der = xcep::decode_base64(authority.certificate); der && !der->empty())
            told.push_back(*std::move(der));
    }
    for (const std::string &der : told) {
        if (call.host()->issued_by(call.raw(), bytes(*leaf), bytes(der)) == CBP_OK) others.push_back(bytes(der));
    }
    orders::Issued issued{orders::in_order(call, *leaf, others, key_id, what), answer.request_id};
    remember_authorities(call, issued.chain);
    if (issued.reference.empty())
        issued.reference = text_of(call, call.parse(CBP_PARSE_CERTIFICATE, bytes(*leaf)), CBP_FIELD_SERIAL);
    return orders::give(call, idempotency, issued);
}

cbp_status Ces::deny(Exchange &exchange, const char *idempotency, const soap::Fault &fault,
                     const std::string &request_id) {
    const Call call = exchange.call();
    if (idempotency != nullptr) orders::forget(call, idempotency);
    const soap::Detail &detail = *fault.detail;
    std::string message = fault.reason;
    if (detail.error_code) message += (message.empty() ? "" : " ") + ("(" + explain_hresult(*detail.error_code) + ")");
    if (message.empty()) message = "The CA denied the request and gave no reason";
    const HResult *known = detail.error_code ? find_hresult(*detail.error_code) : nullptr;
    if (known != nullptr && CBP_HAS(call.host(), denied_remedy)) call.host()->denied_remedy(call.raw(), known->remedy);
    return call.denied(reason_of(fault), message, detail.request_id.empty() ? request_id : detail.request_id);
}

} // namespace microsoft_ca
