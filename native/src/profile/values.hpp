#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Readers of the value types that an INF and parameters share. Errors are rows of errors.def and name what was read.
namespace certbroker::profile {

/// TRUE/FALSE, yes/no, 1/0 in any case. Inf.Boolean.
Result<bool> read_boolean(std::string_view what, std::string_view text);

/// Decimal, or hexadecimal with 0x. Inf.Number, also when it is not in [minimum, maximum].
Result<std::uint32_t> read_number(std::string_view what, std::string_view text, std::uint32_t minimum = 0,
                                  std::uint32_t maximum = 0xffffffffU);

struct Flag {
    std::string_view name;
    std::uint32_t value;
};
/// Names joined by | (each may be quoted, any case; an XCN_ prefix is passed over), numbers among them, or one number.
/// Inf.Flag, also for bits that no flag has, when `strict`.
Result<std::uint32_t> read_flags(std::string_view what, std::string_view text, std::span<const Flag> flags,
                                 bool strict = true);

/// One word of a list, or the number that stands for it. Inf.Choice.
Result<std::uint32_t> read_choice(std::string_view what, std::string_view text, std::span<const Flag> words);

/// Dotted decimal; a leading "OID." is passed over. Inf.Oid.
Result<std::string> read_oid(std::string_view what, std::string_view text);

/// Seconds since 1970 of a date in UTC: "2027-01-31", "2027-01-31 10:00", "31 January 2027 10:00:30", "January 31,
/// 2027", "2027-01-31T10:00:00Z". Dates in which day and month could be mixed up (1/2/2027) are refused. Inf.Date.
Result<std::int64_t> read_date(std::string_view what, std::string_view text);

/// `start` moved by calendar months; a day that the month does not have becomes its last one.
std::int64_t add_months(std::int64_t start, std::uint32_t months);

} // namespace certbroker::profile
