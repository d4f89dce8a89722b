#include <algorithm>

#include "dcom.hpp"
#include "hresult.hpp"
#include "templates.hpp"
#include "text.hpp"

/// What the CA tells about itself by DCOM: its templates' names, its certificates, and that it is there.
namespace microsoft_ca {
namespace {

using certbroker::plugin::bytes;
using certbroker::plugin::text;
using dcom::failed;

constexpr std::int32_t passed = 0, failed_row = 2, skipped = 3;

} // namespace

cbp_status Dcom::list_profiles(Call call) {
    const std::string what = "The templates of the CA " + shown(config_, 200) + " could not be listed";
    const dcom::Authority told = authority(call, what);
    if (failed(told.templates_result)) throw dcom::failure_of(told.templates_result, what);
    const cbp_host *host = call.host();
    for (const auto &[name, oid] : dcom::read_templates(told.templates)) {
        call.check(host->add_profile(call.raw(), name.c_str(), name.c_str()));
        if (!CBP_HAS(host, add_profile_attribute)) continue;
        if (!oid.empty()) call.check(host->add_profile_attribute(call.raw(), name.c_str(), "oid", oid.c_str()));
        call.check(host->add_profile_attribute(call.raw(), name.c_str(), "certificationAuthorities", config_.c_str()));
    }
    return CBP_OK;
}

cbp_status Dcom::policy(Call call, const char *) {
    const auto add = [&](std::int32_t rule, const char *value) {
        call.check(call.host()->add_rule(call.raw(), rule, value));
    };
    add(CBP_RULE_RENEWAL_MESSAGE, templates::renewal_message);
    add(CBP_RULE_INFORMATION, "the CA is asked directly: the template's rules are not known before it decides");
    return CBP_OK;
}

cbp_status Dcom::ca_chain(Call call, const char *) {
    const std::string what = "The certificates of the CA " + shown(config_, 200) + " could not be fetched";
    const dcom::Authority told = authority(call, what);
    const cbp_parsed *own = nullptr;
    if (call.host()->parse(call.raw(), CBP_PARSE_CERTIFICATE, bytes(told.certificate), &own) != CBP_OK)
        throw failure(errors::answer, what + ": its own cannot be read");
    std::vector<cbp_bytes> known;
    const cbp_list *list = nullptr;
    if (!told.chain.empty() && call.host()->split_certificates(call.raw(), bytes(told.chain), &list) == CBP_OK) {
        for (std::size_t i = 0; i < call.host()->list_count(list); ++i)
            known.push_back(call.host()->list_at(list, i));
    }
    // The CA's own first, then whoever is above.
    constexpr std::size_t deepest = 10;
    const auto issued_by = [&](cbp_bytes certificate, cbp_bytes issuer) {
        return call.host()->issued_by(call.raw(), certificate, issuer) == CBP_OK;
    };
    std::vector<cbp_bytes> chain{call.host()->parsed_bytes(own, CBP_BYTES_DER)};
    while (chain.size() < deepest && !issued_by(chain.back(), chain.back())) {
        const auto above = std::find_if(known.begin(), known.end(), [&](cbp_bytes candidate) {
            const bool there =
                std::any_of(chain.begin(), chain.end(), [&](cbp_bytes one) { return text(one) == text(candidate); });
            return !there && issued_by(chain.back(), candidate);
        });
        if (above == known.end()) break;
        chain.push_back(*above);
    }
    for (const cbp_bytes one : chain)
        call.check(call.host()->add_certificate(call.raw(), one));
    return CBP_OK;
}

cbp_status Dcom::check(Call call, const cbp_check &wish) {
    const auto row = [&](const char *id, const char *name, std::int32_t status, const std::string &message,
                         const char *cause = nullptr, const char *remedy = nullptr) {
        call.check(call.host()->add_check(call.raw(), id, name, status, message.c_str(), cause, remedy));
    };
    constexpr const char *ca_row = "dcom.ca", *ca_name = "The CA answers";
    constexpr const char *template_row = "dcom.template", *template_name = "The CA issues by the template";
    dcom::Authority told;
    try {
        told = authority(call, "The CA " + shown(config_, 200) + " could not be asked");
    } catch (const Failure &problem) {
        row(ca_row, ca_name, failed_row, problem.message, nullptr, problem.remedy.c_str());
        return CBP_OK;
    }
    const cbp_parsed *own = nullptr;
    if (call.host()->parse(call.raw(), CBP_PARSE_CERTIFICATE, bytes(told.certificate), &own) != CBP_OK) {
        row(ca_row, ca_name, failed_row, shown(config_, 200) + " gives a certificate that cannot be read", nullptr,
            errors::answer.remedy);
        return CBP_OK;
    }
    const char *subject = call.host()->parsed_text(call.raw(), own, CBP_FIELD_SUBJECT, 0);
    row(ca_row, ca_name, passed, shown(config_, 200) + " is " + shown(subject != nullptr ? subject : "", 200));
    const std::string_view wanted = trim(wish.profile != nullptr ? wish.profile : "");
    if (wanted.empty()) return CBP_OK;
    if (failed(told.templates_result)) {
        row(template_row, template_name, skipped,
            "The CA does not tell its templates: " + explain_hresult(told.templates_result));
        return CBP_OK;
    }
    const auto templates = dcom::read_templates(told.templates);
    const bool there = std::any_of(templates.begin(), templates.end(), [wanted](const auto &one) {
        return same(one.first, wanted) || one.second == wanted;
    });
    if (there)
        row(template_row, template_name, passed, "It has '" + shown(wanted, 100) + "'");
    else
        row(template_row, template_name, failed_row, "It has no template '" + shown(wanted, 100) + "'",
            "The template has another internal name, or is not published on this CA", errors::unknown_template.remedy);
    return CBP_OK;
}

/// DCOM has no address that TLS, proxies or a name alone could be tried by: check() asks the CA itself.
cbp_status Dcom::endpoints(Call) {
    return CBP_OK;
}

} // namespace microsoft_ca
