#include "base/win32.hpp"

#include <wincrypt.h>

// After windows.h and wincrypt.h, which they need.
#include <softpub.h>
#include <wintrust.h>

#include <gsl/util>

#include "provider/plugin_library.hpp"

namespace certbroker::provider {

std::string publisher_of(const std::filesystem::path &path) {
    const std::wstring name = win32::long_name(path.native());
    WINTRUST_FILE_INFO file{};
    file.cbStruct = sizeof file;
    file.pcwszFilePath = name.c_str();
    WINTRUST_DATA data{};
    data.cbStruct = sizeof data;
    data.dwUIChoice = WTD_UI_NONE;
    data.fdwRevocationChecks = WTD_REVOKE_NONE;
    data.dwUnionChoice = WTD_CHOICE_FILE;
    data.pFile = &file;
    data.dwStateAction = WTD_STATEACTION_VERIFY;
    // The name is shown to people, it decides nothing: the network is not asked for it.
    data.dwProvFlags = WTD_CACHE_ONLY_URL_RETRIEVAL | WTD_SAFER_FLAG;
    GUID policy = WINTRUST_ACTION_GENERIC_VERIFY_V2;
    const LONG verified = WinVerifyTrust(nullptr, &policy, &data);
    const auto close = gsl::finally([&] {
        data.dwStateAction = WTD_STATEACTION_CLOSE;
        (void)WinVerifyTrust(nullptr, &policy, &data);
    });
    if (verified != ERROR_SUCCESS) return {};
    CRYPT_PROVIDER_DATA *provider = WTHelperProvDataFromStateData(data.hWVTStateData);
    CRYPT_PROVIDER_SGNR *signer = provider != nullptr ? WTHelperGetProvSignerFromChain(provider, 0, FALSE, 0) : nullptr;
    CRYPT_PROVIDER_CERT *certificate = signer != nullptr ? WTHelperGetProvCertFromChain(signer, 0) : nullptr;
    if (certificate == nullptr || certificate->pCert == nullptr) return {};
    std::wstring subject(256, L'\0');
    const DWORD size = CertGetNameStringW(certificate->pCert, CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, nullptr, subject.data(),
                                          static_cast<DWORD>(subject.size()));
    return size > 1 ? win32::narrow(std::wstring_view(subject.data(), size - 1)) : std::string();
}

} // namespace certbroker::provider
