#pragma once

#include "base/secret.hpp"
#include "crypto/key.hpp"
#include "crypto/openssl.hpp"

/// Keys between DER and EVP_PKEY, written by hand: OpenSSL's encoders and decoders cost more than making a P-256 key.
namespace certbroker::crypto {

struct Curve {
    KeyAlgorithm algorithm;
    int nid;
    const char *group;      ///< as EVP_PKEY_fromdata names it
    std::size_t field_size; ///< octets of a coordinate and of the private value
    ByteView algorithm_der; ///< AlgorithmIdentifier {id-ecPublicKey, namedCurve} (RFC 5480 section 2.1.1)
};
/// nullptr for RSA.
const Curve *curve_of(KeyAlgorithm algorithm) noexcept;
/// The supported curve of that whole AlgorithmIdentifier; nullptr when it is something else.
const Curve *curve_of(ByteView algorithm_der) noexcept;
/// AlgorithmIdentifier {rsaEncryption, NULL} (RFC 3279 section 2.3.1).
ByteView rsa_algorithm_der() noexcept;

/// SubjectPublicKeyInfo of a key of that kind. Crypto.OpenSsl when OpenSSL does not give its numbers.
Result<Bytes> encode_spki(EVP_PKEY *key, const KeySpec &spec);
/// PrivateKeyInfo (RFC 5208); the public point is inside for curves, as OpenSSL and .NET write it.
Result<SecretBytes> encode_pkcs8(EVP_PKEY *key, const KeySpec &spec);

struct DecodedKey {
    openssl::Pkey key;
    KeySpec spec;
};
/// The three plain forms. They fail with Crypto.KeyFormat for what is malformed or whose numbers do not belong
/// together, and with Crypto.KeyAlgorithm for what is not supported.
Result<DecodedKey> decode_pkcs8(ByteView der);
Result<DecodedKey> decode_rsa_private(ByteView der); ///< PKCS#1 (RFC 8017 appendix A.1.2)
Result<DecodedKey> decode_ec_private(ByteView der,
                                     const Curve *curve); ///< SEC1 (RFC 5915); nullptr: the curve stands inside

/// A public EVP_PKEY from an SPKI. Empty with OpenSSL's errors queued when it is no valid key.
openssl::Pkey make_public_key(ByteView spki_der);

} // namespace certbroker::crypto
