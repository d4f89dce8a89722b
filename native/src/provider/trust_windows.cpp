#include "provider/trust_windows.hpp"

#include "base/win32.hpp"

#include <aclapi.h>
#include <sddl.h>

#include <memory>
#include <vector>

#include "base/file.hpp"
#include "provider/trust.hpp"

namespace certbroker::provider {
namespace {

namespace fs = std::filesystem;

constexpr const char *administrators = "S-1-5-32-544";
constexpr const char *local_system = "S-1-5-18";
constexpr const char *trusted_installer = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
constexpr const char *creator_owner = "S-1-3-0"; // stands for whoever the owner is, who is looked at by himself

/// What lets somebody swap what lies in a folder, or the thing itself.
constexpr DWORD replacing = DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL;
constexpr DWORD replacing_inside = replacing | FILE_DELETE_CHILD;
constexpr DWORD writing = replacing_inside | GENERIC_WRITE | FILE_WRITE_DATA | FILE_APPEND_DATA;

std::string text_of(PSID sid) {
    wchar_t *raw = nullptr;
    if (sid == nullptr || ConvertSidToStringSidW(sid, &raw) == 0) return {};
    const std::unique_ptr<void, win32::LocalFreeDeleter> owner(raw);
    return win32::narrow(raw);
}

/// "NAME (S-1-...)", or the SID alone where nobody knows its name.
std::string account_of(PSID sid) {
    std::wstring name(256, L'\0');
    std::wstring domain(256, L'\0');
    auto name_size = static_cast<DWORD>(name.size());
    auto domain_size = static_cast<DWORD>(domain.size());
    SID_NAME_USE use{};
    const std::string text = text_of(sid);
    if (LookupAccountSidW(nullptr, sid, name.data(), &name_size, domain.data(), &domain_size, &use) == 0) return text;
    return win32::narrow(name.c_str()) + " (" + text + ")";
}

std::optional<std::string> level_problem(const fs::path &path, bool last, const Trustees &trustees) {
    PSID owner = nullptr;
    PACL dacl = nullptr;
    PSECURITY_DESCRIPTOR raw = nullptr;
    std::wstring name = win32::long_name(path.native());
    const DWORD code =
        GetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                              &owner, nullptr, &dacl, nullptr, &raw);
    const std::unique_ptr<void, win32::LocalFreeDeleter> descriptor(raw);
    const std::string what = "'" + file::from_path(path) + "'";
    if (code != ERROR_SUCCESS) return what + " cannot be looked at: " + win32::describe_error(code);
    if (!trustees.trusts(text_of(owner))) return what + " belongs to " + account_of(owner);
    if (dacl == nullptr) return what + " can be written by everyone";
    const DWORD forbidden = last ? writing : replacing_inside;
    for (DWORD index = 0; index < dacl->AceCount; ++index) {
        void *ace = nullptr;
        if (GetAce(dacl, index, &ace) == 0) return what + " has permissions that cannot be read";
        const auto *header = static_cast<const ACE_HEADER *>(ace);
        if ((header->AceFlags & INHERIT_ONLY_ACE) != 0 || header->AceType != ACCESS_ALLOWED_ACE_TYPE) continue;
        auto *allowed = static_cast<ACCESS_ALLOWED_ACE *>(ace);
        auto *sid = static_cast<PSID>(&allowed->SidStart);
        if ((allowed->Mask & forbidden) != 0 && !trustees.trusts(text_of(sid)))
            return what + " can be written by " + account_of(sid);
    }
    return std::nullopt;
}

/// A token that has no weaker twin: UAC is off, or the account is SYSTEM, a service or the built-in administrator.
bool only_token() {
    HANDLE raw = nullptr;
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw) == 0) return false;
    const win32::Handle token(raw);
    TOKEN_ELEVATION_TYPE type{};
    DWORD size = 0;
    return GetTokenInformation(token.get(), TokenElevationType, &type, sizeof type, &size) != 0 &&
           type == TokenElevationTypeDefault;
}

} // namespace

bool Trustees::trusts(const std::string &sid) const {
    if (sid == administrators || sid == local_system || sid == trusted_installer || sid == creator_owner) return true;
    return !user.empty() && sid == user;
}

Trustees trustees_of_process() {
    // An elevated administrator's own account also runs without those rights: what it may write, any of its programs
    // may have written.
    return {!win32::is_elevated() || only_token() ? win32::current_user_sid() : std::string()};
}

std::optional<std::string> writable_by_others(const fs::path &path, const Trustees &trustees) {
    const win32::Handle opened(CreateFileW(win32::long_name(path.native()).c_str(), 0,
                                           FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                           OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    if (!opened) return "'" + file::from_path(path) + "' cannot be looked at: " + win32::describe_error(GetLastError());
    std::wstring real(32'768, L'\0');
    real.resize(
        GetFinalPathNameByHandleW(opened.get(), real.data(), static_cast<DWORD>(real.size()), FILE_NAME_NORMALIZED));
    constexpr std::wstring_view prefix = L"\\\\?\\";
    if (real.starts_with(prefix) && !real.starts_with(L"\\\\?\\UNC\\")) real.erase(0, prefix.size());
    bool last = true;
    for (fs::path level(real);; level = level.parent_path()) {
        if (auto found = level_problem(level, last, trustees)) return found;
        last = false;
        if (level == level.root_path() || level.parent_path() == level) return std::nullopt;
    }
}

std::optional<std::string> writable_by_others(const fs::path &path) {
    return writable_by_others(path, trustees_of_process());
}

std::string_view trust_remedy() noexcept {
    return "Put the module where only administrators can write (Program Files), or take the right to write and to "
           "delete from everybody else (icacls shows who has it).";
}

} // namespace certbroker::provider
