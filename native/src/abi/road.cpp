// The road: every step journalled. What happens is issuance/; here are only the doors to it.
#include "abi/guard.hpp"
#include "abi/issue.hpp"
#include "base/encoding.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

namespace {

constexpr std::int64_t max_wait_seconds = 30LL * 24 * 3600;
constexpr std::int64_t max_time = 253'402'300'799; // 9999-12-31

Result<issuance::RoadOptions> road_options_in(const certbroker_settings *handle) {
    CERTBROKER_TRY(const Settings given, options_in(handle, "options",
                                                    {{"install", OptionKind::flag},
                                                     {"trust-root", OptionKind::flag},
                                                     {"friendly-name"},
                                                     {"wait-seconds", OptionKind::number, 0, max_wait_seconds},
                                                     {"archive-old", OptionKind::flag},
                                                     {"reuse-key", OptionKind::flag},
                                                     {"allow-differences", OptionKind::flag},
                                                     {"exact", OptionKind::flag},
                                                     {"allow-weak-signature", OptionKind::flag},
                                                     {"not-after", OptionKind::number, 0, max_time},
                                                     {"signing-certificate"},
                                                     {"ask-now", OptionKind::flag}}));
    issuance::RoadOptions options;
    options.install = given.flag("install", true);
    options.trust_root = given.flag("trust-root");
    if (const std::string *name = given.text("friendly-name")) options.friendly_name = *name;
    options.wait = std::chrono::seconds(option_number(given, "wait-seconds", 0));
    options.archive_old = given.flag("archive-old", true);
    options.reuse_key = given.flag("reuse-key");
    options.allow_differences = given.flag("allow-differences");
    options.exact = given.flag("exact");
    if (options.exact && options.allow_differences)
        return fail(errors::argument, "The options cannot be used: exact and allow-differences exclude each other");
    options.allow_weak = given.flag("allow-weak-signature");
    options.not_after = option_number(given, "not-after", 0);
    options.ask_now = given.flag("ask-now", true);
    if (const std::string *signer = given.text("signing-certificate")) {
        CERTBROKER_TRY(options.signing_certificate, normalize_thumbprint(*signer));
    }
    return options;
}

/// What every function of the road takes besides its own.
struct Door {
    std::shared_ptr<Context> context;
    issuance::RoadOptions options;
    const Operation &operation;
};

template<class Body>
certbroker_status road(certbroker_context *context, const certbroker_settings *options,
                       const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error,
                       Body &&body) noexcept {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const issuance::RoadOptions road_options, road_options_in(options));
        const OperationScope scope(*ctx, operation);
        CERTBROKER_CHECK(scope.ready());
        Result<issuance::Issue> issue = body(Door{ctx, road_options, scope.operation()});
        if (!issue) return std::move(issue).error();
        return give_issue(ctx, *std::move(issue), out);
    });
}

} // namespace

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_prepare(certbroker_context *context, const certbroker_request *request,
                                                     certbroker_provider *provider_or_null,
                                                     const char *template_or_null, certbroker_store *store,
                                                     const certbroker_settings *options,
                                                     const certbroker_operation *operation, certbroker_issue **out,
                                                     certbroker_error **error) {
    return road(context, options, operation, out, error, [&](const Door &door) -> Result<issuance::Issue> {
        CERTBROKER_TRY(const auto wanted, resolve<RequestObject>(request, "request"));
        CERTBROKER_TRY(const auto provider, resolve_optional<ProviderObject>(provider_or_null, "provider_or_null"));
        CERTBROKER_TRY(const std::string profile, optional_text_in(template_or_null, "template_or_null"));
        CERTBROKER_TRY(const auto place, resolve<StoreObject>(store, "store"));
        return door.context->broker->prepare(wanted->request, provider ? &provider->open : nullptr, profile,
                                             *place->store, door.options, door.operation);
    });
}

certbroker_status CERTBROKER_CALL certbroker_complete(certbroker_context *context, const char *request_id_or_null,
                                                      const uint8_t *bytes, size_t size,
                                                      certbroker_store *store_or_null,
                                                      const certbroker_settings *options,
                                                      const certbroker_operation *operation, certbroker_issue **out,
                                                      certbroker_error **error) {
    return road(context, options, operation, out, error, [&](const Door &door) -> Result<issuance::Issue> {
        CERTBROKER_TRY(const std::string id, optional_text_in(request_id_or_null, "request_id_or_null"));
        CERTBROKER_TRY(const ByteView view, bytes_in(bytes, size, "bytes"));
        CERTBROKER_TRY(const auto place, resolve_optional<StoreObject>(store_or_null, "store_or_null"));
        return door.context->broker->complete(id.empty() ? std::nullopt : std::optional(id), view,
                                              place ? place->store.get() : nullptr, door.options, door.operation);
    });
}

certbroker_status CERTBROKER_CALL certbroker_enroll(certbroker_context *context, const certbroker_request *request,
                                                    certbroker_provider *provider, const char *template_or_null,
                                                    const certbroker_settings *order, certbroker_store *store,
                                                    const certbroker_settings *options,
                                                    const certbroker_operation *operation, certbroker_issue **out,
                                                    certbroker_error **error) {
    return road(context, options, operation, out, error, [&](const Door &door) -> Result<issuance::Issue> {
        CERTBROKER_TRY(const auto wanted, resolve<RequestObject>(request, "request"));
        CERTBROKER_TRY(const auto ca, resolve<ProviderObject>(provider, "provider"));
        CERTBROKER_TRY(const std::string profile, optional_text_in(template_or_null, "template_or_null"));
        CERTBROKER_TRY(const Settings settings, settings_in(order, "order"));
        CERTBROKER_TRY(const auto place, resolve<StoreObject>(store, "store"));
        return door.context->broker->enroll(wanted->request, ca->open, profile, settings, *place->store, door.options,
                                            door.operation);
    });
}

certbroker_status CERTBROKER_CALL certbroker_enroll_prepared(
    certbroker_context *context, const char *request_id, certbroker_provider *provider, const char *template_or_null,
    const certbroker_settings *order, const certbroker_settings *options, const certbroker_operation *operation,
    certbroker_issue **out, certbroker_error **error) {
    return road(context, options, operation, out, error, [&](const Door &door) -> Result<issuance::Issue> {
        CERTBROKER_TRY(const std::string id, text_in(request_id, "request_id"));
        CERTBROKER_TRY(const auto ca, resolve<ProviderObject>(provider, "provider"));
        CERTBROKER_TRY(const std::string profile, optional_text_in(template_or_null, "template_or_null"));
        CERTBROKER_TRY(const Settings settings, settings_in(order, "order"));
        return door.context->broker->enroll_prepared(id, ca->open, profile, settings, door.options, door.operation);
    });
}

certbroker_status CERTBROKER_CALL certbroker_enroll_csr(certbroker_context *context, const certbroker_csr *csr,
                                                        certbroker_provider *provider, const char *template_or_null,
                                                        const certbroker_settings *order, certbroker_store *store,
                                                        const certbroker_settings *options,
                                                        const certbroker_operation *operation, certbroker_issue **out,
                                                        certbroker_error **error) {
    return road(context, options, operation, out, error, [&](const Door &door) -> Result<issuance::Issue> {
        CERTBROKER_TRY(const auto request, resolve<CsrObject>(csr, "csr"));
        CERTBROKER_TRY(const auto ca, resolve<ProviderObject>(provider, "provider"));
        CERTBROKER_TRY(const std::string profile, optional_text_in(template_or_null, "template_or_null"));
        CERTBROKER_TRY(const Settings settings, settings_in(order, "order"));
        CERTBROKER_TRY(const auto place, resolve<StoreObject>(store, "store"));
        return door.context->broker->enroll_csr(request->value, ca->open, profile, settings, *place->store,
                                                door.options, door.operation);
    });
}

certbroker_status CERTBROKER_CALL certbroker_renew(certbroker_context *context, certbroker_store *store,
                                                   const certbroker_entry *entry, certbroker_provider *provider,
                                                   const char *template_or_null, const certbroker_settings *order,
                                                   const certbroker_settings *options,
                                                   const certbroker_operation *operation, certbroker_issue **out,
                                                   certbroker_error **error) {
    return road(context, options, operation, out, error, [&](const Door &door) -> Result<issuance::Issue> {
        CERTBROKER_TRY(const auto place, resolve<StoreObject>(store, "store"));
        CERTBROKER_TRY(const auto old, resolve<EntryObject>(entry, "entry"));
        CERTBROKER_TRY(const auto ca, resolve<ProviderObject>(provider, "provider"));
        CERTBROKER_TRY(const std::string profile, optional_text_in(template_or_null, "template_or_null"));
        CERTBROKER_TRY(const Settings settings, settings_in(order, "order"));
        return door.context->broker->renew(*place->store, old->value, ca->open, profile, settings, door.options,
                                           door.operation);
    });
}

certbroker_status CERTBROKER_CALL certbroker_resume(certbroker_context *context, const char *request_id,
                                                    certbroker_provider *provider_or_null,
                                                    const certbroker_settings *options,
                                                    const certbroker_operation *operation, certbroker_issue **out,
                                                    certbroker_error **error) {
    return road(context, options, operation, out, error, [&](const Door &door) -> Result<issuance::Issue> {
        CERTBROKER_TRY(const std::string id, text_in(request_id, "request_id"));
        CERTBROKER_TRY(const auto ca, resolve_optional<ProviderObject>(provider_or_null, "provider_or_null"));
        return door.context->broker->resume(id, ca ? &ca->open : nullptr, door.options, door.operation);
    });
}

certbroker_status CERTBROKER_CALL certbroker_abandon(certbroker_context *context, const char *request_id,
                                                     const certbroker_settings *options,
                                                     const certbroker_operation *operation, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string id, text_in(request_id, "request_id"));
        CERTBROKER_TRY(const Settings given, options_in(options, "options", {{"delete-key", OptionKind::flag}}));
        const OperationScope scope(*ctx, operation);
        CERTBROKER_CHECK(scope.ready());
        return ctx->broker->abandon(id, given.flag("delete-key"), scope.operation());
    });
}

certbroker_status CERTBROKER_CALL certbroker_list_requests(certbroker_context *context, const char *location,
                                                           const char *what, certbroker_row_fn each, void *payload,
                                                           certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string where, optional_text_in(location, "location"));
        CERTBROKER_TRY(const std::string which, text_in(what, "what"));
        CERTBROKER_CHECK(callback(each));
        if (which != "open" && which != "all")
            return fail(errors::argument, "The requests could not be listed: 'what' is open or all");
        const auto parsed = store::parse_location(where);
        if (!where.empty() && !parsed)
            return fail(errors::argument,
                        "The requests could not be listed: the location is LocalMachine or CurrentUser");
        CERTBROKER_TRY(const auto records, ctx->broker->list_requests(parsed, which == "open"));
        for (const issuance::Record &record : records) {
            if (!show_row(each, payload, bag_of(record))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_open_request(certbroker_context *context, const char *request_id,
                                                          certbroker_issue **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string id, text_in(request_id, "request_id"));
        CERTBROKER_TRY(issuance::Issue issue, ctx->broker->open_request(id));
        return give_issue(std::move(ctx), std::move(issue), out);
    });
}

certbroker_status CERTBROKER_CALL certbroker_list_events(certbroker_context *context, const char *request_id,
                                                         certbroker_row_fn each, void *payload,
                                                         certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string id, text_in(request_id, "request_id"));
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const auto events, ctx->broker->list_events(id));
        for (const issuance::Event &event : events) {
            Bag bag;
            bag.number(CERTBROKER_P_CREATED, event.at)
                .number(CERTBROKER_P_STATE, static_cast<std::int64_t>(event.state))
                .text(CERTBROKER_P_STATE_NAME, std::string(issuance::state_name(event.state)))
                .text(CERTBROKER_P_MESSAGE, event.message);
            if (!show_row(each, payload, std::move(bag))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_keep_keys_ahead(certbroker_context *context, uint32_t keys,
                                                             certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        ctx->broker->keep_keys_ahead(keys);
        return {};
    });
}

} // extern "C"
