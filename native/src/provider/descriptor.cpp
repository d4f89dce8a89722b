#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "base/file.hpp"
#include "base/text.hpp"
#include "provider/errors.hpp"
#include "provider/host.hpp"
#include "provider/plugin_library.hpp"
#include "provider/registry.hpp"
#include "provider/setting_values.hpp"

namespace certbroker::provider {
namespace {

constexpr std::size_t max_rows = 200;

bool is_kebab(std::string_view text) {
    if (text.empty() || text.size() > 64 || text.front() == '-' || text.back() == '-') return false;
    if (text.find("--") != std::string_view::npos || (text.front() >= '0' && text.front() <= '9')) return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool is_text(const char *text, std::size_t limit) {
    if (text == nullptr) return false;
    const std::size_t size = strnlen(text, limit + 1);
    return size > 0 && size <= limit && is_valid_utf8(std::string_view(text, size));
}

/// major.minor.patch, with whatever semver allows behind it.
bool is_version(std::string_view text) {
    const std::string_view numbers = text.substr(0, text.find_first_of("-+"));
    const auto parts = split(numbers, '.');
    return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
               return !part.empty() && part.size() < 10 &&
                      std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
           });
}

class Checker {
public:
    explicit Checker(std::string_view name) : name_(name) {}

    Error broken(const std::string &rule) const {
        return fail(errors::provider_descriptor, "The plugin '" + name_ + "' cannot be used: " + rule);
    }
    Result<void> check_setting(const certbroker_setting_info &info, std::set<std::string> &names) const;
    Result<void> check_choices(const certbroker_setting_info &info, const std::string &title) const;
    Result<void> check_settings_table(const certbroker_setting_info *const *table) const;
    Result<void> check_slots(const cbp_plugin &table) const;

private:
    std::string name_;
};

Result<void> Checker::check_choices(const certbroker_setting_info &info, const std::string &title) const {
    if ((info.type == CBP_CHOICE) != (info.choices != nullptr))
        return broken(title + ": choices belong to CBP_CHOICE, and to it alone");
    if (info.choices == nullptr) return {};
    std::size_t count = 0;
    for (const char *const *choice = info.choices; *choice != nullptr; ++choice) {
        if (!is_text(*choice, 200) || ++count > max_rows)
            return broken(title + " has a choice that is empty, too long or one too many");
    }
    if (count == 0) return broken(title + " is a CBP_CHOICE without choices");
    return {};
}

Result<void> Checker::check_setting(const certbroker_setting_info &info, std::set<std::string> &names) const {
    if (info.struct_size < sizeof(certbroker_setting_info)) return broken("a row of its settings table is too short");
    if (info.name == nullptr || !is_kebab(std::string_view(info.name, strnlen(info.name, 65))))
        return broken("the name of a setting is not kebab-case of at most 64 characters");
    const std::string title = "the setting '" + std::string(info.name) + "'";
    if (!names.insert(std::to_string(info.scope) + info.name).second)
        return broken(title + " stands in the table twice");
    if (info.type < CBP_TEXT || info.type > CBP_LIST) return broken(title + " has an unknown type");
    if (info.scope != CBP_SCOPE_CONNECTION && info.scope != CBP_SCOPE_ORDER)
        return broken(title + " has an unknown scope");
    if (!is_text(info.summary, 1000)) return broken(title + " has no summary");
    if (info.pattern_hint != nullptr && !is_text(info.pattern_hint, 200))
        return broken(title + " has an unreadable hint");
    if (info.min > info.max) return broken(title + " has a smallest value above its largest");
    CERTBROKER_CHECK(check_choices(info, title));
    if (info.default_text == nullptr) return {};
    if (info.type == CBP_SECRET) return broken(title + " is a secret with a default");
    if (strnlen(info.default_text, 20'000) >= 20'000) return broken(title + " has a default that is too long");
    std::string why;
    if (!canonical_value(info, info.default_text, why))
        return broken(title + " does not take its own default '" + info.default_text + "': " + why);
    return {};
}

Result<void> Checker::check_settings_table(const certbroker_setting_info *const *table) const {
    std::set<std::string> names;
    for (; table != nullptr && *table != nullptr; ++table) {
        if (names.size() >= max_rows) return broken("it has more than 200 settings");
        CERTBROKER_CHECK(check_setting(**table, names));
    }
    return {};
}

Result<void> Checker::check_slots(const cbp_plugin &table) const {
    if (table.open == nullptr || table.close == nullptr || table.submit == nullptr)
        return broken("open, close or submit is missing");
    struct Pair {
        const char *name;
        bool present;
        std::uint64_t bit;
    };
    const std::array pairs{
        Pair{"submit", table.submit != nullptr, CBP_CAN_SUBMIT},
        Pair{"check", table.check != nullptr, CBP_CAN_CHECK},
        Pair{"poll", table.poll != nullptr, CBP_CAN_POLL},
        Pair{"withdraw", table.withdraw != nullptr, CBP_CAN_WITHDRAW},
        Pair{"renew", table.renew != nullptr, CBP_CAN_RENEW},
        Pair{"revoke", table.revoke != nullptr, CBP_CAN_REVOKE},
        Pair{"list_profiles", table.list_profiles != nullptr, CBP_CAN_LIST_PROFILES},
        Pair{"policy", table.policy != nullptr, CBP_CAN_POLICY},
        Pair{"ca_chain", table.ca_chain != nullptr, CBP_CAN_CA_CHAIN},
        Pair{"find", table.find != nullptr, CBP_CAN_FIND},
        Pair{"get_certificate", table.get_certificate != nullptr, CBP_CAN_GET_CERTIFICATE},
        Pair{"get_crl", table.get_crl != nullptr, CBP_CAN_GET_CRL},
        Pair{"search", table.search != nullptr, CBP_CAN_SEARCH},
        Pair{"endpoints", table.endpoints != nullptr, CBP_CAN_ENDPOINTS},
    };
    for (const Pair &pair : pairs) {
        const bool said = (table.capabilities & pair.bit) != 0;
        if (said && !pair.present)
            return broken(std::string("its capabilities promise ") + pair.name + ", but the slot is NULL");
        if (!said && pair.present)
            return broken(std::string("it has ") + pair.name + ", but its capabilities do not say so");
    }
    return {};
}

} // namespace

Result<void> check_descriptor(const cbp_plugin *descriptor, std::string_view expected_id) {
    const Checker checker(expected_id.empty() ? std::string_view("?") : expected_id);
    if (descriptor == nullptr)
        return checker.broken("it does not know version " + std::to_string(CERTBROKER_PLUGIN_ABI_MAJOR) +
                              " of the plugin interface");
    // Nothing may be read before its size says that it is there.
    if (descriptor->struct_size < CERTBROKER_THROUGH(cbp_plugin, submit) || descriptor->struct_size > 64UL * 1024)
        return checker.broken("its struct_size is " + std::to_string(descriptor->struct_size) +
                              ", which no version of the plugin interface has");
    if (descriptor->abi_major != CERTBROKER_PLUGIN_ABI_MAJOR)
        return checker.broken("it was built for version " + std::to_string(descriptor->abi_major) + "." +
                              std::to_string(descriptor->abi_minor) + " of the plugin interface, this is " +
                              std::to_string(CERTBROKER_PLUGIN_ABI_MAJOR) + "." +
                              std::to_string(CERTBROKER_PLUGIN_ABI_MINOR));
    const cbp_plugin table = complete_table(*descriptor);
    if (table.id == nullptr || !is_kebab(std::string_view(table.id, strnlen(table.id, 65))))
        return checker.broken("its id is not kebab-case of at most 64 characters");
    if (!expected_id.empty() && expected_id != table.id)
        return checker.broken("it calls itself '" + std::string(table.id) + "', and its file says otherwise");
    if (!is_text(table.title, 200)) return checker.broken("it has no title");
    if (!is_text(table.version, 64) || !is_version(table.version))
        return checker.broken("its version is not of the form 1.2.3");
    if (!is_text(table.help_url, 1000)) return checker.broken("it has no help_url");
    CERTBROKER_CHECK(checker.check_slots(table));
    return checker.check_settings_table(table.settings);
}

Result<const cbp_plugin *> describe_plugin(void *symbol, const std::filesystem::path &path) {
    const auto cannot = [&](const char *why) {
        return fail(errors::provider_descriptor, "The plugin '" + file::from_path(path) + "' cannot be used: " + why);
    };
    if (symbol == nullptr) return cannot("it does not export certbroker_plugin_describe");
    const auto describe = reinterpret_cast<certbroker_plugin_describe_fn>(symbol);
    try {
        const cbp_plugin *first = describe(CERTBROKER_PLUGIN_ABI_MAJOR);
        if (first != describe(CERTBROKER_PLUGIN_ABI_MAJOR)) return cannot("it describes itself differently each time");
        return first;
    } catch (...) {
        return cannot("an exception left certbroker_plugin_describe");
    }
}

} // namespace certbroker::provider
