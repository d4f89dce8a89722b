#include "x509/csr.hpp"

#include <algorithm>
#include <array>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "x509/armour.hpp"
#include "x509/errors.hpp"
#include "x509/request_message.hpp"
#include "x509/signed_object.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::string_view oid_extension_request = "1.2.840.113549.1.9.14";
constexpr std::string_view oid_extension_request_ms = "1.3.6.1.4.1.311.2.1.14";
constexpr std::string_view oid_challenge_password = "1.2.840.113549.1.9.7";
constexpr std::size_t max_csr = std::size_t{1024} * 1024;
constexpr std::size_t max_attributes = 100;
constexpr std::size_t max_values = 100;

/// Where the parts of a request lie in its DER.
struct Parts {
    ByteView info; ///< what is signed: CertificationRequestInfo
    ByteView algorithm;
    ByteView signature;
};

Error malformed(std::string why) {
    return fail(errors::csr_format, "A certificate request could not be read: " + std::move(why));
}

Result<std::vector<CsrAttribute>> read_attributes(ByteView content) {
    der::Reader reader(content);
    std::vector<CsrAttribute> attributes;
    while (!reader.empty()) {
        if (attributes.size() == max_attributes) return malformed("it has more than 100 attributes");
        CERTBROKER_TRY(der::Reader fields, reader.enter(der::sequence));
        CsrAttribute attribute;
        CERTBROKER_TRY(attribute.oid, fields.read_oid());
        CERTBROKER_TRY(der::Reader values, fields.enter(der::set));
        CERTBROKER_CHECK(fields.finish());
        while (!values.empty()) {
            if (attribute.values.size() == max_values)
                return malformed("attribute " + attribute.oid + " has more than 100 values");
            CERTBROKER_TRY(const der::Element value, values.next());
            CERTBROKER_CHECK(der::check_well_formed(value.whole));
            attribute.values.push_back(to_bytes(value.whole));
        }
        attributes.push_back(std::move(attribute));
    }
    return attributes;
}

Result<std::vector<Extension>> read_requested(const std::vector<CsrAttribute> &attributes) {
    const CsrAttribute *found = nullptr;
    for (const std::string_view oid : {oid_extension_request, oid_extension_request_ms}) {
        for (const CsrAttribute &attribute : attributes) {
            if (attribute.oid != oid) continue;
            if (found != nullptr && found->oid == oid) return malformed("it asks for extensions twice");
            if (found == nullptr) found = &attribute;
        }
    }
    if (found == nullptr) return std::vector<Extension>();
    if (found->values.size() != 1) return malformed("its request for extensions does not have exactly one value");
    return decode_extensions(found->values.front());
}

/// The order of a SET OF in DER: octet by octet.
bool der_before(ByteView a, ByteView b) noexcept {
    return as_text(a) < as_text(b);
}

void write_attribute(der::Writer &writer, std::string_view oid, const std::vector<Bytes> &values) {
    writer.nest(der::sequence, [&](der::Writer &fields) {
        fields.oid(oid).nest(der::set, [&](der::Writer &set) {
            if (values.size() < 2 || std::is_sorted(values.begin(), values.end(), der_before)) {
                for (const Bytes &value : values)
                    set.raw(value);
                return;
            }
            std::vector<Bytes> sorted = values;
            std::sort(sorted.begin(), sorted.end(), der_before);
            for (const Bytes &value : sorted)
                set.raw(value);
        });
    });
}

/// DER wants the members of a SET OF in the order of their encodings, and .NET refuses a request that has another. They
/// are written as given and put in order only where they are not.
void write_attributes(der::Writer &writer, const CsrSpec &spec) {
    der::Writer set;
    std::vector<std::size_t> ends;
    const auto end = [&] { ends.push_back(set.bytes().size()); };
    for (const CsrAttribute &attribute : spec.attributes) {
        write_attribute(set, attribute.oid, attribute.values);
        end();
    }
    if (spec.challenge_password_value) {
        write_attribute(set, oid_challenge_password, {*spec.challenge_password_value});
        end();
    }
    if (!spec.extensions.empty()) {
        write_attribute(set, oid_extension_request, {encode_extensions(spec.extensions)});
        end();
    }
    const ByteView written = set.bytes();
    std::vector<ByteView> members;
    std::size_t start = 0;
    for (const std::size_t stop : ends) {
        members.push_back(written.subspan(start, stop - start));
        start = stop;
    }
    if (std::is_sorted(members.begin(), members.end(), der_before)) {
        writer.element(der::context(0, true), written);
        return;
    }
    std::stable_sort(members.begin(), members.end(), der_before);
    writer.nest(der::context(0, true), [&](der::Writer &w) {
        for (const ByteView member : members)
            w.raw(member);
    });
}

Result<void> check_spec(const CsrSpec &spec) {
    if (crypto::is_weak(spec.scheme.digest) && !spec.allow_weak_hash)
        return fail(errors::csr_weak_hash,
                    "The request could not be signed: " + std::string(crypto::digest_name(spec.scheme.digest)) +
                        " is too weak for signatures");
    for (const CsrAttribute &attribute : spec.attributes) {
        if (!der::is_oid(attribute.oid))
            return fail(errors::argument, "The request could not be made: an attribute has no object identifier");
    }
    for (const Extension &extension : spec.extensions) {
        if (!der::is_oid(extension.oid))
            return fail(errors::argument, "The request could not be made: an extension has no object identifier");
        if (std::count_if(spec.extensions.begin(), spec.extensions.end(),
                          [&](const Extension &other) { return other.oid == extension.oid; }) > 1)
            return fail(errors::argument,
                        "The request could not be made: extension " + extension.oid + " is there twice");
    }
    return {};
}

} // namespace

struct Csr::State {
    Bytes der;
    Parts parts; ///< into der
    Name subject;
    crypto::PublicKey public_key;
    std::vector<CsrAttribute> attributes;
    std::vector<Extension> extensions;

    static Result<std::shared_ptr<const State>> read(Bytes der);
};

namespace {

struct Outline {
    Parts parts;
    der::Reader info;
};

/// The outermost level: info, algorithm, signature.
Result<Outline> read_outline(ByteView der) {
    CERTBROKER_TRY(der::Reader outer, der::read_single(der, der::sequence));
    CERTBROKER_TRY(const der::Element info, outer.next(der::sequence));
    CERTBROKER_TRY(const der::Element algorithm, outer.next(der::sequence));
    CERTBROKER_CHECK(der::Reader(algorithm.content).next(der::object_identifier));
    CERTBROKER_TRY(const der::Element signature, outer.next(der::bit_string));
    CERTBROKER_CHECK(outer.finish());
    if (signature.content.empty() || signature.content[0] != 0)
        return malformed("its signature is not a whole number of octets");
    return Outline{{info.whole, algorithm.whole, signature.content.subspan(1)}, der::Reader(info.content)};
}

} // namespace

Result<std::shared_ptr<const Csr::State>> Csr::State::read(Bytes der) {
    CERTBROKER_TRY(Outline outline, read_outline(der));
    der::Reader &info = outline.info;
    CERTBROKER_TRY(const std::int64_t version, info.read_integer());
    if (version != 0) return malformed("its version is not 1");
    CERTBROKER_TRY(const der::Element subject, info.next(der::sequence));
    CERTBROKER_TRY(Name name, Name::decode(subject.whole));
    CERTBROKER_TRY(const der::Element spki, info.next(der::sequence));
    CERTBROKER_TRY(crypto::PublicKey key, crypto::PublicKey::parse(spki.whole));
    std::vector<CsrAttribute> attributes;
    // The attributes are not OPTIONAL, but requests without any are met that leave out the empty set.
    if (!info.empty()) {
        CERTBROKER_TRY(const der::Element set, info.next(der::context(0, true)));
        CERTBROKER_TRY(attributes, read_attributes(set.content));
    }
    CERTBROKER_CHECK(info.finish());
    CERTBROKER_TRY(std::vector<Extension> extensions, read_requested(attributes));
    // Moving the vector keeps its buffer, so the parts stay where they are.
    return std::make_shared<const State>(State{std::move(der), outline.parts, std::move(name), std::move(key),
                                               std::move(attributes), std::move(extensions)});
}

Result<Csr> Csr::parse(ByteView bytes) {
    static constexpr std::array<std::string_view, 4> labels{"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "PKCS7",
                                                            "CMS"};
    constexpr std::string_view what = "A certificate request";
    if (bytes.size() > max_csr)
        return fail(errors::too_large, "A certificate request could not be read: it is larger than 1 MiB");
    CERTBROKER_TRY(detail::Armour armour, detail::open_armour(bytes, labels, 1, errors::csr_format, what));
    if (armour.blocks.empty())
        return malformed("the file holds " + (armour.other_labels.empty() ? "nothing" : armour.other_labels.front()) +
                         " instead");
    if (is_signed_data(armour.blocks.front().bytes)) return parse_request_message(armour.blocks.front().bytes);
    auto state = State::read(std::move(armour.blocks.front().bytes));
    if (state) return Csr(*std::move(state));
    if (state.error().id() == errors::csr_format.id) return std::move(state).error();
    return malformed("its structure is not that of PKCS#10").because(std::move(state).error());
}

const Bytes &Csr::der() const noexcept {
    return state_->der;
}
const Bytes &Csr::sendable_der() const noexcept {
    return message_ ? message_->der : state_->der;
}
Csr Csr::in_message(RequestMessage message) const {
    Csr wrapped(state_);
    wrapped.message_ = std::make_shared<const RequestMessage>(std::move(message));
    return wrapped;
}
const Name &Csr::subject() const noexcept {
    return state_->subject;
}
const crypto::PublicKey &Csr::public_key() const noexcept {
    return state_->public_key;
}
const std::vector<CsrAttribute> &Csr::attributes() const noexcept {
    return state_->attributes;
}
const std::vector<Extension> &Csr::extensions() const noexcept {
    return state_->extensions;
}
crypto::SignatureInfo Csr::signature() const {
    return crypto::describe_signature(state_->parts.algorithm);
}

std::vector<GeneralName> Csr::subject_alt_names() const {
    const Extension *extension = find_extension(state_->extensions, oid::subject_alt_name);
    if (extension == nullptr) return {};
    auto names = decode_general_names(extension->value);
    return names ? *std::move(names) : std::vector<GeneralName>();
}

Result<void> Csr::verify() const {
    auto verified = state_->public_key.verify(state_->parts.algorithm, state_->parts.info, state_->parts.signature);
    if (verified) return message_ ? verify_request_message(*message_, state_->public_key) : Result<void>();
    return fail(errors::csr_signature,
                "The certificate request could not be accepted: its signature does not fit its own public key")
        .because(std::move(verified).error());
}

std::string Csr::to_pem(bool certreq_style) const {
    if (certreq_style) return certbroker::to_pem("NEW CERTIFICATE REQUEST", sendable_der(), "\r\n");
    const char *label = !message_ ? "CERTIFICATE REQUEST" : message_->kind == MessageKind::cmc ? "CMS" : "PKCS7";
    return certbroker::to_pem(label, sendable_der());
}

Result<Bytes> create_csr_der(const CsrSpec &spec, const crypto::PrivateKey &key) {
    CERTBROKER_CHECK(check_spec(spec));
    const Bytes &spki = key.public_key().spki();
    std::size_t size = spec.subject.der().size() + spki.size() + 1024;
    for (const Extension &extension : spec.extensions)
        size += extension.value.size() + 32;
    for (const CsrAttribute &attribute : spec.attributes) {
        for (const Bytes &value : attribute.values)
            size += value.size() + 32;
    }
    return detail::sign_object(spec.scheme, key, size, [&](der::Writer &info, const Bytes &) {
        info.integer(0).raw(spec.subject.der()).raw(spki);
        write_attributes(info, spec);
    });
}

Result<Csr> create_csr(const CsrSpec &spec, const crypto::PrivateKey &key) {
    CERTBROKER_TRY(Bytes der, create_csr_der(spec, key));
    return Csr::parse(der);
}

} // namespace certbroker::x509
