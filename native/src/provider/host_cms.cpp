#include "base/der.hpp"
#include "crypto/errors.hpp"
#include "provider/host.hpp"

namespace certbroker::provider::host {
namespace {

constexpr std::size_t max_message = 16UL * 1024 * 1024;
constexpr std::size_t max_certificate = 1024UL * 1024;
constexpr std::size_t max_items = 100;

Result<crypto::CmsAttribute> read_attribute(Call &call, const cbp_attribute *pointer) {
    CERTBROKER_TRY(const cbp_attribute given,
                   read_struct(call, pointer, "attributes", CERTBROKER_THROUGH(cbp_attribute, value)));
    crypto::CmsAttribute attribute;
    CERTBROKER_TRY(attribute.oid, call.text(given.oid, "oid", 200));
    CERTBROKER_TRY(const ByteView value, call.bytes(given.value, "value", 64UL * 1024));
    if (!der::is_oid(attribute.oid)) return call.breach("'" + attribute.oid + "' is no object identifier");
    der::Writer writer;
    switch (given.asn1_type) {
    case CBP_ASN1_PRINTABLE:
    case CBP_ASN1_UTF8:
    case CBP_ASN1_OCTETS:
        writer.element(static_cast<std::uint8_t>(given.asn1_type), value);
        break;
    case CBP_ASN1_INTEGER:
        writer.unsigned_integer(value);
        break;
    case CBP_ASN1_DER:
        CERTBROKER_CHECK(der::check_well_formed(value));
        writer.raw(value);
        break;
    default:
        return call.breach("an attribute has an unknown asn1_type");
    }
    attribute.value_der = std::move(writer).take();
    return attribute;
}

Result<std::vector<Bytes>> read_certificates(Call &call, const cbp_bytes *given, std::size_t count, const char *what) {
    if (count > max_items) return call.breach("'" + std::string(what) + "' are more than 100");
    if (count > 0) CERTBROKER_CHECK(call.required(given, what));
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < count; ++i) {
        CERTBROKER_TRY(const ByteView der, call.bytes(given[i], what, max_certificate));
        out.push_back(to_bytes(der));
    }
    return out;
}

Result<crypto::CmsSignOptions> read_sign_options(Call &call, const cbp_cms_sign_options *pointer) {
    crypto::CmsSignOptions options;
    if (pointer == nullptr) return options;
    CERTBROKER_TRY(const cbp_cms_sign_options given,
                   read_struct(call, pointer, "options", CERTBROKER_THROUGH(cbp_cms_sign_options, digest)));
    CERTBROKER_TRY(options.digest, digest_of(call, given.digest, "SHA256"));
    if (crypto::is_weak(options.digest) && (given.flags & CBP_CMS_ALLOW_LEGACY) == 0)
        return fail(errors::cms_algorithm,
                    "The message cannot be signed: " + std::string(crypto::digest_name(options.digest)) +
                        " is too weak unless a setting allows it");
    for (const cbp_attribute *const *attribute = given.attributes; attribute != nullptr && *attribute != nullptr;
         ++attribute) {
        if (options.signed_attributes.size() >= max_items) return call.breach("there are more than 100 attributes");
        CERTBROKER_TRY(crypto::CmsAttribute read, read_attribute(call, *attribute));
        options.signed_attributes.push_back(std::move(read));
    }
    CERTBROKER_TRY(options.extra_certificates,
                   read_certificates(call, given.certificates, given.certificate_count, "certificates"));
    return options;
}

Result<void> cms_sign_body(Call &call, const cbp_key *handle, cbp_bytes signer, cbp_bytes content,
                           const cbp_cms_sign_options *pointer, cbp_bytes *out) {
    CERTBROKER_CHECK(call.required(out, "out"));
    CERTBROKER_TRY(const KeyObject *const key, key_of(call, handle, "key"));
    CERTBROKER_TRY(const ByteView certificate, call.bytes(signer, "signer_der", max_certificate));
    CERTBROKER_TRY(const ByteView data, call.bytes(content, "content", max_message));
    CERTBROKER_TRY(const crypto::CmsSignOptions options, read_sign_options(call, pointer));
    CERTBROKER_TRY(Bytes message, crypto::cms_sign(*key->key, certificate, data, options));
    *out = call.keep(std::move(message));
    return {};
}

cbp_status CBP_CALL cms_sign(cbp_call *handle, const cbp_key *key, cbp_bytes signer, cbp_bytes content,
                             const cbp_cms_sign_options *options, cbp_bytes *out) {
    return serve_status(handle, "cms_sign",
                        [&](Call &call) { return cms_sign_body(call, key, signer, content, options, out); });
}

Result<void> cms_verify_body(Call &call, cbp_bytes message, const cbp_bytes *candidates, size_t count, uint32_t flags,
                             cbp_bytes *content, cbp_bytes *signer) {
    call.verified.reset();
    CERTBROKER_TRY(const ByteView bytes, call.bytes(message, "message", max_message));
    CERTBROKER_TRY(const std::vector<Bytes> others, read_certificates(call, candidates, count, "candidates_der"));
    CERTBROKER_TRY(crypto::CmsVerified verified, crypto::cms_verify(bytes, others, (flags & CBP_CMS_ALLOW_LEGACY) != 0,
                                                                    (flags & CBP_CMS_MAY_LACK_CONTENT) != 0));
    call.verified = std::move(verified);
    if (content != nullptr) *content = call.keep(Bytes(call.verified->content));
    if (signer != nullptr) *signer = call.keep(Bytes(call.verified->signer_certificate_der));
    return {};
}

cbp_status CBP_CALL cms_verify(cbp_call *handle, cbp_bytes message, const cbp_bytes *candidates, size_t count,
                               uint32_t flags, cbp_bytes *content, cbp_bytes *signer) {
    return serve_status(handle, "cms_verify", [&](Call &call) {
        return cms_verify_body(call, message, candidates, count, flags, content, signer);
    });
}

Result<bool> find_attribute(Call &call, const char *oid_text, int32_t *type, cbp_bytes *value) {
    CERTBROKER_CHECK(call.required(value, "value"));
    CERTBROKER_TRY(const std::string oid, call.text(oid_text, "oid", 200));
    if (!call.verified) return call.breach("no message was verified in this call");
    for (const crypto::CmsAttribute &attribute : call.verified->signed_attributes) {
        if (attribute.oid != oid) continue;
        der::Reader reader(attribute.value_der);
        CERTBROKER_TRY(const der::Element element, reader.next());
        const bool plain = element.tag == CBP_ASN1_PRINTABLE || element.tag == CBP_ASN1_UTF8 ||
                           element.tag == CBP_ASN1_OCTETS || element.tag == CBP_ASN1_INTEGER;
        if (type != nullptr) *type = plain ? std::int32_t{element.tag} : std::int32_t{CBP_ASN1_DER};
        *value = call.keep(to_bytes(plain ? element.content : element.whole));
        return true;
    }
    return false;
}

cbp_status CBP_CALL cms_attribute(cbp_call *handle, const char *oid, int32_t *type, cbp_bytes *value) {
    return serve<cbp_status>(handle, "cms_attribute", CBP_E_CANCELLED, [&](Call &call) -> cbp_status {
        auto found = find_attribute(call, oid, type, value);
        if (!found) return call.host_failed(std::move(found).error());
        return *found ? CBP_OK : CBP_E_NOT_FOUND;
    });
}

cbp_status CBP_CALL cms_encrypt(cbp_call *handle, cbp_bytes recipient, const char *cipher, uint32_t flags,
                                cbp_bytes content, cbp_bytes *out) {
    return serve_status(handle, "cms_encrypt", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(out, "out"));
        CERTBROKER_TRY(const std::string name, call.text(cipher, "cipher", 64));
        CERTBROKER_TRY(const ByteView certificate, call.bytes(recipient, "recipient_der", max_certificate));
        CERTBROKER_TRY(const ByteView data, call.bytes(content, "content", max_message));
        CERTBROKER_TRY(Bytes message,
                       crypto::cms_encrypt(certificate, name, data, (flags & CBP_CMS_ALLOW_LEGACY) != 0));
        *out = call.keep(std::move(message));
        return {};
    });
}

cbp_status CBP_CALL cms_decrypt(cbp_call *handle, const cbp_key *key, cbp_bytes recipient, uint32_t flags,
                                cbp_bytes message, cbp_bytes *content) {
    return serve_status(handle, "cms_decrypt", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(content, "content"));
        CERTBROKER_TRY(const KeyObject *const object, key_of(call, key, "key"));
        CERTBROKER_TRY(const ByteView certificate, call.bytes(recipient, "recipient_der", max_certificate));
        CERTBROKER_TRY(const ByteView bytes, call.bytes(message, "message", max_message));
        CERTBROKER_TRY(SecretBytes plain,
                       crypto::cms_decrypt(*object->key, certificate, bytes, (flags & CBP_CMS_ALLOW_LEGACY) != 0));
        *content = call.keep(std::move(plain));
        return {};
    });
}

} // namespace

void fill_cms(cbp_host &table) noexcept {
    table.cms_sign = &cms_sign;
    table.cms_verify = &cms_verify;
    table.cms_attribute = &cms_attribute;
    table.cms_encrypt = &cms_encrypt;
    table.cms_decrypt = &cms_decrypt;
}

} // namespace certbroker::provider::host
