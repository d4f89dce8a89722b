#include <algorithm>
#include <optional>

#include "digicert.hpp"
#include "text.hpp"

/// What the doctor asks of this provider, and where its service is. Connection, TLS, certificate and clock are the
/// host's checks.
namespace digicert {
namespace {

constexpr std::string_view arc = "2.16.840.1.113733.1.16.1.";

enum State : std::int32_t { passed = 0, warning = 1, failed = 2, skipped = 3 };

/// Writes rows in a fixed order; what cannot be checked is skipped with the reason.
class Rows {
public:
    explicit Rows(Call call) : call_(call) {}

    void add(const char *id, State state, const std::string &message, const std::string &cause = {},
             const std::string &remedy = {}) const {
        const auto or_null = [](const std::string &text) { return text.empty() ? nullptr : text.c_str(); };
        call_.check(call_.host()->add_check(call_.raw(), id, name_of(id), state, message.c_str(), or_null(cause),
                                            or_null(remedy)));
    }
    void add(const char *id, const Failure &problem, const std::string &cause) const {
        add(id, failed, problem.message, cause, problem.remedy);
    }

private:
    static const char *name_of(std::string_view id) {
        constexpr std::pair<std::string_view, const char *> names[] = {
            {"digicert.ca-name", "The certification authority's name selects DigiCert"},
            {"digicert.policy", "The policy service answers within the time-out"},
            {"digicert.profile", "The certificate profile OID is known"},
            {"digicert.key-size", "The key fits the profile"},
            {"digicert.attributes", "The profile's attributes and the request fit together"},
            {"digicert.special-characters", "First and last name have characters that DigiCert takes"}};
        for (const auto &[known, name] : names) {
            if (known == id) return name;
        }
        return "DigiCert";
    }
    Call call_;
};

/// The body's failure, if it has one. A call that was cancelled stays so.
template<class Body>
std::optional<Failure> failure_in(Body &&body) {
    try {
        body();
    } catch (const Failure &problem) {
        return problem;
    } catch (const Call::Stop &stop) {
        if (stop.status == CBP_E_CANCELLED) throw;
        return Failure{stop.status, "The host refused the exchange", "Look at the other checks.", ""};
    }
    return std::nullopt;
}

constexpr const char *of_request[] = {"digicert.key-size", "digicert.attributes", "digicert.special-characters"};

void skip_all(const Rows &rows, const std::string &why) {
    for (const char *id : of_request)
        rows.add(id, skipped, why);
}

void check_request(const Rows &rows, const Profile &profile, const RequestNames &names, const Options &options) {
    constexpr const char *changed = "Request and certificate profile were set up differently";
    const auto key = failure_in([&] { check_key(profile, names); });
    if (key)
        rows.add("digicert.key-size", *key, changed);
    else
        rows.add("digicert.key-size", passed,
                 "The key is " + names.key_algorithm + " of " + std::to_string(names.key_bits) + " bits");

    Options lenient_about_characters = options;
    lenient_about_characters.refuse_characters = false;
    RequestNames with_any_key = names; // the key has its own row
    with_any_key.key_algorithm = key_family(profile) == "EC" ? "ECDSA" : "RSA";
    with_any_key.key_bits = std::max(names.key_bits, profile.key_size);
    Verified verified;
    const auto attributes =
        failure_in([&] { verified = verify(profile, with_any_key, Wishes{}, lenient_about_characters); });
    if (attributes) {
        rows.add("digicert.attributes", *attributes,
                 "The attribute doesn't fall under the DigiCert supported certificate template attributes list.");
    } else {
        std::string sent;
        for (const auto &[name, value] : verified.pairs)
            sent += (sent.empty() ? "" : ", ") + shown(name, 100) + "=" + shown(value, 100);
        rows.add("digicert.attributes", passed, "What would be sent: " + (sent.empty() ? "no attribute" : sent));
    }

    if (const auto problem = person_problem(profile, names, Wishes{}, options))
        rows.add("digicert.special-characters", failed, "DigiCert would refuse the request: " + *problem,
                 "The profile builds the common name from mail_firstname and mail_lastname",
                 errors::name_characters.remedy);
    else
        rows.add("digicert.special-characters", passed, "No first or last name with special characters would be sent");
}

} // namespace

cbp_status DigiCert::check(Call call, const cbp_check &wish) {
    const Rows rows(call);
    const std::string name = connection_.settings.text("ca-name");
    rows.add("digicert.ca-name", passed, "The name is '" + shown(name, 60) + "'");

    Exchange exchange(call, connection_);
    const std::string asked(wish.profile != nullptr ? trim(wish.profile) : std::string_view());
    KnownProfile known;
    const auto problem = failure_in([&] {
        cache_.forget(asked); // what was true a while ago is no finding
        if (is_oid(asked))
            known = profile_of(call, exchange, asked, exchange.new_transaction());
        else
            (void)ask_all(exchange);
    });
    const bool unknown = problem && problem->id == errors::unknown_profile.id;
    if (problem && !unknown) {
        rows.add("digicert.policy", *problem, problem->id.empty() ? "" : "See the checks of name, TLS and certificate");
        rows.add("digicert.profile", skipped, "The policy service did not answer");
        skip_all(rows, "The policy service did not answer");
        return CBP_OK;
    }
    rows.add("digicert.policy", passed,
             connection_.service + " answered within " + std::to_string(connection_.timeout_ms) + " ms");
    if (unknown) {
        rows.add("digicert.profile", *problem,
                 "The OID is not that of a profile in DigiCert, or the RA certificate's account does not see it");
        skip_all(rows, "The certificate profile is not known");
        return CBP_OK;
    }
    if (known.profile == nullptr) {
        if (asked.empty())
            rows.add("digicert.profile", skipped, "No certificate profile was named");
        else
            rows.add("digicert.profile", failed, "'" + shown(asked, 100) + "' is no certificate profile OID",
                     "What was given as template is no OID", errors::profile_missing.remedy);
        skip_all(rows, asked.empty() ? "No certificate profile was named" : "The certificate profile is not known");
        return CBP_OK;
    }
    const std::string title = known.profile->name.empty() ? "" : " ('" + shown(known.profile->name, 200) + "')";
    if (asked.starts_with(arc))
        rows.add("digicert.profile", passed, "DigiCert knows " + asked + title);
    else
        rows.add("digicert.profile", warning,
                 "DigiCert knows " + asked + title + ", which is not under " +
                     std::string(arc.substr(0, arc.size() - 1)),
                 "Profiles of DigiCert PKI Platform usually are", "Compare the OID with the one in PKI Manager.");
    if (wish.csr_der.size == 0) {
        skip_all(rows, "No names to check were given");
        return CBP_OK;
    }
    check_request(rows, *known.profile, names_of_csr(call, call.parse(CBP_PARSE_CSR, wish.csr_der)),
                  connection_.options);
    return CBP_OK;
}

cbp_status DigiCert::endpoints(Call call) {
    const std::string url = connection_.url(soap::policy_service.path) + "?wsdl";
    cbp_endpoint endpoint{};
    endpoint.struct_size = sizeof endpoint;
    endpoint.url = url.c_str();
    endpoint.key_setting = "ra-certificate-thumbprint";
    endpoint.extra_trust_pem_setting = "server-trust";
    endpoint.timeout_ms = connection_.timeout_ms;
    return call.host()->add_endpoint(call.raw(), &endpoint);
}

} // namespace digicert
