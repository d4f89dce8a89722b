#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

/// PKCS#12 (RFC 7292), read by OpenSSL, with the integrity check of RFC 9579 besides, and written by hand. Limits and
/// defaults are pfx/'s business.
namespace certbroker::crypto {

enum class Pkcs12Protection { aes256_sha256, triple_des_sha1 };

struct Pkcs12Key {
    SecretBytes pkcs8;
    Bytes local_key_id;
    std::string friendly_name; ///< UTF-8
};
struct Pkcs12Certificate {
    Bytes der;
    Bytes local_key_id;
    std::string friendly_name;
};
struct Pkcs12Contents {
    std::vector<Pkcs12Key> keys;
    std::vector<Pkcs12Certificate> certificates;
};

/// Asked before each derivation of a decryption key, with the whole AlgorithmIdentifier (DER): what stands inside an
/// encrypted part can be looked at by nobody else in time. An error stops the opening and is what it returns.
using Pkcs12Guard = std::function<Result<void>(ByteView algorithm_der)>;

/// Opens a PFX. `password` not given means the file has none; no password and the empty one open the same files.
/// Crypto.KeyEncrypted: wrong or missing password; Crypto.Pkcs12: damaged or not supported. Wrong: Pfx.Password is
/// decided by the caller from Status::password. The caller has checked iteration counts and sizes before.
Result<Pkcs12Contents> open_pkcs12(ByteView der, const Secret &password, const Pkcs12Guard &guard = {});
Result<Bytes> make_pkcs12(const Pkcs12Contents &contents, const Secret &password, Pkcs12Protection protection,
                          int iterations);

} // namespace certbroker::crypto
