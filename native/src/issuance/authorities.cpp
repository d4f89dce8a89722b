#include "issuance/authorities.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/event.hpp"
#include "base/file.hpp"
#include "base/protect.hpp"
#include "base/text.hpp"
#include "issuance/errors.hpp"
#include "issuance/lines.hpp"
#include "provider/provider.hpp"

namespace certbroker::issuance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_name = 64;
constexpr std::size_t max_file = 1UL << 20U;
constexpr std::array both = {store::Location::current_user, store::Location::local_machine};

bool is_letter_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Names become file names.
Result<void> check_name(std::string_view name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter_or_digit(c) || c == ' ' || c == '-' || c == '_' || c == '.';
    });
    if (name.empty() || name.size() > max_name || !plain || !is_letter_or_digit(name.front()) || name.back() == ' ' ||
        name.back() == '.')
        return fail(errors::authority_name,
                    "The authority '" + std::string(name.substr(0, 100)) +
                        "' could not be named so: the name has a character, or a length, that is not allowed");
    return {};
}

/// Where one authority lies.
struct Files {
    Files(const store::Roots &roots, store::Location location, std::string_view name)
        : folder(file::to_path(roots.of(location)) / "authorities"), settings(folder / (ascii_lower(name) + ".ini")),
          secrets(folder / (ascii_lower(name) + ".secrets")) {}
    fs::path folder, settings, secrets;
};

/// One writer at a time: what is read, changed and written again stays together, secrets and settings too.
Result<file::Lock> lock_folder(const fs::path &folder) {
    CERTBROKER_CHECK(file::make_folder(folder, file::Access::everyone));
    return file::Lock::acquire(folder / ".lock", 10'000);
}

Error damaged(const fs::path &path, std::size_t line, std::string_view why) {
    return fail(errors::authority_format,
                "The authority's file '" + file::from_path(path) + "' could not be read: " + std::string(why))
        .at(file::from_path(path), static_cast<std::uint32_t>(line), 1);
}

Result<void> read_secrets(const Files &files, Settings &settings) {
    auto bytes = file::read_secret(files.secrets, max_file);
    if (!bytes) {
        if (bytes.error().status() == Status::not_found) return {};
        return std::move(bytes).error();
    }
    std::size_t number = 0;
    for (const std::string_view line : split(as_text(*bytes), '\n')) {
        ++number;
        if (trim(line).empty() || trim(line).front() == ';') continue;
        const std::size_t equals = line.find('=');
        const std::string_view name = trim(line.substr(0, equals));
        auto value =
            from_base64(equals == std::string_view::npos ? std::string_view("!") : trim(line.substr(equals + 1)));
        if (!value || name.empty()) return damaged(files.secrets, number, "a line is not name = base64");
        auto secret = protect::unseal(*value);
        wipe(value->data(), value->size());
        if (!secret)
            return fail(errors::sealed, "The secret '" + std::string(name) + "' of '" + file::from_path(files.secrets) +
                                            "' could not be opened")
                .because(std::move(secret).error());
        settings.set(name, Secret(ByteView(*secret)));
    }
    return {};
}

Result<Authority> read_authority(const Files &files, store::Location location) {
    CERTBROKER_TRY(const Bytes bytes, file::read(files.settings, max_file));
    Authority authority;
    authority.location = location;
    bool in_settings = false;
    std::size_t number = 0;
    const auto whole_number = [](const std::string &text, std::int64_t &out) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
        return error == std::errc() && end == text.data() + text.size();
    };
    for (const std::string_view raw : split(as_text(bytes), '\n')) {
        ++number;
        const std::string_view line = trim(raw.substr(0, raw.find('\r')));
        if (line.empty() || line.front() == ';') continue;
        if (iequals(line, "[settings]")) {
            in_settings = true;
            continue;
        }
        const auto pair = lines::read_line(line);
        if (!pair) return damaged(files.settings, number, "a line is not name = value");
        const auto &[name, value] = *pair;
        if (!is_valid_utf8(value) || !is_valid_utf8(name))
            return damaged(files.settings, number, "a line is not UTF-8");
        if (in_settings) {
            authority.settings.set(name, value);
        } else if (iequals(name, "name")) {
            authority.name = value;
        } else if (iequals(name, "provider")) {
            authority.provider = value;
        } else if (iequals(name, "created") || iequals(name, "changed")) {
            std::int64_t &time = iequals(name, "created") ? authority.created : authority.changed;
            if (!whole_number(value, time)) return damaged(files.settings, number, "a time is not a number");
        } else {
            return damaged(files.settings, number, "'" + name + "' is not known in front of [settings]");
        }
    }
    if (!iequals(authority.name, file::from_path(files.settings.stem())))
        return damaged(files.settings, 1, "its name is not that of the file");
    if (authority.provider.empty()) return damaged(files.settings, number, "the provider is missing");
    CERTBROKER_CHECK(read_secrets(files, authority.settings));
    return authority;
}

/// Secrets first: settings that speak of a secret are never there without it.
Result<void> write_authority(const Files &files, const Authority &authority, bool overwrite) {
    std::vector<std::pair<std::string, std::string>> plain;
    SecretBytes secrets;
    for (const auto &[name, value] : authority.settings.values()) {
        if (const auto *text = std::get_if<std::string>(&value)) {
            plain.emplace_back(name, *text);
            continue;
        }
        const auto scope =
            authority.location == store::Location::local_machine ? protect::Scope::machine : protect::Scope::user;
        CERTBROKER_TRY(Bytes sealed, protect::seal(std::get<Secret>(value).reveal(), scope));
        std::string encoded = to_base64(sealed);
        wipe(sealed.data(), sealed.size());
        const std::string start = name + " = ";
        secrets.insert(secrets.end(), start.begin(), start.end());
        secrets.insert(secrets.end(), encoded.begin(), encoded.end());
        secrets.push_back('\n');
        wipe(encoded.data(), encoded.size());
    }
    if (secrets.empty()) {
        CERTBROKER_CHECK(file::remove(files.secrets));
    } else {
        CERTBROKER_CHECK(
            file::write_atomic(files.secrets, ByteView(secrets), file::Access::owner, true, "authority.secrets"));
    }
    const std::string text = "; A certification authority that CertBroker knows. Change it with Set-CBAuthority.\n" +
                             lines::write({{"name", authority.name},
                                           {"provider", authority.provider},
                                           {"created", std::to_string(authority.created)},
                                           {"changed", std::to_string(authority.changed)}}) +
                             "\n[settings]\n" + lines::write(plain);
    return file::write_atomic(files.settings, as_bytes(text), file::Access::everyone, overwrite, "authority.settings");
}

/// Checked against the provider's table. A provider that is not usable has none, and then nobody could tell a secret
/// from a text, so nothing is kept.
Result<void> check_settings(provider::Registry &providers, std::string_view provider, const Settings &settings) {
    CERTBROKER_TRY(const auto plugin, providers.find(provider));
    CERTBROKER_CHECK(provider::check_settings(*plugin->descriptor, CBP_SCOPE_CONNECTION, settings));
    return {};
}

} // namespace

namespace {

void tell(const std::shared_ptr<Log> &log, const EventKind &kind, std::string_view what, std::string_view name,
          store::Location location, std::string provider = {}, std::string settings = {}) {
    if (!log) return;
    const std::string where(store::location_name(location));
    log->event(LogEvent(kind, "issuance",
                        "The authority '" + std::string(name) + "' of " + where + " was " + std::string(what))
                   .with("authority", std::string(name))
                   .with("provider", std::move(provider))
                   .with("location", where)
                   .with("settings", std::move(settings)));
}

/// "timeout-ms, url": values stay where they are.
std::string names_of(const Settings &settings) {
    std::string names;
    for (const auto &[name, value] : settings.values())
        names += (names.empty() ? "" : ", ") + name;
    return names;
}

} // namespace

Authorities::Authorities(store::Roots roots, provider::Registry &providers, const Clock &clock,
                         std::shared_ptr<Log> log)
    : roots_(std::move(roots)), providers_(&providers), clock_(&clock), log_(std::move(log)) {}

Result<void> Authorities::add(store::Location location, std::string_view name, std::string_view provider,
                              const Settings &settings) {
    CERTBROKER_CHECK(check_name(name));
    CERTBROKER_CHECK(check_settings(*providers_, provider, settings));
    const Files files(roots_, location, name);
    CERTBROKER_TRY(const file::Lock lock, lock_folder(files.folder));
    if (file::exists(files.settings))
        return fail(errors::authority_exists, "The authority '" + std::string(name) + "' could not be registered: " +
                                                  std::string(store::location_name(location)) +
                                                  " has one of that name");
    Authority authority{std::string(name), location, std::string(provider), settings, clock_->now(), clock_->now()};
    CERTBROKER_CHECK(write_authority(files, authority, false));
    tell(log_, events::authority_registered, "registered", name, location, authority.provider);
    return {};
}

Result<void> Authorities::update(std::optional<store::Location> location, std::string_view name,
                                 const Settings &changes) {
    CERTBROKER_TRY(const Authority found, get(location, name));
    const Files files(roots_, found.location, name);
    CERTBROKER_TRY(const file::Lock lock, lock_folder(files.folder));
    CERTBROKER_TRY(Authority authority, read_authority(files, found.location));
    for (const auto &[setting, value] : changes.values()) {
        if (const auto *secret = std::get_if<Secret>(&value)) {
            authority.settings.set(setting, *secret);
        } else if (const auto &text = std::get<std::string>(value); text.empty()) {
            authority.settings.erase(setting);
        } else {
            authority.settings.set(setting, text);
        }
    }
    CERTBROKER_CHECK(check_settings(*providers_, authority.provider, authority.settings));
    authority.changed = clock_->now();
    CERTBROKER_CHECK(write_authority(files, authority, true));
    tell(log_, events::authority_changed, "changed", authority.name, authority.location, authority.provider,
         names_of(changes));
    return {};
}

Result<void> Authorities::remove(std::optional<store::Location> location, std::string_view name) {
    CERTBROKER_CHECK(check_name(name));
    for (const store::Location each : both) {
        if ((location && *location != each) || roots_.of(each).empty()) continue;
        const Files files(roots_, each, name);
        if (!file::exists(files.settings)) continue;
        CERTBROKER_TRY(const file::Lock lock, lock_folder(files.folder));
        CERTBROKER_TRY(const bool removed, file::remove(files.settings));
        CERTBROKER_CHECK(file::remove(files.secrets));
        if (!removed) continue;
        tell(log_, events::authority_unregistered, "removed", name, each);
        return {};
    }
    // get() has the message with the nearest name.
    auto missing = get(location, name);
    if (!missing) return std::move(missing).error();
    return {};
}

Result<Authority> Authorities::get(std::optional<store::Location> location, std::string_view name) const {
    CERTBROKER_CHECK(check_name(name));
    for (const store::Location each : both) {
        if ((location && *location != each) || roots_.of(each).empty()) continue;
        auto authority = read_authority(Files(roots_, each, name), each);
        if (authority || authority.error().status() != Status::not_found) return authority;
    }
    std::vector<std::string> known;
    CERTBROKER_TRY(const std::vector<Authority> all, list(location));
    for (const Authority &authority : all)
        known.push_back(authority.name);
    const auto meant = nearest(name, known);
    return fail(errors::authority_not_found,
                "The authority '" + std::string(name) + "' could not be found" +
                    (location ? " in " + std::string(store::location_name(*location)) : std::string()) +
                    (meant ? ": did you mean '" + *meant + "'?" : ": there is none of that name"));
}

Result<std::vector<Authority>> Authorities::list(std::optional<store::Location> location) const {
    std::vector<Authority> all;
    for (const store::Location each : both) {
        if ((location && *location != each) || roots_.of(each).empty()) continue;
        const fs::path folder = file::to_path(roots_.of(each)) / "authorities";
        auto names = file::list(folder);
        if (!names) continue; // there is none, or nothing in it is for this account
        constexpr std::string_view extension = ".ini";
        std::erase_if(*names, [&](const std::string &name) { return !name.ends_with(extension); });
        std::sort(names->begin(), names->end());
        for (const std::string &file_name : *names) {
            const std::string name = file_name.substr(0, file_name.size() - extension.size());
            auto authority = read_authority(Files(roots_, each, name), each);
            if (authority) {
                all.push_back(*std::move(authority));
            } else if (authority.error().status() != Status::not_found) {
                // One damaged file must not hide the others; get() says what is wrong with it.
                all.push_back({name, each, {}, {}, 0, 0});
            }
        }
    }
    return all;
}

} // namespace certbroker::issuance
