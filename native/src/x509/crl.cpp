#include "base/der.hpp"
#include "x509/certificate.hpp"
#include "x509/errors.hpp"
#include "x509/signed_object.hpp"

namespace certbroker::x509 {
namespace {

Error refuse(const std::string &why) {
    return fail(errors::crl_format, "The revocation list could not be made: " + why);
}

Result<void> check(const CrlSpec &spec) {
    if (spec.issuer.empty()) return refuse("it names no issuer");
    if (spec.next_update <= spec.this_update) return refuse("its next update is not after this one");
    for (const RevokedCertificate &entry : spec.revoked) {
        if (entry.serial.empty() || entry.serial.size() > 256) return refuse("an entry has no usable serial number");
        if (entry.reason == RevocationReason::remove_from_crl)
            return refuse("removeFromCRL belongs into delta lists only; leave the certificate out");
    }
    return {};
}

Bytes reason_extensions(RevocationReason reason) {
    const auto code = static_cast<std::uint8_t>(reason);
    der::Writer value;
    value.element(der::enumerated, {&code, 1});
    return encode_extensions({{std::string(oid::reason_code), false, std::move(value).take()}});
}

void write_entry(der::Writer &writer, const RevokedCertificate &entry) {
    writer.nest(der::sequence, [&](der::Writer &w) {
        w.unsigned_integer(entry.serial).time(entry.revoked_at);
        // RFC 5280 section 5.3.1: an unspecified reason is left out.
        if (entry.reason != RevocationReason::unspecified) w.raw(reason_extensions(entry.reason));
    });
}

Bytes list_extensions(const CrlSpec &spec) {
    std::vector<Extension> extensions;
    if (!spec.authority_key_identifier.empty())
        extensions.push_back(make_authority_key_identifier(spec.authority_key_identifier));
    Bytes number;
    for (int shift = 56; shift >= 0; shift -= 8)
        number.push_back(static_cast<std::uint8_t>(spec.number >> static_cast<unsigned>(shift)));
    der::Writer value;
    value.unsigned_integer(number);
    extensions.push_back({std::string(oid::crl_number), false, std::move(value).take()});
    return encode_extensions(extensions);
}

} // namespace

Result<Bytes> sign_crl(const CrlSpec &spec, const crypto::PrivateKey &issuer_key) {
    CERTBROKER_CHECK(check(spec));
    return detail::sign_object(
        spec.scheme, issuer_key, 512 + spec.revoked.size() * 64, [&](der::Writer &tbs, const Bytes &algorithm) {
            constexpr std::int64_t version_2 = 1;
            tbs.integer(version_2).raw(algorithm).raw(spec.issuer.der()).time(spec.this_update).time(spec.next_update);
            if (!spec.revoked.empty()) {
                tbs.nest(der::sequence, [&](der::Writer &list) {
                    for (const RevokedCertificate &entry : spec.revoked)
                        write_entry(list, entry);
                });
            }
            tbs.element(der::context(0, true), list_extensions(spec));
        });
}

} // namespace certbroker::x509
