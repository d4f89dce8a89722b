#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/types.h>
#include <openssl/x509.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "crypto/digest.hpp"

/// What crypto/ and http/ share of OpenSSL; nobody else includes this.
namespace certbroker::crypto::openssl {

template<auto Free>
struct Deleter {
    template<class T>
    void operator()(T *object) const noexcept {
        Free(object);
    }
};
struct FreeX509Stack {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_pop_free(stack, X509_free); }
};
struct FreeMemory {
    void operator()(void *memory) const noexcept { OPENSSL_free(memory); }
};

using Pkey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER, Deleter<EVP_CIPHER_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;
using BigNumberContext = std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using CertificateStack = std::unique_ptr<STACK_OF(X509), FreeX509Stack>;
using Cms = std::unique_ptr<CMS_ContentInfo, Deleter<CMS_ContentInfo_free>>;

/// Empties this thread's error queue when it goes, so that a failure that was dealt with here is not found later by
/// the host process's own use of OpenSSL.
class ErrorScope {
public:
    ErrorScope() noexcept;
    ~ErrorScope();
    ErrorScope(const ErrorScope &) = delete;
    ErrorScope &operator=(const ErrorScope &) = delete;
};

/// An Error with OpenSSL's own reason and code, emptying the queue. `what` is "what could not be done".
Error failure(const ErrorKind &kind, std::string what);
/// The same as Crypto.OpenSsl: something failed that cannot be the caller's fault.
Error failure(std::string what);
/// Whether OpenSSL's last failure was that it does not know an algorithm (as against wrong data or password).
bool unknown_algorithm() noexcept;

/// The digest, fetched once for the life of the process; nullptr when this OpenSSL (a FIPS one) does not have it.
const EVP_MD *fetched(DigestAlgorithm algorithm) noexcept;

/// A library context of our own with the default and, where installed, the legacy provider (DES, RC2): the host
/// process's OpenSSL does not learn weak ciphers because of us.
OSSL_LIB_CTX *legacy_context() noexcept;

/// Reads from memory that outlives the BIO.
Bio memory_reader(ByteView bytes);
/// What was written to a memory BIO so far.
ByteView written(BIO *memory) noexcept;
/// Reads one certificate; nullptr when it is none or something stands behind it.
Certificate read_certificate(ByteView der);
/// i2d of anything; empty on failure. For structures without secrets.
template<class T, class Encode>
Bytes encode(Encode function, const T *object) {
    unsigned char *der = nullptr;
    const int size = function(object, &der);
    const std::unique_ptr<unsigned char, FreeMemory> owned(der);
    return size > 0 ? Bytes(der, der + size) : Bytes();
}

} // namespace certbroker::crypto::openssl
