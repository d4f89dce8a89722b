#include <algorithm>
#include <array>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "x509/errors.hpp"
#include "x509/request_message.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::string_view oid_signed_data = "1.2.840.113549.1.7.2", oid_data = "1.2.840.113549.1.7.1",
                           oid_pki_data = "1.3.6.1.5.5.7.12.2", oid_registration_info = "1.3.6.1.5.5.7.7.18",
                           oid_add_attributes = "1.3.6.1.4.1.311.10.10.1", oid_rsa = "1.2.840.113549.1.1.1",
                           oid_content_type = "1.2.840.113549.1.9.3", oid_message_digest = "1.2.840.113549.1.9.4";
constexpr std::size_t max_message = std::size_t{1024} * 1024;
constexpr std::size_t max_certificates = 100, max_signers = 10, max_parts = 100;

Error malformed(std::string why) {
    return fail(errors::message_format, "A request message could not be read: " + std::move(why));
}

/// A SignerInfo (RFC 5652 section 5.3), into the message's DER.
struct SignerView {
    ByteView issuer, serial; ///< or:
    ByteView key_identifier;
    std::string digest_oid;
    std::optional<ByteView> attributes; ///< contents of the signed ones
    ByteView algorithm, signature;
};
/// A SignedData (section 5.1).
struct SignedView {
    std::string content_type;
    ByteView content;
    std::vector<ByteView> certificates;
    std::vector<SignerView> signers;
};

Result<SignerView> read_signer(der::Reader fields) {
    SignerView signer;
    CERTBROKER_CHECK(fields.read_integer());
    if (fields.peek() == der::context(0, false)) {
        CERTBROKER_TRY(const der::Element identifier, fields.next());
        signer.key_identifier = identifier.content;
    } else {
        CERTBROKER_TRY(der::Reader name, fields.enter(der::sequence));
        CERTBROKER_TRY(const der::Element issuer, name.next(der::sequence));
        CERTBROKER_TRY(const der::Element serial, name.next(der::integer));
        CERTBROKER_CHECK(name.finish());
        signer.issuer = issuer.whole;
        signer.serial = serial.whole;
    }
    CERTBROKER_TRY(der::Reader digest, fields.enter(der::sequence));
    CERTBROKER_TRY(signer.digest_oid, digest.read_oid());
    if (fields.peek() == der::context(0, true)) {
        CERTBROKER_TRY(const der::Element attributes, fields.next());
        signer.attributes = attributes.content;
    }
    CERTBROKER_TRY(const der::Element algorithm, fields.next(der::sequence));
    CERTBROKER_TRY(const der::Element signature, fields.next(der::octet_string));
    signer.algorithm = algorithm.whole;
    signer.signature = signature.content;
    (void)fields.skip(der::context(1, true));
    CERTBROKER_CHECK(fields.finish());
    return signer;
}

Result<SignedView> read_signed(ByteView der) {
    CERTBROKER_TRY(der::Reader outer, der::read_single(der, der::sequence));
    CERTBROKER_TRY(const std::string type, outer.read_oid());
    if (type != oid_signed_data) return malformed("it is no SignedData");
    CERTBROKER_TRY(der::Reader holder, outer.enter(der::context(0, true)));
    CERTBROKER_CHECK(outer.finish());
    CERTBROKER_TRY(der::Reader body, holder.enter(der::sequence));
    CERTBROKER_CHECK(holder.finish());
    SignedView view;
    CERTBROKER_CHECK(body.read_integer());
    CERTBROKER_CHECK(body.next(der::set));
    CERTBROKER_TRY(der::Reader encapsulated, body.enter(der::sequence));
    CERTBROKER_TRY(view.content_type, encapsulated.read_oid());
    if (encapsulated.empty()) return malformed("it holds no request, as a file of certificates does");
    CERTBROKER_TRY(der::Reader tagged, encapsulated.enter(der::context(0, true)));
    CERTBROKER_CHECK(encapsulated.finish());
    CERTBROKER_TRY(const der::Element content, tagged.next(der::octet_string));
    CERTBROKER_CHECK(tagged.finish());
    view.content = content.content;
    if (body.peek() == der::context(0, true)) {
        CERTBROKER_TRY(der::Reader certificates, body.enter(der::context(0, true)));
        while (!certificates.empty()) {
            if (view.certificates.size() == max_certificates) return malformed("it has more than 100 certificates");
            CERTBROKER_TRY(const der::Element certificate, certificates.next());
            view.certificates.push_back(certificate.whole);
        }
    }
    (void)body.skip(der::context(1, true));
    CERTBROKER_TRY(der::Reader signers, body.enter(der::set));
    CERTBROKER_CHECK(body.finish());
    while (!signers.empty()) {
        if (view.signers.size() == max_signers) return malformed("it has more than 10 signers");
        CERTBROKER_TRY(const der::Reader fields, signers.enter(der::sequence));
        CERTBROKER_TRY(SignerView signer, read_signer(fields));
        view.signers.push_back(std::move(signer));
    }
    return view;
}

// --- PKIData (RFC 5272 section 3.2.1) -------------------------------------------------------------------------------

Result<std::string> unescape(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        const auto octet = from_hex(text.substr(at + 1, 2));
        if (!octet || octet->size() != 1) return malformed("a value of its registration information is cut off");
        out += static_cast<char>(octet->front());
        at += 2;
    }
    return out;
}

Result<void> read_values(std::string_view text, RequestMessage &message) {
    for (const std::string_view pair : split(text, '&')) {
        if (pair.empty()) continue;
        if (message.values.size() == max_parts) return malformed("its registration information has over 100 values");
        const auto equals = pair.find('=');
        CERTBROKER_TRY(std::string name, unescape(pair.substr(0, equals)));
        CERTBROKER_TRY(std::string value,
                       unescape(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1)));
        if (!is_valid_utf8(name) || !is_valid_utf8(value)) return malformed("its registration information is no UTF-8");
        message.values.emplace_back(std::move(name), std::move(value));
    }
    return {};
}

Result<void> read_added(der::Reader fields, RequestMessage &message) {
    CERTBROKER_CHECK(fields.read_integer());
    CERTBROKER_CHECK(fields.next(der::sequence));
    CERTBROKER_TRY(der::Reader attributes, fields.enter(der::set));
    CERTBROKER_CHECK(fields.finish());
    while (!attributes.empty()) {
        if (message.added_attributes.size() == max_parts) return malformed("it adds more than 100 attributes");
        CERTBROKER_TRY(der::Reader one, attributes.enter(der::sequence));
        CsrAttribute attribute;
        CERTBROKER_TRY(attribute.oid, one.read_oid());
        CERTBROKER_TRY(der::Reader values, one.enter(der::set));
        CERTBROKER_CHECK(one.finish());
        while (!values.empty()) {
            if (attribute.values.size() == max_parts) return malformed("an attribute has more than 100 values");
            CERTBROKER_TRY(const der::Element value, values.next());
            CERTBROKER_CHECK(der::check_well_formed(value.whole));
            attribute.values.push_back(to_bytes(value.whole));
        }
        message.added_attributes.push_back(std::move(attribute));
    }
    return {};
}

Result<void> read_controls(der::Reader controls, RequestMessage &message) {
    std::size_t count = 0;
    while (!controls.empty()) {
        if (++count > max_parts) return malformed("it has more than 100 controls");
        CERTBROKER_TRY(der::Reader control, controls.enter(der::sequence));
        CERTBROKER_CHECK(control.read_integer());
        CERTBROKER_TRY(const std::string type, control.read_oid());
        CERTBROKER_TRY(der::Reader values, control.enter(der::set));
        CERTBROKER_CHECK(control.finish());
        if (type == oid_registration_info) {
            CERTBROKER_TRY(const Bytes text, values.read_octets());
            CERTBROKER_CHECK(read_values(as_text(text), message));
        } else if (type == oid_add_attributes) {
            CERTBROKER_TRY(const der::Reader added, values.enter(der::sequence));
            CERTBROKER_CHECK(read_added(added, message));
        }
    }
    return {};
}

/// The one PKCS#10 of a PKIData.
Result<ByteView> read_pki_data(ByteView der, RequestMessage &message) {
    CERTBROKER_TRY(der::Reader data, der::read_single(der, der::sequence));
    CERTBROKER_TRY(const der::Reader controls, data.enter(der::sequence));
    CERTBROKER_CHECK(read_controls(controls, message));
    CERTBROKER_TRY(der::Reader requests, data.enter(der::sequence));
    CERTBROKER_CHECK(data.next(der::sequence));
    CERTBROKER_CHECK(data.next(der::sequence));
    CERTBROKER_CHECK(data.finish());
    if (requests.peek() != der::context(0, true)) return malformed("its request is none of PKCS#10");
    CERTBROKER_TRY(der::Reader request, requests.enter(der::context(0, true)));
    if (!requests.empty()) return malformed("it holds more than one request");
    CERTBROKER_CHECK(request.read_integer());
    CERTBROKER_TRY(const der::Element csr, request.next(der::sequence));
    CERTBROKER_CHECK(request.finish());
    return csr.whole;
}

// --- signers --------------------------------------------------------------------------------------------------------

std::optional<crypto::DigestAlgorithm> digest_of(std::string_view oid) {
    using enum crypto::DigestAlgorithm;
    for (const crypto::DigestAlgorithm digest : {md5, sha1, sha256, sha384, sha512}) {
        if (crypto::digest_oid(digest) == oid) return digest;
    }
    return std::nullopt;
}

/// Whether a certificate is the one that a signer names.
bool names(const SignerView &signer, const Certificate &certificate) {
    if (!signer.key_identifier.empty()) {
        const Bytes identifier = certificate.subject_key_identifier();
        return equal(signer.key_identifier,
                     identifier.empty() ? certificate.public_key().key_identifier() : identifier);
    }
    der::Writer serial;
    serial.unsigned_integer(certificate.serial());
    return equal(signer.issuer, certificate.issuer().der()) && equal(signer.serial, serial.bytes());
}

Result<MessageSigner> identify(const SignerView &view, const std::vector<Certificate> &certificates,
                               const crypto::PublicKey &request_key) {
    MessageSigner signer;
    const auto digest = digest_of(view.digest_oid);
    if (!digest) return malformed("a signer uses the hash algorithm " + view.digest_oid + ", which is not known");
    signer.digest = *digest;
    const auto found = std::find_if(certificates.begin(), certificates.end(),
                                    [&](const Certificate &certificate) { return names(view, certificate); });
    if (found != certificates.end()) {
        signer.certificate = *found;
        signer.name = found->subject().to_string();
        signer.own_key = found->public_key() == request_key;
    } else if (!view.key_identifier.empty()) {
        signer.own_key = equal(view.key_identifier, request_key.key_identifier());
        signer.name = signer.own_key ? "the request's own key" : "the key " + to_hex(view.key_identifier);
    } else {
        CERTBROKER_TRY(const Name issuer, Name::decode(view.issuer));
        signer.name = "a certificate of " + issuer.to_string();
    }
    return signer;
}

Error not_signed(const std::string &why) {
    return fail(errors::message_signature, "The request message could not be accepted: " + why);
}

/// contentType and messageDigest must be those of the content (RFC 5652 section 5.4).
Result<bool> attributes_fit(const SignedView &message, ByteView attributes, crypto::DigestAlgorithm digest) {
    der::Reader reader(attributes);
    bool type_fits = false;
    bool digest_fits = false;
    while (!reader.empty()) {
        CERTBROKER_TRY(der::Reader one, reader.enter(der::sequence));
        CERTBROKER_TRY(const std::string oid, one.read_oid());
        CERTBROKER_TRY(der::Reader values, one.enter(der::set));
        if (oid == oid_content_type) {
            CERTBROKER_TRY(const std::string type, values.read_oid());
            type_fits = type == message.content_type;
        } else if (oid == oid_message_digest) {
            CERTBROKER_TRY(const Bytes octets, values.read_octets());
            digest_fits = octets == crypto::digest(digest, message.content);
        }
    }
    return type_fits && digest_fits;
}

Result<void> verify_signer(const SignedView &message, const SignerView &view, const MessageSigner &signer,
                           const crypto::PublicKey &key) {
    Bytes signed_bytes;
    if (view.attributes) {
        CERTBROKER_TRY(const bool fits, attributes_fit(message, *view.attributes, signer.digest));
        if (!fits) return not_signed("what " + signer.name + " signed is not what it holds");
        der::Writer set;
        set.element(der::set, *view.attributes);
        signed_bytes = std::move(set).take();
    } else if (message.content_type != oid_data) {
        return not_signed("the signature of " + signer.name + " lacks the attributes that it must cover");
    } else {
        signed_bytes = to_bytes(message.content);
    }
    Bytes algorithm = to_bytes(view.algorithm);
    der::Reader fields(view.algorithm);
    CERTBROKER_TRY(der::Reader identifier, fields.enter(der::sequence));
    CERTBROKER_TRY(const std::string oid, identifier.read_oid());
    if (oid == oid_rsa) { // by itself it does not name the hash
        CERTBROKER_TRY(algorithm, crypto::signature_algorithm(key, {signer.digest, false}));
    }
    auto verified = key.verify(algorithm, signed_bytes, view.signature);
    if (verified) return {};
    return not_signed("the signature of " + signer.name + " does not fit").because(std::move(verified).error());
}

Result<Csr> read_message(ByteView der) {
    CERTBROKER_TRY(const SignedView view, read_signed(der));
    RequestMessage message;
    message.der = to_bytes(der);
    ByteView request = view.content;
    if (view.content_type == oid_pki_data) {
        message.kind = MessageKind::cmc;
        CERTBROKER_TRY(request, read_pki_data(view.content, message));
    } else if (view.content_type == oid_data) {
        message.kind = MessageKind::pkcs7;
    } else {
        return malformed("its content is of type " + view.content_type);
    }
    if (is_signed_data(request)) return malformed("it holds another message, and not a PKCS#10 request");
    CERTBROKER_TRY(const Csr csr, Csr::parse(request));
    std::vector<Certificate> certificates;
    for (const ByteView certificate : view.certificates) {
        CERTBROKER_TRY(Certificate parsed, Certificate::parse(certificate));
        certificates.push_back(std::move(parsed));
    }
    for (const SignerView &signer : view.signers) {
        CERTBROKER_TRY(MessageSigner known, identify(signer, certificates, csr.public_key()));
        message.signers.push_back(std::move(known));
    }
    return csr.in_message(std::move(message));
}

} // namespace

bool is_signed_data(ByteView der) noexcept {
    // SEQUENCE, its length in one to four octets, then the OID.
    constexpr std::array<std::uint8_t, 11> oid{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
    if (der.size() < 2 || der[0] != der::sequence) return false;
    const std::size_t start = 2U + (der[1] >= 0x80 ? der[1] & 0x7fU : 0U);
    return der.size() >= start + oid.size() && std::equal(oid.begin(), oid.end(), der.begin() + std::ptrdiff_t(start));
}

Result<Csr> parse_request_message(ByteView der) {
    if (der.size() > max_message)
        return fail(errors::too_large, "A request message could not be read: it is larger than 1 MiB");
    auto read = read_message(der);
    if (read || read.error().id() == errors::message_format.id) return read;
    return malformed("its structure is neither that of PKCS#7 nor of CMC").because(std::move(read).error());
}

Result<void> verify_request_message(const RequestMessage &message, const crypto::PublicKey &request_key) {
    CERTBROKER_TRY(const SignedView view, read_signed(message.der));
    if (view.signers.empty() || view.signers.size() != message.signers.size()) return not_signed("nobody signed it");
    for (std::size_t i = 0; i < view.signers.size(); ++i) {
        const MessageSigner &signer = message.signers[i];
        if (!signer.certificate && !signer.own_key)
            return not_signed("the certificate of its signer (" + signer.name + ") did not come along");
        CERTBROKER_CHECK(verify_signer(view, view.signers[i], signer,
                                       signer.certificate ? signer.certificate->public_key() : request_key));
    }
    return {};
}

} // namespace certbroker::x509
