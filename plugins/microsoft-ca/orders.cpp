#include "orders.hpp"

#include <algorithm>

#include "text.hpp"

namespace microsoft_ca::orders {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;

constexpr std::string_view issued_head = "issued 1\n", pending_head = "pending 1\n", sent = "sent 1\n";
constexpr std::uint32_t usual_pause = 60;     ///< seconds
constexpr std::size_t most_certificates = 40; ///< the host takes 50 in a chain

std::string entry_of(const char *idempotency) {
    return "order/" + std::string(idempotency);
}

std::string write_issued(const Issued &issued) {
    std::string out = std::string(issued_head) + issued.reference + "\n";
    for (const std::string &der : issued.chain)
        out += hex(der) + "\n";
    return out;
}

/// Nothing in the chain when what was kept is damaged.
Issued read_issued(std::string_view kept) {
    Issued issued;
    std::vector<std::string_view> lines = split(kept.substr(issued_head.size()), '\n');
    issued.reference = lines.front();
    for (std::size_t i = 1; i < lines.size(); ++i) {
        if (auto der = bytes_of_hex(lines[i]); der && !der->empty()) issued.chain.push_back(*std::move(der));
    }
    return issued;
}

cbp_status answer(Call call, const Issued &issued) {
    std::vector<cbp_bytes> views;
    for (const std::string &der : issued.chain)
        views.push_back(bytes(der));
    return call.issued(views, issued.reference);
}

} // namespace

std::vector<std::string> in_order(Call call, std::string_view first, const std::vector<cbp_bytes> &others,
                                  const std::string &key_id, const std::string &what) {
    std::vector<std::pair<int, std::string>> ranked;
    const auto add = [&](std::string_view der, bool named) {
        const bool known =
            std::any_of(ranked.begin(), ranked.end(), [der](const auto &one) { return one.second == der; });
        if (known) return;
        const cbp_parsed *parsed = nullptr;
        // The CA has issued something all the same, so it must not look like a request that was never taken.
        if (call.host()->parse(call.raw(), CBP_PARSE_CERTIFICATE, bytes(der), &parsed) != CBP_OK)
            throw failure(errors::answer, what + " cannot be used: what should be a certificate is none");
        const bool ca = call.host()->parsed_number(parsed, CBP_NUMBER_IS_CA) != 0;
        const char *id = call.host()->parsed_text(call.raw(), parsed, CBP_FIELD_KEY_ID, 0);
        const bool wanted = named || (!key_id.empty() && id != nullptr && same(id, key_id));
        ranked.emplace_back(wanted ? 0 : ca ? 2 : 1, der);
    };
    if (!first.empty()) add(first, true);
    for (const cbp_bytes other : others)
        add(text(other), false);
    if (ranked.empty() || ranked.size() > most_certificates)
        throw failure(errors::answer,
                      what + " cannot be used: it holds " + std::to_string(ranked.size()) + " certificates");
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    if (ranked.front().first == 2)
        throw failure(errors::answer, what + " cannot be used: it holds only certificates of CAs");
    std::vector<std::string> out;
    for (auto &[ignored, der] : ranked)
        out.push_back(std::move(der));
    return out;
}

bool answered_before(Call call, const char *idempotency) {
    const std::string kept = call.state(entry_of(idempotency));
    if (kept.starts_with(pending_head)) {
        const auto token = read_token(std::string_view(kept).substr(pending_head.size()));
        if (!token) return false;
        call.check(call.pending(write_token(*token), usual_pause, "The CA has the request already", token->request));
        return true;
    }
    if (!kept.starts_with(issued_head)) return false;
    const Issued issued = read_issued(kept);
    if (issued.chain.empty()) return false;
    call.check(answer(call, issued));
    return true;
}

void keep_sent(Call call, const char *idempotency) {
    call.put_state({{entry_of(idempotency), std::string(sent)}});
}

void forget(Call call, const char *idempotency) {
    call.put_state({{entry_of(idempotency), ""}});
}

cbp_status give(Call call, const char *idempotency, const Issued &issued) {
    if (idempotency != nullptr) call.put_state({{entry_of(idempotency), write_issued(issued)}});
    return answer(call, issued);
}

void keep_pending(Call call, const char *idempotency, const Token &token) {
    if (idempotency != nullptr)
        call.put_state({{entry_of(idempotency), std::string(pending_head) + write_token(token)}});
}

cbp_status give_pending(Call call, const char *idempotency, const Token &token, std::uint32_t after_seconds,
                        const std::string &message) {
    keep_pending(call, idempotency, token);
    return call.pending(write_token(token), after_seconds, message, token.request);
}

cbp_status find(Call call, const cbp_query &query, const std::function<cbp_status(const Token &)> &poll) {
    const std::string kept = query.idempotency != nullptr ? call.state(entry_of(query.idempotency)) : std::string();
    if (kept.empty()) throw not_found("The request could not be found: this authority has never sent it");
    if (kept.starts_with(issued_head)) {
        const Issued issued = read_issued(kept);
        if (!issued.chain.empty()) return answer(call, issued);
    }
    if (kept.starts_with(pending_head)) {
        if (const auto token = read_token(std::string_view(kept).substr(pending_head.size()))) return poll(*token);
    }
    throw failure(errors::not_settled,
                  "The request could not be found: it was sent, no answer came, and its number is not known");
}

} // namespace microsoft_ca::orders
