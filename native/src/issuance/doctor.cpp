#include "issuance/doctor.hpp"

#include <map>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "issuance/steps.hpp"

/// The order of the checks, and nothing else. Each one says what it saw; what cannot be told because of an earlier one
/// is skipped with that reason.
namespace certbroker::issuance {
namespace doctor {

void Sheet::row(const Kind &kind, provider::CheckRow::State state, std::string message, std::string cause,
                std::string remedy) {
    operation_.report(Stage::other, -1, kind.title);
    const bool well = state == provider::CheckRow::State::passed || state == provider::CheckRow::State::skipped;
    rows_.push_back({kind.id, kind.title, state, std::move(message), std::move(cause), std::move(remedy),
                     well ? "" : kind.connector_message});
}

void Sheet::passed(const Kind &kind, std::string message) {
    row(kind, provider::CheckRow::State::passed, std::move(message), {}, {});
}

void Sheet::warning(const Kind &kind, std::string message, std::string cause, std::string remedy) {
    row(kind, provider::CheckRow::State::warning, std::move(message), std::move(cause),
        remedy.empty() ? kind.remedy : std::move(remedy));
}

void Sheet::failed(const Kind &kind, std::string message, std::string cause, std::string remedy) {
    row(kind, provider::CheckRow::State::failed, std::move(message), std::move(cause),
        remedy.empty() ? kind.remedy : std::move(remedy));
}

void Sheet::failed(const Kind &kind, const Error &error, bool own_remedy) {
    failed(kind, error.message(), error.cause() != nullptr ? describe(*error.cause()) : error.id(),
           own_remedy ? error.remedy() : std::string());
}

void Sheet::skipped(const Kind &kind, std::string why) {
    row(kind, provider::CheckRow::State::skipped, std::move(why), {}, {});
}

namespace {

/// The connection that is looked at, registered or given.
struct Patient {
    std::shared_ptr<const provider::Plugin> plugin;
    std::string instance;
    Settings settings;
    store::Location location = store::Location::current_user;
};

Result<Patient> admit(Core &core, const Examination &wish) {
    Patient patient;
    std::string provider = wish.provider;
    if (!wish.authority.empty()) {
        CERTBROKER_TRY(const Authority authority, core.authorities.get(wish.location, wish.authority));
        patient.instance = authority.name;
        patient.settings = authority.settings;
        patient.location = authority.location;
        if (provider.empty()) provider = authority.provider;
    } else if (wish.location) {
        patient.location = *wish.location;
    }
    for (const auto &[name, value] : wish.settings.values())
        std::visit([&, &name = name](const auto &given) { patient.settings.set(name, given); }, value);
    if (provider.empty())
        return fail(errors::argument, "The checks could not be made: neither an authority nor a provider was named");
    CERTBROKER_TRY(patient.plugin, core.providers.find(provider));
    if (patient.instance.empty()) patient.instance = patient.plugin->id;
    return patient;
}

std::unique_ptr<provider::Provider> check_settings(Sheet &sheet, Core &core, const Patient &patient) {
    auto opened = provider::Provider::open(patient.plugin, patient.instance, patient.settings,
                                           core.services(patient.location), sheet.operation());
    if (!opened) {
        sheet.failed(kinds::settings, opened.error(), true);
        return nullptr;
    }
    sheet.passed(kinds::settings, "The provider '" + patient.plugin->id + "' takes them");
    return *std::move(opened);
}

/// Of every setting that names a key; by the setting's name.
std::map<std::string, crypto::ClientCredentials> check_keys(Sheet &sheet, Core &core, const Patient &patient,
                                                            const std::string &account) {
    std::map<std::string, crypto::ClientCredentials> usable;
    const auto *const *row = patient.plugin->descriptor->settings;
    for (; row != nullptr && *row != nullptr; ++row) {
        const certbroker_setting_info &setting = **row;
        if (setting.type != CBP_KEY || setting.scope != CBP_SCOPE_CONNECTION) continue;
        const std::string *value = patient.settings.text(setting.name);
        if (value != nullptr && !trim(*value).empty()) {
            if (auto credentials = check_credentials(sheet, core, *value, account))
                usable.emplace(setting.name, *std::move(credentials));
        } else if ((setting.flags & CBP_REQUIRED) != 0) {
            skip_credentials(sheet, std::string("The setting '") + setting.name + "' is missing");
        }
    }
    return usable;
}

/// Whether the CA can be asked, as far as the provider says where it is.
bool check_network(Sheet &sheet, Core &core, const Patient &patient, provider::Provider &provider,
                   const std::map<std::string, crypto::ClientCredentials> &keys) {
    auto endpoints = provider.endpoints(sheet.operation());
    if (!endpoints) {
        sheet.failed(kinds::name, endpoints.error(), true);
        return false;
    }
    bool reached = true;
    for (const provider::Endpoint &endpoint : *endpoints) {
        std::optional<crypto::ClientCredentials> credentials;
        if (const auto key = keys.find(endpoint.key_setting); key != keys.end()) credentials = key->second;
        const provider::Services services = core.services(patient.location);
        if (!check_endpoint(sheet, *services.http, *core.options.clock, endpoint, credentials)) reached = false;
    }
    return reached;
}

/// A request with these names and a key that nobody keeps, for the provider to look at; also one that the template does
/// not take, because then the provider's own words are wanted most.
Result<x509::Csr> sample_request(const profile::Request &request, const profile::Policy *policy) {
    auto chosen = profile::choose_key(request, policy);
    if (!chosen) chosen = profile::choose_key(request, nullptr);
    CERTBROKER_TRY(const crypto::KeySpec spec, std::move(chosen));
    CERTBROKER_TRY(const crypto::KeyHandle key, crypto::generate_key(spec));
    CERTBROKER_TRY(const x509::CsrSpec csr, profile::make_csr_spec(request, nullptr, key->public_key(), nullptr));
    return x509::create_csr(csr, *key);
}

std::optional<profile::Policy> check_template(Sheet &sheet, provider::Provider &provider, const Examination &wish) {
    if (wish.profile.empty()) {
        sheet.skipped(kinds::profile, "No template was named");
        return std::nullopt;
    }
    auto policy = provider.policy(wish.profile, sheet.operation());
    if (!policy) {
        sheet.failed(kinds::profile, policy.error(), true);
        return std::nullopt;
    }
    sheet.passed(kinds::profile, "'" + wish.profile + "' has " + std::to_string(policy->rows.size()) + " rules");
    return *std::move(policy);
}

void check_request(Sheet &sheet, const profile::Request &request, const profile::Policy &policy) {
    if (auto fits = profile::require_acceptable(request, &policy); !fits)
        sheet.failed(kinds::request, fits.error(), true);
    else
        sheet.passed(kinds::request, "The template takes the names, the key and the usages");
}

void check_provider(Sheet &sheet, provider::Provider &provider, const Examination &wish,
                    const std::optional<profile::Policy> &policy) {
    if ((provider.capabilities() & CBP_CAN_CHECK) == 0) return;
    provider::CheckWish what{wish.profile, nullptr};
    std::optional<x509::Csr> csr;
    if (wish.request != nullptr) {
        if (auto made = sample_request(*wish.request, policy ? &*policy : nullptr)) csr = *std::move(made);
        what.csr = csr ? &*csr : nullptr;
    }
    auto rows = provider.check(what, sheet.operation());
    if (!rows) {
        sheet.failed(kinds::provider, rows.error(), true);
        return;
    }
    for (provider::CheckRow &row : *rows)
        sheet.add(std::move(row));
}

} // namespace
} // namespace doctor

Result<std::vector<provider::CheckRow>> Broker::examine(const Examination &wish, const Operation &operation) {
    using namespace doctor;
    Core &core = impl_->core;
    CERTBROKER_TRY(const Patient patient, admit(core, wish));
    Sheet sheet(operation);
    const std::unique_ptr<provider::Provider> provider = check_settings(sheet, core, patient);
    const auto keys = check_keys(sheet, core, patient, wish.account);
    CERTBROKER_CHECK(operation.check("The checks could not be finished"));
    const bool reached = provider && check_network(sheet, core, patient, *provider, keys);
    CERTBROKER_CHECK(operation.check("The checks could not be finished"));
    if (reached) {
        const std::optional<profile::Policy> policy = check_template(sheet, *provider, wish);
        if (policy && wish.request != nullptr) check_request(sheet, *wish.request, *policy);
        check_provider(sheet, *provider, wish, policy);
    } else {
        sheet.skipped(kinds::profile, "The CA cannot be asked");
    }
    CERTBROKER_CHECK(operation.check("The checks could not be finished"));
    check_store(sheet, core, wish.store.empty() ? "CurrentUser/My" : wish.store);
    return std::move(sheet).take();
}

} // namespace certbroker::issuance
