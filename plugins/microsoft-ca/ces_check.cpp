#include "ces.hpp"
#include "templates.hpp"
#include "text.hpp"

/// What Test-CBAuthority tells about the enrolment web services.
namespace microsoft_ca {
namespace {

constexpr std::int32_t passed = 0, warning = 1, failed = 2, skipped = 3;

struct Row {
    const char *id, *name;
};
constexpr Row policy_row{"ces.policy", "The policy service tells the templates"};
constexpr Row template_row{"ces.template", "The template can be enrolled for"};
constexpr Row address_row{"ces.address", "An enrolment service takes the authentication"};
constexpr Row signature_row{"ces.signatures", "No registration authority has to sign"};
constexpr Row impersonation_row{"ces.impersonation", "The template lets nobody name somebody else"};
constexpr Row service_row{"ces.service", "The enrolment service answers"};

class Rows {
public:
    explicit Rows(Call call) : call_(call) {}
    void add(const Row &row, std::int32_t status, const std::string &message, const std::string &cause = {},
             const std::string &remedy = {}) const {
        const auto text_or_null = [](const std::string &text) { return text.empty() ? nullptr : text.c_str(); };
        call_.check(call_.host()->add_check(call_.raw(), row.id, row.name, status, shown(message, 2000).c_str(),
                                            text_or_null(cause), text_or_null(remedy)));
    }
    void add(const Row &row, const Failure &problem) const { add(row, failed, problem.message, {}, problem.remedy); }

private:
    Call call_;
};

void tell_addresses(const Rows &rows, const xcep::Policies &set, const std::vector<const xcep::Authority *> &of,
                    const Connection &connection) {
    std::vector<std::string> usable;
    for (const xcep::Authority *authority : of) {
        for (const xcep::Address &address : authority->addresses) {
            if (authority->enroll && way_in(address, connection, {})) usable.push_back(address.uri);
        }
    }
    if (usable.empty())
        rows.add(address_row, failed,
                 std::string("No enrolment address takes authentication ") + name_of(connection.authentication),
                 set.authorities.empty() ? "The policy names no CA" : "The addresses take others",
                 errors::no_endpoint.remedy);
    else
        rows.add(address_row, passed, shown(join(usable, ", "), 1000));
}

void tell_template(const Rows &rows, const xcep::Template &wanted) {
    try {
        templates::require_usable(wanted, "The template cannot be enrolled for");
        rows.add(template_row, passed,
                 "'" + wanted.name + "', OID " + (wanted.oid.value.empty() ? "not told" : wanted.oid.value));
    } catch (const Failure &problem) {
        rows.add(template_row, problem);
    }
    if (wanted.ra && wanted.ra->signatures > 0)
        rows.add(signature_row, warning,
                 "'" + wanted.name + "' wants " + std::to_string(wanted.ra->signatures) + " signature(s)" +
                     (wanted.ra->usages.empty() ? "" : " with the usage " + join(wanted.ra->usages, ", ")),
                 "Authorized Signatures is set in the template", errors::signature_required.remedy);
    else
        rows.add(signature_row, passed, "'" + wanted.name + "' wants none");
    if (const std::string why = templates::impersonation(wanted); !why.empty())
        rows.add(
            impersonation_row, warning, "'" + wanted.name + "': " + why,
            "The pattern ESC1 of \"Certified Pre-Owned\": whoever may enroll can log on as anybody",
            "Let the CA build the subject (certtmpl.msc, Subject Name), or demand CA certificate manager approval, "
            "or take client authentication out, and give Enroll to few.");
    else
        rows.add(impersonation_row, passed, "'" + wanted.name + "' does not, or somebody looks at each request");
}

} // namespace

cbp_status Ces::check(Call call, const cbp_check &wish) {
    const Rows rows(call);
    Exchange exchange(call, connection_);
    try {
        if (direct_) {
            // A question that changes nothing: no CA has a request with that number.
            const soap::Reply reply =
                post(exchange, own(connection_.url), nullptr, wstep::action, wstep::write_query("4294967295"), true,
                     wstep::limits, "The enrolment service could not be asked");
            if (reply.fault && (reply.fault->is_authentication() || !reply.fault->detail))
                refuse(exchange, reply, "The enrolment service could not be asked");
            rows.add(service_row, passed, host_of(connection_.url) + " answers and accepts who asks");
            rows.add(policy_row, skipped, "url is an enrolment service; only a policy service knows templates");
            return CBP_OK;
        }
        const PolicySet set = policies(exchange, true); // what was true a while ago is no finding
        rows.add(policy_row, passed,
                 "The policy '" + (set->name.empty() ? set->id : set->name) + "' has " +
                     std::to_string(set->templates.size()) + " templates and " +
                     std::to_string(set->authorities.size()) + " CAs");
        std::vector<const xcep::Authority *> authorities;
        for (const xcep::Authority &one : set->authorities)
            authorities.push_back(&one);
        if (wish.profile != nullptr && *wish.profile != '\0') {
            const xcep::Template *wanted = set->find(trim(wish.profile));
            if (wanted == nullptr) {
                rows.add(template_row, failed, "The policy has no template '" + shown(wish.profile, 100) + "'",
                         "It has another name, is not published, or this account may not read it",
                         errors::unknown_template.remedy);
            } else {
                tell_template(rows, *wanted);
                authorities = set->authorities_of(*wanted);
            }
        }
        tell_addresses(rows, *set, authorities, connection_);
    } catch (const Failure &problem) {
        rows.add(direct_ ? service_row : policy_row, problem);
    } catch (const Call::Stop &stop) {
        if (stop.status == CBP_E_CANCELLED || stop.status == CBP_E_TIMEOUT) throw;
        rows.add(direct_ ? service_row : policy_row, failed, "The service could not be asked",
                 "See the checks of name, connection and TLS", errors::not_installed.remedy);
    }
    return CBP_OK;
}

cbp_status Ces::endpoints(Call call) {
    cbp_endpoint endpoint{};
    endpoint.struct_size = sizeof endpoint;
    endpoint.url = connection_.url.c_str();
    if (connection_.authentication == Authentication::certificate)
        endpoint.key_setting = "client-certificate-thumbprint";
    endpoint.extra_trust_pem_setting = "server-trust";
    call.check(call.host()->add_endpoint(call.raw(), &endpoint));
    return CBP_OK;
}

} // namespace microsoft_ca
