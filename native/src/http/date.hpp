#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace certbroker::http {

/// An HTTP date in its one current form (RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT"), unix seconds.
/// Nothing for anything else, the obsolete forms included: whoever sends them is not asked for the time.
std::optional<std::int64_t> parse_date(std::string_view text) noexcept;

} // namespace certbroker::http
