#include "provider/registry.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

#include "base/event.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "provider/errors.hpp"
#include "provider/plugin_library.hpp"
#include "provider/trust.hpp"

namespace certbroker::provider {
namespace {

namespace fs = std::filesystem;
using Plugins = std::vector<std::shared_ptr<const Plugin>>;

#if defined(_WIN32)
constexpr std::string_view suffix = ".dll";
#else
constexpr std::string_view suffix = ".so";
#endif
constexpr std::string_view prefix = "certbroker-";
constexpr std::size_t max_plugins = 200;

/// The id in a file's name; nothing when it is no plugin's.
std::optional<std::string> id_of(const std::string &name) {
    if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix))
        return std::nullopt;
    std::string id = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    const bool plain = std::all_of(id.begin(), id.end(),
                                   [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    return plain && id.size() <= 64 ? std::optional(std::move(id)) : std::nullopt;
}

void disable(Plugin &plugin, std::string reason, std::string remedy) {
    plugin.disabled_reason = std::move(reason);
    plugin.disabled_remedy = std::move(remedy);
    plugin.descriptor = nullptr;
}

void disable(Plugin &plugin, const Error &error) {
    disable(plugin, error.message(), error.remedy());
}

} // namespace

std::string_view trust_name(Trust trust) noexcept {
    switch (trust) {
    case Trust::shipped:
        return "Shipped";
    case Trust::approved:
        return "Approved";
    case Trust::not_approved:
        return "NotApproved";
    case Trust::changed:
        return "Changed";
    case Trust::folder:
        return "Folder";
    case Trust::open_for_development:
        return "Development";
    }
    return "NotApproved";
}

struct Registry::State {
    RegistryOptions options;
    std::shared_ptr<Log> log;
    std::mutex mutex;
    std::vector<const cbp_plugin *> linked_in;
    /// Every list that was ever handed out: callers hold references to them.
    std::vector<std::unique_ptr<const Plugins>> lists;
    bool current = false;
    /// Looked at by themselves, until somebody wants the whole list.
    std::map<std::string, std::shared_ptr<const Plugin>> alone;

    struct Pins {
        std::map<std::string, std::string> manifest, approvals;
        std::optional<std::string> folder_problem;
    };

    void note(LogLevel level, const std::string &text) const {
        if (log) log->write(level, "core.provider", text);
    }
    void tell(const EventKind &kind, const std::string &text, const Plugin &plugin) const {
        if (!log) return;
        log->event(LogEvent(kind, "core.provider", text)
                       .with("provider", plugin.id)
                       .with("path", plugin.path)
                       .with("hash", plugin.sha256));
    }
    Pins read_pins_of_folder() const;
    bool decide_trust(Plugin &plugin, const std::string &file_name, const Pins &pins) const;
    std::shared_ptr<const Plugin> inspect(const fs::path &path, std::string id, const Pins &pins) const;
    void refresh();
    std::shared_ptr<const Plugin> find_alone(std::string_view id);
    void forget();
    const Plugins &list();
};

Registry::State::Pins Registry::State::read_pins_of_folder() const {
    Pins pins;
    const fs::path folder = file::to_path(options.folder);
    if (options.trust_any) return pins;
    pins.folder_problem = writable_by_others(folder);
    std::string why;
    pins.manifest = parse_manifest(read_pins(folder / "plugins.manifest", why));
    if (!why.empty()) note(LogLevel::warning, "The plugin manifest is not used: " + why);
    why.clear();
    pins.approvals = parse_approvals(read_pins(file::to_path(options.approvals_file), why));
    if (!why.empty()) note(LogLevel::warning, "The approvals of plugins are not used: " + why);
    return pins;
}

bool Registry::State::decide_trust(Plugin &plugin, const std::string &file_name, const Pins &pins) const {
    if (options.trust_any) {
        plugin.trust = Trust::open_for_development;
        return true;
    }
    const auto shipped = pins.manifest.find(file_name);
    const auto approved = pins.approvals.find(plugin.id);
    const bool is_shipped = shipped != pins.manifest.end() && shipped->second == plugin.sha256;
    const bool is_approved = approved != pins.approvals.end() && approved->second == plugin.sha256;
    if (pins.folder_problem) {
        plugin.trust = Trust::folder;
        disable(plugin, "The plugin '" + plugin.id + "' is not loaded: " + *pins.folder_problem,
                std::string(trust_remedy()));
        return false;
    }
    if (is_shipped || is_approved) {
        plugin.trust = is_shipped ? Trust::shipped : Trust::approved;
        if (auto problem = writable_by_others(file::to_path(plugin.path))) {
            plugin.trust = Trust::folder;
            disable(plugin, "The plugin '" + plugin.id + "' is not loaded: " + *problem, std::string(trust_remedy()));
            return false;
        }
        return true;
    }
    if (shipped != pins.manifest.end() || approved != pins.approvals.end()) {
        plugin.trust = Trust::changed;
        disable(plugin,
                "The plugin '" + plugin.id + "' is not loaded: its file is not the one that was " +
                    (shipped != pins.manifest.end() ? "shipped" : "approved") + " (SHA-256 " + plugin.sha256 + ")",
                "Install it again from where it came; approve the new file (Approve-CBProvider) only when you know why "
                "it changed.");
        return false;
    }
    plugin.trust = Trust::not_approved;
    disable(plugin, "The plugin '" + plugin.id + "' is not loaded: nobody approved it (SHA-256 " + plugin.sha256 + ")",
            "Compare the hash with its author's, then run Approve-CBProvider -Id " + plugin.id + ".");
    return false;
}

std::shared_ptr<const Plugin> Registry::State::inspect(const fs::path &path, std::string id, const Pins &pins) const {
    auto plugin = std::make_shared<Plugin>();
    plugin->id = std::move(id);
    plugin->path = file::from_path(path);
    auto opened = PluginFile::open(path);
    if (!opened) {
        disable(*plugin, opened.error());
        return plugin;
    }
    plugin->sha256 = opened->sha256();
    plugin->publisher = publisher_of(path);
    if (!decide_trust(*plugin, file::from_path(path.filename()), pins)) return plugin;
    auto descriptor = opened->load();
    if (!descriptor) {
        disable(*plugin, descriptor.error());
        return plugin;
    }
    if (auto fits = check_descriptor(*descriptor, plugin->id); !fits) {
        disable(*plugin, fits.error());
        return plugin;
    }
    plugin->descriptor = *descriptor;
    return plugin;
}

void Registry::State::refresh() {
    auto found = std::make_unique<Plugins>();
    for (const cbp_plugin *descriptor : linked_in) {
        auto plugin = std::make_shared<Plugin>();
        plugin->trust = Trust::shipped;
        plugin->descriptor = descriptor;
        const auto fits = check_descriptor(descriptor, {});
        const bool readable =
            descriptor != nullptr && descriptor->struct_size >= sizeof(std::uint32_t) * 8 && descriptor->id != nullptr;
        plugin->id = readable ? descriptor->id : "?";
        if (!fits) disable(*plugin, fits.error());
        found->push_back(std::move(plugin));
    }
    if (!options.folder.empty()) {
        const Pins pins = read_pins_of_folder();
        const auto names = file::list(file::to_path(options.folder));
        if (!names) note(LogLevel::warning, "The plugin folder cannot be read: " + names.error().message());
        for (const std::string &name : names ? *names : std::vector<std::string>()) {
            auto id = id_of(name);
            if (!id || found->size() >= max_plugins) continue;
            const bool taken =
                std::any_of(found->begin(), found->end(), [&](const auto &known) { return known->id == *id; });
            if (taken) continue;
            const auto seen = alone.find(*id);
            found->push_back(seen != alone.end()
                                 ? seen->second
                                 : inspect(file::to_path(options.folder) / file::to_path(name), *std::move(id), pins));
        }
    }
    std::sort(found->begin(), found->end(), [](const auto &a, const auto &b) { return a->id < b->id; });
    for (const auto &plugin : *found) {
        if (!plugin->usable()) tell(events::plugin_refused, plugin->disabled_reason, *plugin);
    }
    lists.push_back(std::move(found));
    current = true;
}

/// To hash and load them all for one costs a short process more than its work. Nothing when the list has to decide.
std::shared_ptr<const Plugin> Registry::State::find_alone(std::string_view id) {
    if (current || options.folder.empty() || !linked_in.empty()) return nullptr;
    const std::string name = std::string(prefix) + std::string(id) + std::string(suffix);
    auto exact = id_of(name);
    if (!exact) return nullptr;
    if (const auto seen = alone.find(*exact); seen != alone.end()) return seen->second;
    const fs::path path = file::to_path(options.folder) / file::to_path(name);
    if (!file::exists(path)) return nullptr;
    auto plugin = inspect(path, *exact, read_pins_of_folder());
    if (!plugin->usable()) return nullptr;
    alone.emplace(*std::move(exact), plugin);
    return plugin;
}

void Registry::State::forget() {
    alone.clear();
    current = false;
}

const Plugins &Registry::State::list() {
    if (!current) refresh();
    return *lists.back();
}

Registry::Registry(RegistryOptions options, std::shared_ptr<Log> log) : state_(std::make_unique<State>()) {
    state_->options = std::move(options);
    state_->log = std::move(log);
}

Registry::~Registry() = default;

const std::vector<std::shared_ptr<const Plugin>> &Registry::plugins() {
    const std::lock_guard lock(state_->mutex);
    return state_->list();
}

Result<std::shared_ptr<const Plugin>> Registry::find(std::string_view id) {
    const std::lock_guard lock(state_->mutex);
    if (auto plugin = state_->find_alone(id)) return plugin;
    std::vector<std::string> known;
    for (const auto &plugin : state_->list()) {
        known.push_back(plugin->id);
        if (!iequals(plugin->id, id)) continue;
        if (plugin->usable()) return plugin;
        const bool distrusted = plugin->trust == Trust::folder || plugin->trust == Trust::changed ||
                                (plugin->trust == Trust::not_approved && !plugin->sha256.empty());
        return fail(errors::provider_disabled,
                    "The provider '" + plugin->id + "' cannot be used: " + plugin->disabled_reason)
            .with_status(distrusted ? Status::trust : Status::plugin)
            .with_remedy(plugin->disabled_remedy);
    }
    std::string message =
        "The provider '" + std::string(id.substr(0, 100)) + "' cannot be used: there is none of that name";
    if (const auto meant = nearest(id, known))
        message += "; did you mean '" + *meant + "'?";
    else if (known.empty())
        message += ", and no other either (the plugin folder is '" + state_->options.folder + "')";
    return fail(errors::provider_unknown, std::move(message));
}

Result<void> Registry::approve(std::string_view id, std::string_view sha256) {
    const std::lock_guard lock(state_->mutex);
    const std::string_view given = trim(sha256);
    const fs::path path =
        file::to_path(state_->options.folder) / (std::string(prefix) + std::string(id) + std::string(suffix));
    const auto valid = id_of(file::from_path(path.filename()));
    if (!valid || *valid != id || state_->options.folder.empty() || !file::exists(path))
        return fail(errors::provider_unknown, "The provider '" + std::string(id.substr(0, 100)) +
                                                  "' cannot be approved: its file is not in the plugin folder '" +
                                                  state_->options.folder + "'");
    if (!is_sha256_hex(given))
        return fail(errors::provider_hash_mismatch,
                    "The provider '" + std::string(id) +
                        "' cannot be approved: the hash is not a SHA-256 of 64 hex digits");
    CERTBROKER_TRY(const PluginFile opened, PluginFile::open(path));
    if (!iequals(opened.sha256(), given))
        return fail(errors::provider_hash_mismatch, "The provider '" + std::string(id) +
                                                        "' cannot be approved: its file has the SHA-256 " +
                                                        opened.sha256() + ", not the one that was given");
    if (state_->options.approvals_file.empty())
        return fail(errors::provider_unsupported,
                    "The provider '" + std::string(id) + "' cannot be approved: there is no place for approvals here");
    CERTBROKER_CHECK(write_approval(file::to_path(state_->options.approvals_file), id, given));
    Plugin approved;
    approved.id = id;
    approved.path = file::from_path(path);
    approved.sha256 = opened.sha256();
    state_->tell(events::plugin_approved,
                 "The provider '" + approved.id + "' was approved with the SHA-256 " + approved.sha256, approved);
    state_->forget();
    return {};
}

void Registry::add_static(const cbp_plugin *descriptor) {
    const std::lock_guard lock(state_->mutex);
    state_->linked_in.push_back(descriptor);
    state_->forget();
}

} // namespace certbroker::provider
