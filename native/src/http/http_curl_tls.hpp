#pragma once

#include <string>

#include "http/identity.hpp"

/// The TLS side of the libcurl client.
namespace certbroker::http::detail {

/// Lives as long as the connections that were made with it.
struct TlsIdentity : Identity {
    bool certificate_asked = false; ///< the server wanted a client certificate and there was none to give
    std::string client_problem{};   ///< why the client's certificate or key could not be used
};

/// For identity_of.
bool is_certificate(ByteView der);

/// CURLOPT_SSL_CTX_FUNCTION with a TlsIdentity as its data.
int configure_tls(void *curl, void *ssl_context, void *identity) noexcept;

} // namespace certbroker::http::detail
