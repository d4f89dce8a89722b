#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include <stdexcept>

#include "support/platform.hpp"

namespace certbroker::test {

void let_write(const std::filesystem::path &path, Writers writers) {
    const wchar_t *sddl = writers == Writers::everyone ? L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;OW)(A;OICI;FA;;;WD)"
                                                       : L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;OW)(A;OICI;FRFX;;;WD)";
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    if (ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1, &descriptor, nullptr) == 0)
        throw std::runtime_error("security descriptor");
    const BOOL set = SetFileSecurityW(path.c_str(), DACL_SECURITY_INFORMATION, descriptor);
    (void)LocalFree(descriptor);
    if (set == 0) throw std::runtime_error("SetFileSecurity");
}

bool only_owner_reads(const std::filesystem::path &path) {
    PACL dacl = nullptr;
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    PSID everyone = nullptr;
    std::wstring name = path.wstring();
    if (GetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, &dacl, nullptr,
                              &descriptor) != ERROR_SUCCESS ||
        ConvertStringSidToSidW(L"S-1-1-0", &everyone) == 0)
        throw std::runtime_error("GetNamedSecurityInfo");
    bool only = dacl != nullptr;
    for (DWORD index = 0; only && index < dacl->AceCount; ++index) {
        void *ace = nullptr;
        if (GetAce(dacl, index, &ace) == 0) throw std::runtime_error("GetAce");
        auto *allowed = static_cast<ACCESS_ALLOWED_ACE *>(ace);
        only = allowed->Header.AceType != ACCESS_ALLOWED_ACE_TYPE || EqualSid(&allowed->SidStart, everyone) == 0 ||
               (allowed->Mask & FILE_READ_DATA) == 0;
    }
    (void)LocalFree(everyone);
    (void)LocalFree(descriptor);
    return only;
}

} // namespace certbroker::test
