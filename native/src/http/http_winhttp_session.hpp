#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "http/http_winhttp_client.hpp"
#include "http/http_winhttp_trust.hpp"
#include "http/identity.hpp"

namespace certbroker::http::detail {

/// A WinHTTP session and the connections it keeps. It serves one Identity: WinHTTP shares connections within a session
/// and does not look at who made them.
class Session {
public:
    /// `proxy` as make_client has it. Http.ClientCertificate.
    static Result<std::shared_ptr<const Session>> open(const Identity &identity, const std::string &proxy);

    HINTERNET get() const noexcept { return internet_.get(); }
    const std::shared_ptr<const ServerTrust> &trust() const noexcept { return trust_; }
    /// nullptr when there is none.
    const std::shared_ptr<const ClientCertificate> &client() const noexcept { return client_; }

private:
    explicit Session(const Identity &identity) : trust_(std::make_shared<const ServerTrust>(identity.extra_trust)) {}
    void connect_by(const std::string &proxy);
    void restrict_protocols();

    std::shared_ptr<const ServerTrust> trust_;
    std::shared_ptr<const ClientCertificate> client_;
    Internet internet_;
};

} // namespace certbroker::http::detail
