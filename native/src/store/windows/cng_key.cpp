#include "store/windows/cng_key.hpp"

#include <array>
#include <mutex>

#include <gsl/narrow>

#include "base/encoding.hpp"
#include "crypto/errors.hpp"
#include "crypto/random.hpp"
#include "store/common.hpp"
#include "store/errors.hpp"
#include "store/key_uri.hpp"
#include "store/windows/key_blobs.hpp"
#include "store/windows/os_failure.hpp"

namespace certbroker::store {
namespace {

constexpr DWORD exportable_policy = NCRYPT_ALLOW_EXPORT_FLAG | NCRYPT_ALLOW_PLAINTEXT_EXPORT_FLAG;

const wchar_t *cng_name(crypto::DigestAlgorithm digest) noexcept {
    switch (digest) {
    case crypto::DigestAlgorithm::md5:
        return BCRYPT_MD5_ALGORITHM;
    case crypto::DigestAlgorithm::sha1:
        return BCRYPT_SHA1_ALGORITHM;
    case crypto::DigestAlgorithm::sha256:
        return BCRYPT_SHA256_ALGORITHM;
    case crypto::DigestAlgorithm::sha384:
        return BCRYPT_SHA384_ALGORITHM;
    case crypto::DigestAlgorithm::sha512:
        return BCRYPT_SHA512_ALGORITHM;
    }
    return BCRYPT_SHA256_ALGORITHM;
}

/// One call for the length, one for the bytes.
template<class Buffer>
SECURITY_STATUS export_blob(NCRYPT_KEY_HANDLE key, const wchar_t *type, NCryptBufferDesc *parameters, Buffer &out) {
    DWORD size = 0;
    SECURITY_STATUS status = NCryptExportKey(key, 0, type, parameters, nullptr, 0, &size, NCRYPT_SILENT_FLAG);
    if (status != ERROR_SUCCESS) return status;
    out.resize(size);
    status = NCryptExportKey(key, 0, type, parameters, out.data(), size, &size, NCRYPT_SILENT_FLAG);
    if (status == ERROR_SUCCESS) out.resize(size);
    return status;
}

Result<crypto::PublicKey> public_key_of(NCRYPT_KEY_HANDLE key) {
    Bytes blob;
    // RSA and curves have a form each; "PUBLICBLOB" is whichever fits, which some providers do not know.
    SECURITY_STATUS status = export_blob(key, BCRYPT_RSAPUBLIC_BLOB, nullptr, blob);
    if (status != ERROR_SUCCESS) status = export_blob(key, BCRYPT_ECCPUBLIC_BLOB, nullptr, blob);
    if (status != ERROR_SUCCESS) return os_failure("The public key could not be read", code_of(status));
    CERTBROKER_TRY(const Bytes spki, spki_from_cng(blob));
    return crypto::PublicKey::parse(spki);
}

class CngKey final : public crypto::PrivateKey {
public:
    CngKey(NcryptHandle key, crypto::PublicKey public_key, std::string uri, DWORD policy)
        : key_(std::move(key)), public_key_(std::move(public_key)), uri_(std::move(uri)), policy_(policy) {}

    const crypto::PublicKey &public_key() const noexcept override { return public_key_; }
    const std::string &uri() const noexcept override { return uri_; }
    bool exportable() const noexcept override { return (policy_ & exportable_policy) != 0; }
    evp_pkey_st *native() const noexcept override { return nullptr; }

    Result<Bytes> sign(const crypto::SignatureScheme &scheme, ByteView data) const override {
        if (scheme.pss && !is_rsa())
            return fail(errors::key_algorithm, "A signature cannot be made: PSS goes with RSA keys only");
        Bytes hash = crypto::digest(scheme.digest, data);
        BCRYPT_PKCS1_PADDING_INFO pkcs1{cng_name(scheme.digest)};
        BCRYPT_PSS_PADDING_INFO pss{cng_name(scheme.digest), gsl::narrow<ULONG>(hash.size())};
        void *padding = nullptr;
        DWORD flags = NCRYPT_SILENT_FLAG;
        if (is_rsa()) {
            padding = scheme.pss ? static_cast<void *>(&pss) : static_cast<void *>(&pkcs1);
            flags |= scheme.pss ? BCRYPT_PAD_PSS : BCRYPT_PAD_PKCS1;
        }
        constexpr std::size_t longest = 16384 / 8;
        Bytes signature(longest);
        DWORD size = 0;
        SECURITY_STATUS status = ERROR_SUCCESS;
        {
            const std::lock_guard lock(mutex_);
            status = NCryptSignHash(key_.get(), padding, hash.data(), gsl::narrow<DWORD>(hash.size()), signature.data(),
                                    gsl::narrow<DWORD>(signature.size()), &size, flags);
        }
        if (status != ERROR_SUCCESS) return failure("A signature could not be made", code_of(status));
        signature.resize(size);
        return is_rsa() ? signature : ecdsa_signature_der(signature);
    }

    Result<SecretBytes> decrypt(ByteView ciphertext, std::optional<crypto::DigestAlgorithm> oaep) const override {
        if (!is_rsa()) return fail(errors::key_algorithm, "A text could not be decrypted: only RSA keys decrypt");
        BCRYPT_OAEP_PADDING_INFO info{oaep ? cng_name(*oaep) : nullptr, nullptr, 0};
        SecretBytes plain(ciphertext.size() + 1);
        DWORD size = 0;
        SECURITY_STATUS status = ERROR_SUCCESS;
        {
            const std::lock_guard lock(mutex_);
            status =
                NCryptDecrypt(key_.get(), const_cast<BYTE *>(ciphertext.data()), gsl::narrow<DWORD>(ciphertext.size()),
                              oaep ? &info : nullptr, plain.data(), gsl::narrow<DWORD>(plain.size()), &size,
                              NCRYPT_SILENT_FLAG | (oaep ? BCRYPT_PAD_OAEP : BCRYPT_PAD_PKCS1));
        }
        if (is_access(code_of(status))) return failure("A text could not be decrypted", code_of(status));
        // One answer for every other reason: which one it was would help to decrypt without the key (Bleichenbacher).
        if (status != ERROR_SUCCESS || size > plain.size())
            return fail(errors::cms, "A text could not be decrypted: it is damaged or meant for another key");
        plain.resize(size);
        return plain;
    }

    Result<SecretBytes> export_pkcs8() const override {
        if (!exportable())
            return fail(errors::key_not_exportable,
                        "The private key could not be exported: it was made as not exportable");
        const std::lock_guard lock(mutex_);
        if ((policy_ & NCRYPT_ALLOW_PLAINTEXT_EXPORT_FLAG) == 0) return export_encrypted();
        SecretBytes pkcs8;
        const SECURITY_STATUS status = export_blob(key_.get(), NCRYPT_PKCS8_PRIVATE_KEY_BLOB, nullptr, pkcs8);
        if (status != ERROR_SUCCESS) return failure("The private key could not be exported", code_of(status));
        return pkcs8;
    }

private:
    bool is_rsa() const noexcept { return spec() && spec()->algorithm == crypto::KeyAlgorithm::rsa; }

    Error failure(const char *what, DWORD code) const {
        if (is_unsupported(code))
            return win32::system_error(errors::store_key_kind, std::string(what) + ": the key's provider refuses", code)
                .in("store.windows");
        return os_failure(std::string(what) + " with " + uri_, code);
    }

    /// Keys that came in a PFX marked as exportable may leave, but not in plain text: they leave under a password that
    /// lives for as long as this takes.
    Result<SecretBytes> export_encrypted() const {
        struct Parameters {
            CRYPT_PKCS12_PBE_PARAMS head;
            std::array<std::uint8_t, 8> salt;
        } parameters{{2000, 8}, {}};
        CERTBROKER_CHECK(crypto::system_random().fill(parameters.salt));
        std::array<std::uint8_t, 24> random{};
        CERTBROKER_CHECK(crypto::system_random().fill(random));
        std::string text = to_hex(random);
        std::wstring wide(text.begin(), text.end());
        const Secret password(as_bytes(text));
        std::array<NCryptBuffer, 3> buffers{NCryptBuffer{gsl::narrow<ULONG>((wide.size() + 1) * sizeof(wchar_t)),
                                                         NCRYPTBUFFER_PKCS_SECRET, wide.data()},
                                            NCryptBuffer{sizeof szOID_PKCS_12_pbeWithSHA1And3KeyTripleDES,
                                                         NCRYPTBUFFER_PKCS_ALG_OID,
                                                         const_cast<char *>(szOID_PKCS_12_pbeWithSHA1And3KeyTripleDES)},
                                            NCryptBuffer{sizeof parameters, NCRYPTBUFFER_PKCS_ALG_PARAM, &parameters}};
        NCryptBufferDesc list{NCRYPTBUFFER_VERSION, gsl::narrow<ULONG>(buffers.size()), buffers.data()};
        SecretBytes sealed;
        const SECURITY_STATUS status = export_blob(key_.get(), NCRYPT_PKCS8_PRIVATE_KEY_BLOB, &list, sealed);
        wipe(text.data(), text.size());
        wipe(wide.data(), wide.size() * sizeof(wchar_t));
        if (status != ERROR_SUCCESS) return failure("The private key could not be exported", code_of(status));
        CERTBROKER_TRY(const crypto::KeyHandle opened, crypto::import_key(sealed, password, {}, true));
        return opened->export_pkcs8();
    }

    NcryptHandle key_;
    crypto::PublicKey public_key_;
    std::string uri_;
    DWORD policy_;
    mutable std::mutex mutex_;
};

const wchar_t *algorithm_name(crypto::KeyAlgorithm algorithm) noexcept {
    switch (algorithm) {
    case crypto::KeyAlgorithm::rsa:
        return BCRYPT_RSA_ALGORITHM;
    case crypto::KeyAlgorithm::ecdsa_p256:
        return BCRYPT_ECDSA_P256_ALGORITHM;
    case crypto::KeyAlgorithm::ecdsa_p384:
        return BCRYPT_ECDSA_P384_ALGORITHM;
    case crypto::KeyAlgorithm::ecdsa_p521:
        return BCRYPT_ECDSA_P521_ALGORITHM;
    }
    return BCRYPT_RSA_ALGORITHM;
}

DWORD scope(const KeyPlace &place) noexcept {
    return place.machine ? NCRYPT_MACHINE_KEY_FLAG : 0;
}

Error not_made(const KeyPlace &place, SECURITY_STATUS status) {
    const DWORD code = code_of(status);
    if (code == static_cast<DWORD>(NTE_EXISTS))
        return fail(errors::store_key_exists, "The key could not be made: " + place.to_string() + " exists already")
            .in("store.windows");
    std::string what = "The key could not be stored in " + place.to_string();
    if (is_unsupported(code))
        return win32::system_error(errors::store_key_kind, std::move(what), code).in("store.windows");
    return os_failure(std::move(what), code);
}

/// Sets what must be set before a key is finished, finishes it, and looks whether it is kept: there are providers that
/// make keys and do not keep them.
Result<void> finish(const KeyPlace &place, const NcryptHandle &provider, NcryptHandle key, bool exportable) {
    DWORD policy = exportable_policy;
    SECURITY_STATUS status = ERROR_SUCCESS;
    // Not exportable is what every provider starts from, and some do not let it be said.
    if (exportable)
        status = NCryptSetProperty(key.get(), NCRYPT_EXPORT_POLICY_PROPERTY, reinterpret_cast<BYTE *>(&policy),
                                   sizeof policy, NCRYPT_PERSIST_FLAG | NCRYPT_SILENT_FLAG);
    if (status == ERROR_SUCCESS) status = NCryptFinalizeKey(key.get(), NCRYPT_SILENT_FLAG);
    if (status != ERROR_SUCCESS) return not_made(place, status);
    NcryptHandle kept;
    status = NCryptOpenKey(provider.get(), kept.out(), place.container.c_str(), 0, scope(place) | NCRYPT_SILENT_FLAG);
    if (status == ERROR_SUCCESS) return {};
    // NCryptDeleteKey frees the handle, but only when it succeeds.
    if (NCryptDeleteKey(key.get(), NCRYPT_SILENT_FLAG) == ERROR_SUCCESS) (void)key.release();
    return not_made(place, status);
}

} // namespace

Result<NcryptHandle> open_ksp(const std::wstring &provider) {
    NcryptHandle opened;
    const SECURITY_STATUS status = NCryptOpenStorageProvider(opened.out(), provider.c_str(), 0);
    if (status != ERROR_SUCCESS)
        return win32::system_error(errors::store_key_provider,
                                   "The key provider '" + win32::narrow(provider) + "' could not be opened",
                                   code_of(status))
            .in("store.windows");
    return opened;
}

Result<void> make_cng_key(const KeyPlace &place, const crypto::KeySpec &spec, bool exportable) {
    CERTBROKER_TRY(const NcryptHandle provider, open_ksp(place.provider));
    NcryptHandle key;
    SECURITY_STATUS status = NCryptCreatePersistedKey(provider.get(), key.out(), algorithm_name(spec.algorithm),
                                                      place.container.c_str(), 0, scope(place) | NCRYPT_SILENT_FLAG);
    if (status == ERROR_SUCCESS && spec.algorithm == crypto::KeyAlgorithm::rsa) {
        DWORD bits = spec.bits;
        status = NCryptSetProperty(key.get(), NCRYPT_LENGTH_PROPERTY, reinterpret_cast<BYTE *>(&bits), sizeof bits,
                                   NCRYPT_SILENT_FLAG);
    }
    if (status != ERROR_SUCCESS) return not_made(place, status);
    return finish(place, provider, std::move(key), exportable);
}

Result<void> import_cng_key(const KeyPlace &place, ByteView pkcs8, bool exportable) {
    CERTBROKER_TRY(const NcryptHandle provider, open_ksp(place.provider));
    std::wstring name = place.container;
    NCryptBuffer named{gsl::narrow<ULONG>((name.size() + 1) * sizeof(wchar_t)), NCRYPTBUFFER_PKCS_KEY_NAME,
                       name.data()};
    NCryptBufferDesc list{NCRYPTBUFFER_VERSION, 1, &named};
    NcryptHandle key;
    // A key on a curve becomes an "ECDH" key, which signs as well as the other kind: PKCS#8 does not say which it is.
    const SECURITY_STATUS status = NCryptImportKey(provider.get(), 0, NCRYPT_PKCS8_PRIVATE_KEY_BLOB, &list, key.out(),
                                                   const_cast<BYTE *>(pkcs8.data()), gsl::narrow<DWORD>(pkcs8.size()),
                                                   scope(place) | NCRYPT_DO_NOT_FINALIZE_FLAG | NCRYPT_SILENT_FLAG);
    if (status != ERROR_SUCCESS) return not_made(place, status);
    return finish(place, provider, std::move(key), exportable);
}

Result<NcryptHandle> open_cng_handle(const KeyPlace &place, DWORD legacy_spec) {
    CERTBROKER_TRY(const NcryptHandle provider, open_ksp(place.provider));
    NcryptHandle key;
    const SECURITY_STATUS status = NCryptOpenKey(provider.get(), key.out(), place.container.c_str(), legacy_spec,
                                                 scope(place) | NCRYPT_SILENT_FLAG);
    if (status != ERROR_SUCCESS) return key_failure(place, code_of(status));
    return key;
}

Result<crypto::KeyHandle> open_cng_key(const KeyPlace &place, Location location, DWORD legacy_spec) {
    CERTBROKER_TRY(NcryptHandle key, open_cng_handle(place, legacy_spec));
    CERTBROKER_TRY(crypto::PublicKey public_key, public_key_of(key.get()));
    DWORD policy = 0;
    DWORD size = 0;
    // A provider that does not say lets nothing out.
    if (NCryptGetProperty(key.get(), NCRYPT_EXPORT_POLICY_PROPERTY, reinterpret_cast<BYTE *>(&policy), sizeof policy,
                          &size, NCRYPT_SILENT_FLAG) != ERROR_SUCCESS)
        policy = 0;
    std::string uri = KeyUri{"windows", location, public_key.sha256()}.to_string();
    return crypto::KeyHandle(std::make_shared<CngKey>(std::move(key), std::move(public_key), std::move(uri), policy));
}

Result<bool> remove_cng_key(const KeyPlace &place) {
    auto key = open_cng_handle(place);
    if (!key && key.error().id() == errors::store_key_missing.id) return false;
    if (!key) return std::move(key).error();
    const SECURITY_STATUS status = NCryptDeleteKey(key->get(), NCRYPT_SILENT_FLAG);
    if (status == ERROR_SUCCESS) (void)key->release();
    if (status != ERROR_SUCCESS)
        return os_failure("The private key in " + place.to_string() + " could not be removed", code_of(status));
    return true;
}

} // namespace certbroker::store
