#include "http/http_winhttp_client.hpp"

#include <ncrypt.h>

#include <algorithm>
#include <array>
#include <vector>

#include <gsl/narrow>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "crypto/pkcs12.hpp"
#include "crypto/random.hpp"
#include "http/errors.hpp"

namespace certbroker::http::detail {
namespace {

constexpr std::string_view windows_kind = "windows:";
constexpr int transfer_iterations = 2'000; ///< of a file that never leaves this process's memory

Error unusable(std::string why) {
    return fail(errors::http_client_certificate, "The client certificate cannot be used: " + std::move(why));
}

Error unusable(std::string why, DWORD code) {
    return win32::system_error(errors::http_client_certificate,
                               "The client certificate cannot be used: " + std::move(why), code);
}

bool belongs_to(const CERT_CONTEXT &certificate, const crypto::PublicKey &key) {
    DWORD size = 0;
    CERT_PUBLIC_KEY_INFO *info = &certificate.pCertInfo->SubjectPublicKeyInfo;
    if (CryptEncodeObject(X509_ASN_ENCODING, X509_PUBLIC_KEY_INFO, info, nullptr, &size) == 0) return false;
    Bytes spki(size);
    if (CryptEncodeObject(X509_ASN_ENCODING, X509_PUBLIC_KEY_INFO, info, spki.data(), &size) == 0) return false;
    spki.resize(size);
    return spki == key.spki();
}

bool has_key(const CERT_CONTEXT &certificate) {
    DWORD size = 0;
    return CertGetCertificateContextProperty(&certificate, CERT_KEY_PROV_INFO_PROP_ID, nullptr, &size) != 0;
}

/// The certificate with its key in one of Windows' stores.
CertContext find_in(const wchar_t *store_name, DWORD location, CRYPT_HASH_BLOB &thumbprint) {
    const CertStore store(CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0,
                                        location | CERT_STORE_OPEN_EXISTING_FLAG | CERT_STORE_READONLY_FLAG,
                                        store_name));
    if (!store) return {};
    const CERT_CONTEXT *found = nullptr;
    // The one before is freed by the search for the next.
    while ((found = CertFindCertificateInStore(store.get(), certificate_encoding, 0, CERT_FIND_SHA1_HASH, &thumbprint,
                                               found)) != nullptr) {
        if (has_key(*found)) return CertContext(found);
    }
    return {};
}

BOOL CALLBACK collect_name(const void *name, DWORD, CERT_SYSTEM_STORE_INFO *, void *, void *names) noexcept {
    try {
        static_cast<std::vector<std::wstring> *>(names)->emplace_back(static_cast<const wchar_t *>(name));
        return TRUE;
    } catch (...) {
        return FALSE;
    }
}

Result<CertContext> find_in_windows(std::string_view key_uri, ByteView der) {
    const bool machine = istarts_with(key_uri.substr(windows_kind.size()), "LocalMachine");
    const DWORD location = machine ? CERT_SYSTEM_STORE_LOCAL_MACHINE : CERT_SYSTEM_STORE_CURRENT_USER;
    Bytes sha1 = crypto::sha1(der);
    CRYPT_HASH_BLOB thumbprint{gsl::narrow<DWORD>(sha1.size()), sha1.data()};
    if (CertContext found = find_in(L"MY", location, thumbprint)) return found;
    std::vector<std::wstring> names;
    (void)CertEnumSystemStore(location, nullptr, &names, &collect_name);
    for (const std::wstring &name : names) {
        if (CertContext found = find_in(name.c_str(), location, thumbprint)) return found;
    }
    return unusable(std::string("the certificate ") + to_hex(sha1, true) + " stands with its key in no store of " +
                    (machine ? "LocalMachine" : "CurrentUser") + ", or this account may not read it");
}

/// A PFX with a random password, both wiped.
struct Transfer {
    SecretBytes pfx;
    std::vector<wchar_t, WipingAllocator<wchar_t>> password;
};

Result<Transfer> pack(const crypto::ClientCredentials &client) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::uint8_t, 16> random{};
    CERTBROKER_CHECK(crypto::system_random().fill(random));
    SecretBytes text;
    for (const std::uint8_t byte : random) {
        text.push_back(static_cast<std::uint8_t>(digits[byte >> 4U]));
        text.push_back(static_cast<std::uint8_t>(digits[byte & 0xfU]));
    }
    wipe(random.data(), random.size());
    crypto::Pkcs12Contents contents;
    CERTBROKER_TRY(SecretBytes pkcs8, crypto::encode_for_store(*client.key));
    const Bytes id{1};
    contents.keys.push_back({std::move(pkcs8), id, {}});
    for (const Bytes &der : client.chain_der)
        contents.certificates.push_back({der, contents.certificates.empty() ? id : Bytes(), {}});
    // What every Windows reads; it is a wrapping for a moment in memory, and no protection.
    CERTBROKER_TRY(Bytes pfx, crypto::make_pkcs12(contents, Secret(text), crypto::Pkcs12Protection::triple_des_sha1,
                                                  transfer_iterations));
    Transfer made;
    made.pfx.assign(pfx.begin(), pfx.end());
    wipe(pfx.data(), pfx.size());
    made.password.assign(text.begin(), text.end());
    made.password.push_back(L'\0');
    return made;
}

CertContext leaf_in(const CertStore &store, const Bytes &der) {
    Bytes sha1 = crypto::sha1(der);
    CRYPT_HASH_BLOB thumbprint{gsl::narrow<DWORD>(sha1.size()), sha1.data()};
    return CertContext(
        CertFindCertificateInStore(store.get(), certificate_encoding, 0, CERT_FIND_SHA1_HASH, &thumbprint, nullptr));
}

/// Removes the key that an import made.
void take_back(const CERT_CONTEXT &certificate) noexcept {
    alignas(CRYPT_KEY_PROV_INFO) std::array<std::uint8_t, 2048> memory{};
    DWORD size = memory.size();
    if (CertGetCertificateContextProperty(&certificate, CERT_KEY_PROV_INFO_PROP_ID, memory.data(), &size) == 0) return;
    const auto *info = reinterpret_cast<const CRYPT_KEY_PROV_INFO *>(memory.data());
    if (info->dwProvType != 0) {
        HCRYPTPROV none = 0;
        (void)CryptAcquireContextW(&none, info->pwszContainerName, info->pwszProvName, info->dwProvType,
                                   CRYPT_DELETEKEYSET | CRYPT_SILENT);
        return;
    }
    NCRYPT_PROV_HANDLE provider = 0;
    NCRYPT_KEY_HANDLE key = 0;
    if (NCryptOpenStorageProvider(&provider, info->pwszProvName, 0) != ERROR_SUCCESS) return;
    if (NCryptOpenKey(provider, &key, info->pwszContainerName, 0, NCRYPT_SILENT_FLAG) == ERROR_SUCCESS)
        (void)NCryptDeleteKey(key, NCRYPT_SILENT_FLAG);
    (void)NCryptFreeObject(provider);
}

} // namespace

ClientCertificate::~ClientCertificate() {
    if (lent_) take_back(*certificate_);
}

Result<std::unique_ptr<ClientCertificate>> ClientCertificate::open(const crypto::ClientCredentials &client) {
    if (!client.key) return unusable("it has no key");
    if (client.chain_der.empty()) return unusable("it has no certificate");
    const Bytes &leaf = client.chain_der.front();
    if (!std::all_of(client.chain_der.begin(), client.chain_der.end(), [](const Bytes &der) {
            return CertContext(CertCreateCertificateContext(certificate_encoding, der.data(),
                                                            gsl::narrow<DWORD>(der.size()))) != nullptr;
        }))
        return unusable("its certificate chain cannot be read");
    const CertContext plain(
        CertCreateCertificateContext(certificate_encoding, leaf.data(), gsl::narrow<DWORD>(leaf.size())));
    if (!belongs_to(*plain, client.key->public_key())) return unusable("its key does not belong to its certificate");
    std::unique_ptr<ClientCertificate> made(new ClientCertificate);
    if (istarts_with(client.key->uri(), windows_kind)) {
        CERTBROKER_TRY(made->certificate_, find_in_windows(client.key->uri(), leaf));
        return made;
    }
    auto packed = pack(client);
    if (!packed) return unusable("its key cannot be used for TLS").because(std::move(packed).error());
    CRYPT_DATA_BLOB blob{gsl::narrow<DWORD>(packed->pfx.size()), packed->pfx.data()};
    // TLS is another process's work (LSASS), which opens keys by name: so the key gets one, in this account's own key
    // store and not exportable, until the certificate is no longer used.
    made->store_.reset(PFXImportCertStore(&blob, packed->password.data(), CRYPT_USER_KEYSET | PKCS12_ALWAYS_CNG_KSP));
    if (made->store_) {
        made->certificate_ = leaf_in(made->store_, leaf);
        made->lent_ = made->certificate_ && has_key(*made->certificate_);
    } else {
        // Where there is no such key store, a key in memory is what there is.
        made->store_.reset(PFXImportCertStore(&blob, packed->password.data(), PKCS12_NO_PERSIST_KEY));
        if (!made->store_) return unusable("Windows does not take its key for TLS", GetLastError());
        made->certificate_ = leaf_in(made->store_, leaf);
        made->nameless_ = true;
    }
    if (!made->certificate_) return unusable("Windows does not take its key for TLS");
    return made;
}

} // namespace certbroker::http::detail
