#include "templates.hpp"

#include <algorithm>
#include <array>

#include "der.hpp"
#include "errors.hpp"
#include "text.hpp"

namespace microsoft_ca::templates {
namespace {

namespace flag = xcep::flag;

constexpr std::string_view oid_enhanced_key_usage = "2.5.29.37", oid_key_usage = "2.5.29.15",
                           oid_application_policies = "1.3.6.1.4.1.311.21.10";
constexpr std::int64_t day = 86'400;
constexpr std::size_t longest_text = 2000; ///< what a policy lists may have no end
constexpr std::uint64_t largest_rsa = 16'384;

struct Known {
    std::string_view oid, name;
};

constexpr std::array<Known, 3> curves{
    {{"1.2.840.10045.3.1.7", "ECDSA_P256"}, {"1.3.132.0.34", "ECDSA_P384"}, {"1.3.132.0.35", "ECDSA_P521"}}};
/// In the order of their strength.
constexpr std::array<Known, 3> digests{
    {{"2.16.840.1.101.3.4.2.1", "SHA256"}, {"2.16.840.1.101.3.4.2.2", "SHA384"}, {"2.16.840.1.101.3.4.2.3", "SHA512"}}};

/// Usages that let their holder log on somewhere.
constexpr std::array<std::string_view, 4> log_on_usages{"1.3.6.1.5.5.7.3.2",      // client authentication
                                                        "1.3.6.1.5.2.3.4",        // PKINIT
                                                        "1.3.6.1.4.1.311.20.2.2", // smart-card log-on
                                                        "2.5.29.37.0"};           // any purpose

std::string curve_of(const xcep::Template &wanted) {
    for (const Known &curve : curves) {
        if (wanted.key_algorithm.value == curve.oid) return std::string(curve.name);
    }
    // The names of Windows' algorithms say the curve, too: ECDSA_P256, ECDH_P384.
    for (const std::string_view size : {"P256", "P384", "P521"}) {
        if (wanted.key_algorithm.name.ends_with(size)) return "ECDSA_" + std::string(size);
    }
    switch (wanted.minimal_key_length) { // no RSA key is that short
    case 256:
        return "ECDSA_P256";
    case 384:
        return "ECDSA_P384";
    case 521:
        return "ECDSA_P521";
    default:
        return {};
    }
}

void add_key_rule(const xcep::Template &wanted, std::vector<Rule> &out) {
    if (const std::string curve = curve_of(wanted); !curve.empty()) {
        out.push_back({CBP_RULE_KEY, curve});
        return;
    }
    if (wanted.minimal_key_length == 0 || wanted.minimal_key_length > largest_rsa) return;
    out.push_back(
        {CBP_RULE_KEY, "RSA " + std::to_string(wanted.minimal_key_length) + "-" + std::to_string(largest_rsa)});
}

/// What the template names, and everything stronger: the CA signs with its own algorithm anyway.
void add_digest_rules(const xcep::Template &wanted, std::vector<Rule> &out) {
    const auto named = std::find_if(digests.begin(), digests.end(),
                                    [&](const Known &one) { return one.oid == wanted.hash_algorithm.value; });
    for (auto at = named; at != digests.end(); ++at)
        out.push_back({CBP_RULE_DIGEST, std::string(at->name)});
}

void add_extension_rules(const xcep::Template &wanted, std::vector<Rule> &out) {
    bool named = false;
    for (const xcep::Extension &extension : wanted.extensions) {
        named = named || extension.oid == oid_template_name || extension.oid == oid_template_information;
        if (extension.value.empty()) continue;
        out.push_back(
            {CBP_RULE_CSR_EXTENSION, (extension.critical ? "!" : "") + extension.oid + "=" + hex(extension.value)});
    }
    if (!named) out.push_back({CBP_RULE_CSR_TEMPLATE_NAME, wanted.name});
}

void add_information(const xcep::Template &wanted, std::vector<Rule> &out) {
    const auto tell = [&out](const std::string &sentence) {
        out.push_back({CBP_RULE_INFORMATION, shown(sentence, longest_text)});
    };
    const bool supplied = wanted.has_subject_flag(flag::enrollee_supplies_subject);
    const bool alt_name = supplied || wanted.has_subject_flag(flag::enrollee_supplies_alt_name);
    if (wanted.subject_name_flags) {
        if (supplied)
            tell("The request says the subject and its alternative names");
        else if (alt_name)
            tell("The CA builds the subject from Active Directory; the request says the alternative names");
        else
            tell("The CA builds subject and alternative names from Active Directory, whatever the request says: leave "
                 "the subject empty");
        if (wanted.has_subject_flag(flag::reuse_names_of_old)) tell("A renewal takes the names of the old certificate");
    }
    if (wanted.has_enrollment_flag(flag::pend_all)) tell("A CA certificate manager has to approve each request");
    if (wanted.ra && wanted.ra->signatures > 0)
        tell("Requests need " + std::to_string(wanted.ra->signatures) + " signature(s) of registration authorities" +
             (wanted.ra->usages.empty() ? "" : " with the usage " + join(wanted.ra->usages, ", ")) +
             (wanted.ra->policies.empty() ? "" : " with the policy " + join(wanted.ra->policies, ", ")));
    if (const std::string why = impersonation(wanted); !why.empty()) tell("Dangerous (ESC1): " + why);
}

std::string flags_text(std::uint32_t flags) {
    return hresult_text(flags);
}

std::vector<std::string> usages_of(const xcep::Template &wanted) {
    if (const xcep::Extension *usage = wanted.extension(oid_enhanced_key_usage))
        return der::read_usages(usage->value).value_or(std::vector<std::string>());
    return {};
}

std::vector<std::string> policies_of(const xcep::Template &wanted) {
    if (const xcep::Extension *policies = wanted.extension(oid_application_policies))
        return der::read_policies(policies->value).value_or(std::vector<std::string>());
    return {};
}

} // namespace

std::vector<Rule> rules_of(const xcep::Template &wanted) {
    std::vector<Rule> out;
    add_key_rule(wanted, out);
    add_digest_rules(wanted, out);
    add_extension_rules(wanted, out);
    if (wanted.renewal_seconds > 0 && wanted.renewal_seconds <= 0xffffffffU)
        out.push_back({CBP_RULE_RENEWAL_SECONDS, std::to_string(wanted.renewal_seconds)});
    if (wanted.validity_seconds > 0)
        out.push_back({CBP_RULE_MAX_VALIDITY_DAYS,
                       std::to_string((wanted.validity_seconds + day - 1) / static_cast<std::uint64_t>(day))});
    out.push_back({CBP_RULE_RENEWAL_MESSAGE, renewal_message});
    add_information(wanted, out);
    return out;
}

std::vector<std::pair<std::string, std::string>> attributes_of(const xcep::Template &wanted) {
    std::vector<std::pair<std::string, std::string>> out;
    const auto add = [&out](const char *name, std::string value) {
        if (!value.empty()) out.emplace_back(name, shown(value, longest_text));
    };
    const auto number_of = [](std::uint64_t value) { return value == 0 ? std::string() : std::to_string(value); };
    const auto flag_of = [](bool value) { return std::string(value ? "true" : "false"); };
    add("oid", wanted.oid.value);
    add("schemaVersion", wanted.schema > 0 ? std::to_string(wanted.schema) : std::string());
    add("majorVersion", std::to_string(wanted.major_revision));
    add("minorVersion", std::to_string(wanted.minor_revision));
    add("validityPeriodSeconds", number_of(wanted.validity_seconds));
    add("renewalPeriodSeconds", number_of(wanted.renewal_seconds));
    add("enroll", flag_of(wanted.enroll));
    add("autoEnroll", flag_of(wanted.auto_enroll));
    add("keyAlgorithm", wanted.key_algorithm.value);
    add("minimalKeyLength", number_of(wanted.minimal_key_length));
    if (wanted.key_spec) add("keySpec", std::to_string(*wanted.key_spec));
    if (wanted.key_usage_property) add("keyUsageProperty", std::to_string(*wanted.key_usage_property));
    add("keyPermissions", wanted.key_permissions);
    add("cryptoProviders", join(wanted.providers, ","));
    add("hashAlgorithm", wanted.hash_algorithm.value);
    if (wanted.subject_name_flags) {
        add("enrolleeSuppliesSubject", flag_of(wanted.has_subject_flag(flag::enrollee_supplies_subject)));
        add("enrolleeSuppliesSubjectAltName", flag_of(wanted.has_subject_flag(flag::enrollee_supplies_alt_name)));
        add("reusesNamesOfOldCertificate", flag_of(wanted.has_subject_flag(flag::reuse_names_of_old)));
    }
    if (wanted.enrollment_flags) {
        add("managerApproval", flag_of(wanted.has_enrollment_flag(flag::pend_all)));
        add("noSecurityExtension", flag_of(wanted.has_enrollment_flag(flag::no_security_extension)));
    }
    add("authorizedSignatures", std::to_string(wanted.ra ? wanted.ra->signatures : 0));
    if (wanted.ra) {
        add("authorizedSignatureUsage", join(wanted.ra->usages, ","));
        add("authorizedSignaturePolicies", join(wanted.ra->policies, ","));
    }
    add("enhancedKeyUsage", join(usages_of(wanted), ","));
    add("applicationPolicies", join(policies_of(wanted), ","));
    if (const xcep::Extension *usage = wanted.extension(oid_key_usage))
        add("keyUsage", join(der::read_key_usage(usage->value).value_or(std::vector<std::string>()), ","));
    if (wanted.private_key_flags) {
        add("keyArchival", flag_of(wanted.has_private_key_flag(flag::archive_key)));
        add("exportableKey", flag_of(wanted.has_private_key_flag(flag::exportable_key)));
    }
    if (wanted.general_flags) {
        add("machine", flag_of((*wanted.general_flags & flag::machine) != 0));
        add("certificationAuthority", flag_of((*wanted.general_flags & flag::authority) != 0));
    }
    const auto raw = [&](const char *name, const std::optional<std::uint32_t> &flags) {
        if (flags) add(name, flags_text(*flags));
    };
    raw("privateKeyFlags", wanted.private_key_flags);
    raw("subjectNameFlags", wanted.subject_name_flags);
    raw("enrollmentFlags", wanted.enrollment_flags);
    raw("generalFlags", wanted.general_flags);
    add("supersededTemplates", join(wanted.superseded, ","));
    return out;
}

std::string impersonation(const xcep::Template &wanted) {
    const bool names = wanted.has_subject_flag(flag::enrollee_supplies_subject) ||
                       wanted.has_subject_flag(flag::enrollee_supplies_alt_name);
    if (!names || wanted.has_enrollment_flag(flag::pend_all) || (wanted.ra && wanted.ra->signatures > 0)) return {};
    const std::vector<std::string> usages = usages_of(wanted);
    const bool logs_on = std::any_of(usages.begin(), usages.end(), [](const std::string &usage) {
        return std::find(log_on_usages.begin(), log_on_usages.end(), usage) != log_on_usages.end();
    });
    if (!usages.empty() && !logs_on) return {};
    return "the requester says whom the certificate names, it is good for logging on" +
           std::string(usages.empty() ? " (it has no enhanced key usage at all)" : "") +
           ", and neither a manager nor a registration authority looks at the request";
}

void require_usable(const xcep::Template &wanted, std::string_view what) {
    const std::string prefix = std::string(what) + ": the template '" + wanted.name + "' ";
    if (!wanted.enroll) throw failure(errors::permission, prefix + "does not let this account enroll");
    if (wanted.has_private_key_flag(flag::archive_key))
        throw failure(errors::key_archival, prefix + "wants the private key archived at the CA");
}

} // namespace microsoft_ca::templates
