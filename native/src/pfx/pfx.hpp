#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/operation.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/key.hpp"
#include "crypto/pkcs12.hpp"
#include "x509/chain.hpp"

/// PFX files (PKCS#12, RFC 7292).
namespace certbroker::pfx {

inline constexpr int default_iterations = 100'000;
inline constexpr int max_iterations = 10'000'000;
inline constexpr std::size_t max_size = 16UL * 1024 * 1024;

struct WriteOptions {
    std::string friendly_name;
    crypto::Pkcs12Protection protection = crypto::Pkcs12Protection::aes256_sha256;
    int iterations = default_iterations; ///< 1,000 to max_iterations
};
/// Leaf first; the key must be the leaf's (Certificate.KeyMismatch). Crypto.KeyNotExportable when it may not leave.
Result<Bytes> write(const x509::Chain &chain, const crypto::PrivateKey &key, const Secret &password,
                    const WriteOptions &options, const Operation &operation);

struct Contents {
    x509::Chain chain;     ///< the key's certificate first, then its issuers; others behind
    crypto::KeyHandle key; ///< in memory, exportable as the caller asked; null for a file without key
    std::string friendly_name;
};
/// Checks size, nesting, iteration counts and salt sizes before any key derivation, so that a hostile file costs
/// bounded time (Pfx.Limits). Wrong password: Pfx.Password; damaged: Pfx.Format; several keys: Pfx.ManyKeys.
Result<Contents> read(ByteView bytes, const Secret &password, bool exportable, const Operation &operation);

} // namespace certbroker::pfx
