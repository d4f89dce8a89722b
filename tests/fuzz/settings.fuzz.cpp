#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "provider/provider.hpp"
#include "provider/setting_values.hpp"

namespace {

constexpr const char *const colours[] = {"Red", "Green", nullptr};

constexpr certbroker_setting_info info(std::uint32_t type, const char *name, std::int64_t min = 0, std::int64_t max = 0,
                                       const char *const *choices = nullptr) {
    return {sizeof(certbroker_setting_info),
            type,
            CBP_SCOPE_CONNECTION,
            0,
            name,
            "A setting.",
            nullptr,
            choices,
            min,
            max,
            nullptr};
}
constexpr certbroker_setting_info table_rows[] = {
    info(CBP_TEXT, "text"),         info(CBP_NUMBER, "number", -5, 5000),
    info(CBP_BOOL, "bool"),         info(CBP_URL, "url"),
    info(CBP_DURATION, "duration"), info(CBP_CHOICE, "choice", 0, 0, colours),
    info(CBP_KEY, "key"),           info(CBP_PATH, "path"),
    info(CBP_LIST, "list"),         info(CBP_SECRET, "secret")};
constexpr const certbroker_setting_info *const table[] = {
    &table_rows[0], &table_rows[1], &table_rows[2], &table_rows[3], &table_rows[4], &table_rows[5],
    &table_rows[6], &table_rows[7], &table_rows[8], &table_rows[9], nullptr};

} // namespace

/// Lines "name=value" against a table with a setting of every type. What is accepted is accepted again in its canonical
/// form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace certbroker;
    if (size > 16UL * 1024) return 0;
    cbp_plugin plugin{};
    plugin.struct_size = sizeof plugin;
    plugin.id = "fuzz";
    plugin.settings = table;
    Settings settings;
    for (const std::string_view line : split(as_text({data, size}), '\n')) {
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        settings.set(line.substr(0, equals), std::string(line.substr(equals + 1)));
    }
    const auto checked = provider::check_settings(plugin, CBP_SCOPE_CONNECTION, settings);
    if (!checked) {
        if (checked.error().message().empty() || checked.error().remedy().empty()) std::abort();
        return 0;
    }
    const auto again = provider::check_settings(plugin, CBP_SCOPE_CONNECTION, *checked);
    if (!again) std::abort();
    for (const auto &[name, value] : checked->values()) {
        const auto *text = std::get_if<std::string>(&value);
        if (text != nullptr && (again->text(name) == nullptr || *again->text(name) != *text)) std::abort();
    }
    return 0;
}
