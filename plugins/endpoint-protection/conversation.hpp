#pragma once

#include <string>

#include "authority.hpp"
#include "message.hpp"

/// One message to the CA and its answer: sealed, signed, verified and opened by the host's CMS services
/// (RFC 8894 sections 3.1 to 3.3).
namespace scep {

/// Who asks: signs the message, and the answer is encrypted for it.
struct Asker {
    const cbp_key *key = nullptr;
    std::string certificate;
};

/// A message that is ready to be sent.
struct Sealed {
    cbp_bytes message{};
    std::string transaction;
    std::string nonce;
};
Sealed seal(Exchange &exchange, const Authority &authority, const Asker &asker, MessageType type,
            const std::string &transaction, std::string_view content);

struct Answer {
    PkiStatus status = PkiStatus::failure;
    FailInfo fail;
    std::string fail_text; ///< the CA's own words; may be empty
    cbp_bytes content{};   ///< of a success: a certs-only PKCS#7; lives as long as the call
};
/// Sends it, and checks the answer: who signed it, to which transaction and which message it belongs.
Answer send(Exchange &exchange, const Authority &authority, const Asker &asker, const Sealed &sealed, bool repeatable);

/// The self-signed certificate that a first request is signed with: the request's subject and key, for a year, as a
/// request may wait long.
std::string self_signed(Exchange &exchange, const cbp_key *key, cbp_bytes csr, const char *subject);

} // namespace scep
