#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "x509/chain.hpp"
#include "x509/errors.hpp"
#include "x509/sid.hpp"

/// What a CA's answer changed against the request.
namespace certbroker::x509 {
namespace {

constexpr std::string_view oid_common_name = "2.5.4.3", oid_any_usage = "2.5.29.37.0";
/// The parts of a subject that say who or what it is; the others describe it. CN, E, UID, SERIALNUMBER.
constexpr std::array<std::string_view, 4> identity = {oid_common_name, "1.2.840.113549.1.9.1",
                                                      "0.9.2342.19200300.100.1.1", "2.5.4.5"};

using Texts = std::vector<std::string>;

void add(Differences &out, Severity severity, std::string rule, std::string message) {
    out.push_back({severity, std::move(rule), std::move(message)});
}

std::string join(const Texts &texts) {
    std::string all;
    for (const std::string &text : texts)
        all += (all.empty() ? "'" : ", '") + text + "'";
    return all.empty() ? "nothing" : all;
}

/// Values of names compare without case and with runs of blanks as one (RFC 5280 section 7.1).
std::string folded(std::string_view value) {
    std::string out;
    for (const char c : trim(value)) {
        if (c == ' ' && !out.empty() && out.back() == ' ') continue;
        out += ascii_lower(c);
    }
    return out;
}

// --- alternative names ----------------------------------------------------------------------------------------------

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

bool contains(const std::vector<GeneralName> &names, const GeneralName &name) {
    return std::any_of(names.begin(), names.end(), [&](const GeneralName &other) { return same_name(name, other); });
}

Texts texts_of(const std::vector<GeneralName> &names) {
    Texts out;
    for (const GeneralName &name : names)
        out.push_back(name.to_string());
    return out;
}

// --- the account's SID ----------------------------------------------------------------------------------------------

/// As a request's, and an extension that cannot be read counts, too: a CA that puts one in has said something.
std::set<std::string> said_sids(const std::vector<Extension> &extensions, const std::vector<GeneralName> &names) {
    std::set<std::string> out = sids_of(extensions, names);
    const Extension *extension = find_extension(extensions, oid::ntds_ca_security);
    if (extension != nullptr && !decode_sid_extension(extension->value)) out.insert("an extension that cannot be read");
    return out;
}

Texts list_of(const std::set<std::string> &set) {
    return Texts(set.begin(), set.end());
}

// --- both sides -----------------------------------------------------------------------------------------------------

struct Sides {
    Name asked_subject, came_subject;
    std::vector<GeneralName> asked_names, came_names;
    std::set<std::string> asked_sids, came_sids;
};

Sides sides_of(const Certificate &certificate, const Csr &csr) {
    Sides sides{csr.subject(), certificate.subject(), csr.subject_alt_names(), certificate.subject_alt_names(), {}, {}};
    sides.asked_sids = said_sids(csr.extensions(), sides.asked_names);
    sides.came_sids = said_sids(certificate.extensions(), sides.came_names);
    return sides;
}

std::multiset<std::string> values_of(const Name &name, std::string_view oid) {
    std::multiset<std::string> out;
    for (const RelativeName &rdn : name.rdns()) {
        for (const NameAttribute &attribute : rdn) {
            if (attribute.oid == oid) out.insert(folded(attribute.value));
        }
    }
    return out;
}

std::multiset<std::pair<std::string, std::string>> attributes_of(const Name &name) {
    std::multiset<std::pair<std::string, std::string>> out;
    for (const RelativeName &rdn : name.rdns()) {
        for (const NameAttribute &attribute : rdn)
            out.emplace(attribute.oid, attribute.value);
    }
    return out;
}

/// Whether a value of the subject is the text of one of the names: CAs copy names into the CN, and the CN into names.
bool is_text_of(const std::vector<GeneralName> &names, const std::string &value) {
    return std::any_of(names.begin(), names.end(),
                       [&](const GeneralName &name) { return folded(name.value) == value; });
}

/// Whether a part of the subject that says who it is has that value, be it another part than was asked for.
bool says(const Name &subject, const std::string &value) {
    return std::any_of(identity.begin(), identity.end(),
                       [&](std::string_view oid) { return values_of(subject, oid).contains(value); });
}

/// Whether another person or host stands in the subject: a value of who it is for is gone from it, and one that was not
/// asked for stands in its place.
bool names_another(const Sides &sides) {
    for (const std::string_view oid : identity) {
        const auto asked = values_of(sides.asked_subject, oid);
        const auto came = values_of(sides.came_subject, oid);
        const bool kept = std::all_of(asked.begin(), asked.end(),
                                      [&](const std::string &value) { return says(sides.came_subject, value); });
        if (kept) continue;
        for (const std::string &value : came) {
            if (!asked.contains(value) && !is_text_of(sides.asked_names, value)) return true;
        }
    }
    return false;
}

/// Whether anything of who was asked for is left.
bool names_nobody(const Sides &sides) {
    bool asked_for = false;
    for (const std::string_view oid : identity) {
        for (const std::string &value : values_of(sides.asked_subject, oid)) {
            if (says(sides.came_subject, value) || is_text_of(sides.came_names, value)) return false;
            asked_for = true;
        }
    }
    return asked_for && std::none_of(sides.asked_names.begin(), sides.asked_names.end(), [&](const GeneralName &name) {
               return contains(sides.came_names, name) ||
                      values_of(sides.came_subject, oid_common_name).contains(folded(name.value));
           });
}

void compare_subject(const Sides &sides, Differences &out) {
    if (sides.came_subject.der() == sides.asked_subject.der()) return;
    const std::string came = "'" + sides.came_subject.to_string() + "'";
    const std::string asked = "'" + sides.asked_subject.to_string() + "'";
    if (sides.asked_subject.empty()) {
        add(out, Severity::information, "answer.subject",
            "The CA chose the subject " + came + "; the request left it open.");
    } else if (sides.came_subject.same_values(sides.asked_subject)) {
        add(out, Severity::information, "answer.subject", "The CA encoded the subject anew: " + came + ".");
    } else if (names_another(sides)) {
        add(out, Severity::error, "answer.subject",
            "The certificate is for another person or host: its subject is " + came + ", the request asked for " +
                asked + ".");
    } else if (names_nobody(sides)) {
        add(out, Severity::error, "answer.subject",
            "The certificate does not say who it is for: its subject is " + came + ", the request asked for " + asked +
                ".");
    } else if (attributes_of(sides.asked_subject) == attributes_of(sides.came_subject)) {
        add(out, Severity::warning, "answer.subject",
            "The CA put the parts of the subject in another order: it is " + came + ", the request asked for " + asked +
                ".");
    } else {
        add(out, Severity::warning, "answer.subject",
            "The CA changed the subject: it is " + came + ", the request asked for " + asked + ".");
    }
}

void compare_names(const Sides &sides, Differences &out) {
    for (const GeneralName &name : sides.asked_names) {
        if (contains(sides.came_names, name)) continue;
        // The SID may have come as the extension.
        const bool sid = name.type == GeneralNameType::uri && istarts_with(name.value, sid_uri_prefix);
        if (sid && sides.came_sids.contains(ascii_upper(std::string_view(name.value).substr(sid_uri_prefix.size()))))
            continue;
        add(out, Severity::error, "answer.san",
            "The certificate lacks the name " + name.to_string() + ": it has " + join(texts_of(sides.came_names)) +
                ", the request asked for " + join(texts_of(sides.asked_names)) + ".");
    }
    for (const GeneralName &name : sides.came_names) {
        if (contains(sides.asked_names, name)) continue;
        const bool by_custom = values_of(sides.asked_subject, oid_common_name).contains(folded(name.value)) ||
                               (name.type == GeneralNameType::uri && istarts_with(name.value, sid_uri_prefix));
        add(out, by_custom ? Severity::information : Severity::warning, "answer.san",
            "The CA added the name " + name.to_string() + "; the request asked for " +
                join(texts_of(sides.asked_names)) + ".");
    }
}

void compare_sids(const Sides &sides, Differences &out) {
    const std::string asked = join(list_of(sides.asked_sids));
    const std::string came = join(list_of(sides.came_sids));
    if (sides.asked_sids == sides.came_sids) return;
    if (sides.asked_sids.empty()) {
        add(out, Severity::information, "answer.sid", "The CA added the account's SID " + came + ".");
    } else if (sides.came_sids.empty()) {
        add(out, Severity::warning, "answer.sid",
            "The certificate lacks the account's SID " + asked +
                ": domain controllers that ask for strong mapping will refuse it.");
    } else {
        add(out, Severity::error, "answer.sid",
            "The certificate is for another account: its SID is " + came + ", the request asked for " + asked + ".");
    }
}

// --- usages ---------------------------------------------------------------------------------------------------------

void compare_enhanced_usages(const Certificate &certificate, const Csr &csr, Differences &out) {
    const Extension *extension = find_extension(csr.extensions(), oid::enhanced_key_usage);
    if (extension == nullptr) return;
    const auto asked = decode_oid_list(extension->value);
    if (!asked) return;
    const auto named = [](const Texts &oids) {
        Texts names;
        for (const std::string &oid : oids)
            names.push_back(eku_name(oid));
        return join(names);
    };
    if (find_extension(certificate.extensions(), oid::enhanced_key_usage) == nullptr) {
        add(out, Severity::warning, "answer.eku",
            "The certificate may be used for every purpose; the request asked for " + named(*asked) + ".");
        return;
    }
    const auto came = certificate.enhanced_key_usage();
    const auto has = [](const Texts &list, std::string_view oid) {
        return std::find(list.begin(), list.end(), oid) != list.end();
    };
    for (const std::string &usage : *asked) {
        if (!has(came, usage))
            add(out, Severity::warning, "answer.eku",
                "The certificate lacks the usage " + eku_name(usage) + " (" + usage + "): it has " + named(came) + ".");
    }
    for (const std::string &usage : came) {
        if (!has(*asked, usage))
            add(out, usage == oid_any_usage ? Severity::warning : Severity::information, "answer.eku",
                "The CA added the usage " + eku_name(usage) + " (" + usage + "); the request asked for " +
                    named(*asked) + ".");
    }
}

void compare_key_usages(const Certificate &certificate, const Csr &csr, Differences &out) {
    const Extension *extension = find_extension(csr.extensions(), oid::key_usage);
    const bool restricted = find_extension(certificate.extensions(), oid::key_usage) != nullptr;
    if (extension == nullptr || !restricted) return;
    const auto asked = decode_key_usage(extension->value);
    if (!asked) return;
    const std::uint32_t came = certificate.key_usage();
    for (const std::string &name : key_usage_names(*asked & ~came))
        add(out, Severity::warning, "answer.key_usage",
            "The certificate lacks the key usage " + name + ": it has " + join(key_usage_names(came)) + ".");
    for (const std::string &name : key_usage_names(came & ~*asked)) {
        const bool signs = (key_usage_flag(name).value_or(0) & (key_usage::key_cert_sign | key_usage::crl_sign)) != 0;
        add(out, signs ? Severity::warning : Severity::information, "answer.key_usage",
            "The CA added the key usage " + name + "; the request asked for " + join(key_usage_names(*asked)) + ".");
    }
}

void compare_constraints(const Certificate &certificate, const Csr &csr, Differences &out) {
    const Extension *constraints = find_extension(csr.extensions(), oid::basic_constraints);
    const auto asked = constraints == nullptr ? Result<BasicConstraints>(BasicConstraints{})
                                              : decode_basic_constraints(constraints->value);
    const bool asked_ca = asked && asked->ca;
    const bool is_ca = certificate.basic_constraints().ca;
    if (is_ca && !asked_ca)
        add(out, Severity::error, "answer.basic_constraints",
            "This is a CA certificate, which the request did not ask for: its key could issue others.");
    if (asked_ca && !is_ca)
        add(out, Severity::warning, "answer.basic_constraints",
            "The request asked for a CA certificate; this is none.");
}

} // namespace

Result<Differences> compare_with_request(const Certificate &certificate, const Csr &csr) {
    if (!(certificate.public_key() == csr.public_key()))
        return fail(errors::certificate_mismatch,
                    "The certificate '" + certificate.subject().to_string() +
                        "' could not be accepted: it belongs to another key than the request");
    Differences out;
    const Sides sides = sides_of(certificate, csr);
    compare_subject(sides, out);
    compare_names(sides, out);
    compare_sids(sides, out);
    compare_enhanced_usages(certificate, csr, out);
    compare_key_usages(certificate, csr, out);
    compare_constraints(certificate, csr, out);
    return out;
}

} // namespace certbroker::x509
