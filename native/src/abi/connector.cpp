#include "abi/bag.hpp"
#include "abi/guard.hpp"
#include "certbroker/certbroker.h"
#include "profile/connector_config.hpp"

using namespace certbroker;
using namespace certbroker::abi;

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_connector_list(certbroker_context *context, const char *paths,
                                                            certbroker_row_fn each, void *payload,
                                                            certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string where, text_in(paths, "paths"));
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const auto files, profile::read_connector_files(where));
        for (const profile::ConnectorFile &file : files) {
            for (const profile::ConnectorSetting &setting : file.settings) {
                Bag bag;
                bag.text(CERTBROKER_P_FILE, file.path)
                    .text(CERTBROKER_P_NAME, setting.name)
                    .text(CERTBROKER_P_VALUE, setting.value)
                    .number(CERTBROKER_P_LINE, setting.line)
                    .number(CERTBROKER_P_COLUMN, setting.column)
                    .text(CERTBROKER_P_SUMMARY, std::string(profile::connector_key_summary(setting.name)))
                    .list(CERTBROKER_P_WARNING, setting.warnings);
                if (!show_row(each, payload, std::move(bag))) return {};
            }
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_connector_set(certbroker_context *context, const char *paths,
                                                           const certbroker_settings *values, certbroker_row_fn each,
                                                           void *payload, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string where, text_in(paths, "paths"));
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const Settings given,
                       options_in(values, "values", {{"racertthumbprint"}, {"cloudcaconntimeoutinmilliseconds"}}));
        profile::ConnectorValues wanted;
        for (const std::string_view name : {profile::connector_thumbprint, profile::connector_timeout}) {
            if (const std::string *value = given.text(name); value != nullptr) wanted.emplace_back(name, *value);
        }
        CERTBROKER_TRY(const auto changes,
                       profile::set_connector_values(where, wanted, ctx->broker->options().clock->now()));
        for (const profile::ConnectorChange &change : changes) {
            Bag bag;
            bag.text(CERTBROKER_P_FILE, change.path).text(CERTBROKER_P_PATH, change.backup);
            if (!show_row(each, payload, std::move(bag))) break;
        }
        return {};
    });
}

} // extern "C"
