#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "http/http_winhttp_handles.hpp"

/// Whether a server is who it says. WinHTTP asks Windows itself when it makes a connection; anchors of a request's own
/// are nobody's business but that request's, so they are asked for here.
namespace certbroker::http::detail {

/// For identity_of.
bool is_certificate(ByteView der);

/// Anchors beyond the system's. Immutable once made, thread-safe.
class ServerTrust {
public:
    explicit ServerTrust(const std::vector<Bytes> &anchors);
    ServerTrust(const ServerTrust &) = delete;
    ServerTrust &operator=(const ServerTrust &) = delete;
    ~ServerTrust();

    /// Why a server is not to be trusted under that name: its chain must end in a root of Windows or in an anchor, be
    /// in its time and meant for servers, and the name must stand in the certificate. Nothing is overlooked.
    std::optional<std::string> objection(const CERT_CONTEXT &server, const std::wstring &host) const;
    bool has_anchors() const noexcept { return engine_ != nullptr; }

private:
    CertStore anchors_;
    HCERTCHAINENGINE engine_ = nullptr; ///< trusts the anchors and nobody else
};

} // namespace certbroker::http::detail
