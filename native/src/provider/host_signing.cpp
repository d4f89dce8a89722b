#include "base/der.hpp"
#include "crypto/random.hpp"
#include "provider/host.hpp"
#include "x509/errors.hpp"

namespace certbroker::provider::host {
namespace {

constexpr std::size_t max_object = 1024UL * 1024;
constexpr std::size_t max_revoked = 1'000'000;
constexpr std::size_t max_usages = 100;

/// What certify was asked for, read and checked for shape.
struct Order {
    cbp_certify options{};
    crypto::KeyHandle key;
    std::optional<x509::Certificate> issuer; ///< none: self-signed
    std::optional<x509::Csr> csr;            ///< none: for the key itself

    bool has(std::uint32_t flag) const noexcept { return (options.flags & flag) != 0; }
    const crypto::PublicKey &subject_key() const { return csr ? csr->public_key() : key->public_key(); }
};

Error cannot_certify(const std::string &why) {
    return fail(errors::provider_failed, "The certificate cannot be made: " + why).with_status(Status::invalid);
}

Result<x509::Certificate> read_issuer(Call &call, ByteView der, const crypto::PrivateKey &key) {
    auto &last = call.instance().last_issuer;
    if (!last || !equal(last->der(), der)) {
        CERTBROKER_TRY(last, x509::Certificate::parse(der));
    }
    if (!(last->public_key() == key.public_key()))
        return fail(errors::certificate_mismatch, "The CA cannot sign: its key is not the one of its certificate");
    if (!last->basic_constraints().ca) return cannot_certify("the issuer's certificate is none of a CA");
    return *last;
}

Result<x509::Csr> read_csr(Call &call, ByteView der) {
    const bool own = call.order_csr && equal(call.order_csr->der(), der);
    if (own && call.order_key && call.order_key->public_key() == call.order_csr->public_key()) return *call.order_csr;
    // Proof of possession; above, holding the key's handle was the proof.
    CERTBROKER_TRY(x509::Csr csr, own ? Result<x509::Csr>(*call.order_csr) : x509::Csr::parse(der));
    CERTBROKER_CHECK(csr.verify());
    return csr;
}

Result<Order> read_order(Call &call, const cbp_key *handle, cbp_bytes issuer_der, cbp_bytes csr_der,
                         const cbp_certify *pointer) {
    Order order;
    CERTBROKER_TRY(order.options, read_struct(call, pointer, "spec", CERTBROKER_THROUGH(cbp_certify, path_length)));
    CERTBROKER_TRY(const KeyObject *const key, key_of(call, handle, "issuer_key"));
    order.key = key->key;
    CERTBROKER_TRY(const ByteView issuer, call.bytes(issuer_der, "issuer_der", max_object));
    CERTBROKER_TRY(const ByteView csr, call.bytes(csr_der, "csr_der", max_object));
    if (!issuer.empty()) {
        CERTBROKER_TRY(order.issuer, read_issuer(call, issuer, *order.key));
    }
    if (!csr.empty()) {
        CERTBROKER_TRY(order.csr, read_csr(call, csr));
    }
    if (!order.issuer && order.csr && !(order.csr->public_key() == order.key->public_key()))
        return fail(errors::certificate_mismatch,
                    "The certificate cannot sign itself: the request was made with another key");
    return order;
}

Result<std::vector<std::string>> read_texts(Call &call, const char *const *given, const char *what) {
    std::vector<std::string> out;
    for (; given != nullptr && *given != nullptr; ++given) {
        if (out.size() >= max_usages) return call.breach("'" + std::string(what) + "' are more than 100");
        CERTBROKER_TRY(std::string text, call.text(*given, what, 200));
        out.push_back(std::move(text));
    }
    return out;
}

Result<std::uint32_t> choose_key_usage(Call &call, const Order &order) {
    CERTBROKER_TRY(const std::vector<std::string> names, read_texts(call, order.options.key_usage, "key_usage"));
    std::uint32_t bits = order.has(CBP_CERTIFY_CA) ? x509::key_usage::key_cert_sign | x509::key_usage::crl_sign : 0;
    for (const std::string &name : names) {
        const auto flag = x509::key_usage_flag(name);
        if (!flag) return cannot_certify("'" + name + "' is no key usage");
        bits |= *flag;
    }
    if (!names.empty() || order.has(CBP_CERTIFY_CA)) return bits;
    if (order.has(CBP_CERTIFY_COPY_USAGES) && order.csr) {
        if (const auto *asked = x509::find_extension(order.csr->extensions(), x509::oid::key_usage))
            return x509::decode_key_usage(asked->value);
    }
    const auto &spec = order.subject_key().spec();
    const bool rsa = spec && spec->algorithm == crypto::KeyAlgorithm::rsa;
    return x509::key_usage::digital_signature | (rsa ? x509::key_usage::key_encipherment : 0U);
}

Result<std::vector<std::string>> choose_enhanced_usage(Call &call, const Order &order) {
    CERTBROKER_TRY(std::vector<std::string> oids,
                   read_texts(call, order.options.enhanced_key_usage, "enhanced_key_usage"));
    for (const std::string &oid : oids) {
        if (!der::is_oid(oid)) return cannot_certify("'" + oid + "' is no object identifier");
    }
    if (!oids.empty() || !order.has(CBP_CERTIFY_COPY_USAGES) || !order.csr) return oids;
    const auto *asked = x509::find_extension(order.csr->extensions(), x509::oid::enhanced_key_usage);
    if (asked == nullptr) return oids;
    return x509::decode_oid_list(asked->value);
}

Result<std::vector<x509::Extension>> make_extensions(Call &call, const Order &order, const x509::Name &subject) {
    std::vector<x509::Extension> out;
    const bool ca = order.has(CBP_CERTIFY_CA);
    std::optional<std::uint32_t> path_length;
    if (ca && order.options.path_length >= 0) path_length = static_cast<std::uint32_t>(order.options.path_length);
    out.push_back(x509::make_basic_constraints(ca, path_length, ca));
    CERTBROKER_TRY(const std::uint32_t usage, choose_key_usage(call, order));
    if (usage != 0) out.push_back(x509::make_key_usage(usage));
    CERTBROKER_TRY(const std::vector<std::string> enhanced, choose_enhanced_usage(call, order));
    if (!enhanced.empty()) out.push_back(x509::make_enhanced_key_usage(enhanced));
    if (order.has(CBP_CERTIFY_COPY_NAMES) && order.csr) {
        if (const auto *names = x509::find_extension(order.csr->extensions(), x509::oid::subject_alt_name)) {
            CERTBROKER_CHECK(x509::decode_general_names(names->value));
            // RFC 5280 section 4.2.1.6: critical when there is no subject to go by.
            out.push_back({names->oid, subject.empty(), names->value});
        }
    }
    out.push_back(x509::make_subject_key_identifier(order.subject_key().key_identifier()));
    if (order.issuer) {
        const Bytes named = order.issuer->subject_key_identifier();
        out.push_back(
            x509::make_authority_key_identifier(named.empty() ? order.issuer->public_key().key_identifier() : named));
    }
    CERTBROKER_TRY(const std::string crl_url, call.optional_text(order.options.crl_url, "crl_url", 2000));
    if (!crl_url.empty()) out.push_back(x509::make_crl_distribution_points({crl_url}));
    return out;
}

Result<x509::Name> choose_subject(Call &call, const Order &order) {
    if (order.options.subject != nullptr) {
        CERTBROKER_TRY(const std::string text, call.text(order.options.subject, "subject", 16UL * 1024));
        return x509::Name::parse(text);
    }
    if (!order.csr) return call.breach("there is neither a subject nor a request to take it from");
    return order.csr->subject();
}

Result<Bytes> choose_serial(Call &call, const cbp_certify &options) {
    CERTBROKER_TRY(const ByteView given, call.bytes(options.serial, "serial", 20));
    if (given.empty()) return crypto::random_serial(*call.instance().services.random);
    return to_bytes(given);
}

Result<void> certify_body(Call &call, const cbp_key *handle, cbp_bytes issuer_der, cbp_bytes csr_der,
                          const cbp_certify *pointer, cbp_bytes *out) {
    CERTBROKER_CHECK(call.required(out, "certificate_der"));
    CERTBROKER_TRY(const Order order, read_order(call, handle, issuer_der, csr_der, pointer));
    x509::CertificateSpec spec;
    CERTBROKER_TRY(spec.subject, choose_subject(call, order));
    spec.issuer = order.issuer ? order.issuer->subject() : spec.subject;
    if (spec.issuer.empty()) return cannot_certify("its issuer would have no name");
    CERTBROKER_TRY(spec.serial, choose_serial(call, order.options));
    spec.not_before = order.options.not_before;
    spec.not_after = order.options.not_after;
    if (spec.not_after <= spec.not_before) return cannot_certify("it would end before it begins");
    spec.spki = order.subject_key().spki();
    CERTBROKER_TRY(spec.extensions, make_extensions(call, order, spec.subject));
    CERTBROKER_TRY(spec.scheme.digest, digest_of(call, order.options.digest, "SHA256"));
    if (crypto::is_weak(spec.scheme.digest))
        return cannot_certify(std::string(crypto::digest_name(spec.scheme.digest)) + " is too weak for a signature");
    CERTBROKER_TRY(const x509::Certificate certificate, x509::sign_certificate(spec, *order.key));
    *out = call.keep(Bytes(certificate.der()));
    return {};
}

cbp_status CBP_CALL certify(cbp_call *handle, const cbp_key *key, cbp_bytes issuer_der, cbp_bytes csr_der,
                            const cbp_certify *spec, cbp_bytes *out) {
    return serve_status(handle, "certify",
                        [&](Call &call) { return certify_body(call, key, issuer_der, csr_der, spec, out); });
}

bool is_reason(std::int32_t reason) {
    return reason >= 0 && reason <= 10 && reason != 7;
}

Result<void> sign_crl_body(Call &call, const cbp_key *handle, cbp_bytes issuer_der, int64_t this_update,
                           int64_t next_update, uint64_t number, const cbp_revoked *const *revoked, size_t count,
                           cbp_bytes *out) {
    CERTBROKER_CHECK(call.required(out, "crl_der"));
    CERTBROKER_TRY(const KeyObject *const key, key_of(call, handle, "issuer_key"));
    CERTBROKER_TRY(const ByteView der, call.bytes(issuer_der, "issuer_der", max_object));
    CERTBROKER_TRY(const x509::Certificate issuer, read_issuer(call, der, *key->key));
    if (count > max_revoked) return call.breach("more than 1,000,000 certificates are revoked");
    if (count > 0) CERTBROKER_CHECK(call.required(revoked, "revoked"));
    x509::CrlSpec spec;
    spec.issuer = issuer.subject();
    spec.authority_key_identifier = issuer.subject_key_identifier();
    if (spec.authority_key_identifier.empty()) spec.authority_key_identifier = issuer.public_key().key_identifier();
    spec.this_update = this_update;
    spec.next_update = next_update;
    spec.number = number;
    spec.revoked.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        CERTBROKER_TRY(const cbp_revoked row,
                       read_struct(call, revoked[i], "revoked", CERTBROKER_THROUGH(cbp_revoked, serial)));
        CERTBROKER_TRY(const ByteView serial, call.bytes(row.serial, "serial", 32));
        if (serial.empty() || !is_reason(row.reason))
            return call.breach("a revoked certificate has no serial number or an unknown reason");
        spec.revoked.push_back({to_bytes(serial), row.revoked_at, static_cast<x509::RevocationReason>(row.reason)});
    }
    CERTBROKER_TRY(Bytes crl, x509::sign_crl(spec, *key->key));
    *out = call.keep(std::move(crl));
    return {};
}

cbp_status CBP_CALL sign_crl(cbp_call *handle, const cbp_key *key, cbp_bytes issuer_der, int64_t this_update,
                             int64_t next_update, uint64_t number, const cbp_revoked *const *revoked, size_t count,
                             cbp_bytes *out) {
    return serve_status(handle, "sign_crl", [&](Call &call) {
        return sign_crl_body(call, key, issuer_der, this_update, next_update, number, revoked, count, out);
    });
}

} // namespace

void fill_signing(cbp_host &table) noexcept {
    table.certify = &certify;
    table.sign_crl = &sign_crl;
}

} // namespace certbroker::provider::host
