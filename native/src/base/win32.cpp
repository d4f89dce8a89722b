#include "base/win32.hpp"

#include <aclapi.h>
#include <sddl.h>

#include <array>
#include <cstdio>
#include <memory>
#include <vector>

#include <gsl/narrow>

#include "base/text.hpp"

namespace certbroker::win32 {

std::wstring widen(std::string_view utf8) {
    if (utf8.empty()) return {};
    const int size = gsl::narrow<int>(utf8.size());
    const int needed = MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, nullptr, 0);
    std::wstring wide(static_cast<std::size_t>(needed), L'\0');
    (void)MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, wide.data(), needed);
    return wide;
}

std::string narrow(std::wstring_view utf16) {
    if (utf16.empty()) return {};
    const int size = gsl::narrow<int>(utf16.size());
    const int needed = WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size, nullptr, 0, nullptr, nullptr);
    std::string text(static_cast<std::size_t>(needed), '\0');
    (void)WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size, text.data(), needed, nullptr, nullptr);
    return text;
}

std::string narrow(const wchar_t *utf16) {
    return utf16 == nullptr ? std::string() : narrow(std::wstring_view(utf16));
}

std::string describe_error(DWORD code) {
    wchar_t *raw = nullptr;
    constexpr DWORD flags = FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    // Messages are searched for by what they say, so English is asked for before the user's own language.
    const auto ask = [&](DWORD language) {
        return FormatMessageW(flags, nullptr, code, language, reinterpret_cast<wchar_t *>(&raw), 0, nullptr);
    };
    DWORD size = ask(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US));
    if (size == 0) size = ask(0);
    const std::unique_ptr<void, LocalFreeDeleter> owner(raw);
    std::string text = narrow(std::wstring_view(raw != nullptr ? raw : L"", size));
    while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' ' || text.back() == '.'))
        text.pop_back();
    for (char &c : text) {
        if (c == '\r' || c == '\n') c = ' ';
    }
    std::array<char, 16> hex{};
    (void)std::snprintf(hex.data(), hex.size(), "0x%08lx", static_cast<unsigned long>(code));
    return (text.empty() ? "Windows does not say why" : text) + " (" + hex.data() + ")";
}

Error system_error(const ErrorKind &kind, std::string what, DWORD code) {
    return fail(kind, std::move(what) + ": " + describe_error(code)).with(ErrorNumber::os_code, code);
}

std::string current_user_sid() {
    HANDLE raw = nullptr;
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw) == 0) return {};
    const Handle token(raw);
    DWORD size = 0;
    (void)GetTokenInformation(token.get(), TokenUser, nullptr, 0, &size);
    std::vector<std::uint8_t> user(size);
    wchar_t *text = nullptr;
    if (size == 0 || GetTokenInformation(token.get(), TokenUser, user.data(), size, &size) == 0 ||
        ConvertSidToStringSidW(reinterpret_cast<const TOKEN_USER *>(user.data())->User.Sid, &text) == 0)
        return {};
    const std::unique_ptr<void, LocalFreeDeleter> owner(text);
    return narrow(text);
}

bool is_elevated() noexcept {
    HANDLE raw = nullptr;
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw) == 0) return false;
    const Handle token(raw);
    TOKEN_ELEVATION elevation{};
    DWORD size = 0;
    return GetTokenInformation(token.get(), TokenElevation, &elevation, sizeof elevation, &size) != 0 &&
           elevation.TokenIsElevated != 0;
}

namespace {

bool has_inherited(PACL list) {
    for (DWORD i = 0; list != nullptr && i < list->AceCount; ++i) {
        void *entry = nullptr;
        if (GetAce(list, i, &entry) != 0 && (static_cast<ACE_HEADER *>(entry)->AceFlags & INHERITED_ACE) != 0)
            return true;
    }
    return false;
}

} // namespace

DWORD copy_access(const std::wstring &from, const std::wstring &to) {
    constexpr SECURITY_INFORMATION whose = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION;
    PSID owner = nullptr;
    PSID group = nullptr;
    PACL list = nullptr;
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    DWORD code = GetNamedSecurityInfoW(from.c_str(), SE_FILE_OBJECT, whose | DACL_SECURITY_INFORMATION, &owner, &group,
                                       &list, nullptr, &descriptor);
    const std::unique_ptr<void, LocalFreeDeleter> memory(descriptor);
    if (code != ERROR_SUCCESS) return code;
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision = 0;
    if (GetSecurityDescriptorControl(descriptor, &control, &revision) == 0) return GetLastError();
    std::wstring name = to; // the function takes it as not constant
    // Only administrators may give a file to others; the access list does not depend on it.
    (void)SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, whose, owner, group, nullptr, nullptr);
    // A list of which nothing is inherited stays without heritage also where the system forgets to say so (Wine).
    const bool closed = (control & SE_DACL_PROTECTED) != 0 || !has_inherited(list);
    const SECURITY_INFORMATION inheritance =
        closed ? PROTECTED_DACL_SECURITY_INFORMATION : UNPROTECTED_DACL_SECURITY_INFORMATION;
    code = SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | inheritance, nullptr, nullptr,
                                 list, nullptr);
    return code;
}

std::wstring long_name(const std::wstring &path) {
    // 12 less than MAX_PATH: folders must leave room for a file name of the old kind.
    constexpr std::size_t longest = MAX_PATH - 12;
    if (path.starts_with(L"\\\\?\\") || path.starts_with(L"\\\\.\\")) return path;
    const DWORD needed = GetFullPathNameW(path.c_str(), 0, nullptr, nullptr);
    if (needed == 0) return path;
    std::wstring full(needed, L'\0');
    full.resize(GetFullPathNameW(path.c_str(), needed, full.data(), nullptr));
    if (full.size() < longest) return full;
    return full.starts_with(L"\\\\") ? L"\\\\?\\UNC\\" + full.substr(2) : L"\\\\?\\" + full;
}

} // namespace certbroker::win32
