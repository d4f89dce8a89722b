#include "rules.hpp"

#include <algorithm>

#include "certbroker/plugin.h"
#include "text.hpp"

namespace digicert {
namespace {

using Kind = Source::Kind;

std::string filled_by(const Source &source) {
    switch (source.kind) {
    case Kind::common_name:
        return "the common name, else the e-mail address";
    case Kind::email:
        return "the e-mail address, else the user principal name, else a subject that is an e-mail address";
    case Kind::upn:
        return "the user principal name, else the e-mail address, else a subject that is an e-mail address";
    case Kind::other_name:
        return "the other name, in base64";
    case Kind::first_name:
        return "the order setting first-name, else what the common name or the account begins with";
    case Kind::last_name:
        return "the order setting last-name, else what the common name or the account ends with";
    case Kind::seat:
        return "the order setting seat, else the e-mail address, user principal name, DNS name or common name";
    case Kind::dns:
        return "a DNS name";
    case Kind::more_dns:
        return "all further DNS names";
    case Kind::ip:
        return "an IP address";
    case Kind::uri:
        return "a URL";
    case Kind::subject:
        return "the subject's " + label_of(source.oid);
    case Kind::none:
        break;
    }
    return "the order setting attribute alone";
}

std::string place_name(const Field &field) {
    switch (field.place) {
    case Field::Place::subject:
        return "subject " + field.label;
    case Field::Place::alt_name:
        return "subject alternative name " + field.label;
    case Field::Place::seat:
        return "seat";
    case Field::Place::extension:
        break;
    }
    return "extension " + field.label;
}

class RuleList {
public:
    RuleList(const Profile &profile, const Options &connection) : profile_(profile), connection_(connection) {}

    std::vector<Rule> make() {
        keys();
        if (connection_.strict && profile_.subject_told) subject();
        if (connection_.strict && profile_.extensions_told) alt_names();
        values();
        facts();
        return std::move(rules_);
    }

private:
    void add(std::int32_t kind, std::string value) {
        const bool there = std::any_of(rules_.begin(), rules_.end(),
                                       [&](const Rule &r) { return r.kind == kind && same(r.value, value); });
        if (!there && !trim(value).empty()) rules_.push_back({kind, std::move(value)});
    }

    void keys() {
        const std::string_view family = key_family(profile_);
        if (family == "RSA") {
            const std::uint32_t least = std::min(std::max(profile_.key_size, 1024U), 16'384U);
            add(CBP_RULE_KEY, "RSA " + std::to_string(least) + "-16384");
        } else if (family == "EC") {
            for (const std::uint32_t bits : {256U, 384U, 521U}) {
                if (bits >= profile_.key_size) add(CBP_RULE_KEY, "ECDSA_P" + std::to_string(bits));
            }
        }
    }

    /// Which subject attributes have a field; names of persons make a common name.
    void subject() {
        for (const Field &field : profile_.fields) {
            if (field.place != Field::Place::subject) continue;
            const Source source = source_of(field, connection_);
            if (const std::string_view attribute = oid_of_label(field.label); !attribute.empty())
                add(CBP_RULE_SUBJECT_ALLOWED, label_of(attribute));
            if (source.kind == Kind::common_name || source.kind == Kind::first_name || source.kind == Kind::last_name)
                add(CBP_RULE_SUBJECT_ALLOWED, "CN");
            if (source.kind == Kind::first_name) add(CBP_RULE_SUBJECT_ALLOWED, "G");
            if (source.kind == Kind::last_name) add(CBP_RULE_SUBJECT_ALLOWED, "SN");
            if (source.kind == Kind::email) add(CBP_RULE_SUBJECT_ALLOWED, "E");
            if (source.kind == Kind::subject) add(CBP_RULE_SUBJECT_ALLOWED, label_of(source.oid));
        }
    }

    /// A profile with a field for other names takes any of them, which cannot be said as a list of forms.
    void alt_names() {
        std::vector<Rule> forms;
        for (const Field &field : profile_.fields) {
            if (field.place != Field::Place::alt_name) continue;
            switch (source_of(field, connection_).kind) {
            case Kind::email:
                forms.push_back({CBP_RULE_SAN_ALLOWED, "email"});
                break;
            case Kind::upn:
                forms.push_back({CBP_RULE_SAN_ALLOWED, "upn"});
                break;
            case Kind::dns:
            case Kind::more_dns:
                forms.push_back({CBP_RULE_SAN_ALLOWED, "dns"});
                break;
            case Kind::ip:
                forms.push_back({CBP_RULE_SAN_ALLOWED, "ipaddress"});
                break;
            case Kind::uri:
                forms.push_back({CBP_RULE_SAN_ALLOWED, "url"});
                break;
            case Kind::other_name:
                return;
            default:
                break;
            }
        }
        if (forms.empty()) forms.push_back({CBP_RULE_SAN_ALLOWED, "none"});
        for (Rule &form : forms)
            add(form.kind, std::move(form.value));
    }

    void values() {
        for (const Field &field : profile_.fields) {
            if (field.variable.empty()) {
                if (!field.label.empty() && !field.fixed.empty())
                    add(CBP_RULE_FIXED, shown(field.label, 200) + "=" + shown(field.fixed, 500));
                continue;
            }
            add(CBP_RULE_INFORMATION, std::string(field.mandatory ? "Mandatory: " : "Optional: ") +
                                          shown(field.variable, 200) + " (" + shown(place_name(field), 200) +
                                          ") is filled by " + filled_by(source_of(field, connection_)) + ".");
        }
    }

    void facts() {
        if (profile_.validity_days > 0 && profile_.validity_days <= 36'500 && !profile_.validity_may_differ)
            add(CBP_RULE_MAX_VALIDITY_DAYS, std::to_string(profile_.validity_days));
        if (profile_.renewal_days > 0) {
            add(CBP_RULE_INFORMATION,
                "It can be renewed in its last " + std::to_string(profile_.renewal_days) + " days.");
            if (profile_.renewal_days <= 36'500)
                add(CBP_RULE_RENEWAL_SECONDS, std::to_string(profile_.renewal_days * 86'400));
        }
        if (profile_.delivery_format == token_pkcs12)
            add(CBP_RULE_INFORMATION,
                "It delivers PKCS#12 with a key that DigiCert makes, which CertBroker does not take.");
        if (profile_.escrow) add(CBP_RULE_INFORMATION, "Key escrow is on; keys made here are not escrowed.");
        if (!profile_.duplicates.empty())
            add(CBP_RULE_INFORMATION, "Its policy for duplicates is '" + shown(profile_.duplicates, 200) + "'.");
        if (!profile_.status.empty()) add(CBP_RULE_INFORMATION, "Its status is '" + shown(profile_.status, 200) + "'.");
    }

    const Profile &profile_;
    const Options &connection_;
    std::vector<Rule> rules_;
};

} // namespace

std::vector<Rule> rules_of(const Profile &profile, const Options &connection) {
    return RuleList(profile, connection).make();
}

} // namespace digicert
