#include <algorithm>
#include <tuple>

#include "base/text.hpp"
#include "x509/chain.hpp"
#include "x509/errors.hpp"

namespace certbroker::x509 {
namespace {

constexpr std::size_t min_serial = 8; // 64 bits: CA/Browser Forum, baseline requirements 7.1

using Differences = std::vector<Difference>;

void add(Differences &differences, Severity severity, std::string rule, std::string message) {
    differences.push_back({severity, std::move(rule), std::move(message)});
}

/// What compares without case is compared so: DNS names, and the domains of addresses.
bool same_name(const GeneralName &a, const GeneralName &b) {
    if (a.der == b.der) return true;
    if (a.type != b.type || a.type_oid != b.type_oid) return false;
    switch (a.type) {
    case GeneralNameType::dns:
    case GeneralNameType::email:
        return iequals(a.value, b.value);
    case GeneralNameType::other_name:
        return a.type_oid == oid_upn && iequals(a.value, b.value);
    case GeneralNameType::directory_name:
        return a.value == b.value;
    default:
        return false;
    }
}

std::vector<NameAttribute> sorted_attributes(const Name &name) {
    std::vector<NameAttribute> out;
    for (const RelativeName &rdn : name.rdns())
        out.insert(out.end(), rdn.begin(), rdn.end());
    std::sort(out.begin(), out.end(), [](const NameAttribute &a, const NameAttribute &b) {
        return std::tie(a.oid, a.value) < std::tie(b.oid, b.value);
    });
    return out;
}

void compare_subject(const Certificate &certificate, const Csr &csr, Differences &out) {
    if (certificate.subject().same_values(csr.subject())) return;
    const std::string now = "'" + certificate.subject().to_string() + "'";
    if (csr.subject().empty()) {
        add(out, Severity::information, "answer.subject",
            "The CA chose the subject " + now + "; the request left it open.");
        return;
    }
    const auto wanted = sorted_attributes(csr.subject());
    const auto given = sorted_attributes(certificate.subject());
    const bool same =
        std::equal(wanted.begin(), wanted.end(), given.begin(), given.end(),
                   [](const NameAttribute &a, const NameAttribute &b) { return a.oid == b.oid && a.value == b.value; });
    add(out, same ? Severity::information : Severity::warning, "answer.subject",
        (same ? "The CA put the parts of the subject in another order: " : "The CA changed the subject: ") + now +
            " instead of '" + csr.subject().to_string() + "'.");
}

void compare_names(const Certificate &certificate, const Csr &csr, Differences &out) {
    const auto wanted = csr.subject_alt_names();
    const auto given = certificate.subject_alt_names();
    const auto contains = [](const std::vector<GeneralName> &names, const GeneralName &name) {
        return std::any_of(names.begin(), names.end(),
                           [&](const GeneralName &other) { return same_name(name, other); });
    };
    for (const GeneralName &name : wanted) {
        if (!contains(given, name))
            add(out, Severity::error, "answer.san", "The certificate lacks the name " + name.to_string() + ".");
    }
    for (const GeneralName &name : given) {
        if (!contains(wanted, name))
            add(out, Severity::information, "answer.san", "The CA added the name " + name.to_string() + ".");
    }
}

void compare_usages(const Certificate &certificate, const Csr &csr, Differences &out) {
    if (const Extension *extension = find_extension(csr.extensions(), oid::enhanced_key_usage)) {
        const auto given = certificate.enhanced_key_usage();
        // A certificate without the extension may be used for everything.
        const bool restricted = find_extension(certificate.extensions(), oid::enhanced_key_usage) != nullptr;
        if (const auto wanted = decode_oid_list(extension->value); wanted && restricted) {
            for (const std::string &usage : *wanted) {
                if (std::find(given.begin(), given.end(), usage) == given.end())
                    add(out, Severity::warning, "answer.eku",
                        "The certificate lacks the usage " + eku_name(usage) + " (" + usage + ").");
            }
        }
    }
    if (const Extension *extension = find_extension(csr.extensions(), oid::key_usage)) {
        const auto wanted = decode_key_usage(extension->value);
        if (wanted && find_extension(certificate.extensions(), oid::key_usage) != nullptr) {
            for (const std::string &name : key_usage_names(*wanted & ~certificate.key_usage()))
                add(out, Severity::warning, "answer.key_usage", "The certificate lacks the key usage " + name + ".");
        }
    }
    const Extension *constraints = find_extension(csr.extensions(), oid::basic_constraints);
    const auto wanted = constraints == nullptr ? Result<BasicConstraints>(BasicConstraints{})
                                               : decode_basic_constraints(constraints->value);
    const bool wanted_ca = wanted && wanted->ca;
    if (certificate.basic_constraints().ca != wanted_ca)
        add(out, Severity::warning, "answer.basic_constraints",
            wanted_ca ? "The request asked for a CA certificate; this is none."
                      : "This is a CA certificate, which the request did not ask for.");
}

void check_answer(const Certificate &certificate, std::int64_t now, Differences &out) {
    if (certificate.not_after() < now)
        add(out, Severity::error, "answer.validity", "The certificate has expired already.");
    if (certificate.not_before() > now)
        add(out, Severity::warning, "answer.validity",
            "The certificate is not valid yet; the clocks of this computer and of the CA may differ.");
    const auto signature = certificate.signature();
    if (signature.weak)
        add(out, Severity::warning, "answer.signature",
            "The CA signed with " + signature.name + ", which is too weak today.");
    if (certificate.has_odd_serial()) {
        add(out, Severity::warning, "answer.serial",
            "The serial number is negative, zero or longer than 20 octets, which RFC 5280 does not allow.");
    } else if (certificate.serial().size() < min_serial) {
        add(out, Severity::warning, "answer.serial", "The serial number is shorter than 64 bits.");
    }
}

} // namespace

Result<std::vector<Difference>> compare_with_request(const Certificate &certificate, const Csr &csr, std::int64_t now) {
    if (!(certificate.public_key() == csr.public_key()))
        return fail(errors::certificate_mismatch,
                    "The certificate '" + certificate.subject().to_string() +
                        "' could not be accepted: it belongs to another key than the request");
    Differences differences;
    compare_subject(certificate, csr, differences);
    compare_names(certificate, csr, differences);
    compare_usages(certificate, csr, differences);
    check_answer(certificate, now, differences);
    return differences;
}

Result<void> refuse_errors(const std::vector<Difference> &differences) {
    std::string all;
    for (const Difference &difference : differences) {
        if (difference.severity == Severity::error) all += (all.empty() ? "" : " ") + difference.message;
    }
    if (all.empty()) return {};
    return fail(errors::certificate_names, "The certificate could not be accepted: " + all);
}

} // namespace certbroker::x509
