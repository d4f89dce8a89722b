#include <algorithm>

#include "base/clock.hpp"
#include "base/der.hpp"
#include "base/errors.hpp"
#include "crypto/cms.hpp"
#include "crypto/errors.hpp"

/// SignedData is written here and not by CMS_sign: that one takes no key that stays in a device, and adds a signing
/// time whether it is wanted or not. Reading, which is where the danger is, is left to OpenSSL.
namespace certbroker::crypto {
namespace {

constexpr std::size_t most_octets = 16U << 20U;
constexpr std::string_view signed_data_oid = "1.2.840.113549.1.7.2";
constexpr std::string_view data_oid = "1.2.840.113549.1.7.1";
constexpr std::string_view content_type_oid = "1.2.840.113549.1.9.3";
constexpr std::string_view message_digest_oid = "1.2.840.113549.1.9.4";
constexpr std::string_view signing_time_oid = "1.2.840.113549.1.9.5";

Error not_signed(std::string why) {
    return fail(errors::cms, "The CMS message could not be signed: " + std::move(why));
}

struct SignerName {
    Bytes issuer_and_serial; ///< IssuerAndSerialNumber, whole
    PublicKey key;
};

/// What a SignerInfo says of its certificate (RFC 5280 section 4.1: version, serial, algorithm, issuer, validity,
/// subject, key).
Result<SignerName> read_signer(ByteView certificate_der) {
    CERTBROKER_TRY(der::Reader outer, der::read_single(certificate_der, der::sequence));
    CERTBROKER_TRY(der::Reader tbs, outer.enter(der::sequence));
    (void)tbs.skip(der::context(0, true));
    CERTBROKER_TRY(const der::Element serial, tbs.next(der::integer));
    CERTBROKER_CHECK(tbs.next(der::sequence));
    CERTBROKER_TRY(const der::Element issuer, tbs.next(der::sequence));
    CERTBROKER_CHECK(tbs.next(der::sequence));
    CERTBROKER_CHECK(tbs.next(der::sequence));
    CERTBROKER_TRY(const der::Element spki, tbs.next(der::sequence));
    CERTBROKER_TRY(PublicKey key, PublicKey::parse(spki.whole));
    der::Writer name;
    name.nest(der::sequence, [&](der::Writer &w) { w.raw(issuer.whole).raw(serial.whole); });
    return SignerName{std::move(name).take(), std::move(key)};
}

/// RFC 5754 section 2: SHA-2 identifiers without parameters; RFC 3370 section 2: the old ones with NULL.
Bytes digest_identifier(DigestAlgorithm digest) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        w.oid(digest_oid(digest));
        if (is_weak(digest)) w.null();
    });
    return std::move(writer).take();
}

/// RSA is named rsaEncryption, which old and new readers take (RFC 5754 section 3.2); curves by hash and algorithm.
Result<Bytes> signature_identifier(const PrivateKey &key, DigestAlgorithm digest) {
    if (!key.spec() || key.spec()->algorithm != KeyAlgorithm::rsa)
        return signature_algorithm(key.public_key(), {digest, false});
    der::Writer writer;
    writer.nest(der::sequence, [](der::Writer &w) { w.oid("1.2.840.113549.1.1.1").null(); });
    return std::move(writer).take();
}

Bytes attribute(std::string_view oid, ByteView value_der) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &w) {
        w.oid(oid);
        w.nest(der::set, [&](der::Writer &values) { values.raw(value_der); });
    });
    return std::move(writer).take();
}

template<class Body>
Bytes value(Body &&body) {
    der::Writer writer;
    body(writer);
    return std::move(writer).take();
}

/// The attributes one behind the other in DER's order for SET OF (X.690 section 11.6).
Result<Bytes> signed_attributes(ByteView content, const CmsSignOptions &options) {
    std::vector<Bytes> all;
    all.push_back(attribute(content_type_oid, value([&](der::Writer &w) { w.oid(options.content_type); })));
    all.push_back(
        attribute(message_digest_oid, value([&](der::Writer &w) { w.octets(digest(options.digest, content)); })));
    if (options.signing_time)
        all.push_back(attribute(signing_time_oid, value([](der::Writer &w) { w.time(system_clock().now()); })));
    for (const CmsAttribute &own : options.signed_attributes) {
        if (!der::is_oid(own.oid)) return not_signed("an attribute has no valid object identifier");
        if (!der::check_well_formed(own.value_der))
            return not_signed("the value of attribute " + own.oid + " is no DER");
        all.push_back(attribute(own.oid, own.value_der));
    }
    std::sort(all.begin(), all.end(), [](const Bytes &a, const Bytes &b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    });
    Bytes out;
    for (const Bytes &one : all)
        out.insert(out.end(), one.begin(), one.end());
    return out;
}

} // namespace

Result<Bytes> cms_sign(const PrivateKey &key, ByteView signer_certificate_der, ByteView content,
                       const CmsSignOptions &options) {
    if (content.size() > most_octets)
        return fail(errors::too_large, "The CMS message could not be signed: its content is larger than 16 MiB");
    if (!der::is_oid(options.content_type)) return not_signed("its content type is no object identifier");
    auto signer = read_signer(signer_certificate_der);
    if (!signer) return not_signed("the signer's certificate could not be read").because(std::move(signer).error());
    if (!(signer->key == key.public_key())) return not_signed("the signer's certificate does not belong to the key");
    const Bytes digest_der = digest_identifier(options.digest);
    CERTBROKER_TRY(const Bytes signature_der, signature_identifier(key, options.digest));
    CERTBROKER_TRY(const Bytes attributes, signed_attributes(content, options));
    // Signed as a SET OF, written with an implicit tag (RFC 5652 section 5.4).
    CERTBROKER_TRY(const Bytes signature,
                   key.sign({options.digest, false}, value([&](der::Writer &w) { w.element(der::set, attributes); })));

    der::Writer writer;
    writer.reserve(content.size() + 4096);
    writer.nest(der::sequence, [&](der::Writer &info) {
        info.oid(signed_data_oid);
        info.nest(der::context(0, true), [&](der::Writer &holder) {
            holder.nest(der::sequence, [&](der::Writer &body) {
                body.integer(options.content_type == data_oid ? 1 : 3);
                body.nest(der::set, [&](der::Writer &w) { w.raw(digest_der); });
                body.nest(der::sequence, [&](der::Writer &encapsulated) {
                    encapsulated.oid(options.content_type);
                    encapsulated.nest(der::context(0, true), [&](der::Writer &w) { w.octets(content); });
                });
                body.nest(der::context(0, true), [&](der::Writer &set) {
                    set.raw(signer_certificate_der);
                    for (const Bytes &extra : options.extra_certificates)
                        set.raw(extra);
                });
                body.nest(der::set, [&](der::Writer &signers) {
                    signers.nest(der::sequence, [&](der::Writer &one) {
                        one.integer(1).raw(signer->issuer_and_serial).raw(digest_der);
                        one.element(der::context(0, true), attributes);
                        one.raw(signature_der).octets(signature);
                    });
                });
            });
        });
    });
    return std::move(writer).take();
}

} // namespace certbroker::crypto
