#include "http/date.hpp"

#include <array>
#include <chrono>

namespace certbroker::http {
namespace {

std::optional<unsigned> digits(std::string_view text) noexcept {
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

template<std::size_t N>
std::optional<unsigned> index_of(const std::array<std::string_view, N> &names, std::string_view name) noexcept {
    for (unsigned i = 0; i < N; ++i) {
        if (names[i] == name) return i;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::int64_t> parse_date(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::string_view form = "Sun, 06 Nov 1994 08:49:37 GMT";
    if (text.size() != form.size()) return std::nullopt;
    for (const std::size_t at : {3U, 4U, 7U, 11U, 16U, 19U, 22U, 25U}) {
        if (text[at] != form[at]) return std::nullopt;
    }
    const auto weekday = index_of(weekdays, text.substr(0, 3));
    const auto day = digits(text.substr(5, 2));
    const auto month = index_of(months, text.substr(8, 3));
    const auto year = digits(text.substr(12, 4));
    const auto hour = digits(text.substr(17, 2));
    const auto minute = digits(text.substr(20, 2));
    const auto second = digits(text.substr(23, 2));
    if (!weekday || !day || !month || !year || !hour || !minute || !second || text.substr(26) != "GMT")
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month + 1),
                                           std::chrono::day(*day)};
    // 60: a leap second.
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const std::chrono::sys_days days(date);
    if (std::chrono::weekday(days).c_encoding() != *weekday) return std::nullopt;
    const std::int64_t whole = days.time_since_epoch().count();
    return whole * 86'400 + *hour * 3600L + *minute * 60L + *second;
}

} // namespace certbroker::http
