#include "store/windows/providers.hpp"

#include <algorithm>
#include <array>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "store/errors.hpp"
#include "store/windows/capi_key.hpp"
#include "store/windows/cng_key.hpp"
#include "store/windows/os_failure.hpp"

namespace certbroker::store {
namespace {

/// Key storage providers as they are registered. NCryptEnumStorageProviders would load each of them, must not be called
/// while a service starts, and is not everywhere.
constexpr const wchar_t *registered = L"SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Providers";
constexpr const wchar_t *key_storage = L"\\UM\\00010001"; // NCRYPT_KEY_STORAGE_INTERFACE, in user mode

inline void close_registry(HKEY key) noexcept {
    (void)RegCloseKey(key);
}
using RegistryKey = Owned<HKEY, close_registry>;

std::vector<std::string> key_storage_providers() {
    std::vector<std::string> names;
    RegistryKey all;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, registered, 0, KEY_READ, all.out()) != ERROR_SUCCESS) return names;
    std::array<wchar_t, 256> name{};
    for (DWORD i = 0;; ++i) {
        auto size = static_cast<DWORD>(name.size());
        if (RegEnumKeyExW(all.get(), i, name.data(), &size, nullptr, nullptr, nullptr, nullptr) != ERROR_SUCCESS) break;
        RegistryKey one;
        if (RegOpenKeyExW(all.get(), (std::wstring(name.data(), size) + key_storage).c_str(), 0, KEY_READ, one.out()) ==
            ERROR_SUCCESS)
            names.push_back(win32::narrow(std::wstring_view(name.data(), size)));
    }
    return names;
}

std::vector<KeyProvider> cryptoapi_providers() {
    std::vector<KeyProvider> providers;
    for (DWORD i = 0;; ++i) {
        DWORD type = 0;
        DWORD size = 0;
        if (CryptEnumProvidersW(i, nullptr, 0, &type, nullptr, &size) == 0) break;
        std::wstring name(size / sizeof(wchar_t), L'\0');
        if (CryptEnumProvidersW(i, nullptr, 0, &type, name.data(), &size) == 0) break;
        providers.push_back({win32::narrow(name.c_str()), type});
    }
    return providers;
}

/// Asked of the provider itself: of the functions that tell, import libraries disagree in which DLL they are.
Result<std::wstring> default_provider(std::uint32_t type) {
    CspHandle csp;
    std::array<char, 256> name{};
    DWORD size = name.size();
    if (CryptAcquireContextW(csp.out(), nullptr, nullptr, type, CRYPT_VERIFYCONTEXT | CRYPT_SILENT) == 0 ||
        CryptGetProvParam(csp.get(), PP_NAME, reinterpret_cast<BYTE *>(name.data()), &size, 0) == 0)
        return win32::system_error(errors::store_key_provider,
                                   "A key provider of type " + std::to_string(type) + " could not be opened",
                                   GetLastError())
            .in("store.windows");
    return win32::widen(name.data()); // names of providers are ASCII
}

} // namespace

std::vector<KeyProvider> key_providers() {
    std::vector<KeyProvider> providers;
    for (std::string &name : key_storage_providers())
        providers.push_back({std::move(name), 0});
    for (KeyProvider &provider : cryptoapi_providers())
        providers.push_back(std::move(provider));
    return providers;
}

Result<KeyPlace> choose_provider(const KeyOptions &options, Location location) {
    if (options.key_spec > AT_SIGNATURE)
        return fail(errors::argument,
                    "The key could not be made: its KeySpec is neither 1 (exchange) nor 2 (signature)");
    if (!is_valid_utf8(options.provider_name) || !is_valid_utf8(options.container))
        return fail(errors::text, "The key could not be made: the name of its provider or container is not UTF-8");
    KeyPlace place;
    place.provider = win32::widen(options.provider_name);
    place.type = options.provider_type;
    place.machine = location == Location::local_machine;
    if (place.type != 0 && place.provider.empty()) {
        CERTBROKER_TRY(place.provider, default_provider(options.provider_type));
    } else if (place.type == 0 && !place.provider.empty()) {
        for (const KeyProvider &known : cryptoapi_providers()) {
            if (iequals(known.name, options.provider_name)) place.type = known.type;
        }
    } else if (place.type == 0) {
        place.provider = software_ksp;
    }
    if (place.type != 0) {
        place.spec = options.key_spec != 0 ? options.key_spec : AT_KEYEXCHANGE;
    } else {
        CERTBROKER_CHECK(open_ksp(place.provider));
    }
    return place;
}

bool has_hardware_keys() {
    static const bool has = [] {
        NcryptHandle provider;
        DWORD kind = 0;
        DWORD size = 0;
        return NCryptOpenStorageProvider(provider.out(), MS_PLATFORM_CRYPTO_PROVIDER, 0) == ERROR_SUCCESS &&
               NCryptGetProperty(provider.get(), NCRYPT_IMPL_TYPE_PROPERTY, reinterpret_cast<BYTE *>(&kind),
                                 sizeof kind, &size, NCRYPT_SILENT_FLAG) == ERROR_SUCCESS &&
               (kind & NCRYPT_IMPL_HARDWARE_FLAG) != 0;
    }();
    return has;
}

} // namespace certbroker::store
