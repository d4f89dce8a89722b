#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "certbroker/plugin.h"

/// Finding, trusting and loading plugins.
namespace certbroker::provider {

enum class Trust { shipped, approved, not_approved, changed, folder, open_for_development };
std::string_view trust_name(Trust trust) noexcept;

/// One plugin file, usable or not. Immutable; shared; the library behind it is never unloaded.
struct Plugin {
    std::string id;
    std::string path;      ///< absolute
    std::string sha256;    ///< of the file, lower-case hex
    std::string publisher; ///< empty where the system cannot tell
    Trust trust = Trust::not_approved;
    std::string disabled_reason; ///< why it cannot be used; empty when it can
    std::string disabled_remedy;
    const cbp_plugin *descriptor = nullptr; ///< nullptr when disabled before or during loading

    bool usable() const noexcept { return descriptor != nullptr && disabled_reason.empty(); }
};

struct RegistryOptions {
    std::string folder;         ///< absolute; empty = no plugins
    std::string approvals_file; ///< pins of third-party plugins: lines "id sha256"; owner-only writable
    bool trust_any = false;     ///< for development and tests
};

/// The plugins of one folder. Listing hashes files and loads trusted ones (their describe is pure), once; thread-safe.
/// Trust, by decision 12: shipped plugins are pinned by "plugins.manifest" in the folder (lines "sha256
/// certbroker-<id>.so", made by the build); others need an approval; folder and parents must be writable only by root
/// (when running as root) or by root and the user. The file is opened once, hashed through that descriptor and loaded
/// through it
/// (/proc/self/fd), so that what is checked is what runs.
class Registry {
public:
    explicit Registry(RegistryOptions options, std::shared_ptr<Log> log = nullptr);
    ~Registry();

    /// By id, in order.
    const std::vector<std::shared_ptr<const Plugin>> &plugins();
    /// Provider.Unknown (with the nearest id) or Provider.Disabled (with the reason).
    Result<std::shared_ptr<const Plugin>> find(std::string_view id);
    /// Provider.HashMismatch unless the file has that SHA-256 now. Takes effect at once.
    Result<void> approve(std::string_view id, std::string_view sha256);
    /// Registers a plugin that is linked in (tests, sanitizer builds).
    void add_static(const cbp_plugin *descriptor);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Checks a descriptor against the ABI's rules: sizes, versions, id, slots against capability bits, settings table.
/// Provider.Descriptor says which rule it breaks.
Result<void> check_descriptor(const cbp_plugin *descriptor, std::string_view expected_id);

} // namespace certbroker::provider
