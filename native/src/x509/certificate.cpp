#include "x509/certificate.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "crypto/digest.hpp"
#include "x509/armour.hpp"
#include "x509/errors.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::size_t max_certificate = std::size_t{1024} * 1024;
constexpr std::size_t max_serial = 256;

Error malformed(std::string why) {
    return fail(errors::certificate_format, "A certificate could not be read: " + std::move(why));
}

/// What the first level and the TBSCertificate hold, as views.
struct Fields {
    ByteView tbs;
    ByteView algorithm;
    ByteView signature;
    ByteView serial;
    bool serial_negative = false;
    ByteView issuer;
    ByteView subject;
    ByteView spki;
    ByteView extensions;
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
};

/// Serial numbers that break RFC 5280 (negative, zero, over 20 octets) are read: such certificates exist and must be
/// shown. has_odd_serial() tells them.
Result<void> read_serial(der::Reader &tbs, Fields &fields) {
    CERTBROKER_TRY(const der::Element serial, tbs.next(der::integer));
    ByteView content = serial.content;
    if (content.empty() || content.size() > max_serial)
        return malformed("its serial number is empty or longer than 256 octets");
    if (content.size() > 1 && ((content[0] == 0 && content[1] < 0x80) || (content[0] == 0xff && content[1] >= 0x80)))
        return malformed("its serial number is not in its shortest form");
    fields.serial_negative = content[0] >= 0x80;
    if (content.size() > 1 && content[0] == 0) content = content.subspan(1);
    fields.serial = content;
    return {};
}

Result<Fields> read_fields(ByteView der) {
    CERTBROKER_TRY(der::Reader outer, der::read_single(der, der::sequence));
    Fields fields;
    CERTBROKER_TRY(const der::Element tbs_element, outer.next(der::sequence));
    CERTBROKER_TRY(const der::Element algorithm, outer.next(der::sequence));
    CERTBROKER_CHECK(der::Reader(algorithm.content).next(der::object_identifier));
    CERTBROKER_TRY(const der::Element signature, outer.next(der::bit_string));
    CERTBROKER_CHECK(outer.finish());
    if (signature.content.empty() || signature.content[0] != 0)
        return malformed("its signature is not a whole number of octets");
    fields.tbs = tbs_element.whole;
    fields.algorithm = algorithm.whole;
    fields.signature = signature.content.subspan(1);

    der::Reader tbs(tbs_element.content);
    std::int64_t version = 0;
    if (tbs.peek() == der::context(0, true)) {
        CERTBROKER_TRY(der::Reader explicit_version, tbs.enter(der::context(0, true)));
        CERTBROKER_TRY(version, explicit_version.read_integer());
        CERTBROKER_CHECK(explicit_version.finish());
        if (version < 0 || version > 2) return malformed("its version is none of 1 to 3");
    }
    CERTBROKER_CHECK(read_serial(tbs, fields));
    CERTBROKER_TRY(const der::Element inner_algorithm, tbs.next(der::sequence));
    if (!equal(inner_algorithm.whole, algorithm.whole)) return malformed("its two signature algorithms differ");
    CERTBROKER_TRY(const der::Element issuer, tbs.next(der::sequence));
    CERTBROKER_TRY(der::Reader validity, tbs.enter(der::sequence));
    CERTBROKER_TRY(const der::Element not_before, validity.next());
    CERTBROKER_TRY(const der::Element not_after, validity.next());
    CERTBROKER_CHECK(validity.finish());
    CERTBROKER_TRY(fields.not_before, der::decode_time(not_before));
    CERTBROKER_TRY(fields.not_after, der::decode_time(not_after));
    CERTBROKER_TRY(const der::Element subject, tbs.next(der::sequence));
    CERTBROKER_TRY(const der::Element spki, tbs.next(der::sequence));
    (void)tbs.skip(der::context(1, false));
    (void)tbs.skip(der::context(2, false));
    if (tbs.peek() == der::context(3, true)) {
        if (version != 2) return malformed("it has extensions but is not of version 3");
        CERTBROKER_TRY(const der::Element extensions, tbs.next());
        fields.extensions = extensions.content;
    }
    CERTBROKER_CHECK(tbs.finish());
    fields.issuer = issuer.whole;
    fields.subject = subject.whole;
    fields.spki = spki.whole;
    return fields;
}

} // namespace

struct Certificate::State {
    class Authorities;

    Bytes der;
    Fields fields; ///< into der
    Name subject;
    Name issuer;
    Bytes serial;
    crypto::PublicKey public_key;
    std::vector<Extension> extensions;

    State(Bytes whole, const Fields &views, Name subject_name, Name issuer_name, crypto::PublicKey key,
          std::vector<Extension> list)
        : der(std::move(whole)), fields(views), subject(std::move(subject_name)), issuer(std::move(issuer_name)),
          serial(to_bytes(views.serial)), public_key(std::move(key)), extensions(std::move(list)) {}

    static Result<std::shared_ptr<const State>> read(Bytes der);
    static Result<std::shared_ptr<const State>> known_or_read(Bytes der);

    /// Hashed when first asked for: a CA that signs a thousand certificates never does.
    const std::string &thumbprint() const {
        std::call_once(once_, [this] { thumbprint_ = to_hex(crypto::sha1(der), true); });
        return thumbprint_;
    }

    /// A signature that fitted once fits for ever. Sorting a chain, verifying it and placing it all ask the same
    /// question, and each answer costs as much as several signatures. Only the last key that fitted is kept.
    bool fitted(const crypto::PublicKey &issuer_key) const {
        const std::lock_guard lock(mutex_);
        return !issuer_key_.empty() && issuer_key_ == issuer_key.sha256();
    }
    void remember_fit(const crypto::PublicKey &issuer_key) const {
        const std::lock_guard lock(mutex_);
        issuer_key_ = issuer_key.sha256();
    }

private:
    mutable std::once_flag once_;
    mutable std::string thumbprint_;
    mutable std::mutex mutex_;
    mutable Bytes issuer_key_;
};

Result<std::shared_ptr<const Certificate::State>> Certificate::State::read(Bytes der) {
    CERTBROKER_TRY(const Fields fields, read_fields(der));
    CERTBROKER_TRY(Name issuer, Name::decode(fields.issuer));
    CERTBROKER_TRY(Name subject, Name::decode(fields.subject));
    CERTBROKER_TRY(crypto::PublicKey key, crypto::PublicKey::parse(fields.spki));
    std::vector<Extension> extensions;
    if (!fields.extensions.empty()) {
        CERTBROKER_TRY(extensions, decode_extensions(fields.extensions));
    }
    // Moving the vector keeps its buffer, so the views stay where they are.
    return std::make_shared<const State>(std::move(der), fields, std::move(subject), std::move(issuer), std::move(key),
                                         std::move(extensions));
}

/// The CA certificates that were read last. Every answer of a CA brings its own along again, and with them the same two
/// questions: what is in them, and whether one signed the other. What is the same to the last octet is read once, and
/// keeps its OpenSSL key and the signature that fitted. Leaves are not kept: they seldom come twice.
class Certificate::State::Authorities {
public:
    using Known = std::shared_ptr<const State>;

    /// Never destroyed: its keys must not outlive OpenSSL, which cleans up when the process ends.
    static Authorities &instance() {
        static auto *const authorities = new Authorities;
        return *authorities;
    }

    Known find(ByteView der) {
        const std::lock_guard lock(mutex_);
        const auto at = std::find_if(known_.begin(), known_.end(),
                                     [&](const Known &one) { return one != nullptr && equal(one->der, der); });
        return at == known_.end() ? nullptr : *at;
    }
    void keep(const Known &state) {
        const std::lock_guard lock(mutex_);
        known_[next_] = state;
        next_ = (next_ + 1) % known_.size();
    }

private:
    std::mutex mutex_;
    std::array<Known, 32> known_;
    std::size_t next_ = 0;
};

Result<std::shared_ptr<const Certificate::State>> Certificate::State::known_or_read(Bytes der) {
    if (auto known = Authorities::instance().find(der)) return known;
    CERTBROKER_TRY(auto state, read(std::move(der)));
    const Extension *constraints = find_extension(state->extensions, oid::basic_constraints);
    if (constraints != nullptr) {
        if (const auto decoded = decode_basic_constraints(constraints->value); decoded && decoded->ca)
            Authorities::instance().keep(state);
    }
    return state;
}

Result<Certificate> Certificate::parse(ByteView bytes) {
    static constexpr std::array<std::string_view, 2> labels{"CERTIFICATE", "X509 CERTIFICATE"};
    constexpr std::string_view what = "A certificate";
    if (bytes.size() > max_certificate)
        return fail(errors::too_large, "A certificate could not be read: it is larger than 1 MiB");
    CERTBROKER_TRY(detail::Armour armour, detail::open_armour(bytes, labels, 100, errors::certificate_format, what));
    if (armour.blocks.empty())
        return malformed("the file holds " + (armour.other_labels.empty() ? "nothing" : armour.other_labels.front()) +
                         " instead");
    if (armour.blocks.size() > 1)
        return malformed("the file holds " + std::to_string(armour.blocks.size()) +
                         " certificates where one is expected");
    auto state = State::known_or_read(std::move(armour.blocks.front().bytes));
    if (state) return Certificate(*std::move(state));
    if (state.error().id() == errors::certificate_format.id) return std::move(state).error();
    return malformed("its structure is not that of X.509").because(std::move(state).error());
}

const Bytes &Certificate::der() const noexcept {
    return state_->der;
}
const std::string &Certificate::thumbprint() const noexcept {
    return state_->thumbprint();
}
Bytes Certificate::sha256() const {
    return crypto::sha256(state_->der);
}
const Name &Certificate::subject() const noexcept {
    return state_->subject;
}
const Name &Certificate::issuer() const noexcept {
    return state_->issuer;
}
const Bytes &Certificate::serial() const noexcept {
    return state_->serial;
}
std::string Certificate::serial_hex() const {
    return to_hex(state_->serial, true);
}
std::int64_t Certificate::not_before() const noexcept {
    return state_->fields.not_before;
}
std::int64_t Certificate::not_after() const noexcept {
    return state_->fields.not_after;
}
const crypto::PublicKey &Certificate::public_key() const noexcept {
    return state_->public_key;
}
const std::vector<Extension> &Certificate::extensions() const noexcept {
    return state_->extensions;
}
crypto::SignatureInfo Certificate::signature() const {
    return crypto::describe_signature(state_->fields.algorithm);
}

bool Certificate::has_odd_serial() const noexcept {
    const Bytes &serial = state_->serial;
    return state_->fields.serial_negative || serial.size() > 20 || (serial.size() == 20 && serial[0] >= 0x80) ||
           (serial.size() == 1 && serial[0] == 0);
}

namespace {

/// The decoded value of an extension, or an empty one where it is absent or unreadable.
template<class Decode>
auto decoded(const std::vector<Extension> &extensions, std::string_view oid, Decode decode) {
    using Value = typename decltype(decode(ByteView()))::value_type;
    const Extension *extension = find_extension(extensions, oid);
    if (extension == nullptr) return Value{};
    auto value = decode(extension->value);
    return value ? *std::move(value) : Value{};
}

} // namespace

std::vector<GeneralName> Certificate::subject_alt_names() const {
    return decoded(state_->extensions, oid::subject_alt_name, decode_general_names);
}
std::vector<std::string> Certificate::enhanced_key_usage() const {
    return decoded(state_->extensions, oid::enhanced_key_usage, decode_oid_list);
}
std::uint32_t Certificate::key_usage() const {
    return decoded(state_->extensions, oid::key_usage, decode_key_usage);
}
BasicConstraints Certificate::basic_constraints() const {
    return decoded(state_->extensions, oid::basic_constraints, decode_basic_constraints);
}
Bytes Certificate::subject_key_identifier() const {
    return decoded(state_->extensions, oid::subject_key_identifier, decode_subject_key_identifier);
}
Bytes Certificate::authority_key_identifier() const {
    return decoded(state_->extensions, oid::authority_key_identifier, decode_authority_key_identifier);
}

bool Certificate::self_issued() const {
    return state_->subject.same_values(state_->issuer);
}

Result<void> Certificate::verify_issued_by(const Certificate &issuer) const {
    const auto refuse = [&](const std::string &why) {
        return fail(errors::certificate_signature, "'" + subject().to_string() +
                                                       "' could not be accepted as issued by '" +
                                                       issuer.subject().to_string() + "': " + why);
    };
    // DER first; by value for the CAs that write their own name with other string types into what they issue.
    if (!state_->issuer.same_values(issuer.subject())) return refuse("it names another issuer");
    if (state_->fitted(issuer.public_key())) return {};
    auto verified = issuer.public_key().verify(state_->fields.algorithm, state_->fields.tbs, state_->fields.signature);
    if (!verified) return refuse("the signature does not fit that issuer's key").because(std::move(verified).error());
    state_->remember_fit(issuer.public_key());
    return {};
}

std::string Certificate::to_pem() const {
    return certbroker::to_pem("CERTIFICATE", state_->der);
}

} // namespace certbroker::x509
