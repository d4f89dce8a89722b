#pragma once

#include <string>
#include <string_view>

#include "certbroker/plugin.hpp"

/// The settings of a connection, read and checked once.
namespace scep {

using certbroker::plugin::Call;
using certbroker::plugin::Host;
using certbroker::plugin::Settings;

extern const certbroker_setting_info *const settings_table[];

struct Connection {
    /// Throws EndpointProtection.Setting for what the table cannot check.
    Connection(Host host, Settings settings);

    /// The address of an operation; `message` is escaped here, empty = none.
    std::string url_of(std::string_view operation, std::string_view message) const;

    Host host;
    Settings settings;
    std::string url;
    std::string identifier;    ///< ca-identifier
    std::string fingerprint;   ///< lower-case hex, 40 or 64 digits; empty = not pinned
    std::string challenge_url; ///< empty = none
    bool allow_legacy = false;
};

} // namespace scep
