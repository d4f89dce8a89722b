#pragma once

#include <map>
#include <string>
#include <string_view>

#include "http/identity.hpp"

/// The TLS side of the libcurl client.
namespace certbroker::http::detail {

/// Lives as long as the connections that were made with it.
struct TlsIdentity : Identity {
    bool certificate_asked = false; ///< the server wanted a client certificate and there was none to give
    std::string refusal{};          ///< the alert by which the server refused the certificate or the lack of one
    std::string client_problem{};   ///< why the client's certificate or key could not be used
    /// What the last handshake with a host came to, "TLSv1.3, server certificate CN=ca"; by the name that was asked
    /// for, which for an address is empty.
    std::map<std::string, std::string, std::less<>> sessions{};

    std::string session_of(std::string_view host) const;
};

/// For identity_of.
bool is_certificate(ByteView der);

/// CURLOPT_SSL_CTX_FUNCTION with a TlsIdentity as its data.
int configure_tls(void *curl, void *ssl_context, void *identity) noexcept;

} // namespace certbroker::http::detail
