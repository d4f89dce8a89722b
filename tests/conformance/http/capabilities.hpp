#pragma once

#include <string>

/// What the platform's own HTTP cannot do whatever a client makes of it, found out by asking it, without our client.
/// Empty: it can. Else the reason for a skip.
namespace certbroker::test::missing {

std::string chunk_errors();        ///< a chunked body that is cut off or garbled is a failure
std::string interim_answers();     ///< answers before the answer (103) are passed over
std::string separate_sessions();   ///< connections of different identities are kept apart
std::string certificate_request(); ///< says that the server wants a client certificate
std::string ec_client_keys();      ///< takes EC keys for TLS
std::string tls13();
std::string ip6();      ///< addresses in brackets
std::string ip_names(); ///< certificates for addresses

std::string header_limit();     ///< headers without end come to an end
std::string lower_anchors();    ///< trusts an authority below a root
std::string proxy_refusals();   ///< tells when a proxy makes no way to a server
std::string aborted_requests(); ///< does not send what was stopped just before

} // namespace certbroker::test::missing
