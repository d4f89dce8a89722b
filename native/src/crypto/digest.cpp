#include "crypto/digest.hpp"

#include <array>
#include <mutex>
#include <stdexcept>
#include <vector>

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

/// Contexts kept ready: making one costs more than hashing a public key. Not one a thread: their destructors would run
/// when a thread ends, which for a plugin's hung thread is after OpenSSL has cleaned up, and which mingw does on memory
/// that it has freed already.
class Contexts {
public:
    static Contexts &of(DigestAlgorithm algorithm) {
        // Never destroyed, for threads that go on while the process ends.
        static auto &all = *new std::array<Contexts, rows.size()>();
        return all[static_cast<std::size_t>(algorithm)];
    }
    openssl::DigestContext take() {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) return openssl::DigestContext(EVP_MD_CTX_new());
        openssl::DigestContext context = std::move(idle_.back());
        idle_.pop_back();
        return context;
    }
    void give_back(openssl::DigestContext context) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(context));
    }

private:
    std::mutex mutex_;
    std::vector<openssl::DigestContext> idle_; ///< as many as there were ever in use at once
};

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
    openssl::DigestContext context = Contexts::of(algorithm).take();
    if (md == nullptr || context == nullptr || EVP_DigestInit_ex2(context.get(), md, nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), data.data(), data.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), out.data(), nullptr) != 1)
        throw std::runtime_error(std::string(digest_name(algorithm)) + " is not available in this system's OpenSSL");
    Contexts::of(algorithm).give_back(std::move(context));
    return out;
}

} // namespace certbroker::crypto
