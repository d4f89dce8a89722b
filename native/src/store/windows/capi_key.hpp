#pragma once

#include "crypto/key.hpp"
#include "store/windows/key_place.hpp"

/// Keys of a cryptographic service provider of CryptoAPI: RSA only. What certreq's older INF files name
/// ("Microsoft RSA SChannel Cryptographic Provider", type 12), and the way where CNG keeps no keys.
namespace certbroker::store {

inline constexpr const wchar_t *rsa_aes_csp = L"Microsoft Enhanced RSA and AES Cryptographic Provider";

/// Opens a key's container; always by itself, never through the certificate, which does not open machine keys
/// everywhere. `code` says why not.
CspHandle open_csp(const KeyPlace &place, DWORD flags, DWORD &code);
/// The same container through the provider that knows SHA-256, where there is one: the older ones do not.
CspHandle open_csp_to_use(const KeyPlace &place, DWORD &code);

/// Makes an RSA key that is durable when this returns. Store.KeyKind, Store.KeyExists, Store.KeyProvider.
Result<void> make_capi_key(const KeyPlace &place, const crypto::KeySpec &spec, bool exportable);
/// The same of a key that is there already, as PKCS#8.
Result<void> import_capi_key(const KeyPlace &place, ByteView pkcs8, bool exportable);
/// Store.KeyMissing, Store.Access. Its uri names it by its public key, in `location`.
Result<crypto::KeyHandle> open_capi_key(const KeyPlace &place, Location location);
/// Removes the container. True when it was there.
Result<bool> remove_capi_key(const KeyPlace &place);

} // namespace certbroker::store
