#pragma once

#include <openssl/types.h>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/key.hpp"

/// EnvelopedData and AuthEnvelopedData opened by a key that stays where it is (a Windows store, a device): OpenSSL's
/// CMS API wants the key itself. Only the RSA operation is the key's; the content is decrypted here.
namespace certbroker::crypto {

/// `message_der` is in definite lengths, `cipher` the one that its content names. Whatever is wrong with the
/// transported key is answered with Crypto.Cms and the same words as wrong content, after the same work (RFC 3218
/// section 2.3.2): who can send messages and see the failures must not learn about the key.
Result<SecretBytes> open_enveloped(const PrivateKey &key, ByteView recipient_certificate_der, ByteView message_der,
                                   const EVP_CIPHER *cipher);

} // namespace certbroker::crypto
