#include "crypto/cms_key_transport.hpp"

#include <array>

#include <gsl/narrow>

#include "base/der.hpp"
#include "crypto/errors.hpp"
#include "crypto/openssl.hpp"
#include "crypto/random.hpp"

namespace certbroker::crypto {
namespace {

constexpr std::string_view rsa_oid = "1.2.840.113549.1.1.1";
constexpr std::string_view oaep_oid = "1.2.840.113549.1.1.7";
constexpr std::string_view mgf1_oid = "1.2.840.113549.1.1.8";
constexpr std::string_view authenticated_oid = "1.2.840.113549.1.9.16.1.23";
constexpr std::size_t most_recipients = 100;
constexpr std::size_t most_tag_octets = 16;

Error not_decrypted(const char *why) {
    return fail(errors::cms, std::string("The CMS message could not be decrypted: ") + why);
}
/// The one answer to everything that depends on the private key.
Error damaged() {
    return not_decrypted("it is damaged or meant for another key");
}

/// What a message names its recipient by: issuer and serial number, or the subject key identifier.
struct Recipient {
    Bytes issuer;
    Bytes serial;
    Bytes key_identifier;
};

Result<Recipient> read_recipient(ByteView certificate_der) {
    const openssl::Certificate certificate = openssl::read_certificate(certificate_der);
    if (certificate == nullptr) return not_decrypted("the recipient's certificate is malformed");
    Recipient recipient;
    recipient.issuer = openssl::encode(i2d_X509_NAME, X509_get_issuer_name(certificate.get()));
    recipient.serial = openssl::encode(i2d_ASN1_INTEGER, X509_get0_serialNumber(certificate.get()));
    if (const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(certificate.get()))
        recipient.key_identifier.assign(ASN1_STRING_get0_data(id), ASN1_STRING_get0_data(id) + ASN1_STRING_length(id));
    return recipient;
}

/// A CA may write the same name with other string types in another certificate, so names are not compared as bytes.
bool same_name(ByteView a, ByteView b) {
    if (equal(a, b)) return true;
    const auto parse = [](ByteView der) {
        const unsigned char *at = der.data();
        return std::unique_ptr<X509_NAME, openssl::Deleter<X509_NAME_free>>(
            d2i_X509_NAME(nullptr, &at, gsl::narrow<long>(der.size())));
    };
    const auto left = parse(a);
    const auto right = parse(b);
    return left != nullptr && right != nullptr && X509_NAME_cmp(left.get(), right.get()) == 0;
}

/// KeyTransRecipientInfo (RFC 5652 section 6.2.1), for us.
struct Transported {
    std::optional<DigestAlgorithm> oaep;
    Bytes encrypted_key;
};

std::optional<DigestAlgorithm> digest_named(std::string_view oid) {
    for (const auto known :
         {DigestAlgorithm::sha1, DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
        if (digest_oid(known) == oid) return known;
    }
    return std::nullopt;
}

Error unsupported_transport() {
    return fail(errors::cms_algorithm,
                "The CMS message could not be decrypted: the way its key is encrypted is not supported");
}

/// RSAES-OAEP-params (RFC 8017 appendix A.2.1); MGF1 has to use the same hash, the label has to be empty.
Result<DigestAlgorithm> read_oaep(der::Reader algorithm) {
    DigestAlgorithm digest = DigestAlgorithm::sha1;
    DigestAlgorithm mask = DigestAlgorithm::sha1;
    if (algorithm.empty()) return digest;
    CERTBROKER_TRY(der::Reader parameters, algorithm.enter(der::sequence));
    if (parameters.peek() == der::context(0, true)) {
        CERTBROKER_TRY(der::Reader holder, parameters.enter(der::context(0, true)));
        CERTBROKER_TRY(der::Reader hash, holder.enter(der::sequence));
        CERTBROKER_TRY(const std::string oid, hash.read_oid());
        const auto known = digest_named(oid);
        if (!known) return unsupported_transport();
        digest = *known;
    }
    if (parameters.peek() == der::context(1, true)) {
        CERTBROKER_TRY(der::Reader holder, parameters.enter(der::context(1, true)));
        CERTBROKER_TRY(der::Reader function, holder.enter(der::sequence));
        CERTBROKER_TRY(const std::string oid, function.read_oid());
        CERTBROKER_TRY(der::Reader hash, function.enter(der::sequence));
        CERTBROKER_TRY(const std::string hash_oid, hash.read_oid());
        const auto known = digest_named(hash_oid);
        if (oid != mgf1_oid || !known) return unsupported_transport();
        mask = *known;
    }
    if (mask != digest || !parameters.empty()) return unsupported_transport();
    return digest;
}

Result<bool> is_for(der::Reader &info, const Recipient &recipient) {
    if (info.peek() == der::context(0, false)) {
        CERTBROKER_TRY(const der::Element id, info.next());
        return !recipient.key_identifier.empty() && equal(id.content, recipient.key_identifier);
    }
    CERTBROKER_TRY(der::Reader name, info.enter(der::sequence));
    CERTBROKER_TRY(const der::Element issuer, name.next(der::sequence));
    CERTBROKER_TRY(const der::Element serial, name.next(der::integer));
    return equal(serial.whole, recipient.serial) && same_name(issuer.whole, recipient.issuer);
}

Result<std::optional<Transported>> find_transported(der::Reader infos, const Recipient &recipient) {
    for (std::size_t count = 0; !infos.empty(); ++count) {
        if (count == most_recipients) return not_decrypted("it has more than 100 recipients");
        CERTBROKER_TRY(const der::Element element, infos.next());
        if (element.tag != der::sequence) continue; // another kind: key agreement, password, ...
        der::Reader info(element.content);
        CERTBROKER_CHECK(info.read_integer());
        CERTBROKER_TRY(const bool ours, is_for(info, recipient));
        if (!ours) continue;
        CERTBROKER_TRY(der::Reader algorithm, info.enter(der::sequence));
        CERTBROKER_TRY(const std::string oid, algorithm.read_oid());
        Transported found;
        if (oid == oaep_oid) {
            CERTBROKER_TRY(found.oaep, read_oaep(algorithm));
        } else if (oid != rsa_oid) {
            return unsupported_transport();
        }
        CERTBROKER_TRY(found.encrypted_key, info.read_octets());
        return std::optional<Transported>(std::move(found));
    }
    return std::optional<Transported>();
}

/// EncryptedContentInfo (RFC 5652 section 6.1), with what authenticates it (RFC 5083 section 2.1).
struct Sealed {
    bool authenticated = false;
    Bytes vector; ///< initialization vector or nonce
    Bytes content;
    Bytes attributes; ///< as they are authenticated: a SET OF; empty = none
    Bytes tag;
};

struct Enveloped {
    der::Reader recipients{ByteView()};
    Sealed sealed;
};

Result<Enveloped> read_enveloped(ByteView message) {
    CERTBROKER_TRY(der::Reader info, der::read_single(message, der::sequence));
    CERTBROKER_TRY(const std::string type, info.read_oid());
    CERTBROKER_TRY(der::Reader holder, info.enter(der::context(0, true)));
    CERTBROKER_TRY(der::Reader body, holder.enter(der::sequence));
    CERTBROKER_CHECK(body.read_integer());
    (void)body.skip(der::context(0, true));
    Enveloped enveloped;
    Sealed &sealed = enveloped.sealed;
    CERTBROKER_TRY(enveloped.recipients, body.enter(der::set));
    CERTBROKER_TRY(der::Reader encrypted, body.enter(der::sequence));
    CERTBROKER_CHECK(encrypted.read_oid());
    CERTBROKER_TRY(der::Reader algorithm, encrypted.enter(der::sequence));
    CERTBROKER_CHECK(algorithm.read_oid());
    sealed.authenticated = type == authenticated_oid;
    if (sealed.authenticated) {
        CERTBROKER_TRY(der::Reader parameters, algorithm.enter(der::sequence)); // GCMParameters, RFC 5084 section 3.2
        CERTBROKER_TRY(sealed.vector, parameters.read_octets());
    } else {
        CERTBROKER_TRY(sealed.vector, algorithm.read_octets());
    }
    CERTBROKER_TRY(const der::Element content, encrypted.next(der::context(0, false)));
    sealed.content = to_bytes(content.content);
    if (!sealed.authenticated) return enveloped;
    if (body.peek() == der::context(1, true)) {
        CERTBROKER_TRY(const der::Element attributes, body.next());
        der::Writer set;
        set.element(der::set, attributes.content);
        sealed.attributes = std::move(set).take();
    }
    CERTBROKER_TRY(sealed.tag, body.read_octets());
    return enveloped;
}

Result<SecretBytes> decrypt_content(const EVP_CIPHER *cipher, const SecretBytes &key, const Sealed &sealed) {
    const openssl::CipherContext context(EVP_CIPHER_CTX_new());
    SecretBytes plain(sealed.content.size() + EVP_MAX_BLOCK_LENGTH);
    int size = 0;
    int rest = 0;
    int ignored = 0;
    Bytes tag = sealed.tag;
    const bool worked =
        context != nullptr && EVP_DecryptInit_ex(context.get(), cipher, nullptr, nullptr, nullptr) == 1 &&
        (!sealed.authenticated || EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN,
                                                      gsl::narrow<int>(sealed.vector.size()), nullptr) == 1) &&
        EVP_DecryptInit_ex(context.get(), nullptr, nullptr, key.data(), sealed.vector.data()) == 1 &&
        (sealed.attributes.empty() || EVP_DecryptUpdate(context.get(), nullptr, &ignored, sealed.attributes.data(),
                                                        gsl::narrow<int>(sealed.attributes.size())) == 1) &&
        EVP_DecryptUpdate(context.get(), plain.data(), &size, sealed.content.data(),
                          gsl::narrow<int>(sealed.content.size())) == 1 &&
        (!sealed.authenticated ||
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, gsl::narrow<int>(tag.size()), tag.data()) == 1) &&
        EVP_DecryptFinal_ex(context.get(), plain.data() + size, &rest) == 1;
    if (!worked) return damaged();
    plain.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
    return plain;
}

} // namespace

Result<SecretBytes> open_enveloped(const PrivateKey &key, ByteView recipient_certificate_der, ByteView message_der,
                                   const EVP_CIPHER *cipher) {
    CERTBROKER_TRY(const Recipient recipient, read_recipient(recipient_certificate_der));
    auto enveloped = read_enveloped(message_der);
    if (!enveloped) return not_decrypted("it is malformed").because(std::move(enveloped).error());
    const Sealed &sealed = enveloped->sealed;
    const bool vector_fits = sealed.authenticated
                                 ? !sealed.vector.empty() && sealed.vector.size() <= EVP_MAX_BLOCK_LENGTH &&
                                       sealed.tag.size() >= 12 && sealed.tag.size() <= most_tag_octets
                                 : sealed.vector.size() == static_cast<std::size_t>(EVP_CIPHER_get_iv_length(cipher));
    if (!vector_fits) return not_decrypted("it is malformed");
    auto found = find_transported(enveloped->recipients, recipient);
    if (!found) {
        if (found.error().id() == errors::cms_algorithm.id) return std::move(found).error();
        return not_decrypted("it is malformed").because(std::move(found).error());
    }
    if (!*found) return damaged();

    SecretBytes content_key(static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher)));
    CERTBROKER_CHECK(system_random().fill(content_key));
    auto transported = key.decrypt((**found).encrypted_key, (**found).oaep);
    if (transported && transported->size() == content_key.size())
        content_key = *std::move(transported);
    else if (!transported && transported.error().id() != errors::cms.id)
        return std::move(transported).error(); // such as no access to the key: says nothing about the message
    return decrypt_content(cipher, content_key, sealed);
}

} // namespace certbroker::crypto
