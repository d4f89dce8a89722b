#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace certbroker::test {

/// A folder of its own, removed with everything in it. In memory where the system has such a place: the tests write
/// many small files durably, and no test can pull the plug.
class TemporaryFolder {
public:
    TemporaryFolder() {
        const std::filesystem::path memory("/dev/shm");
        const bool usable = ::access(memory.c_str(), W_OK) == 0;
        std::string name =
            ((usable ? memory : std::filesystem::temp_directory_path()) / "certbroker-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;

    const std::filesystem::path &path() const noexcept { return path_; }
    std::string file(const std::string &name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

} // namespace certbroker::test
