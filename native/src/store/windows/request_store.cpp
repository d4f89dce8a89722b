#include "store/windows/request_store.hpp"

#include "base/der.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "store/windows/os_failure.hpp"
#include "x509/certificate.hpp"

namespace certbroker::store {
namespace {

constexpr std::int64_t ten_years = 3653LL * 24 * 3600;

/// CN=<container>, cut to the 64 characters that a common name takes (RFC 5280 appendix A.1).
Bytes name_der(const KeyPlace &place) {
    constexpr std::size_t longest = 64;
    std::string text;
    std::size_t count = 0;
    for (const char32_t point : to_utf32(win32::narrow(place.container))) {
        if (count++ == longest) break;
        append_utf8(text, point);
    }
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &rdns) {
        rdns.nest(der::set, [&](der::Writer &rdn) {
            rdn.nest(der::sequence, [&](der::Writer &a) { a.oid("2.5.4.3").text(der::utf8_string, text); });
        });
    });
    return std::move(writer).take();
}

} // namespace

Result<ContextHandle> make_marker(const KeyPlace &place, const crypto::PrivateKey &key, const Clock &clock) {
    x509::CertificateSpec spec;
    CERTBROKER_TRY(spec.subject, x509::Name::decode(name_der(place)));
    spec.issuer = spec.subject;
    CERTBROKER_TRY(spec.serial, crypto::random_serial(crypto::system_random()));
    spec.not_before = clock.now();
    spec.not_after = spec.not_before + ten_years;
    spec.spki = key.public_key().spki();
    CERTBROKER_TRY(const x509::Certificate marker, x509::sign_certificate(spec, key));
    CERTBROKER_TRY(ContextHandle context, make_context(marker.der()));
    if (!set_place(context.get(), place))
        return os_failure("The key could not be noted in " + std::string(request_store), GetLastError());
    return context;
}

Result<void> add_marker(Location location, const KeyPlace &place, const crypto::PrivateKey &key, const Clock &clock) {
    CERTBROKER_TRY(const ContextHandle context, make_marker(place, key, clock));
    CERTBROKER_TRY(CertStore store, CertStore::open(location, request_store, CertStore::Mode::write));
    return store.put(context.get());
}

bool is_own_marker(PCCERT_CONTEXT context) {
    const auto place = place_of(context);
    const CERT_INFO &info = *context->pCertInfo;
    return place && equal(name_der(*place), {info.Subject.pbData, info.Subject.cbData}) &&
           equal({info.Issuer.pbData, info.Issuer.cbData}, {info.Subject.pbData, info.Subject.cbData});
}

Result<void> remove_markers(Location location, ByteView key_sha256, Markers which, const KeyPlace *except) {
    std::vector<Bytes> thumbprints;
    {
        CERTBROKER_TRY(const CertStore store, CertStore::open(location, request_store, CertStore::Mode::own));
        store.each([&](PCCERT_CONTEXT context) {
            if (equal(key_hash_of(context), key_sha256) && (which == Markers::all || is_own_marker(context)) &&
                (except == nullptr || place_of(context) != *except))
                thumbprints.push_back(crypto::sha1(der_of(context)));
            return true;
        });
    }
    if (thumbprints.empty()) return {};
    CERTBROKER_TRY(CertStore store, CertStore::open(location, request_store, CertStore::Mode::write));
    for (const Bytes &thumbprint : thumbprints)
        CERTBROKER_CHECK(store.remove(thumbprint));
    return {};
}

} // namespace certbroker::store
