#include "abi/objects.hpp"

#include "base/text.hpp"

namespace certbroker::abi {

ErrorObject::ErrorObject(const Error &error) : value(error) {
    // Stores and providers name themselves; whatever else fails is the core's, in the area its id begins with.
    if (error.source().empty())
        value = Error(error).in("core." + ascii_lower(error.id().substr(0, error.id().find('.'))));
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
