#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

/// IP addresses as text. Private to x509, but for tests.
namespace certbroker::x509::detail {

/// 4 or 16 octets. Strict: four decimal numbers without leading zeros (RFC 6943 section 3.1.1 says what goes wrong
/// otherwise), or RFC 4291 section 2.2 without a zone; brackets are not part of an address.
std::optional<Bytes> parse_ip(std::string_view text);
/// Dotted decimal, or RFC 5952; empty for any other number of octets.
std::string format_ip(ByteView octets);

} // namespace certbroker::x509::detail
