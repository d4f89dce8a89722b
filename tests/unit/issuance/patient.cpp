#include "patient.hpp"

#include "certbroker/plugin.hpp"

namespace certbroker::test {
namespace {

using plugin::Call;
using plugin::describe;
using plugin::Failure;
using plugin::setting;

constexpr auto url = setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "url", "Where it is.", CBP_REQUIRED);
constexpr auto client = setting(CBP_SCOPE_CONNECTION, CBP_KEY, "client-certificate", "Who we are.");
constexpr auto trust = setting(CBP_SCOPE_CONNECTION, CBP_PATH, "server-trust", "Whom we trust.");
constexpr auto timeout =
    setting(CBP_SCOPE_CONNECTION, CBP_NUMBER, "timeout-ms", "How long.", 0, "20000", nullptr, 1, 60'000);
constexpr const certbroker_setting_info *const settings[] = {&url, &client, &trust, &timeout, nullptr};

class Patient {
public:
    Patient(plugin::Host, Call, plugin::Settings connection) : connection_(connection) {
        if (connection.text("url") == "refuse")
            throw Failure{CBP_E_ARGUMENT, "The connection could not be opened: the address is refused", "Use another.",
                          "Patient.Address"};
    }
    cbp_status submit(Call call, const cbp_order &) { return call.denied("never", "It issues nothing", ""); }
    cbp_status endpoints(Call call) {
        const std::string address = connection_.text("url");
        if (address == "nowhere") return CBP_OK;
        cbp_endpoint endpoint{};
        endpoint.struct_size = sizeof endpoint;
        endpoint.flags = CBP_HTTP_ALLOW_PLAIN;
        endpoint.url = address.c_str();
        if (!connection_.text("client-certificate").empty()) endpoint.key_setting = "client-certificate";
        endpoint.extra_trust_pem_setting = "server-trust";
        endpoint.timeout_ms = static_cast<std::uint32_t>(connection_.number("timeout-ms"));
        return call.host()->add_endpoint(call.raw(), &endpoint);
    }
    cbp_status policy(Call call, const char *profile) {
        if (profile == nullptr || std::string(profile) != "user")
            return call.fail(CBP_E_NOT_FOUND, "The rules could not be got: there is no such profile", "Name 'user'.");
        call.check(call.host()->add_rule(call.raw(), CBP_RULE_KEY, "ECDSA_P256"));
        return call.host()->add_rule(call.raw(), CBP_RULE_SAN_ALLOWED, "dns");
    }
    cbp_status check(Call call, const cbp_check &what) {
        const std::string seen = std::string(what.profile != nullptr ? what.profile : "no profile") + ", " +
                                 (what.csr_der.size > 0 ? "with names" : "without names");
        return call.host()->add_check(call.raw(), "patient.own", "Its own check", 0, seen.c_str(), nullptr, nullptr);
    }

private:
    plugin::Settings connection_;
};

constexpr cbp_plugin descriptor = describe<Patient>("patient", "Something to look at", "1.0.0", "none", settings);

} // namespace

const cbp_plugin *patient_plugin() {
    return &descriptor;
}

Clinic::Clinic() {
    broker->providers().add_static(patient_plugin());
    trust = (home.path() / "anchors.pem").string();
    std::ofstream(trust) << authority.root.certificate.to_pem() << authority.ca.certificate.to_pem();
}

std::string Clinic::admit(const TlsIdentity &identity, const std::string &place) {
    const auto target = must(broker->stores().open(place));
    if (identity.key) must(target->import_key(*identity.key, false, operation));
    must(store::place_chain(broker->stores(), *target, identity.chain, {}, operation));
    return identity.chain.front().thumbprint();
}

Settings Clinic::settings(const Server &server, const std::string &thumbprint) const {
    Settings made;
    made.set("url", server.url("/", "localhost"));
    made.set("server-trust", trust);
    if (!thumbprint.empty()) made.set("client-certificate", thumbprint);
    return made;
}

TlsOptions Clinic::door() const {
    TlsOptions options;
    options.identity = make_tls_identity(authority.ca, {"localhost"});
    options.client_roots = {authority.root.certificate, authority.ca.certificate};
    return options;
}

std::vector<provider::CheckRow> Clinic::examine(const Settings &with, const std::string &profile,
                                                const profile::Request *request) {
    Examination wish;
    wish.provider = "patient";
    wish.settings = with;
    wish.profile = profile;
    wish.request = request;
    return must(broker->examine(wish, operation));
}

const provider::CheckRow &row(const std::vector<provider::CheckRow> &rows, const std::string &id) {
    for (const provider::CheckRow &each : rows) {
        if (each.id == id) return each;
    }
    std::string all;
    for (const provider::CheckRow &each : rows)
        all += each.id + " ";
    FAIL("no row " << id << " among " << all);
    return rows.front();
}

Handler answer_all(std::string date) {
    return [date](Connection &connection) {
        while (!connection.read_request().empty()) {
            if (!connection.answer(200, "ok", date.empty() ? std::string() : "Date: " + date + "\r\n")) return;
        }
    };
}

} // namespace certbroker::test
