#include "store/windows/cert_store.hpp"

#include <gsl/narrow>

#include "base/der.hpp"
#include "base/fault.hpp"
#include "crypto/digest.hpp"
#include "store/windows/os_failure.hpp"

namespace certbroker::store {
namespace {

DWORD flag_of(Location location) noexcept {
    return location == Location::local_machine ? CERT_SYSTEM_STORE_LOCAL_MACHINE : CERT_SYSTEM_STORE_CURRENT_USER;
}

std::string text_of(Location location, std::string_view name) {
    return std::string(location_name(location)) + "/" + std::string(name);
}

BOOL WINAPI add_name(const void *name, DWORD, PCERT_SYSTEM_STORE_INFO, void *, void *list) {
    static_cast<std::vector<std::string> *>(list)->push_back(win32::narrow(static_cast<const wchar_t *>(name)));
    return TRUE;
}

StoreHandle open_memory() noexcept {
    return StoreHandle(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, CERT_STORE_CREATE_NEW_FLAG, nullptr));
}

CRYPT_DATA_BLOB blob_of(ByteView bytes) {
    return {gsl::narrow<DWORD>(bytes.size()), const_cast<BYTE *>(bytes.data())};
}

} // namespace

Error CertStore::failure(const char *what, DWORD code) const {
    return os_failure(std::string(what) + " " + text_of(location_, name_), code);
}

Result<CertStore> CertStore::open(Location location, std::string_view name, Mode mode) {
    // A system store is a collection of physical ones, of which one is the location's own.
    const bool physical = mode != Mode::shown;
    const DWORD flags = flag_of(location) | CERT_STORE_ENUM_ARCHIVED_FLAG |
                        (mode == Mode::write ? 0 : CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG);
    const auto refused = [&](DWORD code) {
        return os_failure("The store " + text_of(location, name) + " could not be opened", code);
    };
    StoreHandle handle(CertOpenStore(physical ? CERT_STORE_PROV_SYSTEM_REGISTRY_W : CERT_STORE_PROV_SYSTEM_W, 0, 0,
                                     flags, win32::widen(name).c_str()));
    if (!handle) {
        const DWORD code = GetLastError();
        if (mode == Mode::write || !is_absent(code)) return refused(code);
        handle = open_memory();
        if (!handle) return refused(GetLastError());
    }
    return CertStore(std::move(handle), location, std::string(name));
}

std::vector<std::string> CertStore::names(Location location) {
    std::vector<std::string> names;
    // Fails where the location has no store at all yet, with none named; then none there are.
    (void)CertEnumSystemStore(flag_of(location), nullptr, &names, add_name);
    return names;
}

ContextHandle CertStore::find(ByteView sha1) const {
    const CRYPT_DATA_BLOB hash = blob_of(sha1);
    return ContextHandle(
        CertFindCertificateInStore(handle_.get(), X509_ASN_ENCODING, 0, CERT_FIND_SHA1_HASH, &hash, nullptr));
}

void CertStore::each(const std::function<bool(PCCERT_CONTEXT)> &each) const {
    // The enumeration frees each context when it goes on, and the last one is freed here when it does not.
    ContextHandle context;
    for (;;) {
        context = ContextHandle(CertEnumCertificatesInStore(handle_.get(), context.release()));
        if (!context || !each(context.get())) return;
    }
}

Result<void> CertStore::put(PCCERT_CONTEXT context) {
    const Bytes sha1 = crypto::sha1(der_of(context));
    const bool replaces = static_cast<bool>(find(sha1));
    fault::point("windows.put");
    if (CertAddCertificateContextToStore(handle_.get(), context, CERT_STORE_ADD_REPLACE_EXISTING, nullptr) == 0)
        return failure("The certificate could not be written to", GetLastError());
    CERTBROKER_CHECK(commit(0));
    // Not every system notices that something was put in the place of something else.
    if (replaces && !is_written(context, sha1)) {
        CERTBROKER_CHECK(commit(CERT_STORE_CTRL_COMMIT_FORCE_FLAG));
        if (!is_written(context, sha1)) return failure("The certificate could not be changed in", ERROR_WRITE_FAULT);
    }
    fault::point("windows.put");
    return {};
}

bool CertStore::is_written(PCCERT_CONTEXT context, ByteView sha1) const {
    const auto now = open(location_, name_, Mode::own);
    if (!now) return false;
    const ContextHandle found = now->find(sha1);
    return found && place_of(found.get()) == place_of(context) && is_archived(found.get()) == is_archived(context) &&
           friendly_name_of(found.get()) == friendly_name_of(context);
}

Result<bool> CertStore::remove(ByteView sha1) {
    ContextHandle found = find(sha1);
    if (!found) return false;
    fault::point("windows.remove");
    // It frees the context, whatever comes of it.
    if (CertDeleteCertificateFromStore(found.release()) == 0)
        return failure("The certificate could not be removed from", GetLastError());
    CERTBROKER_CHECK(commit(0));
    fault::point("windows.remove");
    return true;
}

Result<void> CertStore::commit(DWORD flags) {
    // Windows writes at once and has nothing left to do here; elsewhere a removal is lost without it.
    if (CertControlStore(handle_.get(), flags, CERT_STORE_CTRL_COMMIT, nullptr) == 0)
        return failure("The changes could not be written to", GetLastError());
    return {};
}

Result<ContextHandle> make_context(ByteView der) {
    ContextHandle context(CertCreateCertificateContext(X509_ASN_ENCODING, der.data(), gsl::narrow<DWORD>(der.size())));
    if (!context) return os_failure("The certificate could not be read by Windows", GetLastError());
    return context;
}

Result<MemoryCopy> copy_context(PCCERT_CONTEXT context) {
    MemoryCopy copy{open_memory(), {}};
    if (!copy.memory ||
        CertAddCertificateContextToStore(copy.memory.get(), context, CERT_STORE_ADD_ALWAYS, copy.context.out()) == 0)
        return os_failure("The certificate could not be copied", GetLastError());
    return copy;
}

std::string friendly_name_of(PCCERT_CONTEXT context) {
    DWORD size = 0;
    if (CertGetCertificateContextProperty(context, CERT_FRIENDLY_NAME_PROP_ID, nullptr, &size) == 0) return {};
    std::wstring name(size / sizeof(wchar_t), L'\0');
    if (name.empty() || CertGetCertificateContextProperty(context, CERT_FRIENDLY_NAME_PROP_ID, name.data(), &size) == 0)
        return {};
    return win32::narrow(name.c_str()); // it ends at its NUL
}

bool is_archived(PCCERT_CONTEXT context) noexcept {
    DWORD size = 0;
    return CertGetCertificateContextProperty(context, CERT_ARCHIVED_PROP_ID, nullptr, &size) != 0;
}

Bytes key_hash_of(PCCERT_CONTEXT context) {
    // Only as far as to the key: whoever looks for one looks at very many certificates.
    const auto read = [&]() -> Result<Bytes> {
        CERTBROKER_TRY(der::Reader outer, der::read_single(der_of(context), der::sequence));
        CERTBROKER_TRY(der::Reader signed_part, outer.enter(der::sequence));
        (void)signed_part.skip(der::context(0, true));
        // Serial number, signature, issuer, validity, subject.
        for (int before = 0; before < 5; ++before)
            CERTBROKER_CHECK(signed_part.next());
        CERTBROKER_TRY(const der::Element spki, signed_part.next(der::sequence));
        return crypto::sha256(spki.whole);
    };
    auto hash = read();
    return hash ? *std::move(hash) : Bytes();
}

bool set_friendly_name(PCCERT_CONTEXT context, std::string_view name) {
    if (name.empty()) {
        (void)CertSetCertificateContextProperty(context, CERT_FRIENDLY_NAME_PROP_ID, 0, nullptr);
        return true; // it was not there, if it could not go
    }
    std::wstring wide = win32::widen(name);
    CRYPT_DATA_BLOB blob{gsl::narrow<DWORD>((wide.size() + 1) * sizeof(wchar_t)),
                         reinterpret_cast<BYTE *>(wide.data())};
    return CertSetCertificateContextProperty(context, CERT_FRIENDLY_NAME_PROP_ID, 0, &blob) != 0;
}

bool set_archived(PCCERT_CONTEXT context, bool archived) noexcept {
    const auto set = [context](CRYPT_DATA_BLOB *value) {
        return CertSetCertificateContextProperty(context, CERT_ARCHIVED_PROP_ID, 0, value) != 0;
    };
    if (!archived) {
        (void)set(nullptr);
        return true; // it was not there, if it could not go
    }
    // That the property is there is what it says; not everywhere may it be empty.
    CRYPT_DATA_BLOB nothing{0, nullptr};
    BYTE octet = 0;
    CRYPT_DATA_BLOB something{1, &octet};
    return set(&nothing) || set(&something);
}

} // namespace certbroker::store
