#pragma once

#include <string>

#include "store/folder/folder_files.hpp"

namespace certbroker::store {

/// The keys of one location as files. Callers hold the lock that is asked for.
class FolderKeys {
public:
    explicit FolderKeys(const FolderFiles &files) : files_(files) {}

    std::string uri(ByteView sha256) const;

    /// Durable when it returns. The same key twice is one file; "not exportable" wins. Shared lock.
    Result<crypto::KeyHandle> store(const crypto::KeyHandle &key, bool exportable) const;
    /// Store.KeyMissing, Store.Access, Store.Damaged.
    Result<crypto::KeyHandle> open(ByteView sha256) const;
    /// The same errors, without making a key of the file: it is there, whole, and says that it is this one.
    Result<void> check(ByteView sha256) const;
    /// Fills in key_uri and exportable where this account can see a key of that name.
    void describe(ByteView sha256, Entry &entry) const;
    /// False when there was none. Also clears away what crashed writers left. Exclusive lock.
    Result<bool> remove(ByteView sha256) const;

private:
    Result<SecretBytes> read(ByteView sha256) const;
    std::filesystem::path path(ByteView sha256) const;
    void sweep() const;

    const FolderFiles &files_;
};

} // namespace certbroker::store
