// CSRs against bare signatures, PFX against OpenSSL's own PKCS12 functions.
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>

#include "base/encoding.hpp"
#include "bench.hpp"
#include "pfx/pfx.hpp"
#include "x509/csr.hpp"

namespace bench {
namespace {

using namespace certbroker;

using PKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using PKeyCtx = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

PKey native_key(const crypto::PrivateKey &key) {
    const SecretBytes der = must(crypto::encode_for_store(key));
    const unsigned char *at = der.data();
    return {d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())), &EVP_PKEY_free};
}

/// The bare operation: SHA-256 of a request's worth of bytes and one signature, everything fetched and set up before.
class BareSignature {
public:
    explicit BareSignature(const crypto::PrivateKey &key)
        : key_(native_key(key)), context_(EVP_PKEY_CTX_new(key_.get(), nullptr), &EVP_PKEY_CTX_free),
          sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), hash_(EVP_MD_CTX_new()) {
        EVP_PKEY_sign_init(context_.get());
        EVP_PKEY_CTX_set_signature_md(context_.get(), sha256_);
    }
    ~BareSignature() {
        EVP_MD_free(sha256_);
        EVP_MD_CTX_free(hash_);
    }
    BareSignature(const BareSignature &) = delete;
    BareSignature &operator=(const BareSignature &) = delete;
    void operator()() {
        std::array<unsigned char, 32> digest{};
        unsigned digest_size = 0;
        EVP_DigestInit_ex(hash_, sha256_, nullptr);
        EVP_DigestUpdate(hash_, data_.data(), data_.size());
        EVP_DigestFinal_ex(hash_, digest.data(), &digest_size);
        std::array<unsigned char, 512> signature{};
        std::size_t size = signature.size();
        if (EVP_PKEY_sign(context_.get(), signature.data(), &size, digest.data(), digest_size) != 1) std::exit(1);
    }

private:
    PKey key_;
    PKeyCtx context_;
    EVP_MD *sha256_;
    EVP_MD_CTX *hash_;
    std::array<unsigned char, 256> data_{};
};

x509::CsrSpec three_names() {
    x509::CsrSpec spec;
    spec.subject = must(x509::Name::parse("CN=web01.example.com, O=Example, C=US"));
    spec.extensions = {
        x509::make_key_usage(x509::key_usage::digital_signature), x509::make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1"}),
        x509::make_subject_alt_name({must(x509::make_dns("web01.example.com")),
                                     must(x509::make_dns("web02.example.com")), must(x509::make_ip("192.0.2.1"))})};
    return spec;
}

void csr_row(const char *name, const crypto::KeySpec &key_spec, double limit, int batch) {
    const crypto::KeyHandle key = must(crypto::generate_key(key_spec));
    BareSignature bare(*key);
    const x509::CsrSpec spec = three_names();
    row(name, limit,
        compare(
            41, batch, [&] { bare(); }, [&] { (void)must(x509::create_csr_der(spec, *key)); }));
}

} // namespace

void csr_rows() {
    csr_row("csr-p256", {crypto::KeyAlgorithm::ecdsa_p256, 256}, 4.0, 200);
    csr_row("csr-rsa-2048", {crypto::KeyAlgorithm::rsa, 2048}, 1.2, 20);
}

void pfx_rows() {
    constexpr int iterations = pfx::default_iterations;
    const crypto::KeyHandle key = must(crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256}));
    x509::CertificateSpec spec;
    spec.subject = spec.issuer = must(x509::Name::parse("CN=bench"));
    spec.serial = {1};
    spec.not_after = 4'000'000'000;
    spec.spki = key->public_key().spki();
    const x509::Certificate certificate = must(x509::sign_certificate(spec, *key));
    const std::string_view password = "bench-password";
    const Secret secret(as_bytes(password));

    const PKey native = native_key(*key);
    const unsigned char *at = certificate.der().data();
    const std::unique_ptr<X509, decltype(&X509_free)> x509(
        d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())), &X509_free);
    const auto openssl_export = [&] {
        PKCS12 *p12 = PKCS12_create(password.data(), "bench", native.get(), x509.get(), nullptr, NID_aes_256_cbc,
                                    NID_aes_256_cbc, iterations, -1, 0);
        PKCS12_set_mac(p12, password.data(), -1, nullptr, 0, iterations, EVP_sha256());
        unsigned char *der = nullptr;
        const int size = i2d_PKCS12(p12, &der);
        Bytes bytes(der, der + size);
        OPENSSL_free(der);
        PKCS12_free(p12);
        return bytes;
    };
    pfx::WriteOptions options;
    options.friendly_name = "bench";
    options.iterations = iterations;
    row("pfx-export", 1.2,
        compare(
            7, 1, [&] { (void)openssl_export(); },
            [&] { (void)must(pfx::write({certificate}, *key, secret, options, Operation())); }));

    const Bytes ours = must(pfx::write({certificate}, *key, secret, options, Operation()));
    const auto openssl_import = [&] {
        const unsigned char *in = ours.data();
        PKCS12 *p12 = d2i_PKCS12(nullptr, &in, static_cast<long>(ours.size()));
        EVP_PKEY *pkey = nullptr;
        X509 *cert = nullptr;
        if (PKCS12_parse(p12, password.data(), &pkey, &cert, nullptr) != 1) std::exit(1);
        EVP_PKEY_free(pkey);
        X509_free(cert);
        PKCS12_free(p12);
    };
    row("pfx-import", 1.2,
        compare(7, 1, openssl_import, [&] { (void)must(pfx::read(ours, secret, true, Operation())); }));
}

} // namespace bench
