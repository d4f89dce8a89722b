#include <algorithm>
#include <optional>

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

/// The order that DER has for a SET OF.
void sort_as_set(std::vector<Bytes> &members) {
    std::sort(members.begin(), members.end(), [](const Bytes &a, const Bytes &b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    });
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
    sort_as_set(all);
    Bytes out;
    for (const Bytes &one : all)
        out.insert(out.end(), one.begin(), one.end());
    return out;
}

/// How a SignerInfo names its signer (RFC 5652 section 5.3) and which version that makes it.
struct SignerId {
    std::int64_t version = 1;
    Bytes der;
};
Result<SignerId> signer_id(const CmsSigner &signer) {
    if (signer.certificate_der.empty()) {
        der::Writer name;
        name.element(der::context(0, false), signer.key->public_key().key_identifier());
        return SignerId{3, std::move(name).take()};
    }
    auto read = read_signer(signer.certificate_der);
    if (!read) return not_signed("the signer's certificate could not be read").because(std::move(read).error());
    if (!(read->key == signer.key->public_key()))
        return not_signed("the signer's certificate does not belong to the key");
    return SignerId{1, std::move(read->issuer_and_serial)};
}

/// A SignerInfo. `attributes` are the signed ones, one behind the other; nothing where the content itself is signed.
Result<Bytes> signer_info(const CmsSigner &signer, const SignerId &id, ByteView content,
                          const std::optional<Bytes> &attributes, DigestAlgorithm digest) {
    CERTBROKER_TRY(const Bytes algorithm, signature_identifier(*signer.key, digest));
    // Signed as a SET OF, written with an implicit tag (RFC 5652 section 5.4).
    CERTBROKER_TRY(const Bytes signature, signer.key->sign({digest, false}, attributes ? value([&](der::Writer &w) {
                                                               w.element(der::set, *attributes);
                                                           })
                                                                                       : content));
    return value([&](der::Writer &writer) {
        writer.nest(der::sequence, [&](der::Writer &one) {
            one.integer(id.version).raw(id.der).raw(digest_identifier(digest));
            if (attributes) one.element(der::context(0, true), *attributes);
            one.raw(algorithm).octets(signature);
        });
    });
}

/// RFC 5652 section 5.1.
struct SignedData {
    std::int64_t version = 1;
    std::vector<Bytes> certificates, signer_infos;
};

Bytes write_signed_data(const SignedData &data, ByteView content, const CmsSignOptions &options) {
    der::Writer writer;
    writer.reserve(content.size() + 4096);
    writer.nest(der::sequence, [&](der::Writer &info) {
        info.oid(signed_data_oid);
        info.nest(der::context(0, true), [&](der::Writer &holder) {
            holder.nest(der::sequence, [&](der::Writer &body) {
                body.integer(data.version);
                body.nest(der::set, [&](der::Writer &w) { w.raw(digest_identifier(options.digest)); });
                body.nest(der::sequence, [&](der::Writer &encapsulated) {
                    encapsulated.oid(options.content_type);
                    encapsulated.nest(der::context(0, true), [&](der::Writer &w) { w.octets(content); });
                });
                if (!data.certificates.empty())
                    body.nest(der::context(0, true), [&](der::Writer &set) {
                        for (const Bytes &certificate : data.certificates)
                            set.raw(certificate);
                    });
                body.nest(der::set, [&](der::Writer &set) {
                    for (const Bytes &info_der : data.signer_infos)
                        set.raw(info_der);
                });
            });
        });
    });
    return std::move(writer).take();
}

} // namespace

Result<Bytes> cms_sign(const std::vector<CmsSigner> &signers, ByteView content, const CmsSignOptions &options) {
    if (content.size() > most_octets)
        return fail(errors::too_large, "The CMS message could not be signed: its content is larger than 16 MiB");
    if (!der::is_oid(options.content_type)) return not_signed("its content type is no object identifier");
    if (options.bare && options.content_type != data_oid)
        return not_signed("content other than plain data is signed with attributes only");
    std::optional<Bytes> attributes;
    if (!options.bare) {
        CERTBROKER_TRY(attributes, signed_attributes(content, options));
    }
    SignedData data;
    data.version = options.content_type == data_oid ? 1 : 3;
    for (const CmsSigner &signer : signers) {
        CERTBROKER_TRY(const SignerId id, signer_id(signer));
        if (id.version == 3) data.version = 3;
        CERTBROKER_TRY(Bytes info, signer_info(signer, id, content, attributes, options.digest));
        data.signer_infos.push_back(std::move(info));
        if (!signer.certificate_der.empty()) data.certificates.push_back(signer.certificate_der);
    }
    data.certificates.insert(data.certificates.end(), options.extra_certificates.begin(),
                             options.extra_certificates.end());
    sort_as_set(data.signer_infos);
    return write_signed_data(data, content, options);
}

Result<Bytes> cms_sign(const PrivateKey &key, ByteView signer_certificate_der, ByteView content,
                       const CmsSignOptions &options) {
    // An empty certificate would name the signer by its key, which is not what was asked for.
    if (signer_certificate_der.empty()) return not_signed("the signer's certificate could not be read");
    return cms_sign({CmsSigner{&key, to_bytes(signer_certificate_der)}}, content, options);
}

} // namespace certbroker::crypto
