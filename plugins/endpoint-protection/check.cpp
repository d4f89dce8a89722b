#include "errors.hpp"
#include "scep.hpp"
#include "text.hpp"

/// What Test-CBAuthority tells about a SCEP server.
namespace scep {
namespace {

using certbroker::plugin::bytes;

constexpr std::int32_t passed = 0, warning = 1, failed = 2, skipped = 3;
constexpr std::int64_t day = 86'400;

class Rows {
public:
    explicit Rows(Call call) : call_(call) {}
    void add(const char *id, const char *name, std::int32_t status, const std::string &message,
             const std::string &cause = {}, const std::string &remedy = {}) const {
        const auto text_or_null = [](const std::string &text) { return text.empty() ? nullptr : text.c_str(); };
        call_.check(call_.host()->add_check(call_.raw(), id, name, status, message.c_str(), text_or_null(cause),
                                            text_or_null(remedy)));
    }

private:
    Call call_;
};

constexpr const char *capabilities_id = "scep.capabilities", *capabilities_name = "The server tells what it can do";
constexpr const char *ca_id = "scep.ca-certificate", *ca_name = "The CA's certificate is the expected one";
constexpr const char *recipient_id = "scep.recipient", *recipient_name = "Messages can be encrypted for CA or RA";
constexpr const char *next_id = "scep.next-ca", *next_name = "The CA's next certificate";
constexpr const char *challenge_id = "scep.challenge", *challenge_name = "Where the challenge comes from";

void tell_capabilities(const Rows &rows, const Authority &ca, const Connection &connection) {
    const std::string uses = std::string(ca.algorithms.cipher) + " and " + ca.algorithms.digest + ", by " +
                             (ca.capabilities.post ? "POST" : "GET") +
                             (ca.capabilities.renewal ? ", renewal with the old certificate" : "");
    if (!ca.algorithms.weak)
        rows.add(capabilities_id, capabilities_name, passed, "Requests use " + uses);
    else if (connection.allow_legacy)
        rows.add(capabilities_id, capabilities_name, warning, "Requests use " + uses + ", which allow-legacy permits",
                 ca.capabilities.any ? "The CA offers nothing better" : "The server does not say what it can do",
                 "Let the CA offer AES and SHA-256.");
    else
        rows.add(capabilities_id, capabilities_name, failed, "Requests would have to use " + uses,
                 ca.capabilities.any ? "The CA offers nothing better" : "The server does not say what it can do",
                 errors::legacy.remedy);
}

void tell_certificates(Call call, const Rows &rows, const Authority &ca, const Connection &connection) {
    const cbp_host *host = call.host();
    const std::string digest = fingerprint_of(call, ca.ca(), "SHA256");
    const cbp_parsed *parsed = call.parse(CBP_PARSE_CERTIFICATE, bytes(ca.ca()));
    const std::string which = "'" + shown(text_of(call, parsed, CBP_FIELD_SUBJECT), 200) + "', SHA-256 " + digest;
    if (ca.pinned)
        rows.add(ca_id, ca_name, passed, which);
    else
        rows.add(ca_id, ca_name, warning, which,
                 "No ca-fingerprint is set: whoever answers at this address is believed",
                 "Compare the fingerprint with the one that the CA's administrator gives, and set it as "
                 "ca-fingerprint.");

    const CaCertificate &recipient = ca.certificates[ca.choice.recipient];
    const cbp_parsed *encryption = call.parse(CBP_PARSE_CERTIFICATE, bytes(recipient.der));
    const std::int64_t ends = host->parsed_number(encryption, CBP_NUMBER_NOT_AFTER);
    const std::string name = std::string(recipient.ca ? "The CA's own certificate" : "An RA's certificate") + ", '" +
                             shown(text_of(call, encryption, CBP_FIELD_SUBJECT), 200) + "'";
    if (!recipient.in_date)
        rows.add(recipient_id, recipient_name, failed, name + ", is not in date",
                 "The RA certificates of NDES were not renewed", "Renew the RA certificates on the NDES server.");
    else if (ends - connection.host.now() < 30 * day)
        rows.add(recipient_id, recipient_name, warning, name + ", ends within 30 days", "It has to be renewed soon",
                 "Renew the RA certificates on the NDES server.");
    else
        rows.add(recipient_id, recipient_name, passed, name);
}

void tell_next(Call call, const Rows &rows, Exchange &exchange, const Authority &ca) {
    if (!ca.capabilities.next_ca) {
        rows.add(next_id, next_name, skipped, "The server does not offer GetNextCACert");
        return;
    }
    try {
        const std::vector<std::string> next = ask_next(exchange, ca);
        if (next.empty())
            throw failure(errors::ca_certificates, "The CA's next certificate cannot be used: there is none");
        rows.add(next_id, next_name, passed,
                 "It has the SHA-256 fingerprint " + fingerprint_of(call, next.front(), "SHA256"));
    } catch (const Failure &problem) {
        // Servers offer it and have none until a roll-over is near.
        rows.add(next_id, next_name, warning, problem.message, "There may be none yet", problem.remedy);
    }
}

void tell_challenge(Call call, const Rows &rows, Exchange &exchange) {
    const Connection &connection = exchange.connection();
    if (call.host()->setting_secret(call.raw(), connection.settings.raw(), "challenge") != nullptr) {
        rows.add(challenge_id, challenge_name, passed,
                 "From the setting challenge; only a request can tell whether it "
                 "is right");
        return;
    }
    if (connection.challenge_url.empty()) {
        rows.add(challenge_id, challenge_name, skipped, "Requests are made without a challenge");
        return;
    }
    // Asked without credentials: the page hands out a password each time, and has only a few.
    Call::Response page{};
    try {
        page = exchange.page(connection.challenge_url, {});
    } catch (const Call::Stop &) {
        rows.add(challenge_id, challenge_name, failed, "The page at challenge-url does not answer",
                 "See the checks of "
                 "name, connection and TLS",
                 "Check challenge-url: it begins with https and ends with /certsrv/mscep_admin/.");
        return;
    }
    if (page.status == 401)
        rows.add(challenge_id, challenge_name, passed, "The page at challenge-url answers and asks for credentials");
    else if (page.status == 200)
        rows.add(challenge_id, challenge_name, warning, "The page at challenge-url shows itself without credentials",
                 "Everybody can get challenge passwords there", "Demand Windows authentication for it in IIS.");
    else
        rows.add(challenge_id, challenge_name, failed,
                 "The page at challenge-url answers with HTTP status " + std::to_string(page.status),
                 "It is not the page of NDES, or NDES does not run", errors::challenge_page.remedy);
}

} // namespace

cbp_status EndpointProtection::check(Call call, const cbp_check &) {
    const Rows rows(call);
    Exchange exchange(call, connection_);
    try {
        authority_.reset(); // what was true a while ago is no finding
        const Authority &ca = authority(exchange);
        tell_capabilities(rows, ca, connection_);
        tell_certificates(call, rows, ca, connection_);
        tell_next(call, rows, exchange, ca);
    } catch (const Failure &problem) {
        rows.add(ca_id, ca_name, failed, problem.message, "The server does not answer as a SCEP server does",
                 problem.remedy);
    } catch (const Call::Stop &stop) {
        if (stop.status == CBP_E_CANCELLED || stop.status == CBP_E_TIMEOUT) throw;
        rows.add(ca_id, ca_name, failed, "The SCEP server could not be asked for its certificates",
                 "See the checks of name, connection and TLS", "Check url: NDES is at /certsrv/mscep/mscep.dll.");
    }
    tell_challenge(call, rows, exchange);
    return CBP_OK;
}

cbp_status EndpointProtection::endpoints(Call call) {
    const auto add = [&](const std::string &url, std::uint32_t flags) {
        cbp_endpoint endpoint{};
        endpoint.struct_size = sizeof endpoint;
        endpoint.url = url.c_str();
        endpoint.flags = flags;
        endpoint.extra_trust_pem_setting = "server-trust";
        call.check(call.host()->add_endpoint(call.raw(), &endpoint));
    };
    add(connection_.url_of("GetCACaps", connection_.identifier), CBP_HTTP_ALLOW_PLAIN);
    return CBP_OK;
}

} // namespace scep
