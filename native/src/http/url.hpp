#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace certbroker::http {

/// An absolute http or https URL, taken apart (RFC 3986). Only what is needed to decide where a request may go.
struct Url {
    std::string scheme; ///< "http" or "https"
    std::string host;   ///< lower case; IPv6 addresses in brackets
    std::uint16_t port = 0;
    std::string target; ///< path and query as written, "/" when there is none; no fragment

    bool same_origin(const Url &other) const noexcept {
        return scheme == other.scheme && host == other.host && port == other.port;
    }
    std::string to_string() const;
};

/// Http.Url for other schemes, user information, blanks, control characters, backslashes, and anything without a host.
/// Messages show the URL redacted.
Result<Url> parse_url(std::string_view text);

/// Where a Location header points to, seen from `base` (RFC 3986 section 5, dot segments left to the client).
Result<Url> resolve_url(const Url &base, std::string_view location);

} // namespace certbroker::http
