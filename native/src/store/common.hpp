#pragma once

#include <memory>
#include <string_view>

#include "store/store.hpp"

/// What the back-ends share. A new back-end implements Store in a folder of its own, offers a Backend, and gets one
/// line in store_registry.cpp and one file in tests/conformance/store/fixtures. Read memory/ first.
namespace certbroker::store {

/// One kind of store within a registry. Lives as long as the registry; open() is called from any thread.
class Backend {
public:
    virtual ~Backend() = default;
    /// The uri has passed StoreUri::parse and is of this kind.
    virtual Result<std::unique_ptr<Store>> open(const StoreUri &uri) const = 0;
};

inline constexpr std::size_t max_friendly_name = 1024; ///< bytes of UTF-8

/// Base.Text when it is not UTF-8, Base.Argument when it is too long.
Result<void> check_friendly_name(std::string_view name);

/// Makes a key as the options want it, in memory; stops when the operation is cancelled or its deadline passes.
Result<crypto::KeyHandle> generate(const KeyOptions &options, const Operation &operation);

/// Signs with a key and verifies what comes: Store.KeyUnusable when this account cannot use it.
Result<void> prove_usable(const crypto::PrivateKey &key);

Error not_found(const StoreUri &uri, std::string_view thumbprint);
Error key_missing(std::string_view key_uri);
/// `user` is a certificate that uses the key, in `store`.
Error key_in_use(std::string_view key_uri, const x509::Certificate &user, const StoreUri &store);

} // namespace certbroker::store
