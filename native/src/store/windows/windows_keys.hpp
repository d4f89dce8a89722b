#pragma once

#include <optional>

#include "base/file.hpp"
#include "store/store.hpp"
#include "store/windows/key_place.hpp"

namespace certbroker::store {

/// The private keys of a location: they lie with their providers, and certificates in the location's stores (those in
/// REQUEST among them) say which is whose.
class WindowsKeys {
public:
    /// `root`: where the lock file lies; empty: nothing is locked.
    WindowsKeys(std::string root, Location location) : root_(std::move(root)), location_(location) {}

    /// What is read and then written, or written in two places, is done under this lock.
    Result<std::optional<file::Lock>> lock(const Operation &operation) const;

    struct Found {
        crypto::KeyHandle key;
        KeyPlace place;
    };
    /// Store.KeyMissing; Store.Access when it is there and this account may not open it.
    Result<Found> find(ByteView sha256) const;
    Result<KeyPlace> find_place(ByteView sha256) const;
    Result<crypto::KeyHandle> create(const KeyOptions &options, const Operation &operation) const;
    Result<crypto::KeyHandle> import(const crypto::PrivateKey &key, bool exportable, const Operation &operation) const;
    Result<void> remove(ByteView sha256, const Operation &operation) const;

    /// Fills in what an entry says of its key.
    void describe(PCCERT_CONTEXT context, Entry &entry) const;
    /// Notes a key in REQUEST whose last certificate goes, so that it can be found. Call it with the lock, before the
    /// certificate `thumbprint` of `store` is removed.
    Result<void> keep_findable(PCCERT_CONTEXT context, std::string_view store, const Operation &operation) const;

private:
    std::string uri(ByteView sha256) const;
    Result<crypto::KeyHandle> open(const KeyPlace &place) const;
    /// Looks whether a fresh key works and notes it in REQUEST; a key that does not pass is removed again. With the
    /// lock.
    Result<crypto::KeyHandle> keep(const KeyPlace &place, const Operation &operation) const;
    Result<KeyPlace> make(KeyPlace place, const crypto::KeySpec &spec, const KeyOptions &options,
                          const Operation &operation) const;
    Result<KeyPlace> store(ByteView pkcs8, crypto::KeyAlgorithm algorithm, bool exportable,
                           const Operation &operation) const;
    /// Names the key's place in every certificate of that key but markers. How many there were.
    Result<int> link(ByteView sha256, const KeyPlace &place) const;

    std::string root_;
    Location location_;
};

} // namespace certbroker::store
