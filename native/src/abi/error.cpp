#include "abi/guard.hpp"
#include "certbroker/certbroker.h"

using namespace certbroker;
using namespace certbroker::abi;

namespace {

/// Texts of an error live in it, so that what is lent out lives as long as its handle.
template<class Getter>
certbroker_text text_of(const certbroker_error *error, Getter getter) noexcept {
    const auto object = lookup<ErrorObject>(error);
    return object ? getter(object->value).c_str() : "";
}

} // namespace

extern "C" {

void CERTBROKER_CALL certbroker_error_free(certbroker_error *error) {
    (void)handles::remove(Kind::error, error);
}

certbroker_status CERTBROKER_CALL certbroker_error_status(const certbroker_error *error) {
    const auto object = lookup<ErrorObject>(error);
    return object ? static_cast<certbroker_status>(object->value.status()) : CERTBROKER_E_HANDLE;
}

certbroker_text CERTBROKER_CALL certbroker_error_id(const certbroker_error *error) {
    return text_of(error, [](const Error &e) -> const std::string & { return e.id(); });
}

certbroker_text CERTBROKER_CALL certbroker_error_source(const certbroker_error *error) {
    return text_of(error, [](const Error &e) -> const std::string & { return e.source(); });
}

certbroker_text CERTBROKER_CALL certbroker_error_message(const certbroker_error *error) {
    return text_of(error, [](const Error &e) -> const std::string & { return e.message(); });
}

certbroker_text CERTBROKER_CALL certbroker_error_remedy(const certbroker_error *error) {
    return text_of(error, [](const Error &e) -> const std::string & { return e.remedy(); });
}

certbroker_text CERTBROKER_CALL certbroker_error_file(const certbroker_error *error) {
    return text_of(error, [](const Error &e) -> const std::string & { return e.file(); });
}

const certbroker_error *CERTBROKER_CALL certbroker_error_cause(const certbroker_error *error) {
    const auto object = lookup<ErrorObject>(error);
    return object ? object->cause.get() : nullptr;
}

certbroker_status CERTBROKER_CALL certbroker_error_number(const certbroker_error *error, int32_t field, int64_t *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = 0;
    const auto object = lookup<ErrorObject>(error);
    if (!object) return CERTBROKER_E_HANDLE;
    const auto &numbers = object->value.numbers();
    const auto found = numbers.find(static_cast<ErrorNumber>(field));
    if (found == numbers.end()) return CERTBROKER_E_NOT_FOUND;
    *out = found->second;
    return CERTBROKER_OK;
}

} // extern "C"
