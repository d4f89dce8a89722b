#include <algorithm>

#include "ces.hpp"
#include "templates.hpp"
#include "text.hpp"

/// What the policy service tells: templates, rules, CAs.
namespace microsoft_ca {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;

const std::string failed = "The enrolment policy could not be fetched";
constexpr std::int64_t hour = 3600;
constexpr std::int64_t usual_hours = 8, most_hours = 7 * 24;
constexpr const char *authorities_entry = "authorities"; ///< CA certificates of former answers, hex

/// How long a policy is believed. An hour is the least: within it one request asks several times.
std::int64_t fresh_for(const xcep::Policies &set) {
    return std::clamp<std::int64_t>(set.next_update_hours.value_or(usual_hours), 1, most_hours) * hour;
}

std::string authority_name(Call call, const xcep::Authority &authority) {
    const auto der = xcep::decode_base64(authority.certificate);
    if (!der || der->empty()) return {};
    const cbp_parsed *parsed = nullptr;
    if (call.host()->parse(call.raw(), CBP_PARSE_CERTIFICATE, bytes(*der), &parsed) != CBP_OK) return {};
    const char *subject = call.host()->parsed_text(call.raw(), parsed, CBP_FIELD_SUBJECT, 0);
    return subject != nullptr ? shown(subject, 200) : "";
}

bool is_issued_by(Call call, const std::string &certificate, const std::string &issuer) {
    return call.host()->issued_by(call.raw(), bytes(certificate), bytes(issuer)) == CBP_OK;
}

/// The CAs' certificates of former answers, the one that issued first.
std::vector<std::string> known_authorities(Call call) {
    std::vector<std::string> out;
    const std::string kept = call.state(authorities_entry);
    for (const std::string_view line : split(kept, '\n')) {
        if (auto der = bytes_of_hex(line); der && !der->empty()) out.push_back(*std::move(der));
    }
    return out;
}

/// A CA's certificate and what is known of those above it, from former answers.
std::vector<std::string> chain_from(Call call, std::string certificate) {
    constexpr std::size_t deepest = 10;
    const std::vector<std::string> known = known_authorities(call);
    std::vector<std::string> chain{std::move(certificate)};
    while (chain.size() < deepest && !is_issued_by(call, chain.back(), chain.back())) {
        const auto above = std::find_if(known.begin(), known.end(), [&](const std::string &candidate) {
            return std::find(chain.begin(), chain.end(), candidate) == chain.end() &&
                   is_issued_by(call, chain.back(), candidate);
        });
        if (above == known.end()) break;
        chain.push_back(*above);
    }
    return chain;
}

} // namespace

Ces::PolicySet Ces::policies(Exchange &exchange, bool anew) {
    const std::int64_t now = connection_.host.now();
    const bool fresh = set_ != nullptr && now >= asked_at_ && now - asked_at_ < fresh_for(*set_);
    if (fresh && !anew) return set_;
    const std::string last = set_ != nullptr && !anew ? soap::utc(asked_at_) : std::string();
    const soap::Reply reply = post(exchange, own(connection_.url), nullptr, xcep::request_action,
                                   xcep::write_request(last), true, xcep::limits, failed);
    if (reply.fault) refuse(exchange, reply, failed);
    xcep::Policies told = xcep::read_answer(reply.body);
    if (told.not_changed) {
        if (set_ == nullptr || last.empty())
            throw failure(errors::answer, failed + ": the service says that nothing changed, and was asked for all");
        asked_at_ = now;
        return set_;
    }
    connection_.host.log(CBP_LOG_DEBUG, "The policy '" + told.name + "' has " + std::to_string(told.templates.size()) +
                                            " templates and " + std::to_string(told.authorities.size()) + " CAs");
    set_ = std::make_shared<const xcep::Policies>(std::move(told));
    asked_at_ = now;
    return set_;
}

const xcep::Template &Ces::template_of(const xcep::Policies &set, const char *profile) const {
    const std::string_view name = trim(profile != nullptr ? profile : "");
    if (name.empty()) throw failure(errors::template_missing, "The template cannot be chosen: none was named");
    if (const xcep::Template *found = set.find(name)) return *found;
    throw failure(errors::unknown_template, "The template cannot be chosen: the policy of " + host_of(connection_.url) +
                                                " has none of the name or OID '" + shown(name, 100) + "'");
}

/// Somebody may just have published the template; what was asked a minute ago says nothing of it.
Ces::PolicySet Ces::policies_with(Exchange &exchange, const char *profile) {
    constexpr std::int64_t stale_after = 60;
    PolicySet set = policies(exchange);
    const std::string_view name = trim(profile != nullptr ? profile : "");
    const bool known = name.empty() || set->find(name) != nullptr;
    return known || connection_.host.now() - asked_at_ < stale_after ? set : policies(exchange, true);
}

cbp_status Ces::list_profiles(Call call) {
    if (direct_)
        throw failure(errors::not_possible,
                      "The templates could not be listed: url is an enrolment service, and only a "
                      "policy service knows templates",
                      "Set url to the policy service, https://HOST/ADPolicyProvider_CEP_Kerberos/service.svc/CEP.");
    Exchange exchange(call, connection_);
    const PolicySet set = policies(exchange);
    const cbp_host *host = call.host();
    for (const xcep::Template &one : set->templates) {
        call.check(host->add_profile(call.raw(), one.name.c_str(),
                                     one.oid.name.empty() ? one.name.c_str() : one.oid.name.c_str()));
        if (!CBP_HAS(host, add_profile_attribute)) continue;
        auto attributes = templates::attributes_of(one);
        std::vector<std::string> names;
        for (const xcep::Authority *authority : set->authorities_of(one)) {
            if (std::string name = authority_name(call, *authority); !name.empty()) names.push_back(std::move(name));
        }
        if (!names.empty()) attributes.emplace_back("certificationAuthorities", shown(join(names, "; "), 2000));
        for (const auto &[name, value] : attributes)
            call.check(host->add_profile_attribute(call.raw(), one.name.c_str(), name.c_str(), value.c_str()));
    }
    return CBP_OK;
}

cbp_status Ces::policy(Call call, const char *profile) {
    const auto add = [&](std::int32_t rule, const std::string &value) {
        call.check(call.host()->add_rule(call.raw(), rule, value.c_str()));
    };
    if (direct_) {
        const std::string name(trim(profile != nullptr ? profile : ""));
        if (!name.empty() && !is_oid(name)) add(CBP_RULE_CSR_TEMPLATE_NAME, name);
        add(CBP_RULE_RENEWAL_MESSAGE, templates::renewal_message);
        add(CBP_RULE_INFORMATION, "url is an enrolment service: there is no policy to ask before");
        return CBP_OK;
    }
    Exchange exchange(call, connection_);
    const PolicySet set = policies_with(exchange, profile);
    const xcep::Template &wanted = template_of(*set, profile);
    templates::require_usable(wanted, "The request cannot be made");
    for (const templates::Rule &rule : templates::rules_of(wanted))
        add(rule.rule, rule.value);
    return CBP_OK;
}

cbp_status Ces::ca_chain(Call call, const char *profile) {
    const std::string what = "The CA's certificates could not be told: ";
    if (direct_) {
        // Those of the answers so far; an enrolment service itself has no message for it.
        if (const auto known = known_authorities(call); !known.empty()) {
            for (const std::string &one : chain_from(call, known.front()))
                call.check(call.host()->add_certificate(call.raw(), bytes(one)));
            return CBP_OK;
        }
        throw failure(errors::not_possible, what + "url is an enrolment service, and it has not answered yet",
                      "Set url to the policy service, or ask again after the first certificate was issued.");
    }
    Exchange exchange(call, connection_);
    const PolicySet set = policies_with(exchange, profile);
    std::vector<const xcep::Authority *> authorities;
    if (profile != nullptr && *profile != '\0') {
        authorities = set->authorities_of(template_of(*set, profile));
    } else {
        for (const xcep::Authority &one : set->authorities)
            authorities.push_back(&one);
    }
    std::string certificate;
    for (const xcep::Authority *one : authorities) {
        const auto der = xcep::decode_base64(one->certificate);
        if (!der || der->empty()) continue;
        if (!certificate.empty() && certificate != *der) {
            if (profile == nullptr || *profile == '\0')
                throw failure(errors::template_missing,
                              what + "the policy has several CAs, and no template says which one is meant");
            continue; // several CAs issue it; the first is tried first
        }
        certificate = *der;
    }
    if (certificate.empty()) throw failure(errors::answer, what + "the policy holds no certificate of it");
    for (const std::string &one : chain_from(call, certificate))
        call.check(call.host()->add_certificate(call.raw(), bytes(one)));
    return CBP_OK;
}

} // namespace microsoft_ca
