#include "base/text.hpp"
#include "provider/errors.hpp"
#include "provider/provider.hpp"
#include "provider/setting_values.hpp"

namespace certbroker::provider {
namespace {

std::string owner(const cbp_plugin &descriptor, std::uint32_t scope) {
    return std::string(scope == CBP_SCOPE_ORDER ? "order setting" : "setting") + " of the provider '" + descriptor.id +
           "'";
}

Error unknown_setting(const cbp_plugin &descriptor, std::uint32_t scope, const std::string &name) {
    std::vector<std::string> known;
    for (const auto *const *row = descriptor.settings; row != nullptr && *row != nullptr; ++row) {
        if ((*row)->scope == scope) known.emplace_back((*row)->name);
    }
    std::string message = "The settings cannot be used: '" + name + "' is no " + owner(descriptor, scope);
    const std::uint32_t other = scope == CBP_SCOPE_ORDER ? CBP_SCOPE_CONNECTION : CBP_SCOPE_ORDER;
    if (find_setting(descriptor.settings, other, name) != nullptr)
        message += scope == CBP_SCOPE_ORDER ? "; it belongs to the connection" : "; it belongs to the order";
    else if (const auto meant = nearest(name, known))
        message += "; did you mean '" + *meant + "'?";
    return fail(errors::provider_setting_unknown, std::move(message));
}

} // namespace

Result<Settings> check_settings(const cbp_plugin &descriptor, std::uint32_t scope, const Settings &given) {
    for (const auto &[name, value] : given.values()) {
        if (find_setting(descriptor.settings, scope, name) == nullptr) return unknown_setting(descriptor, scope, name);
    }
    Settings checked;
    for (const auto *const *row = descriptor.settings; row != nullptr && *row != nullptr; ++row) {
        const certbroker_setting_info &info = **row;
        if (info.scope != scope) continue;
        const std::string *text = given.text(info.name);
        const Secret *secret = given.secret(info.name);
        if (info.type == CBP_SECRET) {
            if (text != nullptr)
                return fail(errors::provider_setting_secret,
                            "The " + owner(descriptor, scope) + " '" + info.name +
                                "' cannot be used: it is a secret and was given as text");
            if (secret != nullptr && !secret->empty()) {
                checked.set(info.name, *secret);
                continue;
            }
        } else if (secret != nullptr) {
            return fail(errors::provider_setting_secret, "The " + owner(descriptor, scope) + " '" + info.name +
                                                             "' cannot be used: it is no secret and was given as one");
        }
        // An empty text is how files and parameters say "not given".
        const bool absent = text == nullptr || trim(*text).empty();
        if (absent && info.default_text == nullptr) {
            if ((info.flags & CBP_REQUIRED) != 0)
                return fail(errors::provider_setting_missing,
                            "The provider '" + std::string(descriptor.id) + "' cannot be used: the " +
                                (scope == CBP_SCOPE_ORDER ? "order setting" : "setting") + " '" + info.name +
                                "' is missing (" + info.summary + ")");
            continue;
        }
        std::string why;
        const auto value =
            canonical_value(info, absent ? std::string_view(info.default_text) : std::string_view(*text), why);
        if (!value)
            return fail(errors::provider_setting_value,
                        "The " + owner(descriptor, scope) + " '" + info.name + "' cannot be used: " + why);
        checked.set(info.name, *value);
    }
    return checked;
}

} // namespace certbroker::provider
