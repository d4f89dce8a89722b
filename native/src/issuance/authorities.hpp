#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/settings.hpp"
#include "provider/registry.hpp"
#include "store/store.hpp"

namespace certbroker::issuance {

/// A named, remembered CA connection.
struct Authority {
    std::string name; ///< letters, digits, blank, '-', '_', '.'; at most 64; compares without case
    store::Location location = store::Location::current_user;
    std::string provider;
    Settings settings; ///< as registered (defaults not filled in); secrets as Secret
    std::int64_t created = 0, changed = 0;
};

/// Authorities of both locations: <root>/authorities/<name>.ini with the settings in clear, <name>.secrets (owner only)
/// with the secrets (decision 21). Every write is atomic: first the secrets, then the settings. Settings are checked
/// against the provider's table, so the provider must be usable; the errors are those of provider::check_settings.
class Authorities {
public:
    Authorities(store::Roots roots, provider::Registry &providers, const Clock &clock,
                std::shared_ptr<Log> log = nullptr);

    Result<void> add(store::Location location, std::string_view name, std::string_view provider,
                     const Settings &settings); ///< Authority.Exists
    Result<void> update(std::optional<store::Location> location, std::string_view name, const Settings &changes);
    Result<void> remove(std::optional<store::Location> location, std::string_view name);
    /// Without a location: CurrentUser, then LocalMachine. Authority.NotFound with the nearest name.
    Result<Authority> get(std::optional<store::Location> location, std::string_view name) const;
    /// A file that cannot be read is listed with its name and without a provider; get() has the reason.
    Result<std::vector<Authority>> list(std::optional<store::Location> location) const;

private:
    store::Roots roots_;
    provider::Registry *providers_;
    const Clock *clock_;
    std::shared_ptr<Log> log_; ///< may be null
};

} // namespace certbroker::issuance
