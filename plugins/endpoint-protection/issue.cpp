#include <algorithm>

#include "errors.hpp"
#include "scep.hpp"
#include "text.hpp"

/// Issuing: one message, kept before it leaves, and what the CA says to it; CertPoll for what is not decided.
namespace scep {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;

constexpr std::int64_t stale_after = 300;     ///< seconds
constexpr std::uint32_t ask_again_after = 60; ///< seconds; the protocol names no time
constexpr std::string_view issued_head = "issued 1\n";
constexpr std::uint32_t most_kept = 256;
constexpr std::size_t most_certificates = 40; ///< the host takes 50 in a chain

std::string entry_of(const char *idempotency) {
    return "order/" + std::string(idempotency);
}

/// The same for an order that is sent twice, another for the next request with the same key: a CA may take the same id
/// for the same transaction (RFC 8894 section 3.2.1.1), and only then.
std::string transaction_of(Call call, const cbp_order &order, const cbp_parsed *csr) {
    std::string about(order.idempotency);
    about += '\0';
    about += text(call.host()->parsed_bytes(csr, CBP_BYTES_PUBLIC_KEY));
    cbp_bytes digest{};
    call.check(call.host()->digest(call.raw(), "SHA256", bytes(about), &digest));
    return hex(text(digest)).substr(0, 40);
}

void require_rsa(Call call, const cbp_parsed *parsed, const char *what) {
    const std::string algorithm = text_of(call, parsed, CBP_FIELD_KEY_ALGORITHM);
    if (!same(algorithm, "RSA"))
        throw failure(errors::key_algorithm, std::string("The SCEP message cannot be made: ") + what +
                                                 " has a key of " + shown(algorithm, 60) + ", not RSA");
}

/// The certificates of an answer: that of the requested key first, CAs last.
std::vector<std::string> certificates_of(Call call, const Answer &answer, const std::string &key_id) {
    const cbp_host *host = call.host();
    const std::string what = "The answer of the SCEP server cannot be used: ";
    const cbp_list *list = nullptr;
    if (host->split_certificates(call.raw(), answer.content, &list) != CBP_OK || host->list_count(list) == 0)
        throw failure(errors::answer, what + "it says success and holds no certificate");
    if (host->list_count(list) > most_certificates)
        throw failure(errors::answer, what + "it holds " + std::to_string(host->list_count(list)) + " certificates");
    std::vector<std::pair<int, std::string>> ranked;
    for (std::size_t i = 0; i < host->list_count(list); ++i) {
        const cbp_bytes der = host->list_at(list, i);
        const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, der);
        const bool ca = host->parsed_number(parsed, CBP_NUMBER_IS_CA) != 0;
        const bool wanted = !key_id.empty() && same(text_of(call, parsed, CBP_FIELD_KEY_ID), key_id);
        ranked.emplace_back(wanted ? 0 : ca ? 2 : 1, text(der));
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    if (ranked.front().first == 2)
        throw failure(errors::answer, what + "it says success and holds only certificates of CAs");
    std::vector<std::string> out;
    for (auto &[ignored, der] : ranked)
        out.push_back(std::move(der));
    return out;
}

std::string write_issued(const std::string &transaction, const std::vector<std::string> &chain) {
    std::string out = std::string(issued_head) + transaction + "\n";
    for (const std::string &der : chain)
        out += hex(der) + "\n";
    return out;
}

/// An answer is kept for a host that ends before it has it in its journal, and not for ever: each takes the place of an
/// older one.
void keep_answer(Call call, const std::string &entry, std::string answer,
                 std::vector<std::pair<std::string, std::string>> &changes) {
    std::uint32_t hash = 2'166'136'261U; // FNV-1a: spreads the names, no more
    for (const char c : entry)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
    const std::string place = "kept/" + std::to_string(hash % most_kept);
    const std::string before = call.state(place);
    if (!before.empty() && before != entry) changes.emplace_back(before, "");
    changes.emplace_back(place, entry);
    changes.emplace_back(entry, std::move(answer));
}

} // namespace

std::string text_of(Call call, const cbp_parsed *parsed, std::int32_t field) {
    const char *value = call.host()->parsed_text(call.raw(), parsed, field, 0);
    return value != nullptr ? value : "";
}

std::string refusal(const Answer &answer) {
    return "The CA refused with " + answer.fail.name +
           (answer.fail_text.empty() ? "" : " and said '" + answer.fail_text + "'");
}

const Authority &EndpointProtection::authority(Exchange &exchange) {
    const std::int64_t now = connection_.host.now();
    if (!authority_ || now < asked_at_ || now - asked_at_ > stale_after) {
        authority_ = ask_authority(exchange);
        asked_at_ = now;
    }
    return *authority_;
}

cbp_status EndpointProtection::submit(Call call, const cbp_order &order) {
    return enroll(call, order, false);
}

cbp_status EndpointProtection::renew(Call call, const cbp_order &order) {
    return enroll(call, order, true);
}

/// Renewing, the certificate in use signs while it is valid and its key at hand; otherwise the new key speaks for
/// itself, and the challenge for it.
Asker EndpointProtection::asker_of(Exchange &exchange, const cbp_order &order, const cbp_parsed *csr,
                                   bool with_current) {
    const Call call = exchange.call();
    if (with_current) return {order.current_key, std::string(text(order.current_der))};
    const std::string subject = text_of(call, csr, CBP_FIELD_SUBJECT);
    return {order.csr_key,
            self_signed(exchange, order.csr_key, order.csr_der, subject.empty() ? "CN=SCEP request" : nullptr)};
}

cbp_status EndpointProtection::enroll(Call call, const cbp_order &order, bool renew) {
    Exchange exchange(call, connection_);
    const std::string entry = entry_of(order.idempotency);
    if (const std::string kept = call.state(entry); kept.starts_with(issued_head)) return give_kept(call, kept);

    Token token;
    Asker asker;
    const Sealed sealed = before_sending(call, [&] {
        const cbp_host *host = call.host();
        // The host calls with a key, or not at all: CBP_NEEDS_CSR_KEY.
        const cbp_parsed *csr = call.parse(CBP_PARSE_CSR, order.csr_der);
        require_rsa(call, csr, "the request");
        if (order.profile != nullptr && *order.profile != '\0')
            connection_.host.log(CBP_LOG_WARNING, "SCEP knows no templates: '" + shown(order.profile, 100) +
                                                      "' is not sent; NDES takes its own by the request's key usage");
        const Authority &ca = authority(exchange);
        require_allowed_algorithms(ca, connection_);
        bool with_current = renew && order.current_key != nullptr && order.current_der.size > 0;
        if (with_current) {
            const cbp_parsed *current = call.parse(CBP_PARSE_CERTIFICATE, order.current_der);
            with_current = host->parsed_number(current, CBP_NUMBER_NOT_AFTER) > connection_.host.now() &&
                           same(text_of(call, current, CBP_FIELD_KEY_ALGORITHM), "RSA");
        }
        asker = asker_of(exchange, order, csr, with_current);
        const char *uri = host->key_uri(call.raw(), asker.key);
        token = {transaction_of(call, order, csr),
                 uri != nullptr ? uri : "",
                 asker.certificate,
                 std::string(text(host->parsed_bytes(csr, CBP_BYTES_SUBJECT))),
                 text_of(call, csr, CBP_FIELD_KEY_ID),
                 is_transaction(order.idempotency) ? order.idempotency : ""};
        const bool renewal = with_current && ca.capabilities.renewal;
        Sealed made = seal(exchange, ca, asker, renewal ? MessageType::renewal : MessageType::pkcs_req,
                           token.transaction, text(order.csr_der));
        // Kept before it leaves: what is asked afterwards is asked about this.
        call.put_state({{entry, write_token(token)}});
        return made;
    });
    const Answer answer = send(exchange, authority(exchange), asker, sealed, false);
    return settle(exchange, entry, token, answer);
}

/// CertPoll (RFC 8894 section 3.3.3), as who sent the request.
Answer EndpointProtection::ask_again(Exchange &exchange, const Token &token) {
    const Call call = exchange.call();
    const Authority &ca = authority(exchange);
    require_allowed_algorithms(ca, connection_);
    Asker asker;
    call.check(call.host()->key_open(call.raw(), token.key_uri.c_str(), &asker.key));
    asker.certificate = token.signer;
    const cbp_parsed *issuer = call.parse(CBP_PARSE_CERTIFICATE, bytes(ca.ca()));
    const std::string content =
        issuer_and_subject(text(call.host()->parsed_bytes(issuer, CBP_BYTES_SUBJECT)), token.subject);
    const Sealed sealed = seal(exchange, ca, asker, MessageType::cert_poll, token.transaction, content);
    return send(exchange, ca, asker, sealed, true);
}

cbp_status EndpointProtection::poll(Call call, cbp_bytes given) {
    const auto token = read_token(text(given));
    if (!token)
        throw failure(errors::token, "The request could not be asked for: its token is not one of this provider's");
    Exchange exchange(call, connection_);
    return settle(exchange, token->order.empty() ? "" : entry_of(token->order.c_str()), *token,
                  ask_again(exchange, *token));
}

cbp_status EndpointProtection::find(Call call, const cbp_query &query) {
    const std::string entry = entry_of(query.idempotency != nullptr ? query.idempotency : "");
    const std::string kept = call.state(entry);
    if (kept.empty()) throw not_found("The request could not be found: this authority has never sent it");
    if (kept.starts_with(issued_head)) return give_kept(call, kept);
    Exchange exchange(call, connection_);
    const auto token = read_token(kept);
    if (!token) throw failure(errors::not_settled, "The request could not be found: what was kept of it is damaged");
    const Answer answer = ask_again(exchange, *token);
    if (answer.status == PkiStatus::failure) {
        const std::string said = "The request " + token->transaction + " could not be found: " + refusal(answer);
        // Only badCertId says that there is nothing; badRequest may be a no, or a CA that knows no CertPoll.
        if (answer.fail.unknown_certificate) throw not_found(said);
        throw failure(errors::not_settled, said);
    }
    return settle(exchange, entry, *token, answer);
}

cbp_status EndpointProtection::settle(Exchange &exchange, const std::string &entry, const Token &token,
                                      const Answer &answer) {
    const Call call = exchange.call();
    switch (answer.status) {
    case PkiStatus::pending:
        return call.pending(write_token(token), ask_again_after, "The CA has not decided yet", token.transaction);
    case PkiStatus::failure: {
        // A no is final for this transaction; nothing has to be remembered of it.
        if (!entry.empty()) call.put_state({{entry, ""}});
        return call.denied(answer.fail.name, refusal(answer), token.transaction, answer.fail.remedy);
    }
    case PkiStatus::success:
        break;
    }
    std::vector<std::string> chain = certificates_of(call, answer, token.key_id);
    for (std::string &der : authority(exchange).chain()) {
        if (std::find(chain.begin(), chain.end(), der) == chain.end()) chain.push_back(std::move(der));
    }
    const cbp_parsed *leaf = call.parse(CBP_PARSE_CERTIFICATE, bytes(chain.front()));
    std::vector<std::pair<std::string, std::string>> kept{{"last-serial", text_of(call, leaf, CBP_FIELD_SERIAL)}};
    if (!entry.empty()) keep_answer(call, entry, write_issued(token.transaction, chain), kept);
    call.put_state(kept);
    return give(call, chain, token.transaction);
}

cbp_status EndpointProtection::give(Call call, const std::vector<std::string> &chain, const std::string &transaction) {
    std::vector<cbp_bytes> views;
    for (const std::string &der : chain)
        views.push_back(bytes(der));
    return call.issued(views, transaction);
}

/// What was answered once is answered again, whether the CA can be reached or not.
cbp_status EndpointProtection::give_kept(Call call, std::string_view kept) {
    std::vector<std::string> chain;
    std::string transaction;
    for (std::string_view rest = kept.substr(issued_head.size()); !rest.empty();) {
        const auto end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (transaction.empty()) {
            transaction = line;
        } else if (auto der = bytes_of_hex(line); der && !der->empty()) {
            chain.push_back(*std::move(der));
        }
    }
    if (chain.empty()) throw failure(errors::not_settled, "The certificate that was kept is damaged");
    return give(call, chain, transaction);
}

} // namespace scep
