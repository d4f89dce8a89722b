#include "store/windows/platform.hpp"

#include <array>

#include "crypto/random.hpp"
#include "store/windows/capi_key.hpp"
#include "store/windows/cng_key.hpp"
#include "store/windows/grants.hpp"
#include "store/windows/request_store.hpp"

namespace certbroker::store::platform {
namespace {

std::wstring throw_away() {
    const auto uuid = crypto::random_uuid(crypto::system_random());
    return win32::widen("certbroker-probe-" + (uuid ? *uuid : std::string("0")));
}

/// Makes a key and removes it.
std::string try_cng(const crypto::KeySpec &spec) {
    const KeyPlace place{throw_away(), software_ksp, 0, 0, false};
    if (const auto made = make_cng_key(place, spec, false); !made) return describe(made.error());
    const auto removed = remove_cng_key(place);
    return removed ? std::string() : describe(removed.error());
}

std::string try_grant(Location location) {
    const KeyPlace place{throw_away(), rsa_aes_csp, PROV_RSA_AES, AT_KEYEXCHANGE, location == Location::local_machine};
    if (const auto made = make_capi_key(place, {}, false); !made) return describe(made.error());
    const auto granted = grant_read_at(place, "S-1-5-20");
    (void)remove_capi_key(place);
    return granted ? std::string() : describe(granted.error());
}

inline void close_registry(HKEY key) noexcept {
    (void)RegCloseKey(key);
}

} // namespace

const std::string &no_cng_keys() {
    static const std::string why = try_cng({});
    return why;
}

const std::string &no_ecdsa_keys() {
    static const std::string why = try_cng({crypto::KeyAlgorithm::ecdsa_p256, 256});
    return why;
}

const std::string &no_archive() {
    static const std::string why = [] {
        // Any certificate would do; this one is CryptoAPI's own, made with a key that goes again.
        const KeyPlace place{throw_away(), rsa_aes_csp, PROV_RSA_AES, AT_KEYEXCHANGE, false};
        if (const auto made = make_capi_key(place, {}, false); !made) return describe(made.error());
        const std::string said = [&]() -> std::string {
            const auto key = open_capi_key(place, Location::current_user);
            if (!key) return describe(key.error());
            const auto marker = make_marker(place, **key, system_clock());
            if (!marker) return describe(marker.error());
            return set_archived(marker->get(), true)
                       ? std::string()
                       : "the system's certificates cannot be marked as archived (CERT_ARCHIVED_PROP_ID is refused)";
        }();
        (void)remove_capi_key(place);
        return said;
    }();
    return why;
}

const std::string &no_grants(Location location) {
    static const std::array<std::string, 2> why{try_grant(Location::local_machine), try_grant(Location::current_user)};
    return why[location == Location::local_machine ? 0 : 1];
}

const std::string &no_denials() {
    static const std::string why = [] {
        const auto denied = as_nobody([] {
            Owned<HKEY, close_registry> key;
            const LSTATUS status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\SystemCertificates", 0,
                                                 KEY_ALL_ACCESS, key.out());
            return status == ERROR_ACCESS_DENIED
                       ? std::string()
                       : std::string("an account that is no administrator may write where the "
                                     "machine's certificates lie");
        });
        return denied;
    }();
    return why;
}

std::string as_nobody(const std::function<std::string()> &work) {
    HANDLE raw = nullptr;
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY | TOKEN_ASSIGN_PRIMARY | TOKEN_IMPERSONATE,
                         &raw) == 0)
        return "the process's token cannot be opened: " + win32::describe_error(GetLastError());
    const win32::Handle token(raw);
    std::array<std::uint8_t, SECURITY_MAX_SID_SIZE> administrators{};
    DWORD size = administrators.size();
    HANDLE restricted = nullptr;
    if (CreateWellKnownSid(WinBuiltinAdministratorsSid, nullptr, administrators.data(), &size) == 0)
        return "there are no administrators: " + win32::describe_error(GetLastError());
    SID_AND_ATTRIBUTES disabled{administrators.data(), 0};
    if (CreateRestrictedToken(token.get(), DISABLE_MAX_PRIVILEGE, 1, &disabled, 0, nullptr, 0, nullptr, &restricted) ==
        0)
        return "an account without rights cannot be made: " + win32::describe_error(GetLastError());
    const win32::Handle nobody(restricted);
    if (ImpersonateLoggedOnUser(nobody.get()) == 0)
        return "an account without rights cannot be impersonated: " + win32::describe_error(GetLastError());
    std::string said = work();
    (void)RevertToSelf();
    return said;
}

} // namespace certbroker::store::platform
