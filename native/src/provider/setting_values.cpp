#include "provider/setting_values.hpp"

#include <charconv>
#include <limits>

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

namespace certbroker::provider {
namespace {

constexpr std::size_t max_value = 16UL * 1024;

bool in_range(const certbroker_setting_info &info, std::int64_t value) {
    return (info.min == 0 && info.max == 0) || (value >= info.min && value <= info.max);
}

bool allows_plain_http(const certbroker_setting_info &info) {
    return info.pattern_hint != nullptr && std::string_view(info.pattern_hint).find("http:") != std::string_view::npos;
}

std::optional<std::string> canonical_list(std::string_view value, std::string &why) {
    std::string out;
    if (trim(value).empty()) return out;
    for (const std::string_view part : split(value, ',')) {
        const std::string_view item = trim(part);
        if (item.empty()) {
            why = "an item between two commas is empty";
            return std::nullopt;
        }
        if (!out.empty()) out += ',';
        out += item;
    }
    return out;
}

std::optional<std::string> canonical_url(const certbroker_setting_info &info, std::string_view value,
                                         std::string &why) {
    auto url = http::parse_url(trim(value));
    if (!url) {
        const std::string &message = url.error().message();
        const auto colon = message.rfind(": ");
        why = colon == std::string::npos ? message : message.substr(colon + 2);
        return std::nullopt;
    }
    if (url->scheme == "http" && !allows_plain_http(info)) {
        why = "it must start with https://";
        return std::nullopt;
    }
    return std::string(trim(value));
}

} // namespace

std::optional<std::int64_t> read_number(std::string_view text) noexcept {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::int64_t> read_duration(std::string_view text) noexcept {
    std::int64_t factor = 1;
    if (!text.empty()) {
        switch (text.back()) {
        case 's':
            factor = 1;
            break;
        case 'm':
            factor = 60;
            break;
        case 'h':
            factor = 3600;
            break;
        case 'd':
            factor = 86'400;
            break;
        default:
            factor = 0;
            break;
        }
        if (factor != 0)
            text.remove_suffix(1);
        else
            factor = 1;
    }
    const auto value = read_number(trim(text));
    if (!value || *value < 0 || *value > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
    return *value * factor;
}

std::optional<bool> read_bool(std::string_view text) noexcept {
    if (iequals(text, "true")) return true;
    if (iequals(text, "false")) return false;
    return std::nullopt;
}

std::int64_t number_of(std::uint32_t type, std::string_view text) noexcept {
    switch (type) {
    case CBP_NUMBER:
        return read_number(text).value_or(0);
    case CBP_DURATION:
        return read_duration(text).value_or(0);
    case CBP_BOOL:
        return read_bool(text).value_or(false) ? 1 : 0;
    default:
        return 0;
    }
}

std::string expectation(const certbroker_setting_info &info) {
    const bool bounded = info.min != 0 || info.max != 0;
    const std::string range =
        bounded ? " from " + std::to_string(info.min) + " to " + std::to_string(info.max) : std::string();
    switch (info.type) {
    case CBP_NUMBER:
        return "a whole number" + range;
    case CBP_BOOL:
        return "true or false";
    case CBP_URL:
        return allows_plain_http(info) ? "an absolute URL" : "an absolute https URL";
    case CBP_DURATION:
        return "a time such as 90s, 15m, 8h or 30d" + (bounded ? "," + range + " seconds" : std::string());
    case CBP_CHOICE: {
        std::string out = "one of:";
        for (const char *const *choice = info.choices; choice != nullptr && *choice != nullptr; ++choice) {
            out += choice == info.choices ? " " : ", ";
            out += *choice;
        }
        return out;
    }
    case CBP_KEY:
        return "the uri of a key, or the thumbprint of a certificate with its key in My";
    case CBP_PATH:
        return "an absolute path";
    case CBP_LIST:
        return "texts joined by commas";
    default:
        return info.pattern_hint != nullptr ? info.pattern_hint : "a text";
    }
}

std::optional<std::string> canonical_value(const certbroker_setting_info &info, std::string_view value,
                                           std::string &why) {
    const auto wants = [&]() -> std::optional<std::string> {
        why = "it takes " + expectation(info);
        return std::nullopt;
    };
    if (value.size() > max_value) {
        why = "it is longer than 16 KiB";
        return std::nullopt;
    }
    if (!is_valid_utf8(value) || value.find('\0') != std::string_view::npos) {
        why = "it is not UTF-8";
        return std::nullopt;
    }
    const std::string_view bare = trim(value);
    switch (info.type) {
    case CBP_NUMBER: {
        const auto number = read_number(bare);
        if (!number || !in_range(info, *number)) return wants();
        return std::to_string(*number);
    }
    case CBP_DURATION: {
        const auto seconds = read_duration(bare);
        if (!seconds || !in_range(info, *seconds)) return wants();
        return std::string(bare);
    }
    case CBP_BOOL: {
        const auto flag = read_bool(bare);
        if (!flag) return wants();
        return *flag ? "true" : "false";
    }
    case CBP_URL:
        return canonical_url(info, value, why);
    case CBP_CHOICE:
        for (const char *const *choice = info.choices; choice != nullptr && *choice != nullptr; ++choice) {
            if (iequals(bare, *choice)) return std::string(*choice);
        }
        return wants();
    case CBP_KEY:
        if (auto thumbprint = normalize_thumbprint(bare)) return *thumbprint;
        // kind:location/..., which the store reads in full when the key is used.
        if (bare.find(':') == std::string_view::npos || bare.find_first_of("/\\") == std::string_view::npos)
            return wants();
        return std::string(bare);
    case CBP_PATH:
        if (bare.empty() || !file::to_path(bare).is_absolute()) return wants();
        return std::string(bare);
    case CBP_LIST:
        return canonical_list(value, why);
    default:
        return std::string(value);
    }
}

const certbroker_setting_info *find_setting(const certbroker_setting_info *const *table, std::uint32_t scope,
                                            std::string_view name) noexcept {
    for (; table != nullptr && *table != nullptr; ++table) {
        if ((*table)->scope == scope && iequals((*table)->name, name)) return *table;
    }
    return nullptr;
}

} // namespace certbroker::provider
