#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace certbroker::crypto {

enum class DigestAlgorithm { md5, sha1, sha256, sha384, sha512 };

/// "SHA256" and so on (CNG's names).
std::string_view digest_name(DigestAlgorithm algorithm) noexcept;
/// Any case, with or without a dash. MD2 and MD4 are nullopt: no library still has them.
std::optional<DigestAlgorithm> parse_digest(std::string_view name) noexcept;
/// MD5 and SHA-1: refused for signatures unless a named switch allows them.
bool is_weak(DigestAlgorithm algorithm) noexcept;
std::string_view digest_oid(DigestAlgorithm algorithm) noexcept;

Bytes digest(DigestAlgorithm algorithm, ByteView data);
inline Bytes sha1(ByteView data) {
    return digest(DigestAlgorithm::sha1, data);
}
inline Bytes sha256(ByteView data) {
    return digest(DigestAlgorithm::sha256, data);
}

} // namespace certbroker::crypto
