#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"

/// Cryptographic Message Syntax (RFC 5652). Read, verified, encrypted and decrypted by OpenSSL's CMS API; signed
/// messages are written by hand, so that any PrivateKey can sign. Inputs over 16 MiB are refused (Base.TooLarge).
namespace certbroker::crypto {

/// A signed or unsigned attribute: type OID, one value as DER.
struct CmsAttribute {
    std::string oid;
    Bytes value_der;
};

struct CmsSignOptions {
    DigestAlgorithm digest = DigestAlgorithm::sha256;
    std::string content_type = "1.2.840.113549.1.7.1"; ///< id-data
    std::vector<CmsAttribute> signed_attributes;       ///< besides contentType, messageDigest and signingTime
    std::vector<Bytes> extra_certificates;             ///< DER, besides the signer's
    bool signing_time = true;
    /// No signed attributes at all: the content itself is signed (RFC 5652 section 5.4; only with id-data).
    bool bare = false;
};
Result<Bytes> cms_sign(const PrivateKey &key, ByteView signer_certificate_der, ByteView content,
                       const CmsSignOptions &options);

/// One of several who sign the same content.
struct CmsSigner {
    const PrivateKey *key = nullptr;
    Bytes certificate_der; ///< travels along, named by issuer and serial; empty: named by the key's identifier
};
Result<Bytes> cms_sign(const std::vector<CmsSigner> &signers, ByteView content, const CmsSignOptions &options);

struct CmsVerified {
    std::string content_type;
    Bytes content;
    Bytes signer_certificate_der; ///< who signed; whether it is trusted is the caller's business
    std::vector<CmsAttribute> signed_attributes;
    std::vector<Bytes> certificates; ///< DER, all that came along
    DigestAlgorithm digest = DigestAlgorithm::sha256;
};
/// Verifies the one signer's signature with the certificate found in the message or among `candidates_der`.
/// Crypto.Signature: it does not fit; Crypto.CmsAlgorithm: weak and `allow_legacy` not given; Crypto.Cms: all else.
/// `may_lack_content`: a message without eContent is one whose content is empty (SCEP's CertRep without certificates).
Result<CmsVerified> cms_verify(ByteView message, const std::vector<Bytes> &candidates_der, bool allow_legacy,
                               bool may_lack_content = false);

/// EnvelopedData for an RSA recipient. `cipher`: "AES-128-CBC", "AES-256-CBC"; with allow_legacy "DES-EDE3-CBC",
/// "DES-CBC".
Result<Bytes> cms_encrypt(ByteView recipient_certificate_der, std::string_view cipher, ByteView content,
                          bool allow_legacy);
/// Works with a key that stays where it is, too (native() is nullptr): only its RSA operation is used.
Result<SecretBytes> cms_decrypt(const PrivateKey &key, ByteView recipient_certificate_der, ByteView message,
                                bool allow_legacy);

/// The certificates and CRLs of a certs-only SignedData (.p7b, degenerate PKCS#7), DER, in file order. Strict limits:
/// at most 100 certificates, 8 MiB. Does not verify anything: there is nothing signed.
struct Pkcs7Contents {
    std::vector<Bytes> certificates;
    std::vector<Bytes> crls;
};
Result<Pkcs7Contents> split_pkcs7(ByteView message_der);
Bytes join_pkcs7(const std::vector<Bytes> &certificates);

} // namespace certbroker::crypto
