#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"
#include "provider/trust.hpp"

namespace certbroker::provider {
namespace {

namespace fs = std::filesystem;

/// What is wrong with one level of a path. A sticky folder (/tmp) lets nobody replace what is another's; the last level
/// must not be writable at all.
std::optional<std::string> level_problem(const fs::path &path, bool last) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0)
        return "'" + file::from_path(path) + "' cannot be looked at: " + std::strerror(errno);
    const uid_t self = ::geteuid();
    if (info.st_uid != 0 && info.st_uid != self)
        return "'" + file::from_path(path) + "' belongs to the user " + std::to_string(info.st_uid) +
               (self == 0 ? ", not to root" : ", neither to root nor to you");
    const bool open_to_others = (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    const bool sticky_folder = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
    if (open_to_others && (last || !sticky_folder)) return "'" + file::from_path(path) + "' can be written by others";
    return std::nullopt;
}

} // namespace

std::optional<std::string> writable_by_others(const fs::path &path) {
    std::error_code problem;
    const fs::path real = fs::canonical(path, problem);
    if (problem) return "'" + file::from_path(path) + "' cannot be looked at: " + problem.message();
    bool last = true;
    for (fs::path level = real;; level = level.parent_path()) {
        if (auto found = level_problem(level, last)) return found;
        last = false;
        if (level == level.root_path()) return std::nullopt;
    }
}

std::string_view trust_remedy() noexcept {
    return "Give the plugin folder, its files and its parents to root (chown root, chmod go-w), or put the module "
           "where "
           "only administrators can write.";
}

} // namespace certbroker::provider
