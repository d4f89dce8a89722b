#pragma once

#include "base/secret.hpp"
#include "crypto/key.hpp"

/// The text of a key file: a PKCS#8 PEM block with lines in front that say what it is (explanatory text, RFC 7468
/// section 5.2), so that `openssl pkey -in` and every other PEM reader takes it as it stands.
namespace certbroker::store {

/// At most this many bytes: RSA-16384 takes 13 KiB.
inline constexpr std::size_t max_key_file = 64UL * 1024;

/// Fails when the key does not give its secret away even to a store (keys in hardware).
Result<SecretBytes> write_key_file(const crypto::PrivateKey &key, bool exportable);
/// "exportable: yes" in front of the PEM block. A file without that line, one put there by hand, is not exportable.
bool key_file_is_exportable(ByteView text) noexcept;
/// The lines in front name that public key, and the PEM block behind them is whole. What it holds is not looked at.
bool key_file_says(ByteView text, ByteView public_key_sha256);

} // namespace certbroker::store
