#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/credentials.hpp"

/// The TLS side of the libcurl client: who we are and whom we trust beyond the system.
namespace certbroker::http::detail {

/// Lives as long as the connections that were made with it.
struct TlsIdentity {
    std::optional<crypto::ClientCredentials> client;
    std::vector<Bytes> extra_trust; ///< DER
    bool certificate_asked = false; ///< the server wanted a client certificate and there was none to give
    std::string client_problem;     ///< why the client's certificate or key could not be used

    /// Names everything that decides whether a connection may serve another request.
    std::string key() const;
};

/// Reads the anchors of a PEM file: Http.TrustFile.
Result<std::vector<Bytes>> read_trust_file(const std::string &path);

/// CURLOPT_SSL_CTX_FUNCTION with a TlsIdentity as its data.
int configure_tls(void *curl, void *ssl_context, void *identity) noexcept;

/// Lower-case hex of the SHA-256 of a file's or certificate's bytes.
std::string fingerprint(ByteView bytes);

} // namespace certbroker::http::detail
