#include "abi/guard.hpp"
#include "certbroker/certbroker.h"
#include "profile/request.hpp"

using namespace certbroker;
using namespace certbroker::abi;

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_key_generate(certbroker_context *context,
                                                          const certbroker_request *request,
                                                          certbroker_store *store_or_null,
                                                          const certbroker_operation *operation, certbroker_key **out,
                                                          certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const auto wanted, resolve<RequestObject>(request, "request"));
        CERTBROKER_TRY(const auto place, resolve_optional<StoreObject>(store_or_null, "store_or_null"));
        const OperationScope scope(*ctx, operation);
        CERTBROKER_CHECK(scope.ready());
        CERTBROKER_CHECK(wanted->request.usable());
        CERTBROKER_TRY(const crypto::KeySpec spec, profile::choose_key(wanted->request, nullptr));
        crypto::KeyHandle key;
        if (place) {
            const profile::Request &r = wanted->request;
            CERTBROKER_TRY(key, place->store->create_key(
                                    {spec, r.exportable, r.provider_name, r.provider_type, r.key_container, r.key_spec},
                                    scope.operation()));
        } else {
            const Operation &op = scope.operation();
            CERTBROKER_TRY(key, crypto::generate_key(spec, [&op] { return !op.check("The key could not be made"); }));
        }
        *out = make_handle<certbroker_key>(std::make_shared<KeyObject>(std::move(key)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_key_open(certbroker_context *context, const char *uri,
                                                      certbroker_key **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string text, text_in(uri, "uri"));
        CERTBROKER_TRY(crypto::KeyHandle key, ctx->broker->stores().open_key(text));
        *out = make_handle<certbroker_key>(std::make_shared<KeyObject>(std::move(key)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_key_import(certbroker_context *context, const uint8_t *bytes, size_t size,
                                                        const certbroker_secret *password_or_null, certbroker_key **out,
                                                        certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const ByteView view, bytes_in(bytes, size, "bytes"));
        CERTBROKER_TRY(const auto password, resolve_optional<Secret>(password_or_null, "password_or_null"));
        CERTBROKER_TRY(crypto::KeyHandle key, crypto::import_key(view, password ? *password : Secret(), "", true));
        *out = make_handle<certbroker_key>(std::make_shared<KeyObject>(std::move(key)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_key_text(const certbroker_key *key, int32_t property,
                                                      certbroker_text *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = nullptr;
    const auto object = lookup<KeyObject>(key);
    return object ? object->bag.get_text(property, 0, out) : CERTBROKER_E_HANDLE;
}

certbroker_status CERTBROKER_CALL certbroker_key_number(const certbroker_key *key, int32_t property, int64_t *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = 0;
    const auto object = lookup<KeyObject>(key);
    return object ? object->bag.get_number(property, out) : CERTBROKER_E_HANDLE;
}

void CERTBROKER_CALL certbroker_key_free(certbroker_key *key) {
    (void)handles::remove(Kind::key, key);
}

certbroker_status CERTBROKER_CALL certbroker_csr_create(certbroker_context *context, const certbroker_request *request,
                                                        const certbroker_key *key,
                                                        const certbroker_operation *operation, certbroker_csr **out,
                                                        certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const auto wanted, resolve<RequestObject>(request, "request"));
        CERTBROKER_TRY(const auto signer, resolve<KeyObject>(key, "key"));
        const OperationScope scope(*ctx, operation);
        CERTBROKER_CHECK(scope.ready());
        CERTBROKER_CHECK(profile::require_acceptable(wanted->request, nullptr));
        const profile::RequestType type = wanted->request.type;
        if (type == profile::RequestType::pkcs7 || type == profile::RequestType::cmc)
            return fail(errors::argument,
                        "The request could not be made: who signs a PKCS7 or CMC message is found on the road")
                .with_remedy("Use certbroker_prepare, or REQUEST_TYPE PKCS10.");
        CERTBROKER_TRY(const x509::CsrSpec spec,
                       profile::make_csr_spec(wanted->request, nullptr, signer->key->public_key(), nullptr));
        CERTBROKER_TRY(x509::Csr csr, x509::create_csr(spec, *signer->key));
        *out = make_handle<certbroker_csr>(std::make_shared<CsrObject>(std::move(csr)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_csr_parse(certbroker_context *context, const uint8_t *bytes, size_t size,
                                                       certbroker_csr **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const ByteView view, bytes_in(bytes, size, "bytes"));
        CERTBROKER_TRY(x509::Csr csr, x509::Csr::parse(view));
        CERTBROKER_CHECK(csr.verify());
        *out = make_handle<certbroker_csr>(std::make_shared<CsrObject>(std::move(csr)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_csr_encode(const certbroker_csr *csr, int32_t encoding,
                                                        certbroker_buffer **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto object, resolve<CsrObject>(csr, "csr"));
        switch (encoding) {
        case CERTBROKER_ENCODING_DER:
            return give_buffer(object->value.sendable_der(), out);
        case CERTBROKER_ENCODING_PEM:
            return give_buffer(as_bytes(object->value.to_pem(false)), out);
        case CERTBROKER_ENCODING_CERTREQ:
            return give_buffer(as_bytes(object->value.to_pem(true)), out);
        default:
            return fail(errors::argument, "The request could not be encoded: it has the forms PEM, DER and CERTREQ");
        }
    });
}

certbroker_status CERTBROKER_CALL certbroker_csr_text(const certbroker_csr *csr, int32_t property, size_t index,
                                                      certbroker_text *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = nullptr;
    return quiet<certbroker_status>(CERTBROKER_E_MEMORY, [&] {
        const auto object = lookup<CsrObject>(csr);
        return object ? object->bag().get_text(property, index, out)
                      : static_cast<certbroker_status>(CERTBROKER_E_HANDLE);
    });
}

void CERTBROKER_CALL certbroker_csr_free(certbroker_csr *csr) {
    (void)handles::remove(Kind::csr, csr);
}

} // extern "C"
