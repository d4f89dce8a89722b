#include "abi/guard.hpp"
#include "certbroker/certbroker.h"
#include "x509/chain.hpp"

using namespace certbroker;
using namespace certbroker::abi;

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_certificate_parse(certbroker_context *context, const uint8_t *bytes,
                                                               size_t size, certbroker_certificate **out,
                                                               certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const ByteView view, bytes_in(bytes, size, "bytes"));
        CERTBROKER_TRY(x509::Certificate certificate, x509::Certificate::parse(view));
        *out = make_handle<certbroker_certificate>(std::make_shared<CertificateObject>(std::move(certificate)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_certificate_text(const certbroker_certificate *certificate,
                                                              int32_t property, size_t index, certbroker_text *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = nullptr;
    return quiet<certbroker_status>(CERTBROKER_E_MEMORY, [&] {
        const auto object = lookup<CertificateObject>(certificate);
        return object ? object->bag().get_text(property, index, out)
                      : static_cast<certbroker_status>(CERTBROKER_E_HANDLE);
    });
}

certbroker_status CERTBROKER_CALL certbroker_certificate_number(const certbroker_certificate *certificate,
                                                                int32_t property, int64_t *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = 0;
    return quiet<certbroker_status>(CERTBROKER_E_MEMORY, [&] {
        const auto object = lookup<CertificateObject>(certificate);
        return object ? object->bag().get_number(property, out) : static_cast<certbroker_status>(CERTBROKER_E_HANDLE);
    });
}

certbroker_status CERTBROKER_CALL certbroker_certificate_encode(const certbroker_certificate *certificate,
                                                                int32_t encoding, certbroker_buffer **out,
                                                                certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto object, resolve<CertificateObject>(certificate, "certificate"));
        switch (encoding) {
        case CERTBROKER_ENCODING_DER:
            return give_buffer(object->value.der(), out);
        case CERTBROKER_ENCODING_PEM:
            return give_buffer(as_bytes(object->value.to_pem()), out);
        default:
            return fail(errors::argument, "The certificate could not be encoded: it has the forms PEM and DER");
        }
    });
}

void CERTBROKER_CALL certbroker_certificate_free(certbroker_certificate *certificate) {
    (void)handles::remove(Kind::certificate, certificate);
}

certbroker_status CERTBROKER_CALL certbroker_chain_parse(certbroker_context *context, const uint8_t *bytes, size_t size,
                                                         certbroker_chain **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const ByteView view, bytes_in(bytes, size, "bytes"));
        CERTBROKER_TRY(std::vector<x509::Certificate> certificates, x509::parse_certificates(view));
        // The leaf is whoever issued none of the others; files list it anywhere.
        for (const x509::Certificate &candidate : certificates) {
            x509::Chain chain = x509::build_chain(candidate, certificates);
            if (chain.size() == certificates.size()) {
                certificates = std::move(chain);
                break;
            }
        }
        *out = make_handle<certbroker_chain>(std::make_shared<ChainObject>(std::move(certificates)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_chain_encode(const certbroker_chain *chain, int32_t encoding,
                                                          certbroker_buffer **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto object, resolve<ChainObject>(chain, "chain"));
        switch (encoding) {
        case CERTBROKER_ENCODING_PEM:
            return give_buffer(x509::encode_chain(object->value, x509::ChainEncoding::pem), out);
        case CERTBROKER_ENCODING_P7B:
            return give_buffer(x509::encode_chain(object->value, x509::ChainEncoding::p7b_der), out);
        case CERTBROKER_ENCODING_P7B_PEM:
            return give_buffer(x509::encode_chain(object->value, x509::ChainEncoding::p7b_pem), out);
        default:
            return fail(errors::argument, "The chain could not be encoded: it has the forms PEM, P7B and P7B_PEM");
        }
    });
}

size_t CERTBROKER_CALL certbroker_chain_size(const certbroker_chain *chain) {
    const auto object = lookup<ChainObject>(chain);
    return object ? object->value.size() : 0;
}

const certbroker_certificate *CERTBROKER_CALL certbroker_chain_at(const certbroker_chain *chain, size_t index) {
    const auto object = lookup<ChainObject>(chain);
    return object && index < object->certificates.size() ? object->certificates[index].get() : nullptr;
}

void CERTBROKER_CALL certbroker_chain_free(certbroker_chain *chain) {
    (void)handles::remove(Kind::chain, chain);
}

} // extern "C"
