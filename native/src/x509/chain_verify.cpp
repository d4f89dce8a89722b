#include <algorithm>
#include <array>

#include "x509/chain.hpp"
#include "x509/errors.hpp"
#include "x509/name_constraints.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::size_t max_levels = 10;

Error broken(const std::string &why) {
    return fail(errors::chain_broken, "The chain could not be accepted: " + why);
}
std::string shown(const Certificate &certificate) {
    return "'" + certificate.subject().to_string() + "'";
}

Result<void> check_validity(const Certificate &certificate, std::int64_t now) {
    if (now < certificate.not_before())
        return fail(errors::certificate_time,
                    "The chain could not be accepted: " + shown(certificate) + " is not valid yet");
    if (now > certificate.not_after())
        return fail(errors::certificate_time,
                    "The chain could not be accepted: " + shown(certificate) + " has expired");
    return {};
}

/// What is checked here, or may stand critical without any bearing on a chain. Policies: any policy is accepted, so
/// their processing cannot fail but for policyConstraints, which is therefore not among them.
Result<void> check_critical(const Certificate &ca) {
    constexpr std::array<std::string_view, 8> understood{
        oid::key_usage,        oid::subject_alt_name,      oid::basic_constraints,
        oid::name_constraints, oid::certificate_policies,  oid::enhanced_key_usage,
        oid::policy_mappings,  oid::subject_key_identifier};
    for (const Extension &extension : ca.extensions()) {
        if (extension.critical && std::find(understood.begin(), understood.end(), extension.oid) == understood.end())
            return broken("the CA certificate " + shown(ca) +
                          " has a critical extension that is not understood: " + extension.oid);
    }
    return {};
}

/// `below`: how many CA certificates that are not self-issued stand between this one and the leaf.
Result<void> check_ca(const Certificate &ca, std::size_t below, bool trusted) {
    const Extension *constraints = find_extension(ca.extensions(), oid::basic_constraints);
    if (constraints == nullptr) {
        // Roots of version 1 have no extensions at all; whoever trusts one knows it as a CA.
        if (!trusted || !ca.extensions().empty()) return broken(shown(ca) + " is not a CA certificate");
        return {};
    }
    auto decoded = decode_basic_constraints(constraints->value);
    if (!decoded)
        return broken("the basic constraints of " + shown(ca) + " could not be read")
            .because(std::move(decoded).error());
    if (!decoded->ca) return broken(shown(ca) + " is not a CA certificate");
    if (decoded->path_length && below > *decoded->path_length)
        return broken(shown(ca) + " allows fewer CAs below it than there are");
    if (const Extension *usage = find_extension(ca.extensions(), oid::key_usage)) {
        auto bits = decode_key_usage(usage->value);
        if (!bits || (*bits & key_usage::key_cert_sign) == 0)
            return broken("the key of " + shown(ca) + " may not sign certificates");
    }
    return check_critical(ca);
}

Result<void> check_constraints(const Chain &chain) {
    for (std::size_t i = 1; i < chain.size(); ++i) {
        const Extension *constraints = find_extension(chain[i].extensions(), oid::name_constraints);
        if (constraints == nullptr) continue;
        for (std::size_t below = 0; below < i; ++below) {
            // RFC 5280 section 6.1.3 (b): self-issued certificates are exempt, unless one is the leaf.
            if (below > 0 && chain[below].self_issued()) continue;
            CERTBROKER_CHECK(detail::check_name_constraints(constraints->value, chain[below]));
        }
    }
    return {};
}

Result<void> check_link(const Certificate &certificate, const Certificate &issuer) {
    auto verified = certificate.verify_issued_by(issuer);
    if (verified) return {};
    if (!certificate.issuer().same_values(issuer.subject()))
        return broken(shown(certificate) + " is not issued by the next certificate, " + shown(issuer))
            .because(std::move(verified).error());
    return verified;
}

/// A certificate at the end that names itself as issuer must have signed itself; but one that says by its key
/// identifiers that another key of that CA signed it (a key rollover) is an ordinary end without its issuer.
Result<void> check_own_signature(const Certificate &last) {
    if (!last.self_issued()) return {};
    const Bytes authority = last.authority_key_identifier();
    if (!authority.empty() && authority != last.subject_key_identifier()) return {};
    return last.verify_issued_by(last);
}

} // namespace

Result<void> verify_chain(const Chain &chain, const ChainCheck &check) {
    if (chain.empty()) return broken("it has no certificates");
    if (chain.size() > max_levels) return broken("it has more than 10 levels");
    Chain whole = chain;
    const auto is_root = [&](const Certificate &certificate) {
        return std::find(check.roots.begin(), check.roots.end(), certificate) != check.roots.end();
    };
    bool trusted = is_root(whole.back());
    if (!trusted) {
        const auto root = std::find_if(check.roots.begin(), check.roots.end(), [&](const Certificate &candidate) {
            return whole.back().verify_issued_by(candidate).has_value();
        });
        if (root != check.roots.end()) {
            whole.push_back(*root);
            trusted = true;
        }
    }
    for (std::size_t i = 0; i + 1 < whole.size(); ++i)
        CERTBROKER_CHECK(check_link(whole[i], whole[i + 1]));
    if (!trusted) CERTBROKER_CHECK(check_own_signature(whole.back()));

    std::size_t cas_below = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        CERTBROKER_CHECK(check_validity(whole[i], check.now));
        if (i == 0) continue;
        CERTBROKER_CHECK(check_ca(whole[i], cas_below, trusted && i + 1 == whole.size()));
        if (!whole[i].self_issued()) ++cas_below;
    }
    CERTBROKER_CHECK(check_constraints(whole));
    if (check.require_root && !trusted) return broken(shown(whole.back()) + " does not lead to a trusted root");
    return {};
}

} // namespace certbroker::x509
