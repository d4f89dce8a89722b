#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "store/windows/handles.hpp"

/// Keys between the forms that Windows reads and writes and those of everybody else.
namespace certbroker::store {

/// SubjectPublicKeyInfo from BCRYPT_RSAPUBLIC_BLOB or BCRYPT_ECCPUBLIC_BLOB. Crypto.KeyAlgorithm for another kind.
Result<Bytes> spki_from_cng(ByteView blob);
/// SubjectPublicKeyInfo from CryptoAPI's PUBLICKEYBLOB.
Result<Bytes> spki_from_capi(ByteView blob);

/// CryptoAPI's PRIVATEKEYBLOB and back to PKCS#8. Store.KeyKind when the key does not fit into that form: primes of
/// unequal length, a public exponent of more than 32 bits, no RSA key at all.
Result<SecretBytes> capi_blob_from_pkcs8(ByteView pkcs8, ALG_ID algorithm);
Result<SecretBytes> pkcs8_from_capi_blob(ByteView blob);

/// Ecdsa-Sig-Value (RFC 3279 section 2.2.3) from r and s side by side.
Bytes ecdsa_signature_der(ByteView r_and_s);

} // namespace certbroker::store
