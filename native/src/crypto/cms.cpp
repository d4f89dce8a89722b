#include "crypto/cms.hpp"

#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>

#include <array>

#include <gsl/narrow>

#include "base/der.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "crypto/cms_key_transport.hpp"
#include "crypto/errors.hpp"
#include "crypto/openssl.hpp"
#include "crypto/signature_algorithm.hpp"

namespace certbroker::crypto {
namespace {

constexpr std::size_t most_octets = 16U << 20U;
constexpr std::string_view content_type_oid = "1.2.840.113549.1.9.3";

struct ContentCipher {
    std::string_view name;
    const char *openssl_name;
    std::string_view oid;
    bool legacy;
};
constexpr std::array<ContentCipher, 8> ciphers{{
    {"AES-128-CBC", "AES-128-CBC", "2.16.840.1.101.3.4.1.2", false},
    {"AES-192-CBC", "AES-192-CBC", "2.16.840.1.101.3.4.1.22", false},
    {"AES-256-CBC", "AES-256-CBC", "2.16.840.1.101.3.4.1.42", false},
    {"AES-128-GCM", "AES-128-GCM", "2.16.840.1.101.3.4.1.6", false},
    {"AES-192-GCM", "AES-192-GCM", "2.16.840.1.101.3.4.1.26", false},
    {"AES-256-GCM", "AES-256-GCM", "2.16.840.1.101.3.4.1.46", false},
    {"DES-EDE3-CBC", "DES-EDE3-CBC", "1.2.840.113549.3.7", true},
    {"DES-CBC", "DES-CBC", "1.3.14.3.2.7", true},
}};

Error too_large(const char *what) {
    return fail(errors::too_large, std::string("The CMS message could not be ") + what + ": it is larger than 16 MiB");
}

/// Reads a message that stands alone; algorithms come from `library`.
openssl::Cms read_cms(ByteView message, OSSL_LIB_CTX *library) {
    CMS_ContentInfo *raw = CMS_ContentInfo_new_ex(library, nullptr);
    const unsigned char *at = message.data();
    // On failure d2i frees what it was given.
    openssl::Cms cms(d2i_CMS_ContentInfo(&raw, &at, gsl::narrow<long>(message.size())));
    if (cms != nullptr && at != message.data() + message.size()) cms.reset();
    return cms;
}

std::string oid_text(const ASN1_OBJECT *object) {
    std::array<char, 256> text{};
    const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    return size > 0 && static_cast<std::size_t>(size) < text.size() ? std::string(text.data()) : std::string("unknown");
}

std::optional<DigestAlgorithm> digest_of(const X509_ALGOR *algorithm, std::string &oid) {
    const ASN1_OBJECT *object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    oid = oid_text(object);
    for (const auto known : {DigestAlgorithm::md5, DigestAlgorithm::sha1, DigestAlgorithm::sha256,
                             DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
        if (digest_oid(known) == oid) return known;
    }
    return std::nullopt;
}

Error weak(std::string_view name) {
    return fail(errors::cms_algorithm,
                "The CMS message is refused: it uses " + std::string(name) + ", which is too weak");
}

Result<DigestAlgorithm> checked_digest(const X509_ALGOR *digest_algorithm, const X509_ALGOR *signature_algorithm,
                                       bool allow_legacy) {
    std::string oid;
    const auto digest = digest_of(digest_algorithm, oid);
    if (!digest)
        return fail(errors::cms_algorithm,
                    "The CMS message could not be verified: its hash algorithm " + oid + " is not supported");
    if (is_weak(*digest) && !allow_legacy) return weak(digest_name(*digest));
    auto parsed = parse_signature_algorithm(openssl::encode(i2d_X509_ALGOR, signature_algorithm));
    if (!parsed)
        return fail(errors::cms, "The CMS message could not be verified: its signature algorithm is malformed");
    if (parsed->weak && !allow_legacy) return weak(parsed->name);
    if (parsed->digest && parsed->digest != digest)
        return fail(errors::cms,
                    "The CMS message could not be verified: hash and signature algorithm do not belong together");
    return *digest;
}

/// Signed attributes with one value each; contentType must name the content (RFC 5652 section 5.3).
Result<std::vector<CmsAttribute>> read_attributes(const CMS_SignerInfo *signer, const std::string &content_type) {
    std::vector<CmsAttribute> attributes;
    const int count = CMS_signed_get_attr_count(signer);
    for (int i = 0; i < count; ++i) {
        X509_ATTRIBUTE *attribute = CMS_signed_get_attr(signer, i);
        const std::string oid = oid_text(X509_ATTRIBUTE_get0_object(attribute));
        if (X509_ATTRIBUTE_count(attribute) != 1)
            return fail(errors::cms, "The CMS message could not be verified: attribute " + oid + " has not one value");
        Bytes value = openssl::encode(i2d_ASN1_TYPE, X509_ATTRIBUTE_get0_type(attribute, 0));
        if (oid == content_type_oid) {
            der::Writer wanted;
            wanted.oid(content_type);
            if (!equal(value, wanted.bytes()))
                return fail(
                    errors::cms,
                    "The CMS message could not be verified: its signed content type is another than its content's");
        }
        attributes.push_back({oid, std::move(value)});
    }
    return attributes;
}

Result<openssl::CertificateStack> read_stack(const std::vector<Bytes> &certificates) {
    openssl::CertificateStack stack(sk_X509_new_null());
    for (const Bytes &der : certificates) {
        openssl::Certificate certificate = openssl::read_certificate(der);
        if (certificate == nullptr)
            return openssl::failure(errors::cms,
                                    "The CMS message could not be verified: a candidate certificate is malformed");
        if (stack == nullptr || sk_X509_push(stack.get(), certificate.get()) <= 0)
            return openssl::failure("The CMS message could not be verified");
        (void)certificate.release();
    }
    return stack;
}

/// The OID of the content encryption algorithm. OpenSSL 3.0 does not tell it; the message is written again in definite
/// lengths and read by hand: EnvelopedData (RFC 5652 section 6.1) or AuthEnvelopedData (RFC 5083 section 2.1).
Result<std::string> content_cipher(const CMS_ContentInfo *cms) {
    const Bytes der = openssl::encode(i2d_CMS_ContentInfo, cms);
    CERTBROKER_TRY(der::Reader info, der::read_single(der, der::sequence));
    CERTBROKER_CHECK(info.read_oid());
    CERTBROKER_TRY(der::Reader holder, info.enter(der::context(0, true)));
    CERTBROKER_TRY(der::Reader body, holder.enter(der::sequence));
    CERTBROKER_CHECK(body.read_integer());
    (void)body.skip(der::context(0, true));
    CERTBROKER_CHECK(body.next(der::set));
    CERTBROKER_TRY(der::Reader encrypted, body.enter(der::sequence));
    CERTBROKER_CHECK(encrypted.read_oid());
    CERTBROKER_TRY(der::Reader algorithm, encrypted.enter(der::sequence));
    return algorithm.read_oid();
}

Error not_decrypted(std::string why) {
    return fail(errors::cms, "The CMS message could not be decrypted: " + std::move(why));
}

} // namespace

Result<CmsVerified> cms_verify(ByteView message, const std::vector<Bytes> &candidates_der, bool allow_legacy,
                               bool may_lack_content) {
    if (message.size() > most_octets) return too_large("verified");
    const openssl::ErrorScope scope;
    const openssl::Cms cms = read_cms(message, nullptr);
    if (cms == nullptr) return openssl::failure(errors::cms, "The CMS message could not be read");
    if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed)
        return fail(errors::cms, "The CMS message could not be verified: it is not signed data");
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms.get());
    if (signers == nullptr || sk_CMS_SignerInfo_num(signers) != 1)
        return fail(errors::cms, "The CMS message could not be verified: it has not exactly one signer");
    CERTBROKER_TRY(const openssl::CertificateStack candidates, read_stack(candidates_der));
    (void)CMS_set1_signers_certs(cms.get(), candidates.get(), 0);
    CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(signers, 0);
    X509 *certificate = nullptr;
    X509_ALGOR *digest_algorithm = nullptr;
    X509_ALGOR *signature_algorithm = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, &certificate, &digest_algorithm, &signature_algorithm);
    if (certificate == nullptr)
        return fail(errors::cms,
                    "The CMS message could not be verified: the signer's certificate is neither in it nor known");

    CmsVerified verified;
    CERTBROKER_TRY(verified.digest, checked_digest(digest_algorithm, signature_algorithm, allow_legacy));
    verified.content_type = oid_text(CMS_get0_eContentType(cms.get()));
    CERTBROKER_TRY(verified.signed_attributes, read_attributes(signer, verified.content_type));
    ASN1_OCTET_STRING **content = CMS_get0_content(cms.get());
    const bool lacks_content = content == nullptr || *content == nullptr;
    if (lacks_content && !may_lack_content)
        return fail(errors::cms, "The CMS message could not be verified: it does not hold its content");
    // Nothing is what was signed then: a detached message's content is not nothing and does not verify.
    const openssl::Bio nothing(lacks_content ? openssl::memory_reader({}) : openssl::Bio());
    const openssl::Bio out(BIO_new(BIO_s_mem()));
    // Whether the signer may sign is asked of x509's chain by the caller, who knows the purpose.
    ERR_clear_error();
    if (CMS_verify(cms.get(), nullptr, nullptr, nothing.get(), out.get(), CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
        return openssl::failure(errors::signature, "The CMS message could not be verified");
    verified.content = to_bytes(openssl::written(out.get()));
    verified.signer_certificate_der = openssl::encode(i2d_X509, certificate);
    const openssl::CertificateStack all(CMS_get1_certs(cms.get()));
    for (int i = 0; all != nullptr && i < sk_X509_num(all.get()); ++i)
        verified.certificates.push_back(openssl::encode(i2d_X509, sk_X509_value(all.get(), i)));
    return verified;
}

Result<Bytes> cms_encrypt(ByteView recipient_certificate_der, std::string_view cipher, ByteView content,
                          bool allow_legacy) {
    if (content.size() > most_octets) return too_large("encrypted");
    const ContentCipher *chosen = nullptr;
    for (const ContentCipher &known : ciphers) {
        if (iequals(known.name, cipher) && cipher.find("GCM") == std::string_view::npos) chosen = &known;
    }
    if (chosen == nullptr)
        return fail(errors::cms_algorithm, "The CMS message could not be encrypted: the cipher '" +
                                               std::string(cipher.substr(0, 40)) + "' is not supported");
    if (chosen->legacy && !allow_legacy)
        return fail(errors::cms_algorithm, "The CMS message could not be encrypted: " + std::string(chosen->name) +
                                               " is too weak and not allowed");
    const openssl::ErrorScope scope;
    const openssl::Certificate recipient = openssl::read_certificate(recipient_certificate_der);
    if (recipient == nullptr)
        return openssl::failure(errors::cms,
                                "The CMS message could not be encrypted: the recipient's certificate is malformed");
    const EVP_PKEY *key = X509_get0_pubkey(recipient.get());
    if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
        return fail(errors::cms, "The CMS message could not be encrypted: the recipient's key is no RSA key");
    OSSL_LIB_CTX *library = chosen->legacy ? openssl::legacy_context() : nullptr;
    const openssl::Cipher fetched(EVP_CIPHER_fetch(library, chosen->openssl_name, nullptr));
    if (fetched == nullptr)
        return openssl::failure(errors::cms_algorithm,
                                "The CMS message could not be encrypted: this system's OpenSSL has no " +
                                    std::string(chosen->name));
    const openssl::Bio in = openssl::memory_reader(content);
    const unsigned flags = CMS_BINARY | CMS_PARTIAL;
    const openssl::Cms cms(CMS_encrypt_ex(nullptr, in.get(), fetched.get(), flags, library, nullptr));
    if (cms == nullptr || CMS_add1_recipient_cert(cms.get(), recipient.get(), flags) == nullptr ||
        CMS_final(cms.get(), in.get(), nullptr, flags) != 1)
        return openssl::failure("The CMS message could not be encrypted");
    Bytes der = openssl::encode(i2d_CMS_ContentInfo, cms.get());
    if (der.empty()) return openssl::failure("The CMS message could not be encrypted");
    return der;
}

Result<SecretBytes> cms_decrypt(const PrivateKey &key, ByteView recipient_certificate_der, ByteView message,
                                bool allow_legacy) {
    if (message.size() > most_octets) return too_large("decrypted");
    const openssl::ErrorScope scope;
    const openssl::Cms cms = read_cms(message, openssl::legacy_context());
    if (cms == nullptr) return openssl::failure(errors::cms, "The CMS message could not be read");
    const int type = OBJ_obj2nid(CMS_get0_type(cms.get()));
    if (type != NID_pkcs7_enveloped && type != NID_id_smime_ct_authEnvelopedData)
        return not_decrypted("it is not enveloped data");
    auto oid = content_cipher(cms.get());
    if (!oid) return not_decrypted("it is malformed").because(std::move(oid).error());
    const ContentCipher *used = nullptr;
    for (const ContentCipher &known : ciphers) {
        if (known.oid == *oid) used = &known;
    }
    if (used == nullptr)
        return fail(errors::cms_algorithm,
                    "The CMS message could not be decrypted: its cipher " + *oid + " is not supported");
    if (used->legacy && !allow_legacy) return weak(used->name);
    const openssl::Certificate recipient = openssl::read_certificate(recipient_certificate_der);
    if (recipient == nullptr)
        return openssl::failure(errors::cms,
                                "The CMS message could not be decrypted: the recipient's certificate is malformed");
    if (key.native() == nullptr) {
        const openssl::Cipher fetched(EVP_CIPHER_fetch(openssl::legacy_context(), used->openssl_name, nullptr));
        if (fetched == nullptr)
            return openssl::failure(errors::cms_algorithm,
                                    "The CMS message could not be decrypted: this system's OpenSSL lacks an algorithm");
        return open_enveloped(key, recipient_certificate_der, openssl::encode(i2d_CMS_ContentInfo, cms.get()),
                              fetched.get());
    }
    const openssl::Bio out(BIO_new(BIO_s_mem()));
    ERR_clear_error();
    if (CMS_decrypt(cms.get(), key.native(), recipient.get(), nullptr, out.get(), CMS_BINARY) != 1) {
        if (openssl::unknown_algorithm())
            return openssl::failure(errors::cms_algorithm,
                                    "The CMS message could not be decrypted: this system's OpenSSL lacks an algorithm");
        return not_decrypted("it is damaged or meant for another key");
    }
    const ByteView plain = openssl::written(out.get());
    return SecretBytes(plain.begin(), plain.end());
}

} // namespace certbroker::crypto
