// Buffers, secrets, cancellation and settings: what calls are made of.
#include "abi/guard.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

namespace {

constexpr std::size_t max_secret = 64UL * 1024;
constexpr std::size_t max_setting = 1024UL * 1024;

} // namespace

extern "C" {

const uint8_t *CERTBROKER_CALL certbroker_buffer_data(const certbroker_buffer *buffer) {
    const auto object = lookup<Buffer>(buffer);
    return object ? object->bytes.data() : nullptr;
}

size_t CERTBROKER_CALL certbroker_buffer_size(const certbroker_buffer *buffer) {
    const auto object = lookup<Buffer>(buffer);
    return object ? object->bytes.size() : 0;
}

void CERTBROKER_CALL certbroker_buffer_free(certbroker_buffer *buffer) {
    (void)handles::remove(Kind::buffer, buffer);
}

certbroker_status CERTBROKER_CALL certbroker_secret_create(const uint8_t *bytes, size_t size, certbroker_secret **out,
                                                           certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const ByteView view, bytes_in(bytes, size, "bytes"));
        if (size > max_secret)
            return fail(errors::too_large, "The secret could not be taken: it is larger than 64 KiB");
        *out = make_handle<certbroker_secret>(std::make_shared<Secret>(view));
        return {};
    });
}

void CERTBROKER_CALL certbroker_secret_free(certbroker_secret *secret) {
    (void)handles::remove(Kind::secret, secret);
}

certbroker_status CERTBROKER_CALL certbroker_cancel_create(certbroker_cancel **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        *out = make_handle<certbroker_cancel>(std::make_shared<CancelObject>());
        return {};
    });
}

void CERTBROKER_CALL certbroker_cancel_request(certbroker_cancel *cancel) {
    if (const auto object = lookup<CancelObject>(cancel)) object->cancellation->request();
}

void CERTBROKER_CALL certbroker_cancel_free(certbroker_cancel *cancel) {
    (void)handles::remove(Kind::cancel, cancel);
}

certbroker_status CERTBROKER_CALL certbroker_settings_create(certbroker_settings **out, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        *out = make_handle<certbroker_settings>(std::make_shared<Settings>());
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_settings_set_text(certbroker_settings *settings, const char *name,
                                                               const char *value, certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto object, resolve<Settings>(settings, "settings"));
        CERTBROKER_TRY(const std::string key, text_in(name, "name"));
        CERTBROKER_TRY(std::string text, text_in(value, "value"));
        if (key.empty() || key.size() > 256)
            return fail(errors::argument, "The setting could not be set: its name is empty or over 256 bytes");
        if (text.size() > max_setting)
            return fail(errors::too_large,
                        "The setting '" + key + "' could not be set: its value is larger than 1 MiB");
        object->set(key, std::move(text));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_settings_set_secret(certbroker_settings *settings, const char *name,
                                                                 const certbroker_secret *value,
                                                                 certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto object, resolve<Settings>(settings, "settings"));
        CERTBROKER_TRY(const std::string key, text_in(name, "name"));
        CERTBROKER_TRY(const auto secret, resolve<Secret>(value, "value"));
        if (key.empty() || key.size() > 256)
            return fail(errors::argument, "The setting could not be set: its name is empty or over 256 bytes");
        object->set(key, *secret);
        return {};
    });
}

void CERTBROKER_CALL certbroker_settings_free(certbroker_settings *settings) {
    (void)handles::remove(Kind::settings, settings);
}

} // extern "C"
