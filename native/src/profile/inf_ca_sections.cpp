#include <algorithm>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/extensions.hpp"
#include "profile/inf_reader.hpp"
#include "profile/ini_parser.hpp"
#include "profile/values.hpp"
#include "profile/vocabulary.hpp"

/// The sections for certification authorities: constraints, policies, cross certificates.
namespace certbroker::profile {

void InfReader::read_basic_constraints(const IniSection &section) {
    const bool critical = critical_of(section);
    std::optional<std::uint32_t> path_length;
    for (const IniEntry &entry : section.entries) {
        if (is_critical(entry)) continue;
        if (!iequals(entry.key, "PathLength")) {
            unknown_key("BasicConstraintsExtension", entry);
        } else if (path_length) {
            findings_.add(errors::inf_repeated, entry.key_position,
                          "The key PathLength is given twice in [" + section.name + "]");
        } else {
            path_length = take(entry, read_number("PathLength", entry.value, 0, 1000));
        }
    }
    add(section, x509::make_basic_constraints(true, path_length, critical));
}

std::optional<x509::PolicyInformation> InfReader::read_policy(const IniSection &section, const IniEntry &named_by) {
    using Kind = x509::PolicyQualifier::Kind;
    x509::PolicyInformation policy;
    bool good = true;
    for (const IniEntry &entry : section.entries) {
        if (iequals(entry.key, "OID")) {
            if (!policy.oid.empty()) {
                findings_.add(errors::inf_repeated, entry.key_position,
                              "The key OID is given twice in [" + section.name + "]",
                              "Write a section for each policy.");
                good = false;
                continue;
            }
            auto oid = take(entry, read_oid("OID", entry.value));
            good = good && oid.has_value();
            if (oid) policy.oid = *std::move(oid);
        } else if (iequals(entry.key, "Notice") || iequals(entry.key, "URL")) {
            policy.qualifiers.push_back({iequals(entry.key, "URL") ? Kind::url : Kind::notice, entry.value});
        } else {
            unknown_key("<policy>", entry);
        }
    }
    if (good && policy.oid.empty()) {
        findings_.add(errors::inf_reference, section.position,
                      "The section [" + section.name + "], which " + named_by.key + " names, has no line OID = ...");
        return std::nullopt;
    }
    return good ? std::optional(std::move(policy)) : std::nullopt;
}

void InfReader::read_policies(const IniSection &section, std::string_view oid) {
    const bool critical = critical_of(section);
    std::vector<x509::PolicyInformation> policies;
    const std::size_t before = request_.diagnostics.size();
    for (const IniEntry &entry : section.entries) {
        if (is_critical(entry)) continue;
        if (!iequals(entry.key, "Policies")) {
            unknown_key(section.name, entry);
            continue;
        }
        for (const IniSection *named : named_sections(entry)) {
            if (auto policy = read_policy(*named, entry)) policies.push_back(*std::move(policy));
        }
    }
    if (policies.empty()) {
        if (request_.diagnostics.size() == before)
            findings_.add(errors::inf_reference, section.position, "The section [" + section.name + "] names no policy",
                          "Write Policies = name, and a section [name] with a line OID = ...");
        return;
    }
    add(section, x509::make_policies(policies, critical, oid));
}

void InfReader::read_policy_mappings(const IniSection &section, std::string_view oid) {
    const bool critical = critical_of(section);
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const IniEntry &entry : section.entries) {
        if (is_critical(entry)) continue;
        if (pairs.size() >= 1000) {
            findings_.add(errors::inf_limit, entry.key_position,
                          "The mapping could not be added: there are more than 1,000");
            return;
        }
        if (!der::is_oid(entry.key)) {
            findings_.add(errors::inf_oid, entry.key_position,
                          "The mapping's key " + shown(entry.key) + " is not an object identifier",
                          "Write the issuer's policy = the subject's policy: 1.2.3 = 1.2.4.");
        } else if (auto subject = take(entry, read_oid("The mapping", entry.value))) {
            pairs.emplace_back(entry.key, *std::move(subject));
        }
    }
    add(section, x509::make_policy_mappings(pairs, critical, oid));
}

void InfReader::read_policy_constraints(const IniSection &section, std::string_view oid) {
    const bool critical = critical_of(section);
    std::optional<std::uint32_t> require;
    std::optional<std::uint32_t> inhibit;
    for (const IniEntry &entry : section.entries) {
        if (is_critical(entry)) continue;
        const bool first = iequals(entry.key, "RequireExplicitPolicy");
        if (!first && !iequals(entry.key, "InhibitPolicyMapping")) {
            unknown_key(section.name, entry);
        } else if ((first ? require : inhibit).has_value()) {
            findings_.add(errors::inf_repeated, entry.key_position,
                          "The key " + shown(entry.key) + " is given twice in [" + section.name + "]");
        } else {
            (first ? require : inhibit) = take(entry, read_number(entry.key, entry.value, 0, 1000));
        }
    }
    if (!require && !inhibit) {
        findings_.add(errors::inf_reference, section.position, "The section [" + section.name + "] holds no constraint",
                      "Write RequireExplicitPolicy = 0 or InhibitPolicyMapping = 0, or delete the section.");
        return;
    }
    add(section, x509::make_policy_constraints(require, inhibit, critical, oid));
}

void InfReader::read_names(const IniEntry &named_by, std::vector<std::pair<std::string, std::string>> &out) {
    for (const IniSection *section : named_sections(named_by)) {
        for (const IniEntry &entry : section->entries) {
            if (out.size() >= 1000) {
                findings_.add(errors::inf_limit, entry.key_position,
                              "The name could not be added: there are more than 1,000");
                return;
            }
            if (find_word("<names>", entry.key) == nullptr) {
                unknown_key("<names>", entry);
                continue;
            }
            std::string token = entry.key;
            std::string value = entry.value;
            if (iequals(entry.key, "OtherName")) {
                // OtherName = oid,{utf8}text
                const std::size_t comma = value.find(',');
                token = std::string(trim_blanks(std::string_view(value).substr(0, comma)));
                value = comma == std::string::npos
                            ? std::string()
                            : std::string(trim_blanks(std::string_view(value).substr(comma + 1)));
                if (!take(entry, read_oid("OtherName", token))) continue;
            }
            // Each line is tried alone, so that the finding stands at its own place.
            const auto tried = x509::make_name_constraints({{token, value}}, {}, false);
            if (!tried) {
                findings_.add_as(errors::inf_extension, tried.error(), entry.value_position);
                continue;
            }
            out.emplace_back(std::move(token), std::move(value));
        }
    }
}

void InfReader::read_name_constraints(const IniSection &section) {
    const bool critical = critical_of(section);
    std::vector<std::pair<std::string, std::string>> included;
    std::vector<std::pair<std::string, std::string>> excluded;
    const std::size_t before = request_.diagnostics.size();
    for (const IniEntry &entry : section.entries) {
        if (is_critical(entry)) continue;
        if (iequals(entry.key, "Include")) {
            read_names(entry, included);
        } else if (iequals(entry.key, "Exclude")) {
            read_names(entry, excluded);
        } else {
            unknown_key("NameConstraintsExtension", entry);
        }
    }
    if (included.empty() && excluded.empty()) {
        if (request_.diagnostics.size() == before)
            findings_.add(errors::inf_reference, section.position,
                          "The section [" + section.name + "] names no constraint",
                          "Write Include = name, and a section [name] with lines such as DNS = example.com");
        return;
    }
    add(section, x509::make_name_constraints(included, excluded, critical));
}

void InfReader::read_cross_certificates(const IniSection &section) {
    const bool critical = critical_of(section);
    std::optional<std::uint32_t> seconds;
    std::vector<std::string> urls;
    for (const IniEntry &entry : section.entries) {
        if (is_critical(entry)) continue;
        if (iequals(entry.key, "SyncDeltaTime")) {
            if (seconds)
                findings_.add(errors::inf_repeated, entry.key_position,
                              "The key SyncDeltaTime is given twice in [" + section.name + "]");
            seconds = take(entry, read_number("SyncDeltaTime", entry.value));
        } else if (!iequals(entry.key, "URL")) {
            unknown_key("CrossCertificateDistributionPointsExtension", entry);
        } else if (const auto uri = x509::make_uri(entry.value); !uri) {
            findings_.add_as(errors::inf_extension, uri.error(), entry.value_position);
        } else if (urls.size() < 1000) {
            urls.push_back(entry.value);
        }
    }
    if (urls.empty()) {
        findings_.add(errors::inf_reference, section.position,
                      "The section [" + section.name + "] has no line URL = ...");
        return;
    }
    auto extension = x509::make_cross_certificate_distribution_points(seconds, urls);
    extension.critical = critical;
    add(section, std::move(extension));
}

} // namespace certbroker::profile
