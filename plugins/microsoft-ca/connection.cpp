#include "connection.hpp"

#include <algorithm>

#include "text.hpp"

namespace microsoft_ca {
namespace {

using certbroker::plugin::setting;

constexpr const char *const transports[] = {"ces", "certsrv", "dcom", nullptr};
constexpr const char *const authentications[] = {"negotiate",   "basic",     "user-name",
                                                 "certificate", "anonymous", nullptr};

constexpr auto transport = setting(
    CBP_SCOPE_CONNECTION, CBP_CHOICE, "transport",
    "How the CA is reached: its enrolment web services, its web enrolment pages, or DCOM.", 0, "ces", transports);
constexpr auto url =
    setting(CBP_SCOPE_CONNECTION, CBP_URL, "url",
            "The enrolment policy service (or one enrolment service) for ces, the address of /certsrv for certsrv.", 0,
            nullptr, nullptr, 0, 0, "https://ca.example.com/ADPolicyProvider_CEP_Kerberos/service.svc/CEP");
constexpr auto config = setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "config", "The CA's config string, for dcom alone.", 0,
                                nullptr, nullptr, 0, 0, "ca.example.com\\Example Issuing CA");
constexpr auto authentication =
    setting(CBP_SCOPE_CONNECTION, CBP_CHOICE, "authentication",
            "How the account shows who it is; each service takes the one it was installed with.", 0, "negotiate",
            authentications);
constexpr auto user = setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "user",
                              "Who asks; without it, and with negotiate, the account that CertBroker runs as.", 0,
                              nullptr, nullptr, 0, 0, "DOMAIN\\user");
constexpr auto password = setting(CBP_SCOPE_CONNECTION, CBP_SECRET, "password", "The password of user.");
constexpr auto client_certificate =
    setting(CBP_SCOPE_CONNECTION, CBP_KEY, "client-certificate-thumbprint",
            "The certificate with its private key in My that shows who asks, for authentication by certificate.");
constexpr auto proxy = setting(CBP_SCOPE_CONNECTION, CBP_URL, "proxy",
                               "The proxy on the way to the services; without it the system's settings count.", 0,
                               nullptr, nullptr, 0, 0, "http://proxy.example.com:8080");
constexpr auto server_trust =
    setting(CBP_SCOPE_CONNECTION, CBP_PATH, "server-trust",
            "A PEM file with further roots that the servers' TLS certificates may come from.", CBP_ADVANCED);
constexpr auto allow_san_attribute =
    setting(CBP_SCOPE_CONNECTION, CBP_BOOL, "allow-san-attribute",
            "Whether subject alternative names may go along as the request attribute SAN, which is dangerous.",
            CBP_ADVANCED, "false");
constexpr auto order_attribute =
    setting(CBP_SCOPE_ORDER, CBP_LIST, "attribute", "Further attributes that go along with the request.", 0, nullptr,
            nullptr, 0, 0, "ccm=web01.example.com,ValidityPeriod=Days");

constexpr std::size_t most_attributes = 50;
constexpr std::size_t longest_name = 200, longest_value = 4000;

Failure wrong(const std::string &why, const std::string &remedy) {
    return failure(errors::setting, "The connection to the Microsoft CA cannot be opened: " + why, remedy);
}

TransportKind read_transport(std::string_view name) {
    return name == "certsrv" ? TransportKind::certsrv : name == "dcom" ? TransportKind::dcom : TransportKind::ces;
}

Authentication read_authentication(std::string_view name) {
    if (name == "basic") return Authentication::basic;
    if (name == "user-name") return Authentication::user_name;
    if (name == "certificate") return Authentication::certificate;
    return name == "anonymous" ? Authentication::anonymous : Authentication::negotiate;
}

void check_authentication(const Connection &connection, bool has_password, bool has_certificate) {
    const Authentication how = connection.authentication;
    const std::string named = std::string("authentication ") + name_of(how);
    const bool by_password = how == Authentication::basic || how == Authentication::user_name;
    if (by_password && (connection.user.empty() || !has_password))
        throw wrong(named + " needs user and password, and " + (connection.user.empty() ? "user" : "password") +
                        " is missing",
                    "Set user (DOMAIN\\user or user@domain) and password, or choose authentication negotiate to ask as "
                    "the account itself.");
    if (!by_password && how != Authentication::negotiate && (!connection.user.empty() || has_password))
        throw wrong("user or password is given, which " + named + " has no use for",
                    "Leave user and password out, or set authentication to negotiate, basic or user-name.");
    if (has_password && connection.user.empty())
        throw wrong("password is given, but not whose it is", "Set user as well, or leave password out.");
    if (!connection.user.empty() && !has_password)
        throw wrong("user is given, but no password",
                    "Set password as well, or leave user out to ask as the account that CertBroker runs as.");
    if (how == Authentication::certificate && !has_certificate)
        throw wrong(named + " needs client-certificate-thumbprint",
                    "Name the certificate that shows who asks by client-certificate-thumbprint.");
    if (how != Authentication::certificate && has_certificate)
        throw wrong("client-certificate-thumbprint is given, which " + named + " has no use for",
                    "Set authentication to certificate, or leave client-certificate-thumbprint out.");
}

/// "host\CA name", both parts.
void read_config(Connection &connection, std::string_view config_text) {
    const auto backslash = config_text.find('\\');
    const std::string_view host = trim(config_text.substr(0, backslash));
    const std::string_view name =
        backslash == std::string_view::npos ? std::string_view() : trim(config_text.substr(backslash + 1));
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    const bool bad = std::any_of(config_text.begin(), config_text.end(), is_control) || host.empty() || name.empty() ||
                     name.find('\\') != std::string_view::npos || host.find_first_of(" /:\t") != std::string_view::npos;
    if (bad)
        throw wrong("config '" + shown(config_text, 200) + "' is not host\\CA name",
                    "Write it as certutil shows it (certutil -dump, Config): ca.example.com\\Example Issuing CA.");
    connection.ca_host = host;
    connection.ca_name = name;
}

void check_web(const Connection &connection, const std::string &config_text) {
    const std::string named = std::string("transport ") + name_of(connection.transport);
    if (!config_text.empty())
        throw wrong("config is given, which " + named + " has no use for",
                    "Leave config out, or set transport to dcom on Windows.");
    if (connection.url.empty())
        throw wrong(named + " needs url",
                    connection.transport == TransportKind::ces
                        ? "Set url to the policy service, https://HOST/ADPolicyProvider_CEP_Kerberos/service.svc/CEP."
                        : "Set url to the web enrolment pages, https://HOST/certsrv.");
    if (connection.url.find_first_of("#?") != std::string::npos)
        throw wrong("url '" + shown(connection.url, 200) + "' has a query or a fragment",
                    "Give the address of the service alone.");
    if (connection.transport != TransportKind::certsrv) return;
    if (connection.authentication == Authentication::user_name)
        throw wrong("authentication user-name belongs to the enrolment web services, and transport is certsrv",
                    "Set authentication to basic or negotiate: the web pages take user and password by HTTP.");
    if (connection.authentication == Authentication::anonymous)
        throw wrong("authentication anonymous makes no sense with transport certsrv",
                    "Set authentication to negotiate, basic or certificate.");
}

void check_dcom(const Connection &connection, bool has_trust) {
    if (!connection.url.empty())
        throw wrong("url is given, which transport dcom has no use for", "Leave url out; config names the CA.");
    if (connection.ca_name.empty())
        throw wrong("transport dcom needs config", "Set config to host\\CA name, as certutil -dump shows it.");
    if (connection.authentication != Authentication::negotiate || !connection.user.empty())
        throw wrong("transport dcom always asks as the account that CertBroker runs as",
                    "Leave authentication, user, password and client-certificate-thumbprint out, and run CertBroker as "
                    "the account that may enroll.");
    if (!connection.proxy.empty() || has_trust)
        throw wrong("proxy or server-trust is given, which transport dcom has no use for", "Leave them out.");
}

} // namespace

const certbroker_setting_info *const settings_table[] = {&transport,
                                                         &url,
                                                         &config,
                                                         &authentication,
                                                         &user,
                                                         &password,
                                                         &client_certificate,
                                                         &proxy,
                                                         &server_trust,
                                                         &allow_san_attribute,
                                                         &order_attribute,
                                                         nullptr};

const char *name_of(TransportKind kind) {
    return transports[static_cast<int>(kind)];
}
const char *name_of(Authentication how) {
    return authentications[static_cast<int>(how)];
}

Connection::Connection(Host given_host, Call call, Settings given)
    : host(given_host), settings(given), transport(read_transport(given.text("transport"))),
      authentication(read_authentication(given.text("authentication"))), url(given.text("url")),
      user(trim(given.text("user"))), proxy(given.text("proxy")),
      allow_san_attribute(given.flag("allow-san-attribute")) {
    const std::string config_text(trim(given.text("config")));
    const bool has_password = call.host()->setting_secret(call.raw(), given.raw(), "password") != nullptr;
    check_authentication(*this, has_password, !given.text("client-certificate-thumbprint").empty());
    if (transport == TransportKind::dcom) {
        if (!config_text.empty()) read_config(*this, config_text);
        check_dcom(*this, !given.text("server-trust").empty());
        return;
    }
    check_web(*this, config_text);
    while (transport == TransportKind::certsrv && url.ends_with('/'))
        url.pop_back();
}

bool is_enrolment_url(std::string_view address) {
    while (address.ends_with('/'))
        address.remove_suffix(1);
    const auto slash = address.rfind('/');
    if (slash == std::string_view::npos) return false;
    const std::string last = lower(address.substr(slash + 1));
    return last.starts_with("ces") && last.find_first_not_of("0123456789", 3) == std::string::npos;
}

void check_attribute(const Attribute &attribute, const Connection &connection) {
    const auto &[name, value] = attribute;
    const std::string what = "The attribute '" + shown(name, 80) + "' cannot be sent: ";
    const bool word = !name.empty() && name.size() <= longest_name && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
               c == '.';
    });
    if (!word) throw failure(errors::attribute, what + "its name is not made of letters, digits, '-', '_' and '.'");
    if (value.size() > longest_value) throw failure(errors::attribute, what + "its value is too long");
    const bool controls =
        std::any_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (controls || !is_utf8(value))
        throw failure(errors::attribute, what + "its value has a line end or a control character, and what stands "
                                                "behind it would be read as an attribute of its own");
    if (same(name, "CertificateTemplate"))
        throw failure(errors::attribute, what + "the template is named by -Template",
                      "Name the template by -Template and leave the attribute out.");
    if (same(name, "SAN") && !connection.allow_san_attribute)
        throw failure(errors::san_attribute, what +
                                                 "a CA that takes names from it lets every requester be anybody, and "
                                                 "allow-san-attribute is not set");
}

std::vector<Attribute> read_attributes(const Settings &order, const Connection &connection) {
    std::vector<Attribute> out;
    const std::string list = order.text("attribute");
    if (trim(list).empty()) return out;
    for (const std::string_view item : split(list, ',')) {
        const auto equals = item.find('=');
        if (equals == std::string_view::npos)
            throw failure(errors::attribute,
                          "The order setting attribute cannot be used: '" + shown(item, 100) + "' is not Name=Value");
        out.emplace_back(trim(item.substr(0, equals)), trim(item.substr(equals + 1)));
        check_attribute(out.back(), connection);
        if (out.size() > most_attributes)
            throw failure(errors::attribute, "The order setting attribute cannot be used: it has more than 50 items");
    }
    return out;
}

} // namespace microsoft_ca
