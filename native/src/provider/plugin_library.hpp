#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "certbroker/plugin.h"

namespace certbroker::provider {

/// A plugin's file, open: what was hashed is what gets loaded, whatever happens to the name meanwhile.
class PluginFile {
public:
    /// Opens a regular file (no symbolic link) and computes its SHA-256. Base.FileAccess and the like.
    static Result<PluginFile> open(const std::filesystem::path &path);
    PluginFile(PluginFile &&other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)),
          sha256_(std::move(other.sha256_)) {}
    PluginFile &operator=(PluginFile &&other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(path_, other.path_);
        std::swap(sha256_, other.sha256_);
        return *this;
    }
    PluginFile(const PluginFile &) = delete;
    PluginFile &operator=(const PluginFile &) = delete;
    ~PluginFile();

    const std::string &sha256() const noexcept { return sha256_; } ///< lower-case hex
    /// Loads the library and asks it to describe itself. It stays loaded until the process ends, and the descriptor
    /// stays open, because the dynamic linker knows libraries by the name they were loaded under. Provider.Descriptor.
    Result<const cbp_plugin *> load();

private:
    PluginFile(std::intptr_t descriptor, std::filesystem::path path)
        : descriptor_(descriptor), path_(std::move(path)) {}
    std::intptr_t descriptor_ = -1; ///< file descriptor or HANDLE
    std::filesystem::path path_;
    std::string sha256_;
};

/// Asks a loaded plugin's describe function, by its address, what the plugin is; the descriptor itself is not looked at
/// (check_descriptor does that). `path` is for the messages. Provider.Descriptor, also for nullptr.
Result<const cbp_plugin *> describe_plugin(void *symbol, const std::filesystem::path &path);

/// Who signed a file (Authenticode), as its verified certificate calls him; empty when nobody did, the signature does
/// not hold, or the platform has no such thing. For people to see; trust comes from manifest and approvals.
std::string publisher_of(const std::filesystem::path &path);

} // namespace certbroker::provider
