#include <sys/stat.h>

#include <stdexcept>

#include "support/platform.hpp"

namespace certbroker::test {

void let_write(const std::filesystem::path &path, Writers writers) {
    const mode_t folder = std::filesystem::is_directory(path) ? 0111 : 0;
    const mode_t mode = (writers == Writers::everyone ? 0666 : 0644) | folder;
    if (::chmod(path.c_str(), mode) != 0) throw std::runtime_error("chmod");
}

bool only_owner_reads(const std::filesystem::path &path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) throw std::runtime_error("stat");
    return (info.st_mode & 077U) == 0;
}

} // namespace certbroker::test
