#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/credentials.hpp"
#include "http/http.hpp"

/// Who we are to a server, and whom we trust beyond the system.
namespace certbroker::http::detail {

struct Identity {
    std::optional<crypto::ClientCredentials> client;
    std::vector<Bytes> extra_trust; ///< DER

    /// Names everything that decides whether a connection may serve another request.
    std::string key() const;
};

/// The request's credentials and the anchors of its trust file. `is_certificate` tells whether bytes are one.
/// Http.TrustFile.
Result<Identity> identity_of(const Request &request, bool (*is_certificate)(ByteView der));

} // namespace certbroker::http::detail
