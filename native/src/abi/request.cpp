#include "profile/request.hpp"
#include "abi/guard.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

namespace {

/// The name of a property in properties.def, as profile::set_property takes it; empty when there is none.
std::string_view property_name(std::int32_t property) noexcept {
    switch (property) {
#define CERTBROKER_PROPERTY(name, number, kind, sentence)                                                              \
    case number:                                                                                                       \
        return #name;
#include "certbroker/properties.def"
#undef CERTBROKER_PROPERTY
    default:
        return {};
    }
}

} // namespace

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_request_from_inf(certbroker_context *context, const uint8_t *bytes,
                                                              size_t size, const char *source_name,
                                                              certbroker_request **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const ByteView view, bytes_in(bytes, size, "bytes"));
        CERTBROKER_TRY(std::string source, optional_text_in(source_name, "source_name"));
        CERTBROKER_TRY(profile::Request request, profile::read_inf(view, std::move(source)));
        auto object = std::make_shared<RequestObject>();
        object->context = std::move(ctx);
        object->request = std::move(request);
        *out = make_handle<certbroker_request>(std::move(object));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_request_create(certbroker_context *context, certbroker_request **out,
                                                            certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(auto ctx, resolve<Context>(context, "context"));
        auto object = std::make_shared<RequestObject>();
        object->context = std::move(ctx);
        *out = make_handle<certbroker_request>(std::move(object));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_request_set(certbroker_request *request, int32_t property,
                                                         const char *value, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto object, resolve<RequestObject>(request, "request"));
        CERTBROKER_TRY(const std::string text, text_in(value, "value"));
        return profile::set_property(object->request, property_name(property), text);
    });
}

certbroker_status CERTBROKER_CALL certbroker_request_text(const certbroker_request *request, int32_t property,
                                                          size_t index, certbroker_text *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = nullptr;
    return quiet<certbroker_status>(CERTBROKER_E_MEMORY, [&]() -> certbroker_status {
        const auto object = lookup<RequestObject>(request);
        if (!object) return CERTBROKER_E_HANDLE;
        std::vector<std::string> values = profile::get_property(object->request, property_name(property));
        if (index >= values.size()) return CERTBROKER_E_END;
        *out = object->lend(std::move(values[index]));
        return CERTBROKER_OK;
    });
}

certbroker_status CERTBROKER_CALL certbroker_request_check(
    const certbroker_request *request, certbroker_provider *provider_or_null, const char *template_or_null,
    const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto object, resolve<RequestObject>(request, "request"));
        CERTBROKER_TRY(const auto provider, resolve_optional<ProviderObject>(provider_or_null, "provider_or_null"));
        CERTBROKER_TRY(std::string profile, optional_text_in(template_or_null, "template_or_null"));
        CERTBROKER_CHECK(callback(each));
        const OperationScope scope(*object->context, operation);
        CERTBROKER_CHECK(scope.ready());
        if (profile.empty()) profile = object->request.certificate_template;
        std::optional<profile::Policy> policy;
        if (provider) {
            CERTBROKER_TRY(policy, provider->open.provider->policy(profile, scope.operation()));
        }
        for (const profile::Diagnostic &diagnostic :
             profile::check_request(object->request, policy ? &*policy : nullptr)) {
            if (!show_row(each, payload, bag_of(diagnostic))) break;
        }
        return {};
    });
}

void CERTBROKER_CALL certbroker_request_free(certbroker_request *request) {
    (void)handles::remove(Kind::request, request);
}

} // extern "C"
