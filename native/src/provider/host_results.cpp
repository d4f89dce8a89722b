#include <algorithm>

#include "base/der.hpp"
#include "provider/host.hpp"
#include "provider/policy_rules.hpp"
#include "provider/setting_values.hpp"

namespace certbroker::provider::host {
namespace {

constexpr std::size_t max_certificate = 1024UL * 1024;
constexpr std::size_t max_chain = 50;
constexpr std::size_t max_token = 64UL * 1024;
constexpr std::size_t max_rows = 10'000;
constexpr std::size_t max_attributes = 200;
constexpr std::size_t max_rule = 64UL * 1024; ///< extensions in hex
constexpr std::size_t max_found = 1000;
constexpr std::size_t max_endpoints = 16;
constexpr std::size_t max_crl = 64UL * 1024 * 1024;
constexpr std::size_t max_message = 4096;
constexpr std::size_t max_reference = 1024;
constexpr std::size_t max_reason = 256;
constexpr std::uint32_t max_poll_seconds = 31U * 86'400U;

/// Text for people and the journal: within its limit, without secrets.
Result<std::string> shown(Call &call, const char *given, const char *what, std::size_t limit) {
    CERTBROKER_TRY(const std::string text, call.optional_text(given, what, limit));
    return call.redactor().clean(text, limit);
}

Result<x509::Certificate> read_certificate(Call &call, cbp_bytes given) {
    CERTBROKER_TRY(const ByteView der, call.bytes(given, "certificate", max_certificate));
    auto certificate = x509::Certificate::parse(der);
    if (!certificate || !equal(certificate->der(), der))
        return call.breach("a certificate is not DER, or cannot be read" +
                           (certificate ? std::string() : " (" + certificate.error().message() + ")"));
    return certificate;
}

Result<void> take(Call &call, Outcome outcome, const char *message, const char *reference) {
    CERTBROKER_TRY(outcome.message, shown(call, message, "message", max_message));
    CERTBROKER_TRY(outcome.reference, shown(call, reference, "reference", max_reference));
    call.answers.outcomes.push_back(std::move(outcome));
    return {};
}

cbp_status CBP_CALL issued(cbp_call *handle, const cbp_bytes *chain, size_t count, const char *reference) {
    return serve_status(handle, "issued", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::issued));
        CERTBROKER_CHECK(call.required(chain, "chain_der"));
        if (count == 0 || count > max_chain) return call.breach("a chain has 1 to 50 certificates");
        Outcome outcome;
        outcome.state = Outcome::State::issued;
        for (std::size_t i = 0; i < count; ++i) {
            CERTBROKER_TRY(x509::Certificate certificate, read_certificate(call, chain[i]));
            outcome.certificates.push_back(std::move(certificate));
        }
        return take(call, std::move(outcome), nullptr, reference);
    });
}

cbp_status CBP_CALL pending(cbp_call *handle, cbp_bytes token, uint32_t poll_after_seconds, const char *reason,
                            const char *message, const char *reference) {
    return serve_status(handle, "pending", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::pending));
        CERTBROKER_TRY(const ByteView bytes, call.bytes(token, "token", max_token));
        if (bytes.empty()) return call.breach("the token is empty");
        if (call.redactor().holds_secret(bytes)) return call.breach("the token holds a secret");
        if (poll_after_seconds > max_poll_seconds) return call.breach("poll_after_seconds is more than 31 days");
        Outcome outcome;
        outcome.state = Outcome::State::pending;
        outcome.token = to_bytes(bytes);
        outcome.poll_after_seconds = poll_after_seconds;
        CERTBROKER_TRY(outcome.reason, shown(call, reason, "reason", max_reason));
        return take(call, std::move(outcome), message, reference);
    });
}

cbp_status CBP_CALL denied(cbp_call *handle, const char *reason, const char *message, const char *reference) {
    return serve_status(handle, "denied", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::denied));
        Outcome outcome;
        outcome.state = Outcome::State::denied;
        CERTBROKER_TRY(outcome.reason, shown(call, reason, "reason", max_reason));
        return take(call, std::move(outcome), message, reference);
    });
}

void CBP_CALL denied_remedy(cbp_call *handle, const char *remedy) {
    (void)serve_status(handle, "denied_remedy", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::denied));
        CERTBROKER_TRY(call.answers.denied_remedy, shown(call, remedy, "remedy", max_message));
        return {};
    });
}

cbp_status CBP_CALL uncertain(cbp_call *handle, const char *message, const char *reference) {
    return serve_status(handle, "uncertain", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::uncertain));
        Outcome outcome;
        outcome.state = Outcome::State::uncertain;
        return take(call, std::move(outcome), message, reference);
    });
}

cbp_status CBP_CALL add_profile(cbp_call *handle, const char *id, const char *title) {
    return serve_status(handle, "add_profile", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::profile));
        if (call.answers.profiles.size() >= max_rows) return call.breach("there are more than 10,000 profiles");
        CERTBROKER_TRY(std::string name, call.text(id, "id", 256));
        if (name.empty()) return call.breach("'id' is empty");
        CERTBROKER_TRY(std::string shown_title, shown(call, title, "title", 1000));
        call.answers.profiles.push_back({std::move(name), std::move(shown_title)});
        return {};
    });
}

bool is_attribute_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           });
}

cbp_status CBP_CALL add_profile_attribute(cbp_call *handle, const char *profile, const char *name, const char *value) {
    return serve_status(handle, "add_profile_attribute", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::profile));
        CERTBROKER_TRY(const std::string id, call.text(profile, "profile", 256));
        CERTBROKER_TRY(std::string key, call.text(name, "name", 64));
        CERTBROKER_CHECK(call.required(value, "value"));
        CERTBROKER_TRY(std::string text, shown(call, value, "value", max_message));
        // The one added last, mostly.
        auto &profiles = call.answers.profiles;
        const auto found =
            std::find_if(profiles.rbegin(), profiles.rend(), [&](const auto &known) { return known.id == id; });
        if (found == profiles.rend()) return call.breach("the profile '" + id + "' was not added before");
        if (!is_attribute_name(key)) return call.breach("'" + key + "' is no attribute's name, such as renewalPeriod");
        if (found->attributes.size() >= max_attributes) return call.breach("a profile has more than 200 attributes");
        const bool again = std::any_of(found->attributes.begin(), found->attributes.end(),
                                       [&](const auto &attribute) { return attribute.first == key; });
        if (again) return call.breach("the attribute '" + key + "' of '" + id + "' was added twice");
        found->attributes.emplace_back(std::move(key), std::move(text));
        return {};
    });
}

cbp_status CBP_CALL add_rule_text(cbp_call *handle, int32_t rule, const char *given) {
    return serve_status(handle, "add_rule", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::rule));
        if (call.answers.policy.rows.size() >= max_rows) return call.breach("there are more than 10,000 rules");
        CERTBROKER_TRY(const std::string value, call.text(given, "value", max_rule));
        if (const auto problem = add_rule(call.answers.policy, rule, value))
            return call.breach("the rule " + std::to_string(rule) + " '" + value + "' is malformed: " + *problem);
        return {};
    });
}

cbp_status CBP_CALL add_rule_secret(cbp_call *handle, int32_t rule, const cbp_secret *given) {
    return serve_status(handle, "add_rule_secret", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::rule));
        const SecretObject *object = call.find<SecretObject>(given);
        if (object == nullptr) return call.breach("the secret is none of this call's");
        if (rule != CBP_RULE_CSR_CHALLENGE) return call.breach("only the challenge is a rule with a secret");
        call.answers.policy.challenge_password = object->secret;
        call.answers.policy.rows.push_back({std::string(rule_name(rule)), "***", {}});
        return {};
    });
}

cbp_status CBP_CALL add_certificate(cbp_call *handle, cbp_bytes der) {
    return serve_status(handle, "add_certificate", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::certificate));
        if (call.answers.certificates.size() >= max_chain) return call.breach("there are more than 50 certificates");
        CERTBROKER_TRY(x509::Certificate certificate, read_certificate(call, der));
        call.answers.certificates.push_back(std::move(certificate));
        return {};
    });
}

cbp_status CBP_CALL add_crl(cbp_call *handle, cbp_bytes der) {
    return serve_status(handle, "add_crl", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::crl));
        CERTBROKER_TRY(const ByteView bytes, call.bytes(der, "der", max_crl));
        if (bytes.empty() || bytes.front() != der::sequence || !der::check_well_formed(bytes))
            return call.breach("the CRL is not DER");
        call.answers.crls.push_back(to_bytes(bytes));
        return {};
    });
}

cbp_status CBP_CALL add_check(cbp_call *handle, const char *id, const char *name, int32_t status, const char *message,
                              const char *cause, const char *remedy) {
    return serve_status(handle, "add_check", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::check));
        if (call.answers.checks.size() >= max_rows) return call.breach("there are more than 10,000 checks");
        if (status < 0 || status > 3) return call.breach("the status of a check is 0 to 3");
        CheckRow row;
        CERTBROKER_TRY(row.id, call.text(id, "id", 256));
        if (row.id.empty()) return call.breach("'id' is empty");
        row.state = static_cast<CheckRow::State>(status);
        CERTBROKER_TRY(row.name, shown(call, name, "name", 1000));
        CERTBROKER_TRY(row.message, shown(call, message, "message", max_message));
        CERTBROKER_TRY(row.cause, shown(call, cause, "cause", max_message));
        CERTBROKER_TRY(row.remedy, shown(call, remedy, "remedy", max_message));
        call.answers.checks.push_back(std::move(row));
        return {};
    });
}

/// Texts of the CA for people to read.
Result<std::string> told(Call &call, const char *given, const char *what) {
    return shown(call, given, what, 1000);
}

int32_t CBP_CALL policy_purpose(cbp_call *handle) {
    return serve<int32_t>(handle, "policy_purpose", CBP_PURPOSE_LOOK,
                          [](Call &call) { return static_cast<int32_t>(call.policy_purpose); });
}

cbp_status CBP_CALL add_found(cbp_call *handle, const cbp_found *pointer) {
    return serve_status(handle, "add_found", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::found));
        if (call.answers.found.rows.size() >= max_found) return call.breach("there are more than 1,000 certificates");
        CERTBROKER_TRY(const cbp_found given,
                       read_struct(call, pointer, "found", CERTBROKER_THROUGH(cbp_found, revoked_at)));
        FoundCertificate row;
        if (given.certificate_der.size > 0) {
            CERTBROKER_TRY(row.certificate, read_certificate(call, given.certificate_der));
        }
        CERTBROKER_TRY(row.serial, told(call, given.serial, "serial"));
        CERTBROKER_TRY(row.subject, told(call, given.subject, "subject"));
        CERTBROKER_TRY(row.status, told(call, given.status, "status"));
        CERTBROKER_TRY(row.profile, told(call, given.profile, "profile"));
        CERTBROKER_TRY(row.email, told(call, given.email, "email"));
        CERTBROKER_TRY(row.owner, told(call, given.owner, "owner"));
        if (given.reason < -1 || given.reason > 10) return call.breach("the reason of a revocation is -1 to 10");
        row.reason = given.reason;
        row.not_before = given.not_before;
        row.not_after = given.not_after;
        row.revoked_at = given.revoked_at;
        call.answers.found.rows.push_back(std::move(row));
        return {};
    });
}

cbp_status CBP_CALL search_more(cbp_call *handle, uint64_t next) {
    return serve_status(handle, "search_more", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::found));
        call.answers.found.next = next;
        return {};
    });
}

cbp_status CBP_CALL add_endpoint(cbp_call *handle, const cbp_endpoint *pointer) {
    return serve_status(handle, "add_endpoint", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.may_answer(answer::endpoint));
        if (call.answers.endpoints.size() >= max_endpoints) return call.breach("there are more than 16 endpoints");
        CERTBROKER_TRY(const cbp_endpoint given,
                       read_struct(call, pointer, "endpoint", CERTBROKER_THROUGH(cbp_endpoint, timeout_ms)));
        Endpoint endpoint;
        CERTBROKER_TRY(endpoint.url, call.text(given.url, "url", 16UL * 1024));
        CERTBROKER_TRY(endpoint.key_setting, call.optional_text(given.key_setting, "key_setting", 64));
        const auto *table = call.instance().table.settings;
        if (!endpoint.key_setting.empty()) {
            const auto *info = find_setting(table, CBP_SCOPE_CONNECTION, endpoint.key_setting);
            if (info == nullptr || info->type != CBP_KEY)
                return call.breach("'" + endpoint.key_setting + "' is no CBP_KEY setting");
        }
        CERTBROKER_TRY(endpoint.trust_file, trust_file(call, given.extra_trust_pem_setting));
        endpoint.allow_plain = (given.flags & CBP_HTTP_ALLOW_PLAIN) != 0;
        endpoint.timeout_ms = given.timeout_ms;
        call.answers.endpoints.push_back(std::move(endpoint));
        return {};
    });
}

} // namespace

void fill_results(cbp_host &table) noexcept {
    table.issued = &issued;
    table.pending = &pending;
    table.denied = &denied;
    table.denied_remedy = &denied_remedy;
    table.policy_purpose = &policy_purpose;
    table.uncertain = &uncertain;
    table.add_profile = &add_profile;
    table.add_profile_attribute = &add_profile_attribute;
    table.add_rule = &add_rule_text;
    table.add_rule_secret = &add_rule_secret;
    table.add_certificate = &add_certificate;
    table.add_crl = &add_crl;
    table.add_check = &add_check;
    table.add_found = &add_found;
    table.search_more = &search_more;
    table.add_endpoint = &add_endpoint;
}

} // namespace certbroker::provider::host
