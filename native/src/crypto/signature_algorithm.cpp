#include "crypto/signature_algorithm.hpp"

#include <array>

#include "base/der.hpp"
#include "base/text.hpp"
#include "crypto/errors.hpp"

namespace certbroker::crypto {
namespace {

using Family = ParsedSignature::Family;
using enum DigestAlgorithm;

struct Row {
    std::string_view oid;
    std::string_view name;
    Family family;
    std::optional<DigestAlgorithm> digest;
    bool weak;
};

// RFC 8017 appendix A.2, RFC 5758 section 3.2, RFC 8410; names as Windows shows them.
const std::array<Row, 16> rows{{
    {"1.2.840.113549.1.1.11", "sha256RSA", Family::rsa, sha256, false},
    {"1.2.840.113549.1.1.12", "sha384RSA", Family::rsa, sha384, false},
    {"1.2.840.113549.1.1.13", "sha512RSA", Family::rsa, sha512, false},
    {"1.2.840.113549.1.1.5", "sha1RSA", Family::rsa, sha1, true},
    {"1.3.14.3.2.29", "sha1RSA", Family::rsa, sha1, true},
    {"1.2.840.113549.1.1.4", "md5RSA", Family::rsa, md5, true},
    {"1.2.840.113549.1.1.3", "md4RSA", Family::other, std::nullopt, true},
    {"1.2.840.113549.1.1.2", "md2RSA", Family::other, std::nullopt, true},
    {"1.2.840.10045.4.3.2", "sha256ECDSA", Family::ecdsa, sha256, false},
    {"1.2.840.10045.4.3.3", "sha384ECDSA", Family::ecdsa, sha384, false},
    {"1.2.840.10045.4.3.4", "sha512ECDSA", Family::ecdsa, sha512, false},
    {"1.2.840.10045.4.1", "sha1ECDSA", Family::ecdsa, sha1, true},
    {"1.2.840.10040.4.3", "sha1DSA", Family::other, sha1, true},
    {"1.2.840.113549.1.1.10", "RSASSA-PSS", Family::rsa_pss, std::nullopt, false},
    {"1.3.101.112", "Ed25519", Family::eddsa, std::nullopt, false},
    {"1.3.101.113", "Ed448", Family::eddsa, std::nullopt, false},
}};

constexpr std::string_view pss_oid = "1.2.840.113549.1.1.10";
constexpr std::string_view mgf1_oid = "1.2.840.113549.1.1.8";

const Row *row_of(Family family, DigestAlgorithm digest) {
    for (const Row &row : rows) {
        if (row.family == family && row.digest == digest) return &row;
    }
    return nullptr;
}

std::optional<DigestAlgorithm> digest_of_oid(std::string_view oid) {
    for (const auto algorithm : {md5, sha1, sha256, sha384, sha512}) {
        if (digest_oid(algorithm) == oid) return algorithm;
    }
    return std::nullopt;
}

void write_digest(der::Writer &writer, DigestAlgorithm digest) {
    writer.nest(der::sequence, [&](der::Writer &w) { w.oid(digest_oid(digest)).null(); });
}

int salt_of(DigestAlgorithm digest) {
    switch (digest) {
    case md5:
        return 16;
    case sha1:
        return 20;
    case sha256:
        return 32;
    case sha384:
        return 48;
    default:
        return 64;
    }
}

/// RSASSA-PSS-params (RFC 4055 section 3.1); what is left out is SHA-1, MGF1 of SHA-1 and 20 octets of salt.
Result<void> read_pss(der::Reader &algorithm, ParsedSignature &out) {
    out.digest = sha1;
    out.mgf_digest = sha1;
    out.salt_length = 20;
    if (!algorithm.empty() && algorithm.peek() != der::null) {
        CERTBROKER_TRY(der::Reader params, algorithm.enter(der::sequence));
        if (params.peek() == der::context(0, true)) {
            CERTBROKER_TRY(der::Reader holder, params.enter(der::context(0, true)));
            CERTBROKER_TRY(der::Reader hash, holder.enter(der::sequence));
            CERTBROKER_TRY(const std::string oid, hash.read_oid());
            out.digest = digest_of_oid(oid);
        }
        if (params.peek() == der::context(1, true)) {
            CERTBROKER_TRY(der::Reader holder, params.enter(der::context(1, true)));
            CERTBROKER_TRY(der::Reader mask, holder.enter(der::sequence));
            CERTBROKER_TRY(const std::string generator, mask.read_oid());
            CERTBROKER_TRY(der::Reader hash, mask.enter(der::sequence));
            CERTBROKER_TRY(const std::string oid, hash.read_oid());
            out.mgf_digest = generator == mgf1_oid ? digest_of_oid(oid) : std::nullopt;
        }
        if (params.peek() == der::context(2, true)) {
            CERTBROKER_TRY(der::Reader holder, params.enter(der::context(2, true)));
            CERTBROKER_TRY(const std::int64_t salt, holder.read_integer());
            if (salt < 0 || salt > 2048)
                return fail(errors::der, "A signature algorithm could not be read: its salt length makes no sense");
            out.salt_length = static_cast<int>(salt);
        }
    }
    out.weak = out.digest && is_weak(*out.digest);
    return {};
}

} // namespace

Result<ParsedSignature> parse_signature_algorithm(ByteView algorithm_der) {
    CERTBROKER_TRY(der::Reader reader, der::read_single(algorithm_der, der::sequence));
    ParsedSignature out;
    CERTBROKER_TRY(out.oid, reader.read_oid());
    out.name = out.oid;
    for (const Row &row : rows) {
        if (row.oid != out.oid) continue;
        out.name = row.name;
        out.family = row.family;
        out.digest = row.digest;
        out.weak = row.weak;
    }
    if (out.family == Family::rsa_pss) CERTBROKER_CHECK(read_pss(reader, out));
    return out;
}

Result<Bytes> signature_algorithm(const PublicKey &key, const SignatureScheme &scheme) {
    if (!key.spec())
        return fail(errors::key_algorithm,
                    "A signature cannot be made: " + key.algorithm_text() + " keys are not supported");
    const bool rsa = key.spec()->algorithm == KeyAlgorithm::rsa;
    if (scheme.pss && !rsa)
        return fail(errors::key_algorithm, "A signature cannot be made: PSS goes with RSA keys only");
    const Row *row = row_of(rsa ? Family::rsa : Family::ecdsa, scheme.digest);
    if (row == nullptr)
        return fail(errors::digest_algorithm,
                    "A signature cannot be made: there is no ECDSA with " + std::string(digest_name(scheme.digest)));
    der::Writer writer;
    if (!scheme.pss) {
        writer.nest(der::sequence, [&](der::Writer &w) {
            w.oid(row->oid);
            if (rsa) w.null();
        });
        return std::move(writer).take();
    }
    writer.nest(der::sequence, [&](der::Writer &w) {
        w.oid(pss_oid);
        w.nest(der::sequence, [&](der::Writer &params) {
            // DER leaves out what is the default, and SHA-1 is.
            if (scheme.digest == DigestAlgorithm::sha1) return;
            params.nest(der::context(0, true), [&](der::Writer &x) { write_digest(x, scheme.digest); });
            params.nest(der::context(1, true), [&](der::Writer &x) {
                x.nest(der::sequence, [&](der::Writer &mask) {
                    mask.oid(mgf1_oid);
                    write_digest(mask, scheme.digest);
                });
            });
            params.nest(der::context(2, true), [&](der::Writer &x) { x.integer(salt_of(scheme.digest)); });
        });
    });
    return std::move(writer).take();
}

SignatureInfo describe_signature(ByteView algorithm_der) {
    auto parsed = parse_signature_algorithm(algorithm_der);
    if (!parsed) return {"unknown", std::nullopt, false};
    return {std::move(parsed->name), parsed->digest, parsed->weak};
}

} // namespace certbroker::crypto
