#include "issuance/template_check.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"
#include "x509/extension.hpp"

namespace certbroker::issuance {
namespace doctor {
namespace {

using provider::CheckRow;
using Profile = provider::Provider::Profile;
using Oids = std::vector<std::string>;

constexpr std::string_view any_purpose = "2.5.29.37.0", request_agent = "1.3.6.1.4.1.311.20.2.1";
/// Client authentication, smart-card logon, PKINIT client authentication.
constexpr std::string_view log_on[] = {"1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2", "1.3.6.1.5.2.3.4"};

bool has(const Oids &oids, std::string_view oid) {
    return std::find(oids.begin(), oids.end(), oid) != oids.end();
}

std::string named(const Oids &oids) {
    std::string all;
    for (const std::string &oid : oids)
        all += (all.empty() ? "" : ", ") + x509::eku_name(oid);
    return all;
}

/// What a list of usages allows; an empty one restricts nothing.
struct Purpose {
    bool any = false;     ///< Any Purpose, or no restriction
    bool logs_on = false; ///< authenticates a person or computer; any purpose does
    std::string words;
};
Purpose purpose_of(const Oids &usages) {
    Purpose purpose;
    purpose.any = usages.empty() || has(usages, any_purpose);
    purpose.logs_on = purpose.any || std::any_of(std::begin(log_on), std::end(log_on),
                                                 [&](std::string_view oid) { return has(usages, oid); });
    purpose.words = usages.empty() ? "no usage is named, so all are allowed" : "usages: " + named(usages);
    return purpose;
}

/// The attributes of a template, by name in any case (docs/plugin-guide.md).
class Facts {
public:
    explicit Facts(const Profile &profile) : profile_(profile) {}

    std::optional<std::string> text(std::string_view name) const {
        for (const auto &[known, value] : profile_.attributes) {
            if (iequals(known, name)) return value;
        }
        return std::nullopt;
    }
    std::optional<bool> flag(std::string_view name) const {
        const auto value = text(name);
        if (!value) return std::nullopt;
        return iequals(*value, "true") || *value == "1";
    }
    std::optional<std::int64_t> number(std::string_view name) const {
        const auto value = text(name);
        std::int64_t out = 0;
        if (!value || std::from_chars(value->data(), value->data() + value->size(), out).ec != std::errc())
            return std::nullopt;
        return out;
    }
    Oids oids(std::string_view name) const {
        Oids out;
        const std::string value = text(name).value_or("");
        for (const std::string_view part : split(value, ',')) {
            if (!trim(part).empty()) out.emplace_back(trim(part));
        }
        return out;
    }

private:
    const Profile &profile_;
};

/// Adds rows that name their template.
class TemplateRows {
public:
    TemplateRows(Sheet &sheet, std::string profile) : sheet_(sheet), profile_(std::move(profile)) {}

    void warning(const Kind &kind, const std::string &what, std::string cause) {
        found_ = true;
        add(kind, CheckRow::State::warning, what, std::move(cause), kind.remedy);
    }
    void passed(const Kind &kind, const std::string &what) { add(kind, CheckRow::State::passed, what, {}, {}); }
    void skipped(const Kind &kind, const std::string &what) { add(kind, CheckRow::State::skipped, what, {}, {}); }
    bool found() const noexcept { return found_; }

private:
    void add(const Kind &kind, CheckRow::State state, const std::string &what, std::string cause, std::string remedy) {
        CheckRow row{kind.id, kind.title, state, "'" + profile_ + "': " + what, std::move(cause), std::move(remedy)};
        row.profile = profile_;
        sheet_.add(std::move(row));
    }

    Sheet &sheet_;
    std::string profile_;
    bool found_ = false;
};

/// Whether the usages that the CA will honour stand among the attributes. Application policies are Windows' own list;
/// where both are there, the extension is what everybody reads.
Oids usages_of(const Facts &facts) {
    Oids usages = facts.oids("enhancedKeyUsage");
    return usages.empty() ? facts.oids("applicationPolicies") : usages;
}

void judge_free(TemplateRows &rows, const Facts &facts, const Purpose &purpose, const Oids &usages,
                const std::string &names, bool supplies) {
    const std::string nobody = "neither a manager's approval nor another signature is wanted";
    if (supplies && purpose.logs_on)
        rows.warning(kinds::esc1, "whoever may enrol gets a certificate in anybody's name, and can log on with it",
                     names + "; " + purpose.words + "; " + nobody);
    if (purpose.any)
        rows.warning(kinds::esc2, "whoever may enrol gets a certificate for every purpose",
                     purpose.words + "; " + nobody);
    if (has(usages, request_agent))
        rows.warning(kinds::esc3, "whoever may enrol can then ask for certificates of others",
                     purpose.words + "; " + nobody);
    if (supplies && facts.number("schemaVersion") == 1)
        rows.warning(
            kinds::esc15,
            "whoever may enrol gets a certificate in anybody's name, and on a CA without the update adds usages",
            names + "; the template is of version 1; " + nobody);
}

} // namespace

bool tells_who_names(const Profile &profile) {
    const Facts facts(profile);
    return facts.flag("enrolleeSuppliesSubject") || facts.flag("enrolleeSuppliesSubjectAltName");
}

void judge_attributes(Sheet &sheet, const Profile &profile) {
    const Facts facts(profile);
    TemplateRows rows(sheet, profile.id);
    const bool subject = facts.flag("enrolleeSuppliesSubject").value_or(false);
    const bool alternative = facts.flag("enrolleeSuppliesSubjectAltName").value_or(false);
    const std::string names = subject && alternative ? "the request supplies subject and alternative names"
                              : subject              ? "the request supplies the subject"
                              : alternative          ? "the request supplies the alternative names"
                                                     : "the CA makes the names";
    const Oids usages = usages_of(facts);
    const Purpose purpose = purpose_of(usages);
    const std::int64_t signatures = facts.number("authorizedSignatures").value_or(0);
    const bool approval = facts.flag("managerApproval").value_or(false);
    if (!approval && signatures <= 0) judge_free(rows, facts, purpose, usages, names, subject || alternative);
    if (purpose.logs_on && facts.flag("noSecurityExtension").value_or(false))
        rows.warning(kinds::esc9,
                     "its certificates do not carry the account's SID, so a name that changes hands is enough",
                     purpose.words + "; CT_FLAG_NO_SECURITY_EXTENSION is set");
    if (rows.found()) return;
    std::string why = names + "; " + purpose.words;
    if (approval) why += "; a manager approves each request";
    if (signatures > 0) why += "; requests need " + std::to_string(signatures) + " authorized signatures";
    rows.passed(kinds::template_names, why);
}

void judge_rules(Sheet &sheet, const std::string &profile, const profile::Policy &policy) {
    TemplateRows rows(sheet, profile);
    Oids usages = policy.required_eku;
    usages.insert(usages.end(), policy.allowed_eku.begin(), policy.allowed_eku.end());
    if (policy.rows.empty()) {
        rows.skipped(kinds::template_names, "the CA tells neither attributes nor rules of it");
        return;
    }
    const bool no_names = policy.allowed_san.size() == 1 && policy.allowed_san.front() == "none";
    const bool fixed_subject = policy.fixed.contains("CN");
    if (no_names && fixed_subject) {
        rows.passed(kinds::template_names, "the CA sets the CN and takes no alternative names");
        return;
    }
    if (usages.empty()) {
        rows.skipped(kinds::template_names, "its rules do not say what its certificates may be used for");
        return;
    }
    const Purpose purpose = purpose_of(usages);
    if (!purpose.logs_on) {
        rows.passed(kinds::template_names, "its certificates do not log anybody on; " + purpose.words);
        return;
    }
    rows.warning(kinds::template_names,
                 "whoever may ask this CA can get a certificate in another's name and log on with it",
                 "its rules leave the names to the request; " + purpose.words +
                     "; whether somebody must agree, the CA does not say");
}

namespace {

/// The templates that are meant: those that were named, or all that the CA lists.
Result<std::vector<Profile>> chosen(Sheet &sheet, provider::Provider &provider, const std::vector<std::string> &names) {
    std::vector<Profile> all;
    if ((provider.capabilities() & CBP_CAN_LIST_PROFILES) != 0) {
        CERTBROKER_TRY(all, provider.list_profiles(sheet.operation()));
        if (names.empty()) return all;
    } else if (names.empty()) {
        sheet.skipped(kinds::template_names, "The provider cannot list templates, and none was named");
        return all;
    }
    std::vector<Profile> out;
    for (const std::string &name : names) {
        const auto known = std::find_if(all.begin(), all.end(), [&](const Profile &profile) {
            return iequals(profile.id, name) || iequals(profile.title, name);
        });
        out.push_back(known != all.end() ? *known : Profile{name, {}, {}});
    }
    return out;
}

void judge(Sheet &sheet, provider::Provider &provider, const Profile &profile) {
    if (tells_who_names(profile)) {
        judge_attributes(sheet, profile);
        return;
    }
    auto policy = provider.policy(profile.id, sheet.operation());
    if (!policy) {
        CheckRow row{kinds::profile.id,
                     kinds::profile.title,
                     CheckRow::State::failed,
                     policy.error().message(),
                     policy.error().cause() != nullptr ? describe(*policy.error().cause()) : policy.error().id(),
                     policy.error().remedy().empty() ? kinds::profile.remedy : policy.error().remedy()};
        row.profile = profile.id;
        sheet.add(std::move(row));
        return;
    }
    judge_rules(sheet, profile.id, *policy);
}

/// Only where the provider has a setting about it: nothing asks a CA for its flags from outside.
void judge_authority(Sheet &sheet, Core &core, const OpenProvider &open) {
    const auto *const *row = open.provider->plugin().descriptor->settings;
    for (; row != nullptr && *row != nullptr && (*row)->name != std::string_view("allow-san-attribute"); ++row) {
    }
    if (row == nullptr || *row == nullptr || open.authority.empty()) return;
    auto authority = core.authorities.get(open.location, open.authority);
    const std::string *value = authority ? authority->settings.text("allow-san-attribute") : nullptr;
    if (value != nullptr && (iequals(*value, "true") || *value == "1"))
        sheet.warning(
            kinds::esc6, "'" + open.authority + "' may send alternative names as request attributes",
            "The setting allow-san-attribute says that the CA takes them (EDITF_ATTRIBUTESUBJECTALTNAME2): then "
            "every template of it that anybody may enrol for lets its requester be anybody");
    else
        sheet.skipped(kinds::esc6,
                      "The CA does not say whether it takes them; on the CA: certutil -getreg policy\\EditFlags");
}

} // namespace
} // namespace doctor

Result<std::vector<provider::CheckRow>>
Broker::examine_templates(OpenProvider &provider, const std::vector<std::string> &names, const Operation &operation) {
    using namespace doctor;
    Sheet sheet(operation);
    CERTBROKER_TRY(const auto templates, chosen(sheet, *provider.provider, names));
    for (const provider::Provider::Profile &profile : templates) {
        CERTBROKER_CHECK(operation.check("The templates could not be examined"));
        judge(sheet, *provider.provider, profile);
    }
    judge_authority(sheet, impl_->core, provider);
    return std::move(sheet).take();
}

} // namespace certbroker::issuance
