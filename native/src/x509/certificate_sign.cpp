#include "base/der.hpp"
#include "base/errors.hpp"
#include "x509/certificate.hpp"
#include "x509/errors.hpp"
#include "x509/signed_object.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::size_t max_serial = 20; // RFC 5280 section 4.1.2.2, sign octet included

Error refuse(const std::string &why) {
    return fail(errors::argument, "The certificate could not be made: " + why);
}

Result<void> check(const CertificateSpec &spec) {
    ByteView serial = spec.serial;
    while (!serial.empty() && serial[0] == 0)
        serial = serial.subspan(1);
    if (serial.empty()) return refuse("its serial number is zero");
    if (serial.size() > max_serial || (serial.size() == max_serial && serial[0] >= 0x80))
        return refuse("its serial number is longer than 20 octets");
    if (spec.not_after < spec.not_before) return refuse("it ends before it begins");
    if (spec.issuer.empty()) return refuse("it names no issuer");
    for (const Extension &extension : spec.extensions) {
        if (!der::is_oid(extension.oid)) return refuse("an extension has no object identifier");
    }
    return {};
}

} // namespace

Result<Certificate> sign_certificate(const CertificateSpec &spec, const crypto::PrivateKey &issuer_key) {
    CERTBROKER_CHECK(check(spec));
    std::size_t size = spec.subject.der().size() + spec.issuer.der().size() + spec.spki.size() + 256;
    for (const Extension &extension : spec.extensions)
        size += extension.value.size() + 32;
    CERTBROKER_TRY(const Bytes der,
                   detail::sign_object(spec.scheme, issuer_key, size, [&](der::Writer &tbs, const Bytes &algorithm) {
                       constexpr std::int64_t version_3 = 2;
                       if (!spec.extensions.empty())
                           tbs.nest(der::context(0, true), [](der::Writer &w) { w.integer(version_3); });
                       tbs.unsigned_integer(spec.serial).raw(algorithm).raw(spec.issuer.der());
                       tbs.nest(der::sequence,
                                [&](der::Writer &validity) { validity.time(spec.not_before).time(spec.not_after); });
                       tbs.raw(spec.subject.der()).raw(spec.spki);
                       if (!spec.extensions.empty())
                           tbs.element(der::context(3, true), encode_extensions(spec.extensions));
                   }));
    return Certificate::parse(der);
}

} // namespace certbroker::x509
