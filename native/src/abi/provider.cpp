#include "abi/guard.hpp"
#include "abi/issue.hpp"
#include "base/event.hpp"
#include "base/text.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

namespace {

Bag provider_bag(const issuance::OpenProvider &open) {
    Bag bag = bag_of(open.provider->plugin());
    bag.text(CERTBROKER_P_AUTHORITY, open.authority);
    return bag;
}

/// What a search goes by.
Result<provider::Search> search_terms(const certbroker_settings *terms) {
    CERTBROKER_TRY(
        const Settings given,
        options_in(terms, "terms", {{"subject"}, {"email"}, {"serial"}, {"status"}, {"template"}, {"owner"}}));
    provider::Search search;
    search.subject = option_text(given, "subject");
    search.email = option_text(given, "email");
    search.serial = option_text(given, "serial");
    search.status = option_text(given, "status");
    search.profile = option_text(given, "template");
    search.owner = option_text(given, "owner");
    return search;
}

LogEvent event_about(const EventKind &kind, const ProviderObject &object, std::string message) {
    return LogEvent(kind, "provider", std::move(message))
        .with("authority", object.open.authority)
        .with("provider", object.open.provider->plugin().id);
}

/// Every call on an open provider starts the same way.
template<class Body>
certbroker_status with_provider(certbroker_provider *provider, const certbroker_operation *operation,
                                certbroker_error **error, Body &&body) noexcept {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto object, resolve<ProviderObject>(provider, "provider"));
        const OperationScope scope(*object->context, operation);
        CERTBROKER_CHECK(scope.ready());
        return body(*object, scope.operation());
    });
}

} // namespace

namespace certbroker::abi {

Result<void> give_provider(std::shared_ptr<Context> context, issuance::OpenProvider open, certbroker_provider **out) {
    auto object = std::make_shared<ProviderObject>();
    object->context = std::move(context);
    object->bag = provider_bag(open);
    object->open = std::move(open);
    *out = make_handle<certbroker_provider>(std::move(object));
    return {};
}

} // namespace certbroker::abi

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_provider_list(certbroker_context *context, certbroker_row_fn each,
                                                           void *payload, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_CHECK(callback(each));
        for (const auto &plugin : ctx->broker->providers().plugins()) {
            if (!show_row(each, payload, bag_of(*plugin))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_list_settings(certbroker_context *context, const char *id,
                                                                    certbroker_row_fn each, void *payload,
                                                                    certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const std::string name, text_in(id, "id"));
        CERTBROKER_TRY(const auto plugin, ctx->broker->providers().find(name));
        for (const auto *const *setting = plugin->descriptor->settings; setting != nullptr && *setting != nullptr;
             ++setting) {
            if (!show_row(each, payload, bag_of(**setting))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_approve(certbroker_context *context, const char *id,
                                                              const char *sha256, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string name, text_in(id, "id"));
        CERTBROKER_TRY(const std::string hash, text_in(sha256, "sha256"));
        return ctx->broker->providers().approve(name, hash);
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_open(certbroker_context *context, const char *id,
                                                           const certbroker_settings *settings,
                                                           const certbroker_operation *operation,
                                                           certbroker_provider **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string name, text_in(id, "id"));
        CERTBROKER_TRY(const Settings given, settings_in(settings, "settings"));
        const OperationScope scope(*ctx, operation);
        CERTBROKER_CHECK(scope.ready());
        CERTBROKER_TRY(issuance::OpenProvider open, ctx->broker->open_provider(name, given, scope.operation()));
        return give_provider(ctx, std::move(open), out);
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_text(const certbroker_provider *provider, int32_t property,
                                                           certbroker_text *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = nullptr;
    const auto object = lookup<ProviderObject>(provider);
    return object ? object->bag.get_text(property, 0, out) : CERTBROKER_E_HANDLE;
}

certbroker_status CERTBROKER_CALL certbroker_provider_check(certbroker_provider *provider,
                                                            const certbroker_operation *operation,
                                                            certbroker_row_fn each, void *payload,
                                                            certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const auto rows, object.open.provider->check({}, op));
        for (const provider::CheckRow &row : rows) {
            if (row.state == provider::CheckRow::State::failed)
                op.log->event(event_about(events::authority_check_failed, object, row.name + ": " + row.message)
                                  .with("check", row.id));
            if (!show_row(each, payload, bag_of(row))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_list_profiles(certbroker_provider *provider,
                                                                    const certbroker_operation *operation,
                                                                    certbroker_row_fn each, void *payload,
                                                                    certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const auto profiles, object.open.provider->list_profiles(op));
        for (const auto &profile : profiles) {
            Bag bag;
            std::vector<std::string> attributes;
            for (const auto &[name, value] : profile.attributes)
                attributes.push_back(name + "=" + value);
            bag.text(CERTBROKER_P_ID, profile.id)
                .text(CERTBROKER_P_TITLE, profile.title)
                .list(CERTBROKER_P_PROFILE_ATTRIBUTE, std::move(attributes));
            if (!show_row(each, payload, std::move(bag))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_list_rules(certbroker_provider *provider,
                                                                 const char *profile_or_null,
                                                                 const certbroker_operation *operation,
                                                                 certbroker_row_fn each, void *payload,
                                                                 certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const std::string name, optional_text_in(profile_or_null, "profile_or_null"));
        CERTBROKER_TRY(const profile::Policy policy, object.open.provider->policy(name, op));
        for (const auto &rule : policy.rows) {
            Bag bag;
            bag.text(CERTBROKER_P_ID, rule.rule)
                .text(CERTBROKER_P_VALUE, rule.value)
                .text(CERTBROKER_P_MESSAGE, rule.message);
            if (!show_row(each, payload, std::move(bag))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_check_templates(certbroker_provider *provider,
                                                                      const char *templates_or_null,
                                                                      const certbroker_operation *operation,
                                                                      certbroker_row_fn each, void *payload,
                                                                      certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const std::string lines, optional_text_in(templates_or_null, "templates_or_null"));
        std::vector<std::string> names;
        for (const std::string_view line : split(lines, '\n')) {
            if (!trim(line).empty()) names.emplace_back(trim(line));
        }
        CERTBROKER_TRY(const auto rows, object.context->broker->examine_templates(object.open, names, op));
        for (const provider::CheckRow &row : rows) {
            if (!show_row(each, payload, bag_of(row))) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_ca_chain(certbroker_provider *provider,
                                                               const char *profile_or_null,
                                                               const certbroker_operation *operation,
                                                               certbroker_chain **out, certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const std::string profile, optional_text_in(profile_or_null, "profile_or_null"));
        CERTBROKER_TRY(x509::Chain chain, object.open.provider->ca_chain(profile, op));
        *out = make_handle<certbroker_chain>(std::make_shared<ChainObject>(std::move(chain)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_search(certbroker_provider *provider,
                                                             const certbroker_settings *terms,
                                                             const certbroker_operation *operation,
                                                             certbroker_row_fn each, void *payload,
                                                             certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(provider::Search search, search_terms(terms));
        std::size_t shown = 0;
        for (bool more = true; more;) {
            auto page = object.open.provider->search(search, op);
            if (!page) {
                op.log->event(event_about(events::search_failed, object, describe(page.error())).about(page.error()));
                return std::move(page).error();
            }
            for (const provider::FoundCertificate &row : page->rows) {
                ++shown;
                more = show_row(each, payload, bag_of(row));
                if (!more) break;
            }
            more = more && page->next.has_value();
            if (more) search.start = *page->next;
        }
        op.log->event(event_about(events::search_finished, object,
                                  "The CA was searched: " + std::to_string(shown) + " certificates")
                          .with("found", std::to_string(shown)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_crl(certbroker_provider *provider,
                                                          const certbroker_operation *operation,
                                                          certbroker_buffer **out, certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const Bytes crl, object.open.provider->get_crl(op));
        return give_buffer(crl, out);
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_submit(certbroker_provider *provider, const certbroker_csr *csr,
                                                             const char *profile_or_null,
                                                             const certbroker_settings *order,
                                                             const certbroker_operation *operation,
                                                             certbroker_issue **out, certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto request, resolve<CsrObject>(csr, "csr"));
        provider::Order wanted;
        CERTBROKER_TRY(wanted.profile, optional_text_in(profile_or_null, "profile_or_null"));
        CERTBROKER_TRY(wanted.settings, settings_in(order, "order"));
        wanted.csr = &request->value;
        CERTBROKER_TRY(wanted.idempotency, crypto::random_uuid(*object.context->broker->options().random));
        CERTBROKER_TRY(const provider::Outcome outcome, object.open.provider->submit(wanted, op));
        return give_issue(object.context, issue_of(outcome, object.open, &request->value), out);
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_poll(certbroker_provider *provider, const uint8_t *token,
                                                           size_t token_size, const certbroker_operation *operation,
                                                           certbroker_issue **out, certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const ByteView view, bytes_in(token, token_size, "token"));
        CERTBROKER_TRY(const provider::Outcome outcome, object.open.provider->poll(view, op));
        return give_issue(object.context, issue_of(outcome, object.open, nullptr), out);
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_withdraw(certbroker_provider *provider, const uint8_t *token,
                                                               size_t token_size, const certbroker_operation *operation,
                                                               certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_TRY(const ByteView view, bytes_in(token, token_size, "token"));
        return object.open.provider->withdraw(view, op);
    });
}

certbroker_status CERTBROKER_CALL certbroker_provider_revoke(certbroker_provider *provider,
                                                             const certbroker_certificate *certificate, int32_t reason,
                                                             const certbroker_operation *operation,
                                                             certbroker_error **error) {
    return with_provider(provider, operation, error, [&](ProviderObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_TRY(const auto target, resolve<CertificateObject>(certificate, "certificate"));
        if (reason < 0 || reason > 10 || reason == 7)
            return fail(errors::argument, "The certificate could not be revoked: " + std::to_string(reason) +
                                              " is no reason of RFC 5280");
        auto revoked = object.open.provider->revoke(target->value, static_cast<x509::RevocationReason>(reason), op);
        const std::string subject = target->value.subject().to_string();
        LogEvent event =
            revoked
                ? event_about(events::certificate_revoked, object, "The CA took the revocation of '" + subject + "'")
                : event_about(events::revocation_failed, object, describe(revoked.error())).about(revoked.error());
        op.log->event(std::move(event)
                          .with("subject", subject)
                          .with("thumbprint", target->value.thumbprint())
                          .with("reason", std::to_string(reason)));
        return revoked;
    });
}

void CERTBROKER_CALL certbroker_provider_close(certbroker_provider *provider) {
    (void)handles::remove(Kind::provider, provider);
}

} // extern "C"
