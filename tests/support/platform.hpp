#pragma once

#include <filesystem>
#include <string>

#if defined(_WIN32)
#include <process.h>
#else
#include <unistd.h>
#endif

/// The few things that tests have to do differently from platform to platform.
namespace certbroker::test {

#if defined(_WIN32)
inline constexpr const char *plugin_suffix = ".dll";
#else
inline constexpr const char *plugin_suffix = ".so";
#endif

inline long process_id() noexcept {
#if defined(_WIN32)
    return ::_getpid();
#else
    return ::getpid();
#endif
}

/// Who may write a file or folder from now on; everybody may read it.
enum class Writers { owner, everyone };
void let_write(const std::filesystem::path &path, Writers writers);
/// Whether nobody but the owner (and administrators) may read it.
bool only_owner_reads(const std::filesystem::path &path);

/// A path from the root of the file system, in the platform's own spelling: "/etc/x" or "C:\\etc\\x".
inline std::string absolute(std::string path) {
#if defined(_WIN32)
    for (char &c : path) {
        if (c == '/') c = '\\';
    }
    return "C:" + path;
#else
    return path;
#endif
}

} // namespace certbroker::test
