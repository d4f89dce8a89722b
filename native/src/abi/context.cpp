#include "abi/guard.hpp"
#include "abi/vocabulary.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

extern "C" {

uint32_t CERTBROKER_CALL certbroker_abi_version(void) {
    return static_cast<uint32_t>(CERTBROKER_ABI_MAJOR) << 16U | CERTBROKER_ABI_MINOR;
}

certbroker_text CERTBROKER_CALL certbroker_version_text(void) {
    return CERTBROKER_VERSION_TEXT;
}

certbroker_text CERTBROKER_CALL certbroker_status_name(certbroker_status status) {
    return status_name(static_cast<Status>(status)).data();
}

certbroker_status CERTBROKER_CALL certbroker_context_create(const certbroker_settings *settings,
                                                            certbroker_context **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const Settings given, options_in(settings, "settings",
                                                        {{"home"},
                                                         {"machine-root"},
                                                         {"user-root"},
                                                         {"plugin-folder"},
                                                         {"plugin-trust"},
                                                         {"log-file"},
                                                         {"default-timeout-ms", OptionKind::number, 100, 86'400'000}}));
        const auto text = [&](const char *name) {
            return given.text(name) != nullptr ? *given.text(name) : std::string();
        };
        issuance::BrokerOptions options;
        options.roots = store::Roots::under(text("home"));
        if (given.contains("machine-root")) options.roots.machine = text("machine-root");
        if (given.contains("user-root")) options.roots.user = text("user-root");
        options.plugin_folder = text("plugin-folder");
        if (const std::string trust = text("plugin-trust"); iequals(trust, "any"))
            options.trust_any_plugin = true;
        else if (!trust.empty() && !iequals(trust, "manifest"))
            return fail(errors::option_value, "The option 'plugin-trust' could not be used: it takes manifest or any");
        options.default_timeout =
            std::chrono::milliseconds(option_number(given, "default-timeout-ms", options.default_timeout.count()));
        if (const std::string path = text("log-file"); !path.empty()) {
            options.log = file_log(path);
            if (!options.log) return fail(errors::file_access, "The log file '" + path + "' could not be opened");
        }
        auto context = std::make_shared<Context>();
        context->broker = std::make_unique<issuance::Broker>(std::move(options));
        *out = make_handle<certbroker_context>(std::move(context));
        return {};
    });
}

void CERTBROKER_CALL certbroker_context_free(certbroker_context *context) {
    (void)handles::remove(Kind::context, context);
}

certbroker_status CERTBROKER_CALL certbroker_list_vocabulary(certbroker_context *context, const char *kind,
                                                             certbroker_row_fn each, void *payload,
                                                             certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const std::string name, text_in(kind, "kind"));
        CERTBROKER_TRY(const std::vector<Word> words, vocabulary(name));
        for (const Word &word : words) {
            Bag bag;
            bag.text(CERTBROKER_P_NAME, word.name)
                .text(CERTBROKER_P_VALUE, word.value)
                .text(CERTBROKER_P_SUMMARY, word.summary);
            if (!show_row(each, payload, std::move(bag))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_row_text(const certbroker_row *row, int32_t property, size_t index,
                                                      certbroker_text *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = nullptr;
    const auto object = lookup<RowObject>(row);
    return object ? object->bag.get_text(property, index, out) : CERTBROKER_E_HANDLE;
}

certbroker_status CERTBROKER_CALL certbroker_row_number(const certbroker_row *row, int32_t property, int64_t *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = 0;
    const auto object = lookup<RowObject>(row);
    return object ? object->bag.get_number(property, out) : CERTBROKER_E_HANDLE;
}

} // extern "C"
