#pragma once

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "crypto/key.hpp"
#include "x509/chain.hpp"

/// Certificates made on the spot, for tests above x509.
namespace certbroker::test {

/// The value of a Result that must have one.
template<class T>
T must(Result<T> result) {
    if (!result) FAIL(describe(result.error()));
    return *std::move(result);
}
inline void must(Result<void> result) {
    if (!result) FAIL(describe(result.error()));
}
/// The id of a Result's error, or "" where it has none.
template<class T>
std::string id_of(const Result<T> &result) {
    return result ? std::string() : result.error().id();
}

inline constexpr crypto::KeySpec p256{crypto::KeyAlgorithm::ecdsa_p256, 256};
inline crypto::KeyHandle make_key() {
    return must(crypto::generate_key(p256));
}

struct Issuer {
    x509::Certificate certificate;
    crypto::KeyHandle key;
};

/// `issuer` null makes a self-signed one.
inline x509::Certificate make_certificate(const std::string &subject, const crypto::PublicKey &key,
                                          const Issuer *issuer, const crypto::PrivateKey &signer, bool ca) {
    static std::uint8_t serial = 0;
    static std::uint8_t serial_high = 1;
    if (++serial == 0) ++serial_high;
    x509::CertificateSpec spec;
    spec.subject = must(x509::Name::parse(subject));
    spec.issuer = issuer != nullptr ? issuer->certificate.subject() : spec.subject;
    spec.serial = {0x10, serial_high, serial};
    spec.not_before = 1'700'000'000;
    spec.not_after = 2'900'000'000;
    spec.spki = key.spki();
    if (ca) {
        spec.extensions.push_back(x509::make_basic_constraints(true, std::nullopt, true));
        spec.extensions.push_back(x509::make_key_usage(x509::key_usage::key_cert_sign | x509::key_usage::crl_sign));
    }
    spec.extensions.push_back(x509::make_subject_key_identifier(key.key_identifier()));
    if (issuer != nullptr)
        spec.extensions.push_back(
            x509::make_authority_key_identifier(issuer->certificate.public_key().key_identifier()));
    return must(x509::sign_certificate(spec, signer));
}
inline Issuer make_root(const std::string &subject) {
    const crypto::KeyHandle key = make_key();
    return {make_certificate(subject, key->public_key(), nullptr, *key, true), key};
}
inline Issuer make_issued(const std::string &subject, const Issuer &issuer, bool ca) {
    const crypto::KeyHandle key = make_key();
    return {make_certificate(subject, key->public_key(), &issuer, *issuer.key, ca), key};
}
/// A self-signed certificate for a key, the quickest there is.
inline x509::Certificate make_certificate_for(const crypto::PrivateKey &key, const std::string &subject = "CN=test") {
    return make_certificate(subject, key.public_key(), nullptr, key, false);
}

/// Root, issuing CA and leaf, made once a process.
struct Pki {
    Issuer root = make_root("CN=Test Root");
    Issuer ca = make_issued("CN=Test Issuing CA", root, true);
    Issuer leaf = make_issued("CN=web01.example.com", ca, false);
    x509::Chain chain{leaf.certificate, ca.certificate, root.certificate};
};
inline const Pki &pki() {
    static const Pki made;
    return made;
}

} // namespace certbroker::test
