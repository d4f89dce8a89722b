#pragma once

#include "base/win32.hpp"

#include <ncrypt.h>
#include <wincrypt.h>

#include <utility>

/// What owns the handles of crypt32, ncrypt and advapi32's CryptoAPI.
namespace certbroker::store {

/// `Close` takes the handle; 0 is none.
template<class Raw, auto Close>
class Owned {
public:
    Owned() = default;
    explicit Owned(Raw raw) noexcept : raw_(raw) {}
    Owned(Owned &&other) noexcept : raw_(std::exchange(other.raw_, Raw{})) {}
    Owned &operator=(Owned &&other) noexcept {
        std::swap(raw_, other.raw_);
        return *this;
    }
    Owned(const Owned &) = delete;
    Owned &operator=(const Owned &) = delete;
    ~Owned() { reset(); }

    explicit operator bool() const noexcept { return raw_ != Raw{}; }
    Raw get() const noexcept { return raw_; }
    Raw release() noexcept { return std::exchange(raw_, Raw{}); }
    /// Where a function writes the handle it makes.
    Raw *out() noexcept {
        reset();
        return &raw_;
    }
    void reset() noexcept {
        if (raw_ != Raw{}) Close(std::exchange(raw_, Raw{}));
    }

private:
    Raw raw_{};
};

inline void close_store(HCERTSTORE store) noexcept {
    (void)CertCloseStore(store, 0);
}
inline void free_context(PCCERT_CONTEXT context) noexcept {
    (void)CertFreeCertificateContext(context);
}
inline void free_ncrypt(NCRYPT_HANDLE handle) noexcept {
    (void)NCryptFreeObject(handle);
}
inline void release_csp(HCRYPTPROV csp) noexcept {
    (void)CryptReleaseContext(csp, 0);
}
inline void destroy_key(HCRYPTKEY key) noexcept {
    (void)CryptDestroyKey(key);
}
inline void destroy_hash(HCRYPTHASH hash) noexcept {
    (void)CryptDestroyHash(hash);
}

using StoreHandle = Owned<HCERTSTORE, close_store>;
using ContextHandle = Owned<PCCERT_CONTEXT, free_context>;
using NcryptHandle = Owned<NCRYPT_HANDLE, free_ncrypt>; ///< a provider's or a key's
using CspHandle = Owned<HCRYPTPROV, release_csp>;
using CspKeyHandle = Owned<HCRYPTKEY, destroy_key>;
using CspHashHandle = Owned<HCRYPTHASH, destroy_hash>;

} // namespace certbroker::store
