#pragma once

#include <memory>

#include "base/result.hpp"
#include "crypto/credentials.hpp"
#include "http/http_winhttp_handles.hpp"

/// A client's certificate as Windows' TLS wants it: with a key that it can open by name.
namespace certbroker::http::detail {

class ClientCertificate {
public:
    /// Keys of Windows' stores stay there; others are lent to Windows until this goes. Http.ClientCertificate.
    static Result<std::unique_ptr<ClientCertificate>> open(const crypto::ClientCredentials &client);
    ClientCertificate(const ClientCertificate &) = delete;
    ClientCertificate &operator=(const ClientCertificate &) = delete;
    ~ClientCertificate();

    const CERT_CONTEXT *get() const noexcept { return certificate_.get(); }
    /// The key has no name: Windows can crash over such ones in a TLS 1.3 handshake.
    bool nameless() const noexcept { return nameless_; }

private:
    ClientCertificate() = default;
    CertStore store_;
    CertContext certificate_;
    bool lent_ = false;
    bool nameless_ = false;
};

} // namespace certbroker::http::detail
