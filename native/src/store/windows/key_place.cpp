#include "store/windows/key_place.hpp"

#include <vector>

#include "store/errors.hpp"
#include "store/windows/os_failure.hpp"

namespace certbroker::store {

std::string KeyPlace::to_string() const {
    return "the container '" + win32::narrow(container) + "' of " + win32::narrow(provider);
}

std::optional<KeyPlace> place_of(PCCERT_CONTEXT context) {
    DWORD size = 0;
    if (CertGetCertificateContextProperty(context, CERT_KEY_PROV_INFO_PROP_ID, nullptr, &size) == 0) return {};
    // Aligned as the structure that stands at its beginning.
    std::vector<CRYPT_KEY_PROV_INFO> memory(size / sizeof(CRYPT_KEY_PROV_INFO) + 1);
    if (CertGetCertificateContextProperty(context, CERT_KEY_PROV_INFO_PROP_ID, memory.data(), &size) == 0) return {};
    const CRYPT_KEY_PROV_INFO &info = memory.front();
    // Both names may be missing: the CSP's default container, or the type's default provider. Nobody's keys are there.
    if (info.pwszContainerName == nullptr || info.pwszProvName == nullptr) return {};
    return KeyPlace{info.pwszContainerName, info.pwszProvName, info.dwProvType, info.dwKeySpec,
                    (info.dwFlags & CRYPT_MACHINE_KEYSET) != 0};
}

bool set_place(PCCERT_CONTEXT context, const KeyPlace &place) noexcept {
    CRYPT_KEY_PROV_INFO info{};
    info.pwszContainerName = const_cast<wchar_t *>(place.container.c_str());
    info.pwszProvName = const_cast<wchar_t *>(place.provider.c_str());
    info.dwProvType = place.type;
    info.dwKeySpec = place.spec;
    info.dwFlags = place.machine ? CRYPT_MACHINE_KEYSET : 0;
    return CertSetCertificateContextProperty(context, CERT_KEY_PROV_INFO_PROP_ID, 0, &info) != 0;
}

Error key_failure(const KeyPlace &place, DWORD code) {
    std::string what = "The private key in " + place.to_string() + " could not be opened";
    if (is_absent(code))
        return win32::system_error(errors::store_key_missing, std::move(what), code).in("store.windows");
    return os_failure(std::move(what), code);
}

} // namespace certbroker::store
