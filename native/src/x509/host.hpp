#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

/// Host names as certificates hold them. Private to x509, but for tests.
namespace certbroker::x509::detail {

/// A DNS name in ASCII (RFC 5280 section 4.2.1.6, RFC 5890): labels of letters, digits, hyphens and, as Windows hosts
/// have them, underscores; labels with other characters become "xn--" labels. Only ASCII letters are mapped to lower
/// case in those; upper-case letters of other scripts and decomposed characters are refused, not guessed. `wildcard`
/// allows "*" as the whole leftmost label with at least two labels behind it. San.Value when it is not one.
Result<std::string> host_to_ascii(std::string_view host, bool wildcard);

/// RFC 3492: the part behind "xn--" for one label.
Result<std::string> punycode_encode(std::u32string_view label);

} // namespace certbroker::x509::detail
