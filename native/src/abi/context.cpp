#include "abi/guard.hpp"
#include "abi/vocabulary.hpp"
#include "base/event_log.hpp"
#include "base/file.hpp"
#include "base/log_settings.hpp"
#include "certbroker/certbroker.h"
#include "provider/trust.hpp"

using namespace certbroker;
using namespace certbroker::abi;

namespace {

/// What the caller says, as far as it says anything.
Result<LogSettings> given_log(const Settings &given) {
    LogSettings log;
    if (const std::string *path = given.text("log-file")) log.file = *path;
    if (const std::string *format = given.text("log-format")) {
        const auto parsed = parse_log_format(*format);
        if (!parsed)
            return fail(errors::option_value, "The option 'log-format' could not be used: it takes text or json");
        log.options.format = *parsed;
    }
    if (const std::string *level = given.text("log-level")) {
        const auto parsed = parse_log_level(*level);
        if (!parsed)
            return fail(errors::option_value,
                        "The option 'log-level' could not be used: it takes trace, debug, info, warning or error");
        log.options.level = *parsed;
    }
    return log;
}

/// What administrators say in certbroker.ini: the user's own, else the machine's.
Result<std::shared_ptr<Log>> configured_log(const store::Roots &roots) {
    for (const store::Location location : {store::Location::current_user, store::Location::local_machine}) {
        if (roots.of(location).empty()) continue;
        const bool of_machine = location == store::Location::local_machine;
        // Whoever may write it could have this process write, and rename, files that are not his own.
        const auto path = file::to_path(roots.of(location)) / config_file_name;
        if (file::exists(path) && provider::writable_by_others(path)) continue;
        auto settings = read_log_settings(file::to_path(roots.of(location)));
        if (!settings) {
            // The machine's data may be closed to this account, which is no reason to turn it away.
            if (of_machine && settings.error().status() == Status::access) continue;
            return std::move(settings).error();
        }
        if (!*settings) continue;
        auto log = open_log(**settings);
        // The machine's log is for those who may write to it: services and administrators.
        if (!log && of_machine) continue;
        return log;
    }
    return std::shared_ptr<Log>();
}

Result<std::shared_ptr<Log>> log_of(const Settings &given, const store::Roots &roots) {
    CERTBROKER_TRY(const LogSettings wanted, given_log(given));
    std::shared_ptr<Log> log;
    if (!wanted.file.empty()) {
        CERTBROKER_TRY(log, open_log(wanted));
    } else {
        CERTBROKER_TRY(log, configured_log(roots));
    }
    return both_logs(std::move(log), system_event_log());
}

} // namespace

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
                                                         {"log-format"},
                                                         {"log-level"},
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
        CERTBROKER_TRY(options.log, log_of(given, options.roots));
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
