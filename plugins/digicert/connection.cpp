#include "connection.hpp"

#include "errors.hpp"
#include "text.hpp"

namespace digicert {
namespace {

using certbroker::plugin::setting;

constexpr const char *const encodings[] = {"bytes", "hex-text", nullptr};
constexpr const char *const renewals[] = {"issue", "renew", nullptr};

constexpr auto service_fqdn =
    setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "service-fqdn",
            "The base service name of your DigiCert subscription, without https:// and slashes.", CBP_REQUIRED, nullptr,
            nullptr, 0, 0, "pki-ws.symauth.com");
constexpr auto ca_name = setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "ca-name",
                                 "The certification authority's name, which is Symantec to this day.", 0, "Symantec",
                                 nullptr, 0, 0, "Symantec");
constexpr auto ra_certificate =
    setting(CBP_SCOPE_CONNECTION, CBP_KEY, "ra-certificate-thumbprint",
            "The thumbprint of the RA certificate, which is in LocalMachine\\My with its private key.", CBP_REQUIRED);
constexpr auto timeout =
    setting(CBP_SCOPE_CONNECTION, CBP_NUMBER, "timeout-ms",
            "How many milliseconds one exchange with the service may take (CloudCAConnTimeoutInMilliseconds).", 0,
            "100000", nullptr, 100, 3'600'000);
constexpr auto server_trust =
    setting(CBP_SCOPE_CONNECTION, CBP_PATH, "server-trust",
            "A PEM file with further roots to trust for the service's own certificate.", CBP_ADVANCED);
constexpr auto attribute_email =
    setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "attribute-email",
            "The profile's variable that takes the e-mail address, where its name does not tell.", CBP_ADVANCED,
            nullptr, nullptr, 0, 0, "mail_email");
constexpr auto attribute_upn =
    setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "attribute-upn",
            "The profile's variable that takes the user principal name, where its name does not tell.", CBP_ADVANCED,
            nullptr, nullptr, 0, 0, "otherNameUPN");
constexpr auto attribute_other_name =
    setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "attribute-other-name",
            "The profile's variable that takes the other name of the subject alternative names.", CBP_ADVANCED, nullptr,
            nullptr, 0, 0, "otherName");
constexpr auto attribute_seat = setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "attribute-seat",
                                        "The profile's variable that takes the seat id, where its name does not tell.",
                                        CBP_ADVANCED, nullptr, nullptr, 0, 0, "seat_id");
constexpr auto attribute_first_name =
    setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "attribute-first-name",
            "The profile's variable that takes the first name, where its name does not tell.", CBP_ADVANCED, nullptr,
            nullptr, 0, 0, "mail_firstName");
constexpr auto attribute_last_name =
    setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "attribute-last-name",
            "The profile's variable that takes the last name, where its name does not tell.", CBP_ADVANCED, nullptr,
            nullptr, 0, 0, "mail_lastName");
constexpr auto strict_policy =
    setting(CBP_SCOPE_CONNECTION, CBP_BOOL, "strict-policy",
            "Whether a request is stopped that asks for names the profile has no field for.", 0, "true");
constexpr auto other_name_encoding = setting(
    CBP_SCOPE_CONNECTION, CBP_CHOICE, "other-name-encoding",
    "What of an other name is sent in base64: its bytes, or its hex as printed.", CBP_ADVANCED, "bytes", encodings);
constexpr auto search_lag =
    setting(CBP_SCOPE_CONNECTION, CBP_DURATION, "search-lag",
            "How long after it was sent a request may be missing from DigiCert's search and still have been taken.",
            CBP_ADVANCED, "2m", nullptr, 0, 86'400);
constexpr auto renewal = setting(CBP_SCOPE_CONNECTION, CBP_CHOICE, "renewal",
                                 "How a renewal is asked for: as a new issue, or by the request type Renew.",
                                 CBP_ADVANCED, "issue", renewals);

constexpr auto order_seat =
    setting(CBP_SCOPE_ORDER, CBP_TEXT, "seat",
            "The seat the certificate counts for; else the e-mail address, the user principal name, or the host name.");
constexpr auto order_first_name =
    setting(CBP_SCOPE_ORDER, CBP_TEXT, "first-name",
            "The person's first name, for profiles that want it; else it is derived from the common name.");
constexpr auto order_last_name =
    setting(CBP_SCOPE_ORDER, CBP_TEXT, "last-name",
            "The person's last name, for profiles that want it; else it is derived from the common name.");
constexpr auto order_attribute =
    setting(CBP_SCOPE_ORDER, CBP_LIST, "attribute", "Values for further variables of the profile.", 0, nullptr, nullptr,
            0, 0, "jobTitle=Engineer,locality=Redmond");

/// What stands behind the host's name, which people copy along.
void drop_path(std::string &text, const std::string &given) {
    const auto slash = text.find_first_of("/\\");
    if (slash == std::string::npos) return;
    const std::string path = lower(text.substr(slash));
    const bool only_slashes = path.find_first_not_of("/\\") == std::string::npos;
    if (!only_slashes && path != "/pki-ws" && !path.starts_with("/pki-ws/") && !path.starts_with("/pki-ws?"))
        throw failure(errors::service_name,
                      "The setting service-fqdn cannot be used: '" + shown(given) + "' leads to another path");
    text.erase(slash);
}

void check_host_and_port(std::string_view text, const std::string &given) {
    const auto refuse = [&given](const std::string &why) {
        return failure(errors::service_name, "The setting service-fqdn cannot be used: '" + shown(given) + "' " + why);
    };
    const auto colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    if (name.empty() || name.size() > 253 || name.front() == '.' || name.front() == '-' || name.back() == '-' ||
        name.find("..") != std::string_view::npos ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") != std::string_view::npos)
        throw refuse("is no host name");
    if (colon == std::string_view::npos) return;
    const auto port = number(text.substr(colon + 1));
    if (!port || *port == 0 || *port > 65'535) throw refuse("has no port behind the colon");
}

std::string trimmed(const certbroker::plugin::Settings &settings, const char *name) {
    const std::string text = settings.text(name);
    return std::string(trim(text));
}

} // namespace

constexpr const certbroker_setting_info *const settings_table[] = {
    &service_fqdn,         &ca_name,         &ra_certificate,       &timeout,
    &server_trust,         &strict_policy,   &attribute_email,      &attribute_upn,
    &attribute_other_name, &attribute_seat,  &attribute_first_name, &attribute_last_name,
    &other_name_encoding,  &renewal,         &search_lag,           &order_seat,
    &order_first_name,     &order_last_name, &order_attribute,      nullptr};

std::string service_name(std::string_view text, std::vector<std::string> &notes) {
    const std::string given(text);
    std::string name = lower(trim(text));
    if (name.starts_with("https://"))
        name.erase(0, 8);
    else if (name.starts_with("http://"))
        throw failure(errors::service_name, "The setting service-fqdn cannot be used: '" + shown(given) +
                                                "' begins with http://, and the service speaks https alone");
    else if (name.find("://") != std::string::npos)
        throw failure(errors::service_name,
                      "The setting service-fqdn cannot be used: '" + shown(given) + "' begins with another scheme");
    drop_path(name, given);
    if (name.ends_with(".")) name.pop_back();
    check_host_and_port(name, given);
    if (name != given) notes.push_back("service-fqdn '" + shown(given) + "' is used as '" + name + "', the name alone");
    return name;
}

void check_ca_name(std::string_view text) {
    const std::string_view name = trim(text);
    if (name == "Symantec" || name == "DigiCert") return;
    throw failure(errors::ca_name,
                  "The setting ca-name cannot be used: '" + shown(text) + "' is not the word Symantec");
}

Connection::Connection(certbroker::plugin::Host given_host, certbroker::plugin::Settings given)
    : host(given_host), settings(given), thumbprint(given.text("ra-certificate-thumbprint")),
      timeout_ms(static_cast<std::uint32_t>(given.number("timeout-ms"))),
      renew_by_request_type(given.text("renewal") == "renew"), search_lag(given.number("search-lag")) {
    std::vector<std::string> notes;
    service = service_name(given.text("service-fqdn"), notes);
    check_ca_name(given.text("ca-name"));
    for (const std::string &note : notes)
        host.log(CBP_LOG_INFO, note);
    options.strict = options.refuse_characters = given.flag("strict-policy");
    options.other_name_as_hex_text = given.text("other-name-encoding") == "hex-text";
    const auto variable = [&given](const char *name) {
        const std::string text = given.text(name);
        const std::string_view bare = trim(text);
        return std::string(bare.starts_with('$') ? bare.substr(1) : bare);
    };
    options.email = variable("attribute-email");
    options.upn = variable("attribute-upn");
    options.other_name = variable("attribute-other-name");
    options.seat = variable("attribute-seat");
    options.first_name = variable("attribute-first-name");
    options.last_name = variable("attribute-last-name");
}

Wishes read_wishes(const certbroker::plugin::Settings &order) {
    Wishes wishes;
    wishes.seat = trimmed(order, "seat");
    wishes.first_name = trimmed(order, "first-name");
    wishes.last_name = trimmed(order, "last-name");
    for (const std::string &item : split_list(order.text("attribute"), ',')) {
        const auto equals = item.find('=');
        const std::string_view name = trim(std::string_view(item).substr(0, equals));
        if (equals == std::string::npos || name.empty())
            throw failure(errors::setting,
                          "The order setting attribute cannot be used: '" + shown(item, 100) + "' is not name=value");
        wishes.attributes.emplace_back(name, trim(std::string_view(item).substr(equals + 1)));
    }
    return wishes;
}

} // namespace digicert
