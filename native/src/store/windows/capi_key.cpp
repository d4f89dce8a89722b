#include "store/windows/capi_key.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include <gsl/narrow>

#include "crypto/errors.hpp"
#include "store/errors.hpp"
#include "store/key_uri.hpp"
#include "store/windows/cng_key.hpp"
#include "store/windows/key_blobs.hpp"
#include "store/windows/os_failure.hpp"

namespace certbroker::store {
namespace {

/// Software providers of Windows that keep their keys in the same place as `rsa_aes_csp`.
constexpr std::array<std::wstring_view, 4> older_csps = {
    L"Microsoft Base Cryptographic Provider v1.0", L"Microsoft Enhanced Cryptographic Provider v1.0",
    L"Microsoft Strong Cryptographic Provider", L"Microsoft RSA SChannel Cryptographic Provider"};

ALG_ID capi_name(crypto::DigestAlgorithm digest) noexcept {
    switch (digest) {
    case crypto::DigestAlgorithm::md5:
        return CALG_MD5;
    case crypto::DigestAlgorithm::sha1:
        return CALG_SHA1;
    case crypto::DigestAlgorithm::sha256:
        return CALG_SHA_256;
    case crypto::DigestAlgorithm::sha384:
        return CALG_SHA_384;
    case crypto::DigestAlgorithm::sha512:
        return CALG_SHA_512;
    }
    return CALG_SHA_256;
}

/// One call for the length, one for the bytes.
template<class Buffer>
DWORD export_blob(HCRYPTKEY key, DWORD type, Buffer &out) {
    DWORD size = 0;
    if (CryptExportKey(key, 0, type, 0, nullptr, &size) == 0) return GetLastError();
    out.resize(size);
    if (CryptExportKey(key, 0, type, 0, out.data(), &size) == 0) return GetLastError();
    out.resize(size);
    return ERROR_SUCCESS;
}

/// One answer for every reason: which one it was would help to decrypt without the key (Bleichenbacher).
Error not_decrypted() {
    return fail(errors::cms, "A text could not be decrypted: it is damaged or meant for another key");
}

class CapiKey final : public crypto::PrivateKey {
public:
    CapiKey(KeyPlace place, Location location, CspHandle csp, CspKeyHandle key, crypto::PublicKey public_key,
            bool exportable)
        : place_(std::move(place)), location_(location), csp_(std::move(csp)), key_(std::move(key)),
          public_key_(std::move(public_key)), uri_(KeyUri{"windows", location, public_key_.sha256()}.to_string()),
          exportable_(exportable) {}

    const crypto::PublicKey &public_key() const noexcept override { return public_key_; }
    const std::string &uri() const noexcept override { return uri_; }
    bool exportable() const noexcept override { return exportable_; }
    evp_pkey_st *native() const noexcept override { return nullptr; }

    Result<Bytes> sign(const crypto::SignatureScheme &scheme, ByteView data) const override {
        if (scheme.pss) {
            CERTBROKER_TRY(const crypto::KeyHandle key, through_cng("A signature with PSS"));
            return key->sign(scheme, data);
        }
        const Bytes digest = crypto::digest(scheme.digest, data);
        const std::lock_guard lock(mutex_);
        CspHashHandle hash;
        DWORD size = 0;
        if (CryptCreateHash(csp_.get(), capi_name(scheme.digest), 0, 0, hash.out()) == 0 ||
            CryptSetHashParam(hash.get(), HP_HASHVAL, digest.data(), 0) == 0)
            return refused("A signature could not be made", GetLastError());
        if (CryptSignHashW(hash.get(), place_.spec, nullptr, 0, nullptr, &size) == 0)
            return refused("A signature could not be made", GetLastError());
        Bytes signature(size);
        if (CryptSignHashW(hash.get(), place_.spec, nullptr, 0, signature.data(), &size) == 0)
            return refused("A signature could not be made", GetLastError());
        signature.resize(size);
        std::reverse(signature.begin(), signature.end());
        return signature;
    }

    Result<SecretBytes> decrypt(ByteView ciphertext, std::optional<crypto::DigestAlgorithm> oaep) const override {
        if (oaep && *oaep != crypto::DigestAlgorithm::sha1) {
            CERTBROKER_TRY(const crypto::KeyHandle key, through_cng("OAEP with another hash than SHA-1"));
            return key->decrypt(ciphertext, oaep);
        }
        // Providers write as many octets as the key has into what they get, however many there are.
        if (ciphertext.size() != (spec()->bits + 7) / 8) return not_decrypted();
        SecretBytes text(ciphertext.rbegin(), ciphertext.rend());
        auto size = gsl::narrow<DWORD>(text.size());
        const std::lock_guard lock(mutex_);
        if (CryptDecrypt(key_.get(), 0, TRUE, oaep ? CRYPT_OAEP : 0, text.data(), &size) == 0) {
            const DWORD code = GetLastError();
            if (is_access(code)) return refused("A text could not be decrypted", code);
            return not_decrypted();
        }
        text.resize(size);
        return text;
    }

    Result<SecretBytes> export_pkcs8() const override {
        if (!exportable_)
            return fail(errors::key_not_exportable,
                        "The private key could not be exported: it was made as not exportable");
        const std::lock_guard lock(mutex_);
        SecretBytes blob;
        if (const DWORD code = export_blob(key_.get(), PRIVATEKEYBLOB, blob); code != ERROR_SUCCESS)
            return refused("The private key could not be exported", code);
        return pkcs8_from_capi_blob(blob);
    }

private:
    Error refused(const char *what, DWORD code) const {
        if (is_unsupported(code))
            return win32::system_error(errors::store_key_kind, std::string(what) + ": the key's provider refuses", code)
                .in("store.windows");
        return os_failure(std::string(what) + " with " + uri_, code);
    }

    /// What CryptoAPI cannot do at all, CNG does with the same key, if it was made by one of Windows' own providers.
    Result<crypto::KeyHandle> through_cng(const char *what) const {
        KeyPlace place = place_;
        place.provider = software_ksp;
        place.type = 0;
        auto opened = open_cng_key(place, location_, place_.spec);
        if (opened && (*opened)->public_key() == public_key_) return opened;
        auto error =
            fail(errors::store_key_kind, std::string(what) + " cannot be made: " + win32::narrow(place_.provider) +
                                             " does not know it, and CNG does not open its keys");
        return opened ? std::move(error) : std::move(error).because(std::move(opened).error());
    }

    KeyPlace place_;
    Location location_;
    CspHandle csp_;
    CspKeyHandle key_;
    crypto::PublicKey public_key_;
    std::string uri_;
    bool exportable_;
    mutable std::mutex mutex_;
};

DWORD scope(const KeyPlace &place) noexcept {
    return (place.machine ? CRYPT_MACHINE_KEYSET : 0) | CRYPT_SILENT;
}

Error not_made(const KeyPlace &place, DWORD code) {
    if (code == static_cast<DWORD>(NTE_EXISTS))
        return fail(errors::store_key_exists, "The key could not be made: " + place.to_string() + " exists already")
            .in("store.windows");
    if (code == static_cast<DWORD>(NTE_KEYSET_NOT_DEF) || code == static_cast<DWORD>(NTE_PROV_TYPE_NOT_DEF) ||
        code == static_cast<DWORD>(NTE_PROV_TYPE_NO_MATCH) || code == static_cast<DWORD>(NTE_BAD_PROV_TYPE) ||
        code == static_cast<DWORD>(NTE_PROV_DLL_NOT_FOUND))
        return win32::system_error(errors::store_key_provider,
                                   "The key provider '" + win32::narrow(place.provider) + "' could not be opened", code)
            .in("store.windows");
    std::string what = "The key could not be stored in " + place.to_string();
    if (is_unsupported(code))
        return win32::system_error(errors::store_key_kind, std::move(what), code).in("store.windows");
    return os_failure(std::move(what), code);
}

/// A new container with a key in it; nothing stays of one that did not get its key.
template<class Fill>
Result<void> make_container(const KeyPlace &place, Fill fill) {
    DWORD code = ERROR_SUCCESS;
    CspHandle csp = open_csp(place, CRYPT_NEWKEYSET | scope(place), code);
    if (!csp) return not_made(place, code);
    CspKeyHandle key;
    if (fill(csp.get(), key.out())) return {};
    code = GetLastError();
    csp.reset();
    (void)remove_capi_key(place);
    return not_made(place, code);
}

} // namespace

CspHandle open_csp(const KeyPlace &place, DWORD flags, DWORD &code) {
    CspHandle csp;
    code = ERROR_SUCCESS;
    if (CryptAcquireContextW(csp.out(), place.container.c_str(), place.provider.c_str(), place.type, flags) == 0)
        code = GetLastError();
    return csp;
}

CspHandle open_csp_to_use(const KeyPlace &place, DWORD &code) {
    if (std::find(older_csps.begin(), older_csps.end(), place.provider) != older_csps.end()) {
        KeyPlace better = place;
        better.provider = rsa_aes_csp;
        better.type = PROV_RSA_AES;
        if (CspHandle csp = open_csp(better, scope(place), code)) return csp;
    }
    return open_csp(place, scope(place), code);
}

Result<void> make_capi_key(const KeyPlace &place, const crypto::KeySpec &spec, bool exportable) {
    if (spec.algorithm != crypto::KeyAlgorithm::rsa)
        return fail(errors::store_key_kind, "The key could not be made: " + win32::narrow(place.provider) +
                                                " makes RSA keys only, not " +
                                                std::string(crypto::key_algorithm_name(spec.algorithm)))
            .in("store.windows");
    const DWORD flags = spec.bits << 16U | (exportable ? CRYPT_EXPORTABLE : 0);
    return make_container(
        place, [&](HCRYPTPROV csp, HCRYPTKEY *key) { return CryptGenKey(csp, place.spec, flags, key) != 0; });
}

Result<void> import_capi_key(const KeyPlace &place, ByteView pkcs8, bool exportable) {
    CERTBROKER_TRY(const SecretBytes blob,
                   capi_blob_from_pkcs8(pkcs8, place.spec == AT_SIGNATURE ? CALG_RSA_SIGN : CALG_RSA_KEYX));
    return make_container(place, [&](HCRYPTPROV csp, HCRYPTKEY *key) {
        return CryptImportKey(csp, blob.data(), gsl::narrow<DWORD>(blob.size()), 0, exportable ? CRYPT_EXPORTABLE : 0,
                              key) != 0;
    });
}

Result<crypto::KeyHandle> open_capi_key(const KeyPlace &place, Location location) {
    DWORD code = ERROR_SUCCESS;
    CspHandle csp = open_csp_to_use(place, code);
    if (!csp) return key_failure(place, code);
    CspKeyHandle key;
    if (CryptGetUserKey(csp.get(), place.spec, key.out()) == 0) return key_failure(place, GetLastError());
    Bytes blob;
    if (code = export_blob(key.get(), PUBLICKEYBLOB, blob); code != ERROR_SUCCESS) return key_failure(place, code);
    CERTBROKER_TRY(const Bytes spki, spki_from_capi(blob));
    CERTBROKER_TRY(crypto::PublicKey public_key, crypto::PublicKey::parse(spki));
    DWORD permissions = 0;
    DWORD size = sizeof permissions;
    const bool exportable =
        CryptGetKeyParam(key.get(), KP_PERMISSIONS, reinterpret_cast<BYTE *>(&permissions), &size, 0) != 0 &&
        (permissions & CRYPT_EXPORT) != 0;
    return crypto::KeyHandle(
        std::make_shared<CapiKey>(place, location, std::move(csp), std::move(key), std::move(public_key), exportable));
}

Result<bool> remove_capi_key(const KeyPlace &place) {
    HCRYPTPROV none = 0; // nothing is opened by this
    if (CryptAcquireContextW(&none, place.container.c_str(), place.provider.c_str(), place.type,
                             CRYPT_DELETEKEYSET | scope(place)) != 0)
        return true;
    const DWORD code = GetLastError();
    if (is_absent(code)) return false;
    return os_failure("The private key in " + place.to_string() + " could not be removed", code);
}

} // namespace certbroker::store
