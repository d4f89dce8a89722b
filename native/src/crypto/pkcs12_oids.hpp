#pragma once

#include <string_view>

/// Object identifiers of PKCS#12 (RFC 7292) and PKCS#5 (RFC 8018).
namespace certbroker::crypto::pkcs12 {

inline constexpr std::string_view data = "1.2.840.113549.1.7.1";
inline constexpr std::string_view encrypted_data = "1.2.840.113549.1.7.6";
inline constexpr std::string_view shrouded_key_bag = "1.2.840.113549.1.12.10.1.2";
inline constexpr std::string_view certificate_bag = "1.2.840.113549.1.12.10.1.3";
inline constexpr std::string_view x509_certificate = "1.2.840.113549.1.9.22.1";
inline constexpr std::string_view friendly_name = "1.2.840.113549.1.9.20";
inline constexpr std::string_view local_key_id = "1.2.840.113549.1.9.21";
inline constexpr std::string_view pbe_sha1_triple_des = "1.2.840.113549.1.12.1.3";
inline constexpr std::string_view pbes2 = "1.2.840.113549.1.5.13";
inline constexpr std::string_view pbkdf2 = "1.2.840.113549.1.5.12";
inline constexpr std::string_view pbmac1 = "1.2.840.113549.1.5.14";
inline constexpr std::string_view hmac_sha1 = "1.2.840.113549.2.7";
inline constexpr std::string_view hmac_sha256 = "1.2.840.113549.2.9";
inline constexpr std::string_view hmac_sha384 = "1.2.840.113549.2.10";
inline constexpr std::string_view hmac_sha512 = "1.2.840.113549.2.11";
inline constexpr std::string_view aes256_cbc = "2.16.840.1.101.3.4.1.42";

} // namespace certbroker::crypto::pkcs12
