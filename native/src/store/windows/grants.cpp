#include "store/windows/grants.hpp"

#include <aclapi.h>
#include <sddl.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include <gsl/narrow>

#include "base/text.hpp"
#include "store/errors.hpp"
#include "store/windows/capi_key.hpp"
#include "store/windows/cng_key.hpp"
#include "store/windows/os_failure.hpp"

namespace certbroker::store {
namespace {

using LocalMemory = std::unique_ptr<void, win32::LocalFreeDeleter>;
using Descriptor = std::vector<std::uint8_t>; ///< self-relative

constexpr DWORD what_is_read = DACL_SECURITY_INFORMATION;
/// Each of these is what "read" becomes on its way through one provider or another.
constexpr DWORD reading = GENERIC_READ | FILE_READ_DATA;
constexpr DWORD everything = GENERIC_ALL;

Error refused(const KeyPlace &place, const char *what, DWORD code) {
    std::string text = "Who may use the key in " + place.to_string() + " could not be " + what;
    if (is_unsupported(code))
        return win32::system_error(errors::store_no_grants, std::move(text), code).in("store.windows");
    return os_failure(std::move(text), code);
}

Result<Descriptor> read_cng(const KeyPlace &place) {
    CERTBROKER_TRY(const NcryptHandle key, open_cng_handle(place));
    constexpr DWORD flags = what_is_read; // NCRYPT_SILENT_FLAG would be one of the kinds of security information
    DWORD size = 0;
    SECURITY_STATUS status = NCryptGetProperty(key.get(), NCRYPT_SECURITY_DESCR_PROPERTY, nullptr, 0, &size, flags);
    Descriptor descriptor(size);
    if (status == ERROR_SUCCESS)
        status = NCryptGetProperty(key.get(), NCRYPT_SECURITY_DESCR_PROPERTY, descriptor.data(), size, &size, flags);
    if (status != ERROR_SUCCESS) return refused(place, "read", code_of(status));
    return descriptor;
}

Result<void> write_cng(const KeyPlace &place, Descriptor descriptor) {
    CERTBROKER_TRY(const NcryptHandle key, open_cng_handle(place));
    const SECURITY_STATUS status =
        NCryptSetProperty(key.get(), NCRYPT_SECURITY_DESCR_PROPERTY, descriptor.data(),
                          gsl::narrow<DWORD>(descriptor.size()), what_is_read | NCRYPT_PERSIST_FLAG);
    if (status != ERROR_SUCCESS) return refused(place, "changed", code_of(status));
    return {};
}

Result<Descriptor> read_capi(const KeyPlace &place) {
    DWORD code = ERROR_SUCCESS;
    const CspHandle csp = open_csp_to_use(place, code);
    if (!csp) return key_failure(place, code);
    DWORD size = 0;
    // Some say the size and fail, others say it and do not.
    if (CryptGetProvParam(csp.get(), PP_KEYSET_SEC_DESCR, nullptr, &size, what_is_read) == 0 &&
        GetLastError() != ERROR_INSUFFICIENT_BUFFER && GetLastError() != ERROR_MORE_DATA)
        return refused(place, "read", GetLastError());
    Descriptor descriptor(size);
    if (CryptGetProvParam(csp.get(), PP_KEYSET_SEC_DESCR, descriptor.data(), &size, what_is_read) == 0)
        return refused(place, "read", GetLastError());
    return descriptor;
}

Result<void> write_capi(const KeyPlace &place, const Descriptor &descriptor) {
    DWORD code = ERROR_SUCCESS;
    const CspHandle csp = open_csp_to_use(place, code);
    if (!csp) return key_failure(place, code);
    if (CryptSetProvParam(csp.get(), PP_KEYSET_SEC_DESCR, descriptor.data(), what_is_read) == 0)
        return refused(place, "changed", GetLastError());
    return {};
}

Result<Descriptor> read_descriptor(const KeyPlace &place) {
    return place.cng() ? read_cng(place) : read_capi(place);
}

/// nullptr: no list, so everybody may do everything.
PACL list_of(Descriptor &descriptor) noexcept {
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    PACL list = nullptr;
    if (GetSecurityDescriptorDacl(descriptor.data(), &present, &list, &defaulted) == 0 || present == 0) return nullptr;
    return list;
}

std::string text_of(PSID sid) {
    wchar_t *raw = nullptr;
    if (ConvertSidToStringSidW(sid, &raw) == 0) return {};
    const LocalMemory owner(raw);
    return win32::narrow(raw);
}

std::string account_of(PSID sid) {
    std::array<wchar_t, 256> name{};
    std::array<wchar_t, 256> domain{};
    auto name_size = static_cast<DWORD>(name.size());
    auto domain_size = static_cast<DWORD>(domain.size());
    SID_NAME_USE use{};
    if (LookupAccountSidW(nullptr, sid, name.data(), &name_size, domain.data(), &domain_size, &use) == 0)
        return text_of(sid);
    const std::string before = win32::narrow(domain.data());
    return (before.empty() ? "" : before + "\\") + win32::narrow(name.data());
}

std::string rights_text(DWORD mask) {
    if ((mask & everything) != 0 || (mask & FILE_ALL_ACCESS) == FILE_ALL_ACCESS) return "full control";
    constexpr DWORD writing = GENERIC_WRITE | FILE_WRITE_DATA | DELETE | WRITE_DAC | WRITE_OWNER;
    if ((mask & reading) != 0 && (mask & writing) == 0) return "read";
    std::array<char, 16> hex{};
    (void)std::snprintf(hex.data(), hex.size(), "0x%08lx", static_cast<unsigned long>(mask));
    return hex.data();
}

struct Allowed {
    PSID sid;
    DWORD mask;
};
std::vector<Allowed> allowed_by(PACL list) {
    std::vector<Allowed> allowed;
    for (WORD i = 0; list != nullptr && i < list->AceCount; ++i) {
        void *raw = nullptr;
        if (GetAce(list, i, &raw) == 0) break;
        auto *entry = static_cast<ACCESS_ALLOWED_ACE *>(raw);
        if (entry->Header.AceType == ACCESS_ALLOWED_ACE_TYPE) allowed.push_back({&entry->SidStart, entry->Mask});
    }
    return allowed;
}

/// The same descriptor whose list lets the account read, too.
Result<Descriptor> with_reader(const KeyPlace &place, Descriptor descriptor, PSID sid) {
    EXPLICIT_ACCESSW entry{};
    entry.grfAccessPermissions = GENERIC_READ;
    entry.grfAccessMode = GRANT_ACCESS;
    entry.grfInheritance = NO_INHERITANCE;
    entry.Trustee.TrusteeForm = TRUSTEE_IS_SID;
    entry.Trustee.ptstrName = static_cast<wchar_t *>(sid);
    PACL raw = nullptr;
    if (const DWORD code = SetEntriesInAclW(1, &entry, list_of(descriptor), &raw); code != ERROR_SUCCESS)
        return refused(place, "changed", code);
    const LocalMemory list(raw);
    SECURITY_DESCRIPTOR changed{};
    DWORD size = 0;
    if (InitializeSecurityDescriptor(&changed, SECURITY_DESCRIPTOR_REVISION) == 0 ||
        SetSecurityDescriptorDacl(&changed, TRUE, raw, FALSE) == 0)
        return refused(place, "changed", GetLastError());
    (void)MakeSelfRelativeSD(&changed, nullptr, &size);
    Descriptor out(size);
    if (MakeSelfRelativeSD(&changed, out.data(), &size) == 0) return refused(place, "changed", GetLastError());
    return out;
}

} // namespace

Result<std::vector<std::uint8_t>> sid_of(std::string_view account) {
    const std::wstring name = win32::widen(account);
    const auto bytes = [](PSID sid) {
        const auto *begin = static_cast<const std::uint8_t *>(sid);
        return std::vector<std::uint8_t>(begin, begin + GetLengthSid(sid));
    };
    // Asked only for what looks like one: "BA" and other abbreviations of security descriptors are no names.
    PSID raw = nullptr;
    if (istarts_with(account, "S-1-") && ConvertStringSidToSidW(name.c_str(), &raw) != 0) {
        const LocalMemory owner(raw);
        return bytes(raw);
    }
    std::array<std::uint8_t, SECURITY_MAX_SID_SIZE> sid{};
    std::array<wchar_t, 256> domain{};
    DWORD size = sid.size();
    auto domain_size = static_cast<DWORD>(domain.size());
    SID_NAME_USE use{};
    if (name.empty() ||
        LookupAccountNameW(nullptr, name.c_str(), sid.data(), &size, domain.data(), &domain_size, &use) == 0)
        return win32::system_error(errors::store_account,
                                   "The account '" + std::string(account) + "' could not be found",
                                   name.empty() ? ERROR_NONE_MAPPED : GetLastError())
            .in("store.windows");
    return bytes(sid.data());
}

Result<void> grant_read_at(const KeyPlace &place, std::string_view account) {
    CERTBROKER_TRY(std::vector<std::uint8_t> sid, sid_of(account));
    const auto may_read = [&](Descriptor &descriptor) {
        PACL list = list_of(descriptor);
        const auto allowed = allowed_by(list);
        return list == nullptr || std::any_of(allowed.begin(), allowed.end(), [&](const Allowed &one) {
                   return EqualSid(one.sid, sid.data()) != 0 && (one.mask & (reading | everything)) != 0;
               });
    };
    CERTBROKER_TRY(Descriptor before, read_descriptor(place));
    if (may_read(before)) return {};
    CERTBROKER_TRY(Descriptor wanted, with_reader(place, std::move(before), sid.data()));
    CERTBROKER_CHECK(place.cng() ? write_cng(place, std::move(wanted)) : write_capi(place, wanted));
    CERTBROKER_TRY(Descriptor after, read_descriptor(place));
    if (may_read(after)) return {};
    return fail(errors::store_no_grants, "The account '" + std::string(account) + "' could not be let use the key in " +
                                             place.to_string() + ": its provider took the permission and forgot it")
        .in("store.windows");
}

Result<std::vector<KeyReader>> readers_at(const KeyPlace &place) {
    CERTBROKER_TRY(Descriptor descriptor, read_descriptor(place));
    PACL list = list_of(descriptor);
    if (list == nullptr) return std::vector<KeyReader>{{"Everyone", "S-1-1-0", "full control"}};
    std::vector<KeyReader> readers;
    for (const Allowed &one : allowed_by(list))
        readers.push_back({account_of(one.sid), text_of(one.sid), rights_text(one.mask)});
    return readers;
}

} // namespace certbroker::store
