#include "profile/inf_reader.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "profile/errors.hpp"
#include "profile/extensions.hpp"
#include "profile/ini_parser.hpp"
#include "profile/values.hpp"
#include "profile/vocabulary.hpp"

namespace certbroker::profile {
namespace {

constexpr std::size_t max_attributes = 100;
constexpr std::size_t max_named_sections = 100;

} // namespace

Result<Request> read_inf(ByteView bytes, std::string source) {
    CERTBROKER_TRY(IniDocument document, parse_ini(bytes, std::move(source)));
    Request request;
    request.source = document.source;
    request.diagnostics = std::move(document.diagnostics);
    InfReader(document, request).read();
    // In the file's order, whatever the order in which the sections were read.
    std::stable_sort(request.diagnostics.begin(), request.diagnostics.end(),
                     [](const Diagnostic &a, const Diagnostic &b) {
                         return a.line != b.line ? a.line < b.line : a.column < b.column;
                     });
    return request;
}

void InfReader::read() {
    if (const IniSection *section = document_.find("Version"); section != nullptr) read_version(*section);
    if (const IniSection *section = document_.find("NewRequest"); section != nullptr) {
        NewRequestReader(*section, request_, findings_).read();
    } else {
        findings_.add(errors::inf_no_request, {}, "The file holds no request: there is no section [NewRequest]");
    }
    using Read = void (InfReader::*)(const IniSection &);
    constexpr std::array<std::pair<std::string_view, Read>, 6> sections{{
        {"EnhancedKeyUsageExtension", &InfReader::read_enhanced_key_usage},
        {"BasicConstraintsExtension", &InfReader::read_basic_constraints},
        {"NameConstraintsExtension", &InfReader::read_name_constraints},
        {"CrossCertificateDistributionPointsExtension", &InfReader::read_cross_certificates},
        {"RequestAttributes", &InfReader::read_request_attributes},
        {"Extensions", &InfReader::read_extensions},
    }};
    using ReadAs = void (InfReader::*)(const IniSection &, std::string_view);
    constexpr std::array<std::tuple<std::string_view, ReadAs, std::string_view>, 6> by_oid{{
        {"PolicyStatementExtension", &InfReader::read_policies, x509::oid::certificate_policies},
        {"ApplicationPolicyStatementExtension", &InfReader::read_policies, x509::oid::application_policies},
        {"PolicyMappingsExtension", &InfReader::read_policy_mappings, x509::oid::policy_mappings},
        {"ApplicationPolicyMappingsExtension", &InfReader::read_policy_mappings,
         x509::oid::application_policy_mappings},
        {"PolicyConstraintsExtension", &InfReader::read_policy_constraints, x509::oid::policy_constraints},
        {"ApplicationPolicyConstraintsExtension", &InfReader::read_policy_constraints,
         x509::oid::application_policy_constraints},
    }};
    // The file's order is the order of the extensions.
    for (const IniSection &section : document_.sections) {
        for (const auto &[name, read_section] : sections) {
            if (iequals(section.name, name)) (this->*read_section)(section);
        }
        for (const auto &[name, read_section, oid] : by_oid) {
            if (iequals(section.name, name)) (this->*read_section)(section, oid);
        }
    }
    find_unknown_sections();
}

void InfReader::read_version(const IniSection &section) {
    for (const IniEntry &entry : section.entries) {
        if (!iequals(entry.key, "Signature")) {
            unknown_key("Version", entry);
        } else if (!iequals(entry.value, "$Windows NT$") && !iequals(entry.value, "$Chicago$")) {
            findings_.add(errors::inf_choice, entry.value_position,
                          "Signature could not be used: " + shown(entry.value) + " marks no INF that Windows knows",
                          "Write Signature = \"$Windows NT$\".");
        }
    }
}

void InfReader::unknown_key(std::string_view section, const IniEntry &entry) {
    std::string remedy;
    if (const auto meant = nearest(entry.key.substr(0, 64), keys_of(section));
        meant && find_elsewhere(section, entry.key) == nullptr) {
        remedy = "Write " + *meant + ", if that was meant, or delete the line.";
    } else if (const VocabularyWord *elsewhere = find_elsewhere(section, entry.key); elsewhere != nullptr) {
        remedy = std::string("Move it to [") + elsewhere->section + "], where it means something.";
    }
    findings_.add(diagnostics::unknown_key, entry.key_position,
                  "The key " + shown(entry.key) + " is not known in [" + std::string(section) + "] and is not used",
                  std::move(remedy));
}

void InfReader::find_unknown_sections() {
    constexpr std::array<std::string_view, 5> no_effect{"Properties", "CRLDistributionPoint",
                                                        "AuthorityInformationAccess", "CAPolicy", "certsrv_server"};
    for (const IniSection &section : document_.sections) {
        if (findings_.full()) return;
        if (section.name.empty() || used_sections_.contains(ascii_lower(section.name))) continue;
        const bool useless = std::any_of(no_effect.begin(), no_effect.end(),
                                         [&](std::string_view name) { return iequals(section.name, name); });
        if (useless) {
            findings_.add(diagnostics::not_used, section.position,
                          "The section [" + section.name + "] has no effect in a request");
        } else if (!is_known_section(section.name)) {
            const auto meant = nearest(section.name.substr(0, 64), known_sections());
            findings_.add(diagnostics::unknown_section, section.position,
                          "The section " + shown("[" + section.name + "]") + " is not known and is not used",
                          meant ? "Write [" + *meant + "], if that was meant, or delete it." : std::string());
        }
    }
}

bool InfReader::is_critical(const IniEntry &entry) {
    return iequals(entry.key, "Critical");
}

bool InfReader::critical_of(const IniSection &section) {
    std::optional<bool> critical;
    for (const IniEntry &entry : section.entries) {
        if (!is_critical(entry)) continue;
        if (critical)
            findings_.add(errors::inf_repeated, entry.key_position,
                          "The key Critical is given twice in [" + section.name + "]");
        critical = take(entry, read_boolean(entry.key, entry.value)).value_or(false);
    }
    return critical.value_or(false);
}

void InfReader::add(const IniSection &section, Result<x509::Extension> extension) {
    if (!extension) {
        findings_.add_as(errors::inf_extension, extension.error(), section.position);
    } else if (const auto added = add_extension(request_, *std::move(extension)); !added) {
        findings_.add(added.error(), section.position);
    }
}

std::vector<const IniSection *> InfReader::named_sections(const IniEntry &entry) {
    std::vector<const IniSection *> out;
    std::size_t at = 0;
    for (const std::string_view item : split(entry.value, ',')) {
        const std::string_view name = trim_blanks(item);
        const std::size_t offset = at + static_cast<std::size_t>(name.data() - item.data());
        at += item.size() + 1;
        if (name.empty()) continue;
        const IniSection *section = out.size() < max_named_sections ? document_.find(name) : nullptr;
        if (section == nullptr) {
            const bool many = out.size() >= max_named_sections;
            findings_.add(
                many ? errors::inf_limit : errors::inf_reference, entry.position_of(offset),
                entry.key + (many ? " could not be used: it names more than 100 sections"
                                  : " could not be used: there is no section " + shown("[" + std::string(name) + "]")));
            if (many) return out;
            continue;
        }
        used_sections_.insert(ascii_lower(section->name));
        out.push_back(section);
    }
    return out;
}

void InfReader::read_enhanced_key_usage(const IniSection &section) {
    const bool critical = critical_of(section);
    if (has_extension(request_, x509::oid::enhanced_key_usage)) {
        findings_.add(errors::request_duplicate, section.position,
                      "The extension 2.5.29.37 could not be added: it is there already");
        return;
    }
    for (const IniEntry &entry : section.entries) {
        if (is_critical(entry)) continue;
        if (!iequals(entry.key, "OID")) {
            unknown_key("EnhancedKeyUsageExtension", entry);
            continue;
        }
        auto usage = read_oid("OID", entry.value);
        if (!usage) {
            std::string remedy = usage.error().remedy();
            if (const auto meant = x509::eku_oid(entry.value))
                remedy = "Write OID = " + *meant + " ; " + x509::eku_name(*meant);
            if (entry.value.find(',') != std::string::npos) remedy = "Write one OID = line for each usage.";
            findings_.add(std::move(usage).error().with_remedy(std::move(remedy)), entry.value_position);
            continue;
        }
        const std::string text = *usage;
        const auto added = add_usage(request_, *std::move(usage));
        if (!added) {
            findings_.add(added.error(), entry.value_position);
            return;
        }
        if (!*added)
            findings_.add(diagnostics::repeated_usage, entry.value_position, "The usage " + text + " is listed twice");
    }
    request_.enhanced_key_usage_critical = critical;
    request_.positions.emplace_back("EnhancedKeyUsage", section.position);
}

void InfReader::read_request_attributes(const IniSection &section) {
    std::set<std::string> seen;
    for (const IniEntry &entry : section.entries) {
        if (!seen.insert(ascii_lower(entry.key)).second) {
            findings_.add(errors::inf_repeated, entry.key_position,
                          "The attribute " + shown(entry.key) + " is given twice in [RequestAttributes]");
            continue;
        }
        if (request_.request_attributes.size() >= max_attributes) {
            findings_.add(errors::inf_limit, entry.key_position,
                          "The attribute " + shown(entry.key) + " could not be added: there are more than 100");
            return;
        }
        if (iequals(entry.key, "CertificateTemplate")) {
            request_.certificate_template = entry.value;
            request_.positions.emplace_back("CertificateTemplate", entry.value_position);
        } else if (iequals(entry.key, "SAN")) {
            findings_.add(diagnostics::san_attribute, entry.key_position,
                          "SAN as a request attribute is honoured only by CAs that are set up insecurely "
                          "(EDITF_ATTRIBUTESUBJECTALTNAME2)");
        } else if (find_word("NewRequest", entry.key) != nullptr && !istarts_with(entry.key, "ValidityPeriod")) {
            findings_.add(diagnostics::unknown_key, entry.key_position,
                          "The key " + shown(entry.key) +
                              " is sent to the CA as an attribute and has no other effect in [RequestAttributes]",
                          "Move it to [NewRequest], where it means something.");
        }
        request_.request_attributes.emplace_back(entry.key, entry.value);
    }
}

void InfReader::read_extensions(const IniSection &section) {
    struct Critical {
        std::string oid;
        Position position;
        bool used = false;
    };
    std::vector<Critical> critical;
    for (const IniEntry &entry : section.entries) {
        if (!is_critical(entry)) continue;
        std::size_t at = 0;
        for (const std::string_view item : split(entry.value, ',')) {
            const std::string_view text = trim_blanks(item);
            const Position position = entry.position_of(at + static_cast<std::size_t>(text.data() - item.data()));
            at += item.size() + 1;
            if (text.empty()) continue;
            auto oid = read_oid("Critical", text);
            if (!oid) {
                findings_.add(
                    std::move(oid).error().with_remedy(
                        "List the OIDs of this section's critical extensions: Critical = 2.5.29.17, 2.5.29.19."),
                    position);
            } else if (critical.size() < max_attributes) {
                critical.push_back({*std::move(oid), position});
            }
        }
    }
    for (const IniEntry &entry : section.entries) {
        if (findings_.full()) return;
        if (is_critical(entry)) continue;
        const std::string_view key =
            istarts_with(entry.key, "OID.") ? std::string_view(entry.key).substr(4) : std::string_view(entry.key);
        if (der::is_oid(key)) {
            const auto named =
                std::find_if(critical.begin(), critical.end(), [&](const Critical &item) { return item.oid == key; });
            if (named != critical.end()) named->used = true;
            const bool read = read_extension(request_, key, entry, named != critical.end(), findings_);
            if (read && key == x509::oid::subject_alt_name)
                request_.positions.emplace_back("SubjectAltName", entry.value_position);
            if (read && key == x509::oid::ntds_ca_security)
                request_.positions.emplace_back("SecurityIdentifier", entry.value_position);
        } else if (iequals(entry.key, "OID")) {
            findings_.add(
                errors::inf_misplaced, entry.key_position,
                "OID = " + shown(entry.value) +
                    " could not be used: [Extensions] takes lines of the form 1.2.3 = value, one for each extension",
                "Move the line to [EnhancedKeyUsageExtension], if it is a usage such as 1.3.6.1.5.5.7.3.1.");
        } else if (const VocabularyWord *elsewhere = find_elsewhere("Extensions", entry.key); elsewhere != nullptr) {
            findings_.add(
                errors::inf_misplaced, entry.key_position,
                "The key " + shown(entry.key) +
                    " could not be used: [Extensions] takes lines of the form 1.2.3 = value, one for each extension",
                std::string("Move the line to [") + elsewhere->section + "].");
        } else {
            findings_.add(errors::inf_oid, entry.key_position,
                          "The extension's key " + shown(entry.key) + " is not an object identifier",
                          "Write the extension's OID in front of the equals sign: 2.5.29.17 = \"{text}dns=...\".");
        }
    }
    for (const Critical &item : critical) {
        if (!item.used)
            findings_.add(diagnostics::critical_unused, item.position,
                          "Critical names " + item.oid + ", which [Extensions] does not hold");
    }
}

} // namespace certbroker::profile
