#pragma once

#if !defined(WIN32_LEAN_AND_MEAN)
#define WIN32_LEAN_AND_MEAN
#endif
#if !defined(NOMINMAX)
#define NOMINMAX
#endif
#include <windows.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

/// Where UTF-8 becomes UTF-16 and back, and what owns the handles of Windows. Windows only; never included together
/// with OpenSSL, whose names windows.h takes.
namespace certbroker::win32 {

/// Invalid sequences become U+FFFD: whoever must refuse them has asked is_valid_utf8 before.
std::wstring widen(std::string_view utf8);
std::string narrow(std::wstring_view utf16);
/// The NUL-terminated text; empty for nullptr.
std::string narrow(const wchar_t *utf16);

/// What Windows says about an error code (GetLastError, HRESULT, NTSTATUS), in English where it can, without the line
/// end; ends with the code, "(0x80090016)".
std::string describe_error(DWORD code);
/// "what: why (0x...)", with the code as OsCode.
Error system_error(const ErrorKind &kind, std::string what, DWORD code);

/// A HANDLE that is closed.
class Handle {
public:
    Handle() = default;
    explicit Handle(HANDLE handle) noexcept : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
    Handle(Handle &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Handle &operator=(Handle &&other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    ~Handle() {
        if (handle_ != nullptr) (void)CloseHandle(handle_);
    }
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    HANDLE get() const noexcept { return handle_; }
    HANDLE release() noexcept { return std::exchange(handle_, nullptr); }

private:
    HANDLE handle_ = nullptr;
};

/// Memory that LocalFree gives back.
struct LocalFreeDeleter {
    void operator()(void *memory) const noexcept { (void)LocalFree(memory); }
};

/// The string form (S-1-5-...) of the account this process runs as; empty when Windows does not say.
std::string current_user_sid();
/// True for a process with administrators' rights in force (elevated, SYSTEM).
bool is_elevated() noexcept;

/// Gives the file `to` the access list of `from`, inherited or protected as it is there, and its owner and group where
/// this account may. ERROR_SUCCESS, or the code of Windows.
DWORD copy_access(const std::wstring &from, const std::wstring &to);

/// Where a file name goes to Win32: absolute, with \\?\ in front once it is too long for MAX_PATH.
std::wstring long_name(const std::wstring &path);

} // namespace certbroker::win32
