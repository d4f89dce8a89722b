#include <chrono>

#include "base/encoding.hpp"
#include "provider/host.hpp"
#include "provider/setting_values.hpp"
#include "store/errors.hpp"

namespace certbroker::provider::host {
namespace {

const char *CBP_CALL setting_text(const cbp_settings *handle, const char *name) {
    return serve<const char *>(handle, "setting_text", nullptr, [&](Call &call) -> const char * {
        const Settings *settings = call.settings_of(handle);
        const auto key = call.text(name, "name", 64);
        if (settings == nullptr || !key) return nullptr;
        const std::string *value = settings->text(*key);
        return value != nullptr ? value->c_str() : nullptr;
    });
}

int64_t CBP_CALL setting_number(const cbp_settings *handle, const char *name) {
    return serve<int64_t>(handle, "setting_number", 0, [&](Call &call) -> int64_t {
        const Settings *settings = call.settings_of(handle);
        const auto key = call.text(name, "name", 64);
        if (settings == nullptr || !key) return 0;
        const std::string *value = settings->text(*key);
        const bool connection = settings == &call.instance().settings;
        const std::uint32_t scope = connection ? CBP_SCOPE_CONNECTION : CBP_SCOPE_ORDER;
        const auto *info = find_setting(call.instance().table.settings, scope, *key);
        return value != nullptr && info != nullptr ? number_of(info->type, *value) : 0;
    });
}

const cbp_secret *CBP_CALL setting_secret(cbp_call *handle, const cbp_settings *settings_handle, const char *name) {
    return serve<const cbp_secret *>(handle, "setting_secret", nullptr, [&](Call &call) -> const cbp_secret * {
        const Settings *settings = call.settings_of(settings_handle);
        const auto key = call.text(name, "name", 64);
        if (settings == nullptr || !key) return nullptr;
        const Secret *secret = settings->secret(*key);
        return secret != nullptr ? call.add<cbp_secret>(SecretObject{*secret}) : nullptr;
    });
}

std::string store_uri(const Services &services, store::Location location) {
    const std::string place = std::string(store::location_name(location)) + "/My";
    return services.store_kind.empty() ? place : services.store_kind + ":" + place;
}

/// The instance's own location first, then the other one.
std::vector<store::Location> locations(const Services &services) {
    using store::Location;
    if (services.location == Location::local_machine) return {Location::local_machine, Location::current_user};
    return {Location::current_user, Location::local_machine};
}

Result<KeyObject> find_by_thumbprint(Call &call, const std::string &thumbprint) {
    const Services &services = call.instance().services;
    std::optional<Error> first;
    for (const store::Location location : locations(services)) {
        auto store = services.stores->open(store_uri(services, location));
        if (!store) {
            if (!first) first = std::move(store).error();
            continue;
        }
        auto entry = (*store)->get(thumbprint);
        if (!entry) {
            if (!first || first->id() == errors::store_not_found.id) first = std::move(entry).error();
            continue;
        }
        if (!entry->has_private_key())
            return fail(errors::store_key_missing, "The key of the certificate " + thumbprint +
                                                       " cannot be used: " + (*store)->uri().to_string() +
                                                       " has the certificate without its key");
        CERTBROKER_TRY(crypto::KeyHandle key, open_key_once(call, entry->key_uri));
        return KeyObject{std::move(key), entry->key_uri, *std::move(entry), {}};
    }
    return fail(errors::store_not_found, "The certificate " + thumbprint +
                                             " cannot be used: it is neither in LocalMachine/My nor in CurrentUser/My")
        .because(*std::move(first));
}

Result<KeyObject> find_key(Call &call, const std::string &value) {
    if (auto thumbprint = normalize_thumbprint(value)) return find_by_thumbprint(call, *thumbprint);
    CERTBROKER_TRY(crypto::KeyHandle opened, open_key_once(call, value));
    return KeyObject{std::move(opened), value, std::nullopt, {}};
}

/// Looked up anew when the last time is a minute ago: keys and certificates are replaced while services run.
Result<KeyObject> named_key(Call &call, const std::string &value) {
    constexpr std::chrono::seconds fresh{60};
    const auto now = std::chrono::steady_clock::now();
    auto &known = call.instance().keys_by_setting;
    std::erase_if(known, [&](const Instance::NamedKey &each) { return now - each.read > fresh; });
    for (const Instance::NamedKey &each : known) {
        if (each.value == value) return each.object;
    }
    CERTBROKER_TRY(KeyObject object, find_key(call, value));
    CERTBROKER_CHECK(load_chain(call, object));
    known.push_back({value, now, object});
    return object;
}

Result<void> setting_key_body(Call &call, const cbp_settings *handle, const char *name, const cbp_key **out) {
    CERTBROKER_CHECK(call.required(out, "out"));
    CERTBROKER_TRY(const std::string key, call.text(name, "name", 64));
    const Settings *settings = call.settings_of(handle);
    if (settings == nullptr) return call.breach("'settings' is none of this call's");
    const std::string *value = settings->text(key);
    if (value == nullptr)
        return fail(errors::provider_setting_missing, "The provider '" + call.instance().plugin->id +
                                                          "' cannot be used: the setting '" + key + "' is missing");
    if (call.instance().services.stores == nullptr)
        return fail(errors::provider_unsupported, "The key '" + *value + "' cannot be used: there are no stores here");
    CERTBROKER_TRY(KeyObject object, named_key(call, *value));
    *out = call.add<cbp_key>(std::move(object));
    return {};
}

cbp_status CBP_CALL setting_key(cbp_call *handle, const cbp_settings *settings, const char *name, const cbp_key **out) {
    return serve_status(handle, "setting_key", [&](Call &call) { return setting_key_body(call, settings, name, out); });
}

} // namespace

Result<void> load_chain(Call &call, KeyObject &key) {
    const Services &services = call.instance().services;
    if (!key.chain_der.empty() || services.stores == nullptr) return {};
    if (!key.entry) {
        // A key named by its uri: the newest certificate in My that was made for it.
        for (const store::Location location : locations(services)) {
            auto store = services.stores->open(store_uri(services, location));
            if (!store) continue;
            CERTBROKER_CHECK((*store)->each(
                [&](const store::Entry &entry) {
                    const bool fits = entry.key_uri == key.uri && !entry.archived;
                    if (fits && (!key.entry || entry.certificate.not_after() > key.entry->certificate.not_after()))
                        key.entry = entry;
                    return true;
                },
                call.operation()));
            if (key.entry) break;
        }
    }
    if (!key.entry) return {};
    CERTBROKER_TRY(const x509::Chain chain, store::complete_chain(*services.stores, *key.entry, call.operation()));
    for (const x509::Certificate &certificate : chain)
        key.chain_der.push_back(certificate.der());
    return {};
}

void fill_settings(cbp_host &table) noexcept {
    table.setting_text = &setting_text;
    table.setting_number = &setting_number;
    table.setting_key = &setting_key;
    table.setting_secret = &setting_secret;
}

} // namespace certbroker::provider::host
