#include "provider/plugin_library.hpp"

#include "base/win32.hpp"

#include <array>
#include <utility>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "provider/errors.hpp"

namespace certbroker::provider {
namespace {

constexpr std::size_t max_plugin = 256UL * 1024 * 1024;

Error cannot(const ErrorKind &kind, const std::filesystem::path &path, const std::string &why) {
    return fail(kind, "The plugin '" + file::from_path(path) + "' cannot be used: " + why);
}

Error os_failure(const std::filesystem::path &path, DWORD code) {
    const ErrorKind &kind = code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND     ? errors::file_missing
                            : code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION ? errors::file_access
                                                                                             : errors::file_io;
    return win32::system_error(kind, "The plugin '" + file::from_path(path) + "' cannot be used", code);
}

HANDLE handle_of(std::intptr_t descriptor) {
    return reinterpret_cast<HANDLE>(descriptor);
}

Result<Bytes> read_all(HANDLE file, std::size_t size, const std::filesystem::path &path) {
    Bytes bytes(size);
    for (std::size_t at = 0; at < size;) {
        DWORD got = 0;
        if (ReadFile(file, bytes.data() + at, static_cast<DWORD>(size - at), &got, nullptr) == 0)
            return os_failure(path, GetLastError());
        if (got == 0) return cannot(errors::file_io, path, "it became shorter while it was read");
        at += got;
    }
    return bytes;
}

/// The name that the open file has now, whatever links led to it.
std::wstring final_name(HANDLE file) {
    std::wstring name(32'768, L'\0');
    name.resize(GetFinalPathNameByHandleW(file, name.data(), static_cast<DWORD>(name.size()), FILE_NAME_NORMALIZED));
    // The loader takes no \\?\ names with a drive in them on every version; short ones go in the plain form.
    constexpr std::wstring_view prefix = L"\\\\?\\";
    if (name.starts_with(prefix) && name.size() < MAX_PATH && !name.starts_with(L"\\\\?\\UNC\\"))
        name.erase(0, prefix.size());
    return name;
}

} // namespace

PluginFile::~PluginFile() {
    if (descriptor_ != -1) (void)CloseHandle(handle_of(descriptor_));
}

Result<PluginFile> PluginFile::open(const std::filesystem::path &path) {
    // Whoever would write, rename or delete the file while we hold it is refused: what is hashed is what is loaded.
    const HANDLE file = CreateFileW(win32::long_name(path.native()).c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr,
                                    OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
    if (file == INVALID_HANDLE_VALUE) return os_failure(path, GetLastError());
    PluginFile opened(reinterpret_cast<std::intptr_t>(file), path);
    BY_HANDLE_FILE_INFORMATION info{};
    LARGE_INTEGER size{};
    if (GetFileInformationByHandle(file, &info) == 0 || GetFileSizeEx(file, &size) == 0)
        return os_failure(path, GetLastError());
    if ((info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return cannot(errors::file_access, path, "it is a symbolic link");
    if ((info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        return cannot(errors::file_access, path, "it is no file");
    if (size.QuadPart <= 0 || static_cast<std::uint64_t>(size.QuadPart) > max_plugin)
        return cannot(errors::file_io, path, "it is empty or larger than 256 MiB");
    CERTBROKER_TRY(const Bytes bytes, read_all(file, static_cast<std::size_t>(size.QuadPart), path));
    opened.sha256_ = to_hex(crypto::sha256(bytes));
    return opened;
}

Result<const cbp_plugin *> PluginFile::load() {
    // What the plugin imports comes from System32 alone: nothing that lies beside it, or in the current folder, gets
    // in.
    HMODULE library = LoadLibraryExW(final_name(handle_of(descriptor_)).c_str(), nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (library == nullptr)
        return win32::system_error(errors::provider_descriptor,
                                   "The plugin '" + file::from_path(path_) + "' cannot be used", GetLastError());
    descriptor_ = -1; // kept open on purpose, as the library stays loaded
    // By way of void *: GetProcAddress's own type says nothing about what it found.
    void *symbol = reinterpret_cast<void *>(GetProcAddress(library, "certbroker_plugin_describe"));
    return describe_plugin(symbol, path_);
}

} // namespace certbroker::provider
