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
std::string ip6();        ///< addresses in brackets
std::string ip_names();   ///< certificates for addresses
std::string root_store(); ///< trusts what is put into the user's root store

} // namespace certbroker::test::missing
