#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certbroker/plugin.hpp"
#include "verify.hpp"

/// The connection's settings, read and checked; nothing here asks the network or touches a key.
namespace digicert {

/// The base service name, as the connector page's field "Certificate authority" has it: no scheme, no slash; host:port
/// for labs. What people paste is normalised, with a line in `notes`. Throws DigiCert.ServiceName for everything else.
std::string service_name(std::string_view text, std::vector<std::string> &notes);
/// Throws DigiCert.CaName unless it is "Symantec", or "DigiCert".
void check_ca_name(std::string_view text);

struct Connection {
    certbroker::plugin::Host host;
    certbroker::plugin::Settings settings;
    std::string service;    ///< "pki-ws.symauth.com"
    std::string thumbprint; ///< as the setting has it
    std::uint32_t timeout_ms = 0;
    bool renew_by_request_type = false;
    std::int64_t search_lag = 0; ///< seconds
    Options options;

    Connection(certbroker::plugin::Host host, certbroker::plugin::Settings settings);
    std::string url(std::string_view path) const { return "https://" + service + std::string(path); }
};

/// The order settings. Throws DigiCert.Setting for an attribute that is not name=value.
Wishes read_wishes(const certbroker::plugin::Settings &order);

/// The settings table of the plugin; NULL-terminated.
extern const certbroker_setting_info *const settings_table[];

} // namespace digicert
