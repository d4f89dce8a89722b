#include "connection.hpp"

#include "errors.hpp"
#include "text.hpp"

namespace scep {
namespace {

using certbroker::plugin::setting;

constexpr auto url =
    setting(CBP_SCOPE_CONNECTION, CBP_URL, "url", "The SCEP server's address, as Windows' NDES has it or any other.",
            CBP_REQUIRED, nullptr, nullptr, 0, 0, "http://ndes.example.com/certsrv/mscep/mscep.dll");
constexpr auto challenge =
    setting(CBP_SCOPE_CONNECTION, CBP_SECRET, "challenge",
            "The challenge password that goes into every request, where the CA takes the same one again.");
constexpr auto challenge_url =
    setting(CBP_SCOPE_CONNECTION, CBP_URL, "challenge-url",
            "The page that NDES shows a fresh challenge password on; it is fetched for every request.", 0, nullptr,
            nullptr, 0, 0, "https://ndes.example.com/certsrv/mscep_admin/");
constexpr auto challenge_user =
    setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "challenge-user",
            "Who asks for the challenge page; without it the account that CertBroker runs as.", 0, nullptr, nullptr, 0,
            0, "DOMAIN\\user");
constexpr auto challenge_password =
    setting(CBP_SCOPE_CONNECTION, CBP_SECRET, "challenge-password", "The password of challenge-user.");
constexpr auto ca_identifier =
    setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "ca-identifier",
            "Which CA is meant, where one server speaks for several; goes along as message.", CBP_ADVANCED);
constexpr auto ca_fingerprint =
    setting(CBP_SCOPE_CONNECTION, CBP_TEXT, "ca-fingerprint",
            "The CA certificate's fingerprint, which the CA's administrator gives; everything else is refused.", 0,
            nullptr, nullptr, 0, 0, "SHA-256 (64 hex digits) or SHA-1 (40)");
constexpr auto allow_legacy =
    setting(CBP_SCOPE_CONNECTION, CBP_BOOL, "allow-legacy",
            "Whether single DES, Triple DES and SHA-1 may be used where the CA knows or answers nothing better.",
            CBP_ADVANCED, "false");
constexpr auto server_trust =
    setting(CBP_SCOPE_CONNECTION, CBP_PATH, "server-trust",
            "A PEM file with further roots that the servers' TLS certificates may come from.", CBP_ADVANCED);

Failure wrong(const std::string &why) {
    return failure(errors::setting, "The connection to the SCEP server cannot be opened: " + why);
}

std::string read_fingerprint(std::string_view given) {
    std::string digits;
    for (const char c : lower(given)) {
        if (c != ':' && c != ' ' && c != '-') digits += c;
    }
    if (digits.empty()) return digits;
    if ((digits.size() != 40 && digits.size() != 64) || !bytes_of_hex(digits))
        throw wrong("ca-fingerprint '" + shown(given, 100) +
                    "' is neither a SHA-256 fingerprint (64 hex digits) nor a SHA-1 one (40)");
    return digits;
}

} // namespace

const certbroker_setting_info *const settings_table[] = {
    &url,           &challenge,      &challenge_url, &challenge_user, &challenge_password,
    &ca_identifier, &ca_fingerprint, &allow_legacy,  &server_trust,   nullptr};

Connection::Connection(Host given_host, Settings given) : host(given_host), settings(given) {
    url = settings.text("url");
    identifier = settings.text("ca-identifier");
    fingerprint = read_fingerprint(settings.text("ca-fingerprint"));
    challenge_url = settings.text("challenge-url");
    allow_legacy = settings.flag("allow-legacy");
    if (challenge_url.empty() && !settings.text("challenge-user").empty())
        throw wrong("challenge-user is given, but no challenge-url to ask");
    if (url.find('#') != std::string::npos) throw wrong("url '" + shown(url, 200) + "' has a fragment");
}

std::string Connection::url_of(std::string_view operation, std::string_view message) const {
    std::string out = url;
    out += url.find('?') == std::string::npos ? '?' : '&';
    out += "operation=";
    out += operation;
    if (!message.empty()) out += "&message=" + escaped(message);
    return out;
}

} // namespace scep
