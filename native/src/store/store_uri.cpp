#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "base/text.hpp"
#include "store/errors.hpp"
#include "store/store.hpp"

namespace certbroker::store {
namespace {

constexpr std::size_t max_name = 64;

/// Stores that Windows and its users know; they are found in any case and kept in this one.
constexpr std::array<std::string_view, 12> known_names = {
    "My",          "Root",     "CA",         "TrustedPeople",  "TrustedPublisher", "TrustedDevices",
    "AddressBook", "AuthRoot", "Disallowed", "Remote Desktop", "SmartCardRoot",    "WebHosting"};

bool is_letter_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Names become folder names: nothing that a file system reads as something else (".", "..", hidden, "x.", "x ").
const char *what_is_wrong(std::string_view name) noexcept {
    if (name.empty()) return "the store's name is missing";
    if (name.size() > max_name) return "the store's name is longer than 64 characters";
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter_or_digit(c) || c == ' ' || c == '-' || c == '_' || c == '.';
    });
    if (!plain) return "a store's name takes letters, digits, blanks, '-', '_' and '.' only";
    if (!is_letter_or_digit(name.front())) return "a store's name starts with a letter or digit";
    if (name.back() == '.' || name.back() == ' ') return "a store's name does not end in a dot or blank";
    if (iequals(name, "keys")) return "'keys' is where the private keys are kept";
    return nullptr;
}

} // namespace

std::string_view location_name(Location location) noexcept {
    return location == Location::local_machine ? "LocalMachine" : "CurrentUser";
}

std::optional<Location> parse_location(std::string_view name) noexcept {
    if (iequals(name, "LocalMachine")) return Location::local_machine;
    if (iequals(name, "CurrentUser")) return Location::current_user;
    return std::nullopt;
}

Result<StoreUri> StoreUri::parse(std::string_view text, std::string_view default_kind) {
    const auto wrong = [&](std::string_view why) {
        return fail(errors::store_uri,
                    "The store '" + std::string(text.substr(0, 200)) + "' could not be opened: " + std::string(why));
    };
    StoreUri uri;
    uri.kind = default_kind;
    std::string_view rest = trim(text);
    if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
        uri.kind = ascii_lower(rest.substr(0, colon));
        rest.remove_prefix(colon + 1);
        const bool plain =
            !uri.kind.empty() && uri.kind.size() <= 32 &&
            std::all_of(uri.kind.begin(), uri.kind.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
        if (!plain) return wrong("the kind in front of ':' takes letters, digits and '-' only");
        // PowerShell's own drive (Cert:\LocalMachine\My) is what people have at hand.
        if (uri.kind == "cert") uri.kind = default_kind;
        if (!rest.empty() && (rest.front() == '/' || rest.front() == '\\')) rest.remove_prefix(1);
    }
    const auto separator = rest.find_first_of("/\\");
    const auto location = parse_location(rest.substr(0, separator));
    if (!location) return wrong("the location is neither LocalMachine nor CurrentUser");
    uri.location = *location;
    const std::string_view name = separator == std::string_view::npos ? std::string_view() : rest.substr(separator + 1);
    if (const char *why = what_is_wrong(name)) return wrong(why);
    const auto *known =
        std::find_if(known_names.begin(), known_names.end(), [&](std::string_view k) { return iequals(k, name); });
    uri.name = known != known_names.end() ? *known : name;
    return uri;
}

std::string StoreUri::to_string() const {
    return kind + ":" + std::string(location_name(location)) + "/" + name;
}

Roots Roots::under(const std::string &home) {
    if (!home.empty()) return {home + "/LocalMachine", home + "/CurrentUser", "folder"};
    // CurrentUser's folder follows from the environment, which only the caller reads.
    return {file::machine_data_folder(), {}, {}};
}

} // namespace certbroker::store
