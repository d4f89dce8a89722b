#include <map>

#include "base/text.hpp"
#include "store/common.hpp"
#include "store/errors.hpp"
#include "store/folder/folder_store.hpp"
#include "store/memory/memory_store.hpp"
#ifdef _WIN32
#include "store/windows/windows_store.hpp"
#endif

namespace certbroker::store {

struct StoreRegistry::State {
    Roots roots;
    std::map<std::string, std::unique_ptr<const Backend>, std::less<>> backends;
};

StoreRegistry::StoreRegistry(Roots roots) : state_(std::make_unique<State>()) {
    state_->roots = std::move(roots);
    // Every back-end, one line each.
    state_->backends.emplace("folder", make_folder_backend(state_->roots));
    state_->backends.emplace("memory", make_memory_backend());
#ifdef _WIN32
    state_->backends.emplace("windows", make_windows_backend(state_->roots));
#endif
}

StoreRegistry::~StoreRegistry() = default;

const Roots &StoreRegistry::roots() const noexcept {
    return state_->roots;
}

std::string_view StoreRegistry::default_kind() const noexcept {
    if (!state_->roots.store_kind.empty()) return state_->roots.store_kind;
#ifdef _WIN32
    return "windows";
#else
    return "folder";
#endif
}

Result<std::unique_ptr<Store>> StoreRegistry::open(std::string_view uri) const {
    CERTBROKER_TRY(const StoreUri parsed, StoreUri::parse(uri, default_kind()));
    return open(parsed);
}

Result<std::unique_ptr<Store>> StoreRegistry::open(const StoreUri &uri) const {
    // A uri filled in by hand is held to the same rules: its name becomes part of a path.
    CERTBROKER_TRY(const StoreUri checked, StoreUri::parse(uri.to_string(), default_kind()));
    const auto backend = state_->backends.find(checked.kind);
    if (backend != state_->backends.end()) return backend->second->open(checked);
    std::string kinds;
    for (const auto &[kind, unused] : state_->backends)
        kinds += (kinds.empty() ? "" : ", ") + kind;
    return fail(errors::store_kind, "The store '" + checked.to_string() + "' could not be opened: the kind '" +
                                        checked.kind + "' is not one of " + kinds);
}

Result<std::unique_ptr<Store>> StoreRegistry::store_of(std::string_view key_uri) const {
    // kind:location/ is what all key uris begin with; what follows is the back-end's own.
    const auto colon = key_uri.find(':');
    const auto slash = key_uri.find('/', colon == std::string_view::npos ? 0 : colon);
    const auto location = colon == std::string_view::npos || slash == std::string_view::npos
                              ? std::nullopt
                              : parse_location(key_uri.substr(colon + 1, slash - colon - 1));
    if (!location)
        return fail(errors::store_uri, "The key '" + std::string(key_uri.substr(0, 200)) +
                                           "' could not be opened: its uri does not begin with kind:location/");
    return open(StoreUri{ascii_lower(key_uri.substr(0, colon)), *location, "My"});
}

Result<crypto::KeyHandle> StoreRegistry::open_key(std::string_view key_uri) const {
    CERTBROKER_TRY(const std::unique_ptr<Store> store, store_of(key_uri));
    return store->open_key(key_uri);
}

Result<void> StoreRegistry::check_key(std::string_view key_uri) const {
    CERTBROKER_TRY(const std::unique_ptr<Store> store, store_of(key_uri));
    return store->check_key(key_uri);
}

} // namespace certbroker::store
