#include "base/win32.hpp"

#include <sddl.h>
#include <shlobj.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include <gsl/util>

#include "base/errors.hpp"
#include "base/fault.hpp"
#include "base/file.hpp"

namespace certbroker::file {
namespace {

namespace fs = std::filesystem;
using win32::Handle;

Error os_error(std::string what, DWORD code) {
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_INVALID_DRIVE:
    case ERROR_DIRECTORY:
        return win32::system_error(errors::file_missing, std::move(what), code);
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return win32::system_error(errors::file_exists, std::move(what), code);
    case ERROR_ACCESS_DENIED:
    case ERROR_WRITE_PROTECT:
    case ERROR_PRIVILEGE_NOT_HELD:
        return win32::system_error(errors::file_access, std::move(what), code);
    default:
        return win32::system_error(errors::file_io, std::move(what), code);
    }
}

Error os_error(std::string what, const fs::path &path, DWORD code = GetLastError()) {
    return os_error(std::move(what) + " '" + from_path(path) + "'", code);
}

std::wstring name_of(const fs::path &path) {
    return win32::long_name(path.native());
}

/// Who may use what is made: owner, SYSTEM and administrators; for `everyone` all accounts may read besides. Protected:
/// a folder above that lets others write (ProgramData does) must not decide.
class Security {
public:
    Security(Access access, bool folder) {
        const std::string sid = win32::current_user_sid();
        if (sid.empty()) return;
        const std::string inherit = folder ? "OICI" : "";
        std::string sddl =
            "D:P(A;" + inherit + ";FA;;;SY)(A;" + inherit + ";FA;;;BA)(A;" + inherit + ";FA;;;" + sid + ")";
        if (access == Access::everyone) sddl += "(A;" + inherit + ";FRFX;;;WD)";
        void *raw = nullptr;
        if (ConvertStringSecurityDescriptorToSecurityDescriptorW(win32::widen(sddl).c_str(), SDDL_REVISION_1, &raw,
                                                                 nullptr) == 0)
            return;
        descriptor_.reset(raw);
        attributes_.nLength = sizeof attributes_;
        attributes_.lpSecurityDescriptor = raw;
    }
    /// Nothing when Windows could not make one: then nothing may be written for `owner`.
    SECURITY_ATTRIBUTES *get() noexcept { return descriptor_ ? &attributes_ : nullptr; }

private:
    std::unique_ptr<void, win32::LocalFreeDeleter> descriptor_;
    SECURITY_ATTRIBUTES attributes_{};
};

bool write_all(HANDLE file, ByteView bytes) {
    while (!bytes.empty()) {
        constexpr std::size_t most = 1UL << 20U;
        DWORD written = 0;
        if (WriteFile(file, bytes.data(), static_cast<DWORD>(std::min(bytes.size(), most)), &written, nullptr) == 0 ||
            written == 0)
            return false;
        bytes = bytes.subspan(written);
    }
    return true;
}

/// A new file beside the one that is to be written; a name that a killed process left behind is passed over.
Handle open_temporary(const fs::path &path, Access access, fs::path &name) {
    static std::atomic<unsigned> counter{0};
    Security security(access, false);
    if (security.get() == nullptr) {
        SetLastError(ERROR_ACCESS_DENIED);
        return {};
    }
    for (int attempt = 0; attempt < 1000; ++attempt) {
        name = path.parent_path() / (L"." + path.filename().native() + L"." + std::to_wstring(GetCurrentProcessId()) +
                                     L"." + std::to_wstring(counter.fetch_add(1)) + L".tmp");
        Handle made(CreateFileW(name_of(name).c_str(), GENERIC_WRITE | DELETE, FILE_SHARE_READ | FILE_SHARE_DELETE,
                                security.get(), CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
        if (made || GetLastError() != ERROR_FILE_EXISTS) return made;
    }
    return {};
}

/// Virus scanners and indexers hold new files for a moment. Anything else fails as often as it is tried.
template<class Work>
bool with_patience(Work work) {
    for (int attempt = 0;; ++attempt) {
        if (work()) return true;
        const DWORD code = GetLastError();
        if ((code != ERROR_SHARING_VIOLATION && code != ERROR_ACCESS_DENIED && code != ERROR_LOCK_VIOLATION) ||
            attempt == 20) {
            SetLastError(code);
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

/// Gives the open file its name as POSIX does: also over a file that somebody is reading, who keeps the old one.
/// Windows 10 on NTFS knows how; elsewhere the answer is "no such thing", and MoveFileEx does what can be done.
bool rename_open(HANDLE file, const std::wstring &from, const std::wstring &to, bool overwrite) {
    struct RenameInfo { // FILE_RENAME_INFO with its newer flags, which this toolchain's headers do not have
        DWORD flags;
        HANDLE root;
        DWORD name_bytes;
        wchar_t name[1];
    };
    constexpr auto rename_info_ex = static_cast<FILE_INFO_BY_HANDLE_CLASS>(22);
    constexpr DWORD replace = 1;
    constexpr DWORD posix_semantics = 2;
    std::vector<std::uint8_t> buffer(sizeof(RenameInfo) + to.size() * sizeof(wchar_t));
    auto *info = reinterpret_cast<RenameInfo *>(buffer.data());
    info->flags = posix_semantics | (overwrite ? replace : 0U);
    info->name_bytes = static_cast<DWORD>(to.size() * sizeof(wchar_t));
    std::copy(to.begin(), to.end(), info->name);
    if (SetFileInformationByHandle(file, rename_info_ex, info, static_cast<DWORD>(buffer.size())) != 0) return true;
    switch (GetLastError()) {
    case ERROR_INVALID_PARAMETER:
    case ERROR_NOT_SUPPORTED:
    case ERROR_INVALID_FUNCTION:
    case ERROR_CALL_NOT_IMPLEMENTED:
    case ERROR_INVALID_LEVEL:
        return MoveFileExW(from.c_str(), to.c_str(),
                           MOVEFILE_WRITE_THROUGH | (overwrite ? MOVEFILE_REPLACE_EXISTING : 0U)) != 0;
    default:
        return false;
    }
}

template<class Container>
Result<Container> read_into(const fs::path &path, std::size_t limit) {
    const Handle in(CreateFileW(name_of(path).c_str(), GENERIC_READ,
                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
                                FILE_ATTRIBUTE_NORMAL | FILE_FLAG_SEQUENTIAL_SCAN, nullptr));
    if (!in) {
        const DWORD code = GetLastError();
        if (is_folder(path))
            return fail(errors::file_io, "The file could not be read '" + from_path(path) + "': it is a folder")
                .with(ErrorNumber::os_code, code);
        return os_error("The file could not be opened", path, code);
    }
    LARGE_INTEGER size{};
    // The size is only a hint: pipes have none.
    if (GetFileSizeEx(in.get(), &size) == 0) size.QuadPart = 0;
    Container out;
    out.resize(std::min(limit + 1, static_cast<std::size_t>(size.QuadPart) + 1));
    std::size_t filled = 0;
    for (;;) {
        if (filled == out.size()) {
            if (filled > limit) break;
            out.resize(std::min(limit + 1, out.size() * 2 + 4096));
        }
        DWORD got = 0;
        const auto room = static_cast<DWORD>(std::min<std::size_t>(out.size() - filled, 1UL << 30U));
        if (ReadFile(in.get(), out.data() + filled, room, &got, nullptr) == 0) {
            if (GetLastError() == ERROR_BROKEN_PIPE) break;
            return os_error("The file could not be read", path);
        }
        if (got == 0) break;
        filled += got;
    }
    if (filled > limit)
        return fail(errors::too_large, "The file '" + from_path(path) + "' could not be read: it is larger than " +
                                           std::to_string(limit) + " bytes");
    out.resize(filled);
    return out;
}

} // namespace

fs::path to_path(std::string_view utf8) {
    return fs::path(win32::widen(utf8));
}

std::string from_path(const fs::path &path) {
    return win32::narrow(path.native());
}

Result<Bytes> read(const fs::path &path, std::size_t limit) {
    return read_into<Bytes>(path, limit);
}

Result<SecretBytes> read_secret(const fs::path &path, std::size_t limit) {
    return read_into<SecretBytes>(path, limit);
}

namespace {

Result<void> write_in_place_of(const fs::path *model, const fs::path &path, ByteView bytes, Access access,
                               bool overwrite, const char *fault_name) {
    fs::path temporary;
    fault::point(fault_name);
    Handle out = open_temporary(path, access, temporary);
    if (!out) return os_error("The file could not be written", path);
    const std::wstring from = name_of(temporary);
    const auto give_up = [&](DWORD code) {
        out = Handle();
        (void)DeleteFileW(from.c_str());
        return os_error("The file could not be written", path, code);
    };
    if (!write_all(out.get(), bytes) || FlushFileBuffers(out.get()) == 0) return give_up(GetLastError());
    if (model != nullptr) {
        if (const DWORD code = win32::copy_access(name_of(*model), from); code != ERROR_SUCCESS) return give_up(code);
    }
    fault::point(fault_name);
    const std::wstring to = name_of(path);
    if (!with_patience([&] { return rename_open(out.get(), from, to, overwrite); })) return give_up(GetLastError());
    // The name, too: NTFS writes what it knows of a file when that is flushed.
    (void)FlushFileBuffers(out.get());
    fault::point(fault_name);
    return {};
}

} // namespace

Result<void> write_atomic(const fs::path &path, ByteView bytes, Access access, bool overwrite, const char *fault_name) {
    return write_in_place_of(nullptr, path, bytes, access, overwrite, fault_name);
}

Result<void> write_atomic_like(const fs::path &model, const fs::path &path, ByteView bytes, bool overwrite,
                               const char *fault_name) {
    return write_in_place_of(&model, path, bytes, Access::owner, overwrite, fault_name);
}

Result<void> make_folder(const fs::path &path, Access access) {
    if (path.empty() || path == path.root_path()) return {};
    const DWORD attributes = GetFileAttributesW(name_of(path).c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES) {
        if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) return {};
        return os_error("The folder could not be made", path, ERROR_DIRECTORY);
    }
    CERTBROKER_CHECK(make_folder(path.parent_path(), access));
    Security security(access, true);
    if (security.get() == nullptr) return os_error("The folder could not be made", path, ERROR_ACCESS_DENIED);
    if (CreateDirectoryW(name_of(path).c_str(), security.get()) == 0 && GetLastError() != ERROR_ALREADY_EXISTS)
        return os_error("The folder could not be made", path);
    return {};
}

Result<bool> remove(const fs::path &path) {
    const std::wstring name = name_of(path);
    if (!with_patience([&] { return DeleteFileW(name.c_str()) != 0; })) {
        const DWORD code = GetLastError();
        if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND) return false;
        return os_error("The file could not be removed", path, code);
    }
    return true;
}

bool remove_quietly(const fs::path &path) noexcept {
    try {
        return DeleteFileW(name_of(path).c_str()) != 0;
    } catch (...) {
        return false; // no memory for the name
    }
}

bool exists(const fs::path &path) {
    return GetFileAttributesW(name_of(path).c_str()) != INVALID_FILE_ATTRIBUTES;
}

bool is_folder(const fs::path &path) {
    const DWORD attributes = GetFileAttributesW(name_of(path).c_str());
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

namespace {
/// A file where the folder, or one above it, should be is not a folder that is missing.
bool file_in_place_of(const fs::path &folder) {
    for (fs::path level = folder; !level.empty() && level != level.root_path(); level = level.parent_path()) {
        if (file::exists(level)) return !file::is_folder(level);
    }
    return false;
}
} // namespace

Result<std::vector<std::string>> list(const fs::path &folder) {
    std::vector<std::string> names;
    WIN32_FIND_DATAW found{};
    HANDLE search = FindFirstFileExW(win32::long_name((folder / L"*").native()).c_str(), FindExInfoBasic, &found,
                                     FindExSearchNameMatch, nullptr, FIND_FIRST_EX_LARGE_FETCH);
    if (search == INVALID_HANDLE_VALUE) {
        const DWORD code = GetLastError();
        if (code == ERROR_FILE_NOT_FOUND) return names;
        if (file_in_place_of(folder))
            return fail(errors::file_access,
                        "The folder could not be read '" + from_path(folder) + "': a file is in its place")
                .with(ErrorNumber::os_code, code);
        return os_error("The folder could not be read", folder, code);
    }
    const auto close = gsl::finally([search] { (void)FindClose(search); });
    do {
        const std::wstring_view name(found.cFileName);
        if (name != L"." && name != L"..") names.push_back(win32::narrow(name));
    } while (FindNextFileW(search, &found) != 0);
    if (GetLastError() != ERROR_NO_MORE_FILES) return os_error("The folder could not be read", folder);
    return names;
}

std::string system_name(const fs::path &path) {
    return win32::narrow(name_of(path));
}

std::string machine_data_folder() {
    wchar_t *raw = nullptr;
    const HRESULT found = SHGetKnownFolderPath(FOLDERID_ProgramData, 0, nullptr, &raw);
    const auto release = gsl::finally([&] { CoTaskMemFree(raw); });
    return (FAILED(found) || raw == nullptr ? std::string("C:\\ProgramData") : win32::narrow(raw)) + "\\CertBroker";
}

template<class TryLock>
Result<Lock> Lock::wait(const fs::path &path, std::uint32_t timeout_ms, TryLock try_lock) {
    Security security(Access::owner, false);
    const std::wstring name = name_of(path);
    Handle file;
    if (!with_patience([&] {
            file = Handle(CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE,
                                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, security.get(),
                                      OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
            return static_cast<bool>(file);
        }))
        return os_error("The lock could not be opened", path);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (!try_lock(file.get())) {
        const DWORD code = GetLastError();
        if (code != ERROR_LOCK_VIOLATION && code != ERROR_IO_PENDING)
            return os_error("The lock could not be taken", path, code);
        if (std::chrono::steady_clock::now() >= give_up)
            return fail(errors::database_busy,
                        "'" + from_path(path) + "' could not be locked: another process holds it");
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return Lock(reinterpret_cast<std::intptr_t>(file.release()));
}

namespace {
bool try_to_lock(HANDLE file, DWORD kind, std::uint64_t place) {
    OVERLAPPED at{};
    at.Offset = static_cast<DWORD>(place & 0xffffffffU);
    at.OffsetHigh = static_cast<DWORD>(place >> 32U);
    return LockFileEx(file, LOCKFILE_FAIL_IMMEDIATELY | kind, 0, 1, 0, &at) != 0;
}
} // namespace

Result<Lock> Lock::acquire(const fs::path &path, std::uint32_t timeout_ms, Kind kind) {
    const DWORD how = kind == Kind::shared ? 0U : static_cast<DWORD>(LOCKFILE_EXCLUSIVE_LOCK);
    return wait(path, timeout_ms, [how](HANDLE file) { return try_to_lock(file, how, 0); });
}

Result<Lock> Lock::acquire_at(const fs::path &path, std::uint64_t place, std::uint32_t timeout_ms) {
    // Stays clear of the largest offset, whose end overflows.
    return wait(path, timeout_ms,
                [place](HANDLE file) { return try_to_lock(file, LOCKFILE_EXCLUSIVE_LOCK, place >> 2U); });
}

Lock::Lock(Lock &&other) noexcept : handle_(std::exchange(other.handle_, -1)) {}

Lock &Lock::operator=(Lock &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}

Lock::~Lock() {
    // Closing gives the lock up.
    if (handle_ != -1) (void)CloseHandle(reinterpret_cast<HANDLE>(handle_));
}

} // namespace certbroker::file
