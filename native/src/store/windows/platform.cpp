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

/// The reason without the container's name, which is another one every time.
std::string why_not(const char *what, const Error &error) {
    const auto &numbers = error.numbers();
    const auto code = numbers.find(ErrorNumber::os_code);
    return std::string(what) + ": " +
           (code != numbers.end() ? win32::describe_error(static_cast<DWORD>(code->second)) : error.id());
}

/// Makes a key and removes it.
std::string try_cng(const char *what, const crypto::KeySpec &spec) {
    const KeyPlace place{throw_away(), software_ksp, 0, 0, false};
    if (const auto made = make_cng_key(place, spec, false); !made) return why_not(what, made.error());
    const auto removed = remove_cng_key(place);
    return removed ? std::string() : why_not(what, removed.error());
}

std::string try_grant(Location location) {
    const KeyPlace place{throw_away(), rsa_aes_csp, PROV_RSA_AES, AT_KEYEXCHANGE, location == Location::local_machine};
    constexpr const char *what = "the system's keys keep no lists of accounts";
    if (const auto made = make_capi_key(place, {}, false); !made) return why_not(what, made.error());
    const auto granted = grant_read_at(place, "S-1-5-20");
    (void)remove_capi_key(place);
    return granted ? std::string() : why_not(what, granted.error());
}

inline void close_registry(HKEY key) noexcept {
    (void)RegCloseKey(key);
}

} // namespace

const std::string &no_cng_keys() {
    static const std::string why = try_cng("the system's key storage provider keeps no keys", {});
    return why;
}

const std::string &no_ecdsa_keys() {
    static const std::string why =
        try_cng("the system's key storage provider keeps no keys on curves", {crypto::KeyAlgorithm::ecdsa_p256, 256});
    return why;
}

const std::string &no_archive() {
    static const std::string why = [] {
        constexpr const char *what = "the system's certificates cannot be marked as archived";
        const auto key = crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256});
        if (!key) return why_not(what, key.error());
        const auto context = make_marker({L"any", software_ksp, 0, 0, false}, **key, system_clock());
        if (!context) return why_not(what, context.error());
        return set_archived(context->get(), true) ? std::string()
                                                  : std::string(what) + ": CERT_ARCHIVED_PROP_ID is refused";
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
