#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "store/folder/properties.hpp"
#include "store/store.hpp"

/// Where the folder store's files are, and the certificate files themselves. Callers hold the lock that is asked for.
namespace certbroker::store {

/// A failure of base/file, told as the store's: Store.Access where an account or folder is at fault, else Store.Io.
Error store_error(std::string what, Error cause);

class FolderFiles {
public:
    /// `root` is the location's data folder.
    FolderFiles(std::string_view root, Location location);

    Location location() const noexcept { return location_; }
    const std::filesystem::path &root() const noexcept { return root_; }
    std::filesystem::path keys() const { return root_ / "keys"; }
    std::filesystem::path store(std::string_view name) const { return root_ / file::to_path(name); }
    std::filesystem::path certificate(std::string_view store, std::string_view thumbprint) const;
    std::filesystem::path properties(std::string_view store, std::string_view thumbprint) const;

    /// Makes the root where it is missing. Shared: keys and certificates are being added. Exclusive: something is
    /// being changed or removed. Writers that only add never wait for each other.
    Result<file::Lock> lock(file::Lock::Kind kind, const Operation &operation) const;

    bool has_certificate(std::string_view store, std::string_view thumbprint) const;
    /// Whether the file of that certificate holds exactly it: nothing is parsed.
    bool holds(std::string_view store_name, const x509::Certificate &certificate) const;
    /// Store.Damaged unless the file is the certificate its name says. Absent: an empty optional.
    Result<std::optional<x509::Certificate>> read_certificate(std::string_view store,
                                                              std::string_view thumbprint) const;
    /// Absent: plain ones. Store.Damaged when the file is none of ours.
    Result<Properties> read_certificate_properties(std::string_view store, std::string_view thumbprint) const;

    /// The properties become durable before the certificate does. Shared lock.
    Result<void> write_new(std::string_view store, const x509::Certificate &certificate,
                           const Properties &properties) const;
    /// Exclusive lock.
    Result<void> write_certificate_properties(std::string_view store, std::string_view thumbprint,
                                              const Properties &properties) const;
    /// The certificate goes first. False when there was none. Exclusive lock.
    Result<bool> remove_certificate(std::string_view store, std::string_view thumbprint) const;

    /// The names of the location's stores, and the thumbprints of one; what is not ours is passed over. Sorted. The
    /// listing of one subfolder at a time is in memory, so `each` may change the store. Until `each` says false.
    Result<std::vector<std::string>> store_names() const;
    Result<void> each_thumbprint(std::string_view store,
                                 const std::function<Result<bool>(const std::string &)> &each) const;

private:
    std::filesystem::path root_;
    Location location_;
};

} // namespace certbroker::store
