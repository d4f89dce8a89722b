#include "crypto/digest.hpp"

#include <array>
#include <stdexcept>

#include "base/text.hpp"
#include "crypto/openssl.hpp"

namespace certbroker::crypto {
namespace {

struct Row {
    std::string_view name;
    std::string_view lower;
    std::string_view oid;
    std::size_t size;
};
constexpr std::array<Row, 5> rows{{
    {"MD5", "md5", "1.2.840.113549.2.5", 16},
    {"SHA1", "sha1", "1.3.14.3.2.26", 20},
    {"SHA256", "sha256", "2.16.840.1.101.3.4.2.1", 32},
    {"SHA384", "sha384", "2.16.840.1.101.3.4.2.2", 48},
    {"SHA512", "sha512", "2.16.840.1.101.3.4.2.3", 64},
}};

const Row &row(DigestAlgorithm algorithm) noexcept {
    return rows[static_cast<std::size_t>(algorithm)];
}

/// A context a thread and algorithm, kept ready: making one costs more than hashing a public key.
EVP_MD_CTX *thread_context(DigestAlgorithm algorithm) {
    thread_local std::array<openssl::DigestContext, rows.size()> contexts;
    openssl::DigestContext &context = contexts[static_cast<std::size_t>(algorithm)];
    if (context == nullptr) context.reset(EVP_MD_CTX_new());
    return context.get();
}

} // namespace

std::string_view digest_name(DigestAlgorithm algorithm) noexcept {
    return row(algorithm).name;
}

std::optional<DigestAlgorithm> parse_digest(std::string_view name) noexcept {
    std::array<char, 8> plain{};
    std::size_t size = 0;
    for (const char c : name) {
        if (c == '-') continue;
        if (size == plain.size()) return std::nullopt;
        plain[size++] = ascii_lower(c);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].lower == std::string_view(plain.data(), size)) return static_cast<DigestAlgorithm>(i);
    }
    return std::nullopt;
}

bool is_weak(DigestAlgorithm algorithm) noexcept {
    return algorithm == DigestAlgorithm::md5 || algorithm == DigestAlgorithm::sha1;
}

std::string_view digest_oid(DigestAlgorithm algorithm) noexcept {
    return row(algorithm).oid;
}

Bytes digest(DigestAlgorithm algorithm, ByteView data) {
    Bytes out(row(algorithm).size);
    const EVP_MD *md = openssl::fetched(algorithm);
    EVP_MD_CTX *context = thread_context(algorithm);
    if (md == nullptr || context == nullptr || EVP_DigestInit_ex2(context, md, nullptr) != 1 ||
        EVP_DigestUpdate(context, data.data(), data.size()) != 1 ||
        EVP_DigestFinal_ex(context, out.data(), nullptr) != 1)
        throw std::runtime_error(std::string(digest_name(algorithm)) + " is not available in this system's OpenSSL");
    return out;
}

} // namespace certbroker::crypto
