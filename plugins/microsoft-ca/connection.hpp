#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "certbroker/plugin.hpp"
#include "errors.hpp"

/// The connection's settings, read and checked; nothing here asks the network or touches a key.
namespace microsoft_ca {

using certbroker::plugin::Call;
using certbroker::plugin::Host;
using certbroker::plugin::Settings;

extern const certbroker_setting_info *const settings_table[];

enum class TransportKind { ces, certsrv, dcom };
/// How somebody shows a server who he is.
enum class Authentication { negotiate, basic, user_name, certificate, anonymous };

const char *name_of(TransportKind transport);
const char *name_of(Authentication authentication); ///< as the setting has it

struct Connection {
    /// Throws MicrosoftCa.Setting for what the table cannot check, and for combinations that make no sense.
    Connection(Host host, Call call, Settings settings);

    Host host;
    Settings settings;
    TransportKind transport = TransportKind::ces;
    Authentication authentication = Authentication::negotiate;
    std::string
        url; ///< ces: of the policy or of the enrolment service; certsrv: of /certsrv, without a slash at the end
    std::string ca_host, ca_name; ///< dcom: both parts of config
    std::string user;             ///< empty = the account that CertBroker runs as
    std::string proxy;            ///< empty = the system's
    bool allow_san_attribute = false;
};

/// An attribute that goes along with a request: CertificateTemplate, ccm, ...
using Attribute = std::pair<std::string, std::string>;

/// The order setting `attribute`, checked: names are words, values have no line ends, CertificateTemplate is not among
/// them, SAN only where allow-san-attribute permits it. Throws MicrosoftCa.Attribute and MicrosoftCa.SanAttribute.
std::vector<Attribute> read_attributes(const Settings &order, const Connection &connection);
/// The same for one attribute, wherever it comes from; a CSR's CBP_FIELD_REQUEST_ATTRIBUTE, too.
void check_attribute(const Attribute &attribute, const Connection &connection);

/// Whether the last segment of a URL is that of an enrolment service (CES): "CES", "CES1".
bool is_enrolment_url(std::string_view url);

} // namespace microsoft_ca
