#pragma once

#include <functional>
#include <string>
#include <vector>

#include "connection.hpp"
#include "token.hpp"

/// What became of orders, kept durably: an order that is given twice gets the same answer twice, and one without an
/// answer is known to have left. What is kept of an order is exactly one of sent, pending, issued.
namespace microsoft_ca::orders {

/// What a CA answered with a certificate.
struct Issued {
    std::vector<std::string> chain; ///< DER, the request's own certificate first
    std::string reference;          ///< the CA's RequestID
};

/// The certificates of an answer in the order that the host likes: that of the key first, CAs last, none twice.
/// `first` (DER, may be empty) is the certificate that the answer itself calls the request's. Throws MicrosoftCa.Answer
/// when there is none but of CAs, or more than 40.
std::vector<std::string> in_order(Call call, std::string_view first, const std::vector<cbp_bytes> &others,
                                  const std::string &key_id, const std::string &what);

/// Answers as before when the order was issued, or is pending, already; false = it is neither.
bool answered_before(Call call, const char *idempotency);
/// Before the message leaves.
void keep_sent(Call call, const char *idempotency);
/// When it certainly did not arrive, or was denied: it may be sent anew.
void forget(Call call, const char *idempotency);
/// Keeps and answers. `idempotency` NULL: of a poll, which the host keeps itself.
cbp_status give(Call call, const char *idempotency, const Issued &issued);
/// What give_pending keeps, before there is an answer: the CA has the order under that number.
void keep_pending(Call call, const char *idempotency, const Token &token);
cbp_status give_pending(Call call, const char *idempotency, const Token &token, std::uint32_t after_seconds,
                        const std::string &message);

/// The slot find: what was answered is answered again, what is pending is asked for by `poll`; Provider.NotFound when
/// the order never left, MicrosoftCa.NotSettled when nobody knows.
cbp_status find(Call call, const cbp_query &query, const std::function<cbp_status(const Token &)> &poll);

} // namespace microsoft_ca::orders
