#pragma once

#include <atomic>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>

namespace certbroker::test {

/// A folder of its own, removed with everything in it. In memory where the system has such a place: the tests write
/// many small files durably, and no test can pull the plug.
class TemporaryFolder {
public:
    TemporaryFolder() {
        namespace fs = std::filesystem;
        std::error_code error;
        const fs::path memory("/dev/shm");
        // Not under Wine, which shows such a folder as one that everybody may write.
        const bool usable = !on_windows && fs::is_directory(memory, error);
        const fs::path parent = usable ? memory : fs::temp_directory_path();
        std::random_device random;
        for (int attempt = 0; attempt < 100; ++attempt) {
            path_ = parent / ("certbroker-test-" + std::to_string(random()) + std::to_string(random()));
            if (!fs::create_directory(path_, error)) continue;
            fs::permissions(path_, fs::perms::owner_all, error);
            return;
        }
        throw std::runtime_error("no temporary folder");
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;

    const std::filesystem::path &path() const noexcept { return path_; }
    /// The name is UTF-8.
    std::filesystem::path operator/(const std::string &name) const {
        return path_ / std::filesystem::path(std::u8string(name.begin(), name.end()));
    }
    std::string file(const std::string &name) const { return (path_ / name).string(); }

private:
#if defined(_WIN32)
    static constexpr bool on_windows = true;
#else
    static constexpr bool on_windows = false;
#endif
    std::filesystem::path path_;
};

} // namespace certbroker::test
