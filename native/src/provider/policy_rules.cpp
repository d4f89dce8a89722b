#include "provider/policy_rules.hpp"

#include <charconv>

#include "base/der.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "certbroker/plugin.h"
#include "x509/extension.hpp"

namespace certbroker::provider {
namespace {

using Problem = std::optional<std::string>;

bool read_uint(std::string_view text, std::uint32_t &out) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
    return !text.empty() && problem == std::errc() && end == text.data() + text.size();
}

/// "ECDSA_P256", "RSA", "RSA 2048", "RSA 2048-4096".
Problem add_key(profile::Policy &policy, std::string_view value) {
    const auto blank = value.find(' ');
    const auto algorithm = crypto::parse_key_algorithm(value.substr(0, blank));
    if (!algorithm) return "its key algorithm is not known";
    profile::Policy::KeyRule rule{*algorithm, 0, 0};
    if (blank != std::string_view::npos) {
        const std::string_view range = trim(value.substr(blank + 1));
        const auto dash = range.find('-');
        if (!read_uint(trim(range.substr(0, dash)), rule.min_bits)) return "its key length is no number";
        if (dash == std::string_view::npos)
            rule.max_bits = rule.min_bits;
        else if (!trim(range.substr(dash + 1)).empty() && !read_uint(trim(range.substr(dash + 1)), rule.max_bits))
            return "its key length is no number";
        if (rule.max_bits != 0 && rule.max_bits < rule.min_bits) return "its key lengths are the wrong way round";
    }
    policy.allowed_keys.push_back(rule);
    return std::nullopt;
}

/// "oid=hex", critical with a leading '!'.
Problem add_extension(profile::Policy &policy, std::string_view value) {
    const bool critical = value.starts_with('!');
    if (critical) value.remove_prefix(1);
    const auto equals = value.find('=');
    if (equals == std::string_view::npos) return "it is not oid=hex";
    const std::string oid(trim(value.substr(0, equals)));
    auto bytes = from_hex(value.substr(equals + 1));
    if (!der::is_oid(oid) || !bytes || bytes->empty()) return "it is not oid=hex";
    if (!der::check_well_formed(*bytes)) return "its value is not DER";
    policy.extensions.push_back({oid, critical, *std::move(bytes)});
    return std::nullopt;
}

Problem add_oid(std::vector<std::string> &oids, std::string_view value) {
    if (!der::is_oid(value)) return "it is no object identifier";
    oids.emplace_back(value);
    return std::nullopt;
}

Problem add_fixed(profile::Policy &policy, std::string_view value) {
    const auto equals = value.find('=');
    if (equals == std::string_view::npos || equals == 0) return "it is not name=value";
    policy.fixed[std::string(trim(value.substr(0, equals)))] = std::string(trim(value.substr(equals + 1)));
    return std::nullopt;
}

/// "PKCS7", "CMC", "PKCS7 or PKCS10", "CMC or PKCS10".
Problem add_renewal_message(profile::Policy &policy, std::string_view value) {
    constexpr std::string_view alternative = " or PKCS10";
    const bool required = !value.ends_with(alternative);
    if (!required) value.remove_suffix(alternative.size());
    if (value != "PKCS7" && value != "CMC") return "it is neither PKCS7 nor CMC, with or without 'or PKCS10'";
    policy.renewal_message = value;
    policy.renewal_message_required = required;
    return std::nullopt;
}

Problem apply(profile::Policy &policy, std::int32_t rule, std::string_view value) {
    switch (rule) {
    case CBP_RULE_KEY:
        return add_key(policy, value);
    case CBP_RULE_DIGEST: {
        const auto digest = crypto::parse_digest(value);
        if (!digest) return "it is no hash algorithm that is known";
        policy.allowed_digests.push_back(*digest);
        return std::nullopt;
    }
    case CBP_RULE_SUBJECT_REQUIRED:
        policy.required_subject.emplace_back(value);
        return std::nullopt;
    case CBP_RULE_SUBJECT_ALLOWED:
        policy.allowed_subject.emplace_back(value);
        return std::nullopt;
    case CBP_RULE_SAN_REQUIRED:
        policy.required_san.push_back(ascii_lower(value));
        return std::nullopt;
    case CBP_RULE_SAN_ALLOWED:
        policy.allowed_san.push_back(ascii_lower(value));
        return std::nullopt;
    case CBP_RULE_DNS_PATTERN:
        policy.dns_patterns.emplace_back(value);
        return std::nullopt;
    case CBP_RULE_EKU_REQUIRED:
        return add_oid(policy.required_eku, value);
    case CBP_RULE_EKU_ALLOWED:
        return add_oid(policy.allowed_eku, value);
    case CBP_RULE_MAX_VALIDITY_DAYS: {
        std::uint32_t days = 0;
        if (!read_uint(value, days) || days == 0) return "it is no number of days";
        policy.max_validity_days = days;
        return std::nullopt;
    }
    case CBP_RULE_CSR_EXTENSION:
        return add_extension(policy, value);
    case CBP_RULE_CSR_TEMPLATE_NAME:
        policy.extensions.push_back(x509::make_template_name(value));
        return std::nullopt;
    case CBP_RULE_FIXED:
        return add_fixed(policy, value);
    case CBP_RULE_INFORMATION:
        return std::nullopt;
    case CBP_RULE_RENEWAL_SECONDS: {
        std::uint32_t seconds = 0;
        if (!read_uint(value, seconds) || seconds == 0) return "it is no number of seconds";
        policy.renewal_seconds = seconds;
        return std::nullopt;
    }
    case CBP_RULE_RENEWAL_MESSAGE:
        return add_renewal_message(policy, value);
    case CBP_RULE_CSR_CHALLENGE:
        return "a challenge is a secret and goes through add_rule_secret";
    default:
        return "there is no such rule";
    }
}

} // namespace

std::string_view rule_name(std::int32_t rule) noexcept {
    switch (rule) {
    case CBP_RULE_KEY:
        return "Key";
    case CBP_RULE_DIGEST:
        return "Digest";
    case CBP_RULE_SUBJECT_REQUIRED:
        return "SubjectRequired";
    case CBP_RULE_SUBJECT_ALLOWED:
        return "SubjectAllowed";
    case CBP_RULE_SAN_REQUIRED:
        return "SanRequired";
    case CBP_RULE_SAN_ALLOWED:
        return "SanAllowed";
    case CBP_RULE_DNS_PATTERN:
        return "DnsPattern";
    case CBP_RULE_EKU_REQUIRED:
        return "EkuRequired";
    case CBP_RULE_EKU_ALLOWED:
        return "EkuAllowed";
    case CBP_RULE_MAX_VALIDITY_DAYS:
        return "MaxValidityDays";
    case CBP_RULE_CSR_EXTENSION:
        return "CsrExtension";
    case CBP_RULE_CSR_TEMPLATE_NAME:
        return "CsrTemplateName";
    case CBP_RULE_CSR_CHALLENGE:
        return "CsrChallenge";
    case CBP_RULE_FIXED:
        return "Fixed";
    case CBP_RULE_INFORMATION:
        return "Information";
    case CBP_RULE_RENEWAL_SECONDS:
        return "RenewalSeconds";
    case CBP_RULE_RENEWAL_MESSAGE:
        return "RenewalMessage";
    default:
        return "";
    }
}

std::optional<std::string> add_rule(profile::Policy &policy, std::int32_t rule, std::string_view value) {
    const std::string_view bare = trim(value);
    if (bare.empty()) return "its value is empty";
    if (auto problem = apply(policy, rule, bare)) return problem;
    std::string message =
        rule == CBP_RULE_EKU_REQUIRED || rule == CBP_RULE_EKU_ALLOWED ? x509::eku_name(bare) : std::string();
    policy.rows.push_back({std::string(rule_name(rule)), std::string(bare), std::move(message)});
    return std::nullopt;
}

} // namespace certbroker::provider
