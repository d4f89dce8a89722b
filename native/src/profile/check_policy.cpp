#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "profile/check.hpp"
#include "profile/errors.hpp"

namespace certbroker::profile {
namespace {

/// Spellings of SAN forms that policies, parameters and the {text} form use, to one.
std::string canonical_token(std::string_view token) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> spellings{{{"dnsname", "dns"},
                                                                                      {"rfc822name", "email"},
                                                                                      {"rfc822", "email"},
                                                                                      {"mail", "email"},
                                                                                      {"uri", "url"},
                                                                                      {"ip", "ipaddress"},
                                                                                      {"ip address", "ipaddress"},
                                                                                      {"registeredid", "oid"},
                                                                                      {"dirname", "directoryname"}}};
    std::string lower = ascii_lower(token);
    for (const auto &[from, to] : spellings) {
        if (lower == from) return std::string(to);
    }
    if (lower == x509::oid_upn) return "upn";
    if (lower == x509::oid_ntds_guid) return "guid";
    return lower;
}

/// The OID that a label stands for, through the reader of names; the label itself for one it does not know.
std::string attribute_oid(std::string_view label) {
    for (const std::string_view value : {"=a", "=aa"}) { // C takes two letters
        const auto name = x509::Name::parse(std::string(label) + std::string(value));
        if (name && !name->empty()) return name->rdns().front().front().oid;
    }
    return std::string(label);
}

bool contains(const std::vector<std::string> &list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

template<class Map>
std::vector<std::string> mapped(const std::vector<std::string> &list, Map &&map) {
    std::vector<std::string> out;
    for (const std::string &item : list)
        out.push_back(map(item));
    return out;
}

std::string joined(const std::vector<std::string> &list) {
    std::string out;
    for (const std::string &item : list)
        out += (out.empty() ? "" : ", ") + item;
    return out;
}

bool in_range(const Policy::KeyRule &rule, std::uint32_t bits) {
    return bits >= rule.min_bits && (rule.max_bits == 0 || bits <= rule.max_bits);
}

std::string described(const Policy::KeyRule &rule) {
    std::string out(crypto::key_algorithm_name(rule.algorithm));
    if (rule.algorithm != crypto::KeyAlgorithm::rsa) return out;
    if (rule.min_bits != 0 && rule.max_bits != 0)
        return out + " " + std::to_string(rule.min_bits) + " to " + std::to_string(rule.max_bits);
    if (rule.min_bits != 0) return out + " of at least " + std::to_string(rule.min_bits);
    if (rule.max_bits != 0) return out + " of at most " + std::to_string(rule.max_bits);
    return out;
}

std::string described(const std::vector<Policy::KeyRule> &rules) {
    std::vector<std::string> list;
    for (const Policy::KeyRule &rule : rules)
        list.push_back(described(rule));
    return joined(list);
}

class PolicyCheck {
public:
    PolicyCheck(const Request &request, const Policy &policy, Findings &findings)
        : request_(request), policy_(policy), findings_(findings) {}

    void run() {
        check_key_wish();
        check_digest();
        check_subject();
        check_names();
        check_usages();
    }

private:
    void add(const ErrorKind &kind, std::string_view key, const std::string &why, std::string remedy = {}) {
        findings_.add(kind, position_of(request_, key), "Policy verification failed: " + why, std::move(remedy));
    }
    std::string profile() const {
        return policy_.profile.empty() ? std::string("the CA") : "profile '" + policy_.profile + "'";
    }

    void check_key_wish();
    void check_digest();
    void check_subject();
    void check_names();
    void check_usages();

    const Request &request_;
    const Policy &policy_;
    Findings &findings_;
};

void PolicyCheck::check_key_wish() {
    const auto algorithm = wanted_algorithm(request_);
    if (!algorithm || policy_.allowed_keys.empty()) return;
    const std::string allowed = "Use " + described(policy_.allowed_keys) + ".";
    const auto same = [&](const Policy::KeyRule &rule) { return rule.algorithm == *algorithm; };
    const auto &rules = policy_.allowed_keys;
    if (std::none_of(rules.begin(), rules.end(), same)) {
        add(errors::policy_key_algorithm, request_.key_algorithm ? "KeyAlgorithm" : "KeyLength",
            profile() + " does not take " + std::string(crypto::key_algorithm_name(*algorithm)) + " keys", allowed);
    } else if (request_.key_length && std::none_of(rules.begin(), rules.end(), [&](const Policy::KeyRule &rule) {
                   return same(rule) &&
                          (*algorithm != crypto::KeyAlgorithm::rsa || in_range(rule, *request_.key_length));
               })) {
        add(errors::policy_key_length, "KeyLength",
            profile() + " does not take keys of " + std::to_string(*request_.key_length) + " bits", allowed);
    }
}

void PolicyCheck::check_digest() {
    const auto &allowed = policy_.allowed_digests;
    const auto digest = chosen_digest(request_, &policy_);
    if (allowed.empty() || std::find(allowed.begin(), allowed.end(), digest) != allowed.end()) return;
    std::vector<std::string> names;
    for (const auto item : allowed)
        names.emplace_back(crypto::digest_name(item));
    add(errors::policy_digest, "HashAlgorithm",
        profile() + " does not take the hash algorithm " + std::string(crypto::digest_name(digest)),
        "Use " + joined(names) + ".");
}

void PolicyCheck::check_subject() {
    if (policy_.required_subject.empty() && policy_.allowed_subject.empty()) return;
    std::vector<std::string> present;
    for (const x509::RelativeName &rdn : request_.subject.rdns()) {
        for (const x509::NameAttribute &attribute : rdn) {
            if (!contains(present, attribute.oid)) present.push_back(attribute.oid);
        }
    }
    for (const std::string &label : policy_.required_subject) {
        if (!contains(present, attribute_oid(label)))
            add(errors::policy_subject_required, "Subject",
                profile() + " wants the subject attribute " + label + ", which the request lacks",
                "Add " + label + "=... to the Subject.");
    }
    if (policy_.allowed_subject.empty()) return;
    const auto allowed = mapped(policy_.allowed_subject, [](const std::string &label) { return attribute_oid(label); });
    for (const std::string &oid : present) {
        if (!contains(allowed, oid))
            add(errors::policy_subject_not_allowed, "Subject",
                profile() + " does not take the subject attribute " + x509::name_attribute_label(oid),
                "Take it out of the Subject; the profile takes " + joined(policy_.allowed_subject) + ".");
    }
}

void PolicyCheck::check_names() {
    std::vector<std::string> present;
    for (const x509::GeneralName &name : request_.subject_alt_names) {
        const std::string token = san_token(name);
        if (!contains(present, token)) present.push_back(token);
    }
    for (const std::string &token : policy_.required_san) {
        const std::string wanted = canonical_token(token);
        const bool there = contains(present, wanted) || (wanted == "any" && !present.empty());
        if (!there)
            add(errors::policy_san_required, "SubjectAltName",
                profile() + " wants a subject alternative name of the form " + token + ", which the request lacks",
                "Add one: 2.5.29.17 = \"{text}" + token + "=...\", or the parameter for it.");
    }
    if (!policy_.allowed_san.empty()) {
        const auto allowed = mapped(policy_.allowed_san, canonical_token);
        for (const std::string &token : present) {
            if (contains(allowed, token) && !contains(allowed, "none")) continue;
            add(errors::policy_san_not_allowed, "SubjectAltName",
                profile() + " does not take subject alternative names of the form " + token,
                contains(allowed, "none") ? "Take all subject alternative names out."
                                          : "Take it out; the profile takes " + joined(policy_.allowed_san) + ".");
        }
    }
    if (policy_.dns_patterns.empty()) return;
    for (const x509::GeneralName &name : request_.subject_alt_names) {
        if (name.type != x509::GeneralNameType::dns) continue;
        const bool fits =
            std::any_of(policy_.dns_patterns.begin(), policy_.dns_patterns.end(),
                        [&](const std::string &pattern) { return matches_dns_pattern(name.value, pattern); });
        if (!fits)
            add(errors::policy_dns_pattern, "SubjectAltName",
                profile() + " does not issue for the DNS name " + shown(name.value),
                "Use a name like " + joined(policy_.dns_patterns) + ".");
    }
}

void PolicyCheck::check_usages() {
    const auto described_usage = [](const std::string &oid) {
        const std::string name = x509::eku_name(oid);
        return name == oid ? oid : name + " (" + oid + ")";
    };
    for (const std::string &oid : policy_.required_eku) {
        if (!contains(request_.enhanced_key_usage, oid))
            add(errors::policy_eku_required, "EnhancedKeyUsage",
                profile() + " wants the enhanced key usage " + described_usage(oid) + ", which the request lacks",
                "Add OID = " + oid + " to [EnhancedKeyUsageExtension], or give it with -EnhancedKeyUsage.");
    }
    if (policy_.allowed_eku.empty()) return;
    for (const std::string &oid : request_.enhanced_key_usage) {
        if (!contains(policy_.allowed_eku, oid))
            add(errors::policy_eku_not_allowed, "EnhancedKeyUsage",
                profile() + " does not take the enhanced key usage " + described_usage(oid));
    }
}

} // namespace

std::string san_token(const x509::GeneralName &name) {
    switch (name.type) {
    case x509::GeneralNameType::dns:
        return "dns";
    case x509::GeneralNameType::email:
        return "email";
    case x509::GeneralNameType::uri:
        return "url";
    case x509::GeneralNameType::ip_address:
        return "ipaddress";
    case x509::GeneralNameType::directory_name:
        return "directoryname";
    case x509::GeneralNameType::registered_id:
        return "oid";
    case x509::GeneralNameType::other_name:
        return canonical_token(name.type_oid);
    case x509::GeneralNameType::unknown:
        break;
    }
    return "unknown";
}

bool matches_dns_pattern(std::string_view name, std::string_view pattern) {
    if (pattern == "*" || iequals(name, pattern)) return true;
    if (!pattern.starts_with("*.")) return false;
    const std::string_view suffix = pattern.substr(1);
    return name.size() > suffix.size() && iequals(name.substr(name.size() - suffix.size()), suffix);
}

void check_policy(const Request &request, const Policy &policy, Findings &findings) {
    PolicyCheck(request, policy, findings).run();
}

Result<void> check_key(const crypto::KeySpec &key, const Policy &policy) {
    Request wish;
    wish.key_algorithm = key.algorithm;
    wish.key_length = key.bits;
    Policy keys;
    keys.profile = policy.profile;
    keys.allowed_keys = policy.allowed_keys;
    std::vector<Diagnostic> found;
    Findings findings(found, {});
    PolicyCheck(wish, keys, findings).run();
    if (!found.empty()) return to_error(found.front());
    return {};
}

} // namespace certbroker::profile
