#include <gsl/narrow>

#include "base/der.hpp"
#include "base/errors.hpp"
#include "crypto/cms.hpp"
#include "crypto/errors.hpp"
#include "crypto/openssl.hpp"

namespace certbroker::crypto {
namespace {

constexpr std::size_t most_octets = 8U << 20U;
constexpr std::size_t most_certificates = 100;
constexpr std::string_view signed_data_oid = "1.2.840.113549.1.7.2";
constexpr std::string_view data_oid = "1.2.840.113549.1.7.1";

Error not_readable(std::string why) {
    return fail(errors::cms, "The certificate bundle (PKCS#7) could not be read: " + std::move(why));
}

/// The members of a CertificateSet or RevocationInfoChoices that are certificates or CRLs; attribute certificates and
/// other choices carry a context tag and are passed over.
Result<std::vector<Bytes>> read_members(der::Reader set) {
    std::vector<Bytes> members;
    while (!set.empty()) {
        CERTBROKER_TRY(const der::Element member, set.next());
        if (member.tag != der::sequence) continue;
        if (members.size() == most_certificates)
            return fail(
                errors::too_large,
                "The certificate bundle (PKCS#7) could not be read: it holds more than 100 certificates or CRLs");
        members.push_back(to_bytes(member.whole));
    }
    return members;
}

/// SignedData (RFC 5652 section 5.1) by the letter of DER.
Result<Pkcs7Contents> split_der(ByteView message) {
    CERTBROKER_TRY(der::Reader info, der::read_single(message, der::sequence));
    CERTBROKER_TRY(const std::string type, info.read_oid());
    if (type != signed_data_oid) return not_readable("it is of another kind, " + type);
    CERTBROKER_TRY(der::Reader holder, info.enter(der::context(0, true)));
    CERTBROKER_TRY(der::Reader body, holder.enter(der::sequence));
    CERTBROKER_CHECK(body.read_integer());
    CERTBROKER_CHECK(body.next(der::set));
    CERTBROKER_CHECK(body.next(der::sequence));
    Pkcs7Contents contents;
    if (body.peek() == der::context(0, true)) {
        CERTBROKER_TRY(const der::Reader set, body.enter(der::context(0, true)));
        CERTBROKER_TRY(contents.certificates, read_members(set));
    }
    if (body.peek() == der::context(1, true)) {
        CERTBROKER_TRY(const der::Reader set, body.enter(der::context(1, true)));
        CERTBROKER_TRY(contents.crls, read_members(set));
    }
    return contents;
}

/// The same message in definite lengths: some tools write BER. Empty when OpenSSL cannot read it either.
Bytes normalized(ByteView message) {
    const openssl::ErrorScope scope;
    const unsigned char *at = message.data();
    const openssl::Cms cms(d2i_CMS_ContentInfo(nullptr, &at, gsl::narrow<long>(message.size())));
    return cms != nullptr ? openssl::encode(i2d_CMS_ContentInfo, cms.get()) : Bytes();
}

} // namespace

Result<Pkcs7Contents> split_pkcs7(ByteView message_der) {
    if (message_der.size() > most_octets)
        return fail(errors::too_large, "The certificate bundle (PKCS#7) could not be read: it is larger than 8 MiB");
    auto contents = split_der(message_der);
    if (!contents && contents.error().id() == errors::der.id) {
        const Bytes again = normalized(message_der);
        if (!again.empty()) contents = split_der(again);
    }
    if (!contents && contents.error().id() == errors::der.id)
        return not_readable("it is malformed").because(std::move(contents).error());
    return contents;
}

Bytes join_pkcs7(const std::vector<Bytes> &certificates) {
    der::Writer writer;
    writer.nest(der::sequence, [&](der::Writer &info) {
        info.oid(signed_data_oid);
        info.nest(der::context(0, true), [&](der::Writer &holder) {
            holder.nest(der::sequence, [&](der::Writer &body) {
                body.integer(1).element(der::set, {});
                body.nest(der::sequence, [](der::Writer &content) { content.oid(data_oid); });
                // The order is kept, leaf first: that SET OF should be sorted is checked by nobody, and readers that
                // take the first certificate for the leaf exist.
                body.nest(der::context(0, true), [&](der::Writer &set) {
                    for (const Bytes &certificate : certificates)
                        set.raw(certificate);
                });
                body.element(der::set, {});
            });
        });
    });
    return std::move(writer).take();
}

} // namespace certbroker::crypto
