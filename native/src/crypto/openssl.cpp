#include "crypto/openssl.hpp"

#include <array>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include <gsl/narrow>

#include "crypto/errors.hpp"

namespace certbroker::crypto::openssl {

ErrorScope::ErrorScope() noexcept {
    ERR_clear_error();
}

ErrorScope::~ErrorScope() {
    ERR_clear_error();
}

Error failure(const ErrorKind &kind, std::string what) {
    // The first entry is the deepest one; what follows only repeats it on the way up.
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    Error error = fail(
        kind, std::move(what) + ": " +
                  (reason != nullptr ? std::string("OpenSSL says ") + reason : std::string("OpenSSL gives no reason")));
    return std::move(error).with(ErrorNumber::openssl_code, static_cast<std::int64_t>(code));
}

Error failure(std::string what) {
    return failure(errors::openssl, std::move(what));
}

bool unknown_algorithm() noexcept {
    const unsigned long code = ERR_peek_error();
    const int reason = ERR_GET_REASON(code);
    if (reason == ERR_R_UNSUPPORTED) return true;
    if (ERR_GET_LIB(code) != ERR_LIB_EVP) return false;
    switch (reason) {
    case EVP_R_UNKNOWN_PBE_ALGORITHM:
    case EVP_R_UNKNOWN_CIPHER:
    case EVP_R_UNKNOWN_DIGEST:
    case EVP_R_UNSUPPORTED_ALGORITHM:
    case EVP_R_UNSUPPORTED_CIPHER:
    case EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION:
    case EVP_R_UNSUPPORTED_PRF:
        return true;
    default:
        return false;
    }
}

const EVP_MD *fetched(DigestAlgorithm algorithm) noexcept {
    // Never freed: OpenSSL may have shut down before our own static objects go.
    static const std::array<const EVP_MD *, 5> table = [] {
        const ErrorScope scope;
        std::array<const EVP_MD *, 5> made{};
        constexpr std::array<const char *, 5> names{"MD5", "SHA1", "SHA2-256", "SHA2-384", "SHA2-512"};
        for (std::size_t i = 0; i < names.size(); ++i)
            made[i] = EVP_MD_fetch(nullptr, names[i], nullptr);
        return made;
    }();
    return table[static_cast<std::size_t>(algorithm)];
}

OSSL_LIB_CTX *legacy_context() noexcept {
    static OSSL_LIB_CTX *const context = [] {
        const ErrorScope scope;
        OSSL_LIB_CTX *made = OSSL_LIB_CTX_new();
        if (made == nullptr) return made;
        (void)OSSL_PROVIDER_load(made, "default");
        (void)OSSL_PROVIDER_load(made, "legacy");
        return made;
    }();
    return context;
}

Bio memory_reader(ByteView bytes) {
    // OpenSSL takes no null pointer, not even with a size of 0.
    return Bio(
        BIO_new_mem_buf(bytes.empty() ? "" : static_cast<const void *>(bytes.data()), gsl::narrow<int>(bytes.size())));
}

ByteView written(BIO *memory) noexcept {
    char *data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    return {reinterpret_cast<const std::uint8_t *>(data), size > 0 ? static_cast<std::size_t>(size) : 0};
}

Certificate read_certificate(ByteView der) {
    const unsigned char *at = der.data();
    Certificate certificate(d2i_X509(nullptr, &at, gsl::narrow<long>(der.size())));
    if (certificate != nullptr && at != der.data() + der.size()) certificate.reset();
    return certificate;
}

} // namespace certbroker::crypto::openssl
