#include "abi/guard.hpp"
#include "abi/issue.hpp"
#include "base/event.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

namespace {

/// NULL or empty = not said.
Result<std::optional<store::Location>> location_in(const char *location) {
    CERTBROKER_TRY(const std::string text, optional_text_in(location, "location"));
    if (text.empty()) return std::optional<store::Location>();
    const auto parsed = store::parse_location(text);
    if (!parsed)
        return fail(errors::argument,
                    "The location '" + text.substr(0, 64) + "' could not be used: it is LocalMachine or CurrentUser");
    return parsed;
}

} // namespace

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_authority_register(certbroker_context *context, const char *location,
                                                                const char *name, const char *provider_id,
                                                                const certbroker_settings *settings,
                                                                certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const auto where, location_in(location));
        CERTBROKER_TRY(const std::string authority, text_in(name, "name"));
        CERTBROKER_TRY(const std::string provider, text_in(provider_id, "provider_id"));
        CERTBROKER_TRY(const Settings given, settings_in(settings, "settings"));
        return ctx->broker->authorities().add(where.value_or(store::Location::current_user), authority, provider,
                                              given);
    });
}

certbroker_status CERTBROKER_CALL certbroker_authority_update(certbroker_context *context, const char *location,
                                                              const char *name, const certbroker_settings *settings,
                                                              certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const auto where, location_in(location));
        CERTBROKER_TRY(const std::string authority, text_in(name, "name"));
        CERTBROKER_TRY(const Settings given, settings_in(settings, "settings"));
        return ctx->broker->authorities().update(where, authority, given);
    });
}

certbroker_status CERTBROKER_CALL certbroker_authority_unregister(certbroker_context *context, const char *location,
                                                                  const char *name, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const auto where, location_in(location));
        CERTBROKER_TRY(const std::string authority, text_in(name, "name"));
        return ctx->broker->authorities().remove(where, authority);
    });
}

certbroker_status CERTBROKER_CALL certbroker_authority_list(certbroker_context *context, const char *location,
                                                            certbroker_row_fn each, void *payload,
                                                            certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const auto where, location_in(location));
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const auto authorities, ctx->broker->authorities().list(where));
        for (const issuance::Authority &authority : authorities) {
            Bag bag;
            bag.text(CERTBROKER_P_NAME, authority.name)
                .text(CERTBROKER_P_PROVIDER, authority.provider)
                .text(CERTBROKER_P_STORE_LOCATION, std::string(store::location_name(authority.location)))
                .number(CERTBROKER_P_CREATED, authority.created)
                .number(CERTBROKER_P_CHANGED, authority.changed);
            if (!show_row(each, payload, std::move(bag))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_authority_list_settings(certbroker_context *context, const char *location,
                                                                     const char *name, certbroker_row_fn each,
                                                                     void *payload, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const auto where, location_in(location));
        CERTBROKER_TRY(const std::string text, text_in(name, "name"));
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const issuance::Authority authority, ctx->broker->authorities().get(where, text));
        for (const auto &[key, value] : authority.settings.values()) {
            const auto *plain = std::get_if<std::string>(&value);
            Bag bag;
            bag.text(CERTBROKER_P_NAME, key)
                .text(CERTBROKER_P_VALUE, plain != nullptr ? *plain : "")
                .number(CERTBROKER_P_IS_SECRET, plain != nullptr ? 0 : 1);
            if (!show_row(each, payload, std::move(bag))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_authority_open(certbroker_context *context, const char *location,
                                                            const char *name, const certbroker_operation *operation,
                                                            certbroker_provider **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const auto where, location_in(location));
        CERTBROKER_TRY(const std::string authority, text_in(name, "name"));
        const OperationScope scope(*ctx, operation);
        CERTBROKER_CHECK(scope.ready());
        CERTBROKER_TRY(issuance::OpenProvider open, ctx->broker->open_authority(where, authority, scope.operation()));
        return give_provider(ctx, std::move(open), out);
    });
}

certbroker_status CERTBROKER_CALL certbroker_authority_check(
    certbroker_context *context, const char *location, const char *name_or_null, const certbroker_settings *settings,
    const certbroker_settings *options, const certbroker_request *request_or_null,
    const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_CHECK(callback(each));
        issuance::Examination wish;
        CERTBROKER_TRY(wish.location, location_in(location));
        CERTBROKER_TRY(wish.authority, optional_text_in(name_or_null, "name_or_null"));
        CERTBROKER_TRY(wish.settings, settings_in(settings, "settings"));
        CERTBROKER_TRY(const Settings given,
                       options_in(options, "options", {{"provider"}, {"template"}, {"store"}, {"account"}}));
        wish.provider = option_text(given, "provider");
        wish.profile = option_text(given, "template");
        wish.store = option_text(given, "store");
        wish.account = option_text(given, "account");
        CERTBROKER_TRY(const auto request, resolve_optional<RequestObject>(request_or_null, "request_or_null"));
        wish.request = request ? &request->request : nullptr;
        const OperationScope scope(*ctx, operation);
        CERTBROKER_CHECK(scope.ready());
        CERTBROKER_TRY(const auto rows, ctx->broker->examine(wish, scope.operation()));
        for (const provider::CheckRow &row : rows) {
            if (row.state == provider::CheckRow::State::failed)
                scope.operation().log->event(
                    LogEvent(events::authority_check_failed, "doctor", row.name + ": " + row.message)
                        .with("authority", wish.authority)
                        .with("provider", wish.provider)
                        .with("check", row.id));
            if (!show_row(each, payload, bag_of(row))) break;
        }
        return {};
    });
}

} // extern "C"
