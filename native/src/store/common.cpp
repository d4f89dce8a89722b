#include "store/common.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"
#include "store/errors.hpp"

namespace certbroker::store {

Result<void> check_friendly_name(std::string_view name) {
    if (!is_valid_utf8(name)) return fail(errors::text, "The friendly name could not be stored: it is not UTF-8");
    if (name.size() > max_friendly_name)
        return fail(errors::argument, "The friendly name could not be stored: it is longer than " +
                                          std::to_string(max_friendly_name) + " bytes");
    return {};
}

Result<crypto::KeyHandle> generate(const KeyOptions &options, const Operation &operation) {
    constexpr std::string_view what = "The key could not be made";
    CERTBROKER_CHECK(operation.check(what));
    const auto cancelled = [&operation, what] { return !operation.check(what); };
    auto key = options.pool != nullptr ? options.pool->take(options.spec, cancelled)
                                       : crypto::generate_key(options.spec, cancelled);
    // A stop is a stop to the generator; whether it was the caller or the clock is known here.
    if (!key) CERTBROKER_CHECK(operation.check(what));
    return key;
}

Result<void> prove_usable(const crypto::PrivateKey &key) {
    constexpr std::string_view text = "CertBroker looks whether this key works";
    const auto proved = [&]() -> Result<void> {
        CERTBROKER_TRY(const Bytes signature, key.sign({}, as_bytes(text)));
        CERTBROKER_TRY(const Bytes algorithm, crypto::signature_algorithm(key.public_key(), {}));
        return key.public_key().verify(algorithm, as_bytes(text), signature);
    }();
    if (proved) return {};
    return fail(errors::store_key_unusable, "The private key " + key.uri() + " cannot be used by this account")
        .because(proved.error());
}

Error not_found(const StoreUri &uri, std::string_view thumbprint) {
    return fail(errors::store_not_found, "The certificate '" + std::string(thumbprint) +
                                             "' could not be found: " + uri.to_string() + " does not hold it");
}

Error key_missing(std::string_view key_uri) {
    return fail(errors::store_key_missing, "The private key could not be opened: there is no " + std::string(key_uri));
}

Error key_in_use(std::string_view key_uri, const x509::Certificate &user, const StoreUri &store) {
    return fail(errors::store_key_in_use, "The private key " + std::string(key_uri) +
                                              " could not be removed: the certificate " + user.thumbprint() + " in " +
                                              store.to_string() + " uses it");
}

} // namespace certbroker::store
