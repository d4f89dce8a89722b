#pragma once

#include "crypto/key.hpp"
#include "store/windows/key_place.hpp"

/// Keys of a key storage provider of CNG: software, TPM, smart card, HSM. They work where they are.
namespace certbroker::store {

inline constexpr const wchar_t *software_ksp = L"Microsoft Software Key Storage Provider";

/// Store.KeyProvider when there is no provider of that name.
Result<NcryptHandle> open_ksp(const std::wstring &provider);

/// Makes a key that is durable when this returns. Store.KeyKind when the provider does not make or keep such keys,
/// Store.KeyExists when the container is taken.
Result<void> make_cng_key(const KeyPlace &place, const crypto::KeySpec &spec, bool exportable);
/// The same of a key that is there already, as PKCS#8.
Result<void> import_cng_key(const KeyPlace &place, ByteView pkcs8, bool exportable);
/// Store.KeyMissing, Store.Access.
Result<NcryptHandle> open_cng_handle(const KeyPlace &place, DWORD legacy_spec = 0);
/// The same, ready for use. A key of CryptoAPI opens here too, when `legacy_spec` says which of its container.
/// Its uri names it by its public key, in `location`.
Result<crypto::KeyHandle> open_cng_key(const KeyPlace &place, Location location, DWORD legacy_spec = 0);
/// True when it was there.
Result<bool> remove_cng_key(const KeyPlace &place);

} // namespace certbroker::store
