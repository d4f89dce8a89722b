#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"

/// Keeps secrets out of what people read of an exchange. Names decide, and known secrets are looked for: what a server
/// puts into running text is for whoever learns of it later (provider/call.hpp).
namespace certbroker::http::detail {

inline constexpr std::string_view blanked = "***";

/// Whether a field of that name holds a secret: Password, x-api-key, challengePassword, PKCS12, access_token ...
/// A token of WS-Trust is none: it is the request or the certificate.
bool is_secret_name(std::string_view name);

/// Blanks the values of such fields in XML, HTML and JSON, and private keys in PEM. Linear in the text.
std::string blank_fields(std::string_view text);
/// The same for name=value&name=value.
std::string blank_form(std::string_view text);
/// The value of a header as it may be shown: of credentials only their kind.
std::string blank_header(std::string_view name, std::string_view value);

/// Blanks every occurrence of a known secret, as it is and as XML, JSON, a form or base64 would write it. Secrets of
/// fewer than 4 bytes would blank half of every text and protect nothing.
void blank_secret(std::string &text, const Secret &secret);

} // namespace certbroker::http::detail
