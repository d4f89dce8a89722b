#include <array>
#include <charconv>
#include <chrono>
#include <vector>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/findings.hpp"
#include "profile/ini_parser.hpp"
#include "profile/values.hpp"

namespace certbroker::profile {
namespace {

constexpr std::array<std::string_view, 12> months{"january",   "february", "march",    "april",
                                                  "may",       "june",     "july",     "august",
                                                  "september", "october",  "november", "december"};

struct Clock {
    int hour = 0;
    int minute = 0;
    int second = 0;
};

/// Digits only, at most four: no signs, no blanks.
std::optional<int> to_int(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || text.size() > 4 || text.front() == '-' || error != std::errc() ||
        end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// 1..12 of an English month name, whole or its first three letters; 0 for what is none.
unsigned month_of(std::string_view word) {
    for (std::size_t i = 0; i < months.size(); ++i) {
        if (iequals(word, months[i]) || iequals(word, months[i].substr(0, 3))) return static_cast<unsigned>(i + 1);
    }
    return 0;
}

std::optional<Clock> to_clock(std::string_view text) {
    const auto fields = split(text, ':');
    if (fields.size() < 2 || fields.size() > 3) return std::nullopt;
    Clock clock;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto value = to_int(fields[i]);
        if (!value || fields[i].size() > 2 || *value > (i == 0 ? 23 : 59)) return std::nullopt;
        (i == 0 ? clock.hour : i == 1 ? clock.minute : clock.second) = *value;
    }
    return clock;
}

struct Words {
    std::vector<std::string_view> list;
    std::optional<bool> afternoon; ///< AM/PM
};

/// Blanks, commas and ISO 8601's T separate; zone words for UTC and AM/PM are taken off the end.
Words words_of(std::string_view text) {
    Words words;
    for (std::size_t at = 0; at < text.size();) {
        const bool iso = text[at] == 'T' && at == 10;
        if (text[at] == ' ' || text[at] == '\t' || text[at] == ',' || iso) {
            ++at;
            continue;
        }
        std::size_t end = std::min(text.find_first_of(" \t,", at), text.size());
        if (at == 0 && text.size() > 10 && text[10] == 'T' && end > 10) end = 10;
        words.list.push_back(text.substr(at, end - at));
        at = end;
    }
    const auto drop = [&](auto matches) {
        if (words.list.empty() || !matches(words.list.back())) return false;
        words.list.pop_back();
        return true;
    };
    if (!drop(
            [](std::string_view word) { return iequals(word, "UTC") || iequals(word, "GMT") || iequals(word, "Z"); }) &&
        words.list.size() > 1 && (words.list.back().ends_with('Z') || words.list.back().ends_with('z'))) {
        words.list.back().remove_suffix(1);
    }
    if (drop([](std::string_view word) { return iequals(word, "PM"); })) {
        words.afternoon = true;
    } else if (drop([](std::string_view word) { return iequals(word, "AM"); })) {
        words.afternoon = false;
    }
    return words;
}

/// Year, month, day of the words in front of the time. Nothing when they are no date.
std::optional<std::chrono::year_month_day> to_day(const std::vector<std::string_view> &words, std::size_t &used) {
    std::optional<int> year;
    std::optional<int> day;
    unsigned month = 0;
    if (words.empty()) return std::nullopt;
    if (const auto fields = split(words[0], '-'); fields.size() == 3) {
        used = 1;
        if (fields[0].size() == 4) { // 2027-01-31
            year = to_int(fields[0]);
            month = static_cast<unsigned>(to_int(fields[1]).value_or(0));
            day = to_int(fields[2]);
        } else { // 31-Jan-2027
            day = to_int(fields[0]);
            month = month_of(fields[1]);
            year = to_int(fields[2]);
        }
        if (fields[1].size() > 9 || fields[0].size() > 4 || fields[2].size() > 4) return std::nullopt;
    } else if (words.size() >= 3) {
        used = 3;
        const bool month_first = month_of(words[0]) != 0;
        month = month_of(words[month_first ? 0 : 1]);
        day = to_int(words[month_first ? 1 : 0]);
        year = words[2].size() == 4 ? to_int(words[2]) : std::nullopt;
    }
    if (!year || !day || *year < 1950 || *year > 9999) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(month),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    return date.ok() ? std::optional(date) : std::nullopt;
}

} // namespace

Result<std::int64_t> read_date(std::string_view what, std::string_view text) {
    text = trim_blanks(text);
    const auto refuse = [&](const char *why) {
        return fail(errors::inf_date, std::string(what) + " could not be read: " +
                                          (text.empty() ? std::string("it has no value") : shown(text) + why));
    };
    if (text.size() > 64) return refuse(" is not a date");
    const Words words = words_of(text);
    if (!words.list.empty() && words.list[0].find_first_of("/.") != std::string_view::npos)
        return refuse(" could be read in two ways, with day or month first");
    std::size_t used = 0;
    const auto date = to_day(words.list, used);
    if (!date) return refuse(" is not a date");
    Clock clock;
    if (used < words.list.size()) {
        const auto time = to_clock(words.list[used]);
        if (!time || used + 1 != words.list.size()) return refuse(" does not end in a time of day");
        clock = *time;
        if (words.afternoon) {
            if (clock.hour < 1 || clock.hour > 12) return refuse(" has an hour that does not go with AM or PM");
            clock.hour = clock.hour % 12 + (*words.afternoon ? 12 : 0);
        }
    } else if (words.afternoon) {
        return refuse(" does not end in a time of day");
    }
    const auto days = std::chrono::sys_days(*date).time_since_epoch().count();
    return std::int64_t{days} * 86400 + clock.hour * 3600 + clock.minute * 60 + clock.second;
}

std::int64_t add_months(std::int64_t start, std::uint32_t months_later) {
    using namespace std::chrono;
    const sys_seconds point{seconds(start)};
    const auto day = floor<days>(point);
    year_month_day date = year_month_day(day) + std::chrono::months(static_cast<int>(months_later));
    if (!date.ok()) date = date.year() / date.month() / last;
    return (sys_days(date) + (point - day)).time_since_epoch().count();
}

} // namespace certbroker::profile
