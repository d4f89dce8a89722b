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

} // namespace certbroker::test
