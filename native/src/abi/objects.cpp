#include "abi/objects.hpp"

namespace certbroker::abi {

ErrorObject::ErrorObject(const Error &error) : value(error) {
    if (error.cause() != nullptr)
        cause = LentHandle<certbroker_error, ErrorObject>(std::make_shared<ErrorObject>(*error.cause()));
}

const char *RequestObject::lend(std::string text) const {
    const std::lock_guard lock(mutex_);
    return lent_.insert(std::move(text)).first->c_str();
}

ChainObject::ChainObject(x509::Chain chain) : value(std::move(chain)) {
    certificates.reserve(value.size());
    for (const x509::Certificate &certificate : value)
        certificates.emplace_back(std::make_shared<CertificateObject>(certificate));
}

EntryObject::EntryObject(std::shared_ptr<Context> c, store::Entry entry)
    : Described(std::move(entry)), context(std::move(c)),
      certificate(std::make_shared<CertificateObject>(value.certificate)) {}

} // namespace certbroker::abi
