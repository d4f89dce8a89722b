#pragma once

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "crypto/key.hpp"
#include "x509/certificate.hpp"
#include "x509/csr.hpp"

/// What the tests of x509 share.
namespace certbroker::x509::test {

/// The value of a Result that must have one.
template<class T>
T must(Result<T> result) {
    INFO((result ? std::string() : describe(result.error())));
    REQUIRE(result.has_value());
    return *std::move(result);
}
/// The id of a Result's error, or "" where it has none.
template<class T>
std::string id_of(const Result<T> &result) {
    return result ? std::string() : result.error().id();
}

inline Bytes data_file(const std::string &name) {
    return must(file::read(std::string(CERTBROKER_TEST_DATA "/x509/") + name, 1 << 24));
}
inline Certificate data_certificate(const std::string &name) {
    return must(Certificate::parse(data_file(name)));
}
inline Bytes hex(std::string_view text) {
    return must(from_hex(text));
}

/// A few P-256 keys, made once.
inline const crypto::KeyHandle &key(std::size_t number = 0) {
    static const std::vector<crypto::KeyHandle> keys = [] {
        std::vector<crypto::KeyHandle> made;
        for (int i = 0; i < 6; ++i)
            made.push_back(must(crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256})));
        return made;
    }();
    return keys.at(number);
}

constexpr std::int64_t y2024 = 1704067200;
constexpr std::int64_t y2034 = 2019686400;

/// One certificate to be signed: names, keys by number and extensions are what the tests vary.
struct Recipe {
    std::string subject = "CN=subject";
    std::string issuer = "CN=issuer";
    std::size_t subject_key = 0;
    std::size_t issuer_key = 0;
    std::vector<Extension> extensions = {};
    std::int64_t not_before = y2024;
    std::int64_t not_after = y2034;
    Bytes serial{0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, 0x01};
    crypto::SignatureScheme scheme = {};
};
inline Certificate make(const Recipe &recipe) {
    CertificateSpec spec;
    spec.subject = must(Name::parse(recipe.subject));
    spec.issuer = must(Name::parse(recipe.issuer));
    spec.serial = recipe.serial;
    spec.not_before = recipe.not_before;
    spec.not_after = recipe.not_after;
    spec.spki = key(recipe.subject_key)->public_key().spki();
    spec.extensions = recipe.extensions;
    spec.scheme = recipe.scheme;
    return must(sign_certificate(spec, *key(recipe.issuer_key)));
}
inline Certificate make_ca(const std::string &subject, std::size_t subject_key, const std::string &issuer,
                           std::size_t issuer_key, std::vector<Extension> more = {},
                           std::optional<std::uint32_t> path_length = std::nullopt) {
    std::vector<Extension> extensions{make_basic_constraints(true, path_length, true),
                                      make_key_usage(key_usage::key_cert_sign | key_usage::crl_sign)};
    for (Extension &extension : more)
        extensions.push_back(std::move(extension));
    return make({.subject = subject,
                 .issuer = issuer,
                 .subject_key = subject_key,
                 .issuer_key = issuer_key,
                 .extensions = std::move(extensions)});
}

} // namespace certbroker::x509::test
