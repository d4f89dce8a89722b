#pragma once

#include <string>
#include <string_view>

#include "caps.hpp"
#include "connection.hpp"

/// SCEP's operations over HTTP (RFC 8894 section 4.1), and what a failure of one means.
namespace scep {

class Exchange {
public:
    Exchange(Call call, const Connection &connection) : call_(call), connection_(connection) {}

    /// GetCACaps. A server that does not know it can do nothing special (section 3.5.1).
    Capabilities capabilities();
    /// GetCACert or GetNextCACert.
    std::string_view certificates(const char *operation);
    /// PKIOperation: a message there, a message back. `repeatable`: asking twice does no harm.
    std::string_view pki_operation(cbp_bytes message, bool post, bool repeatable);

    /// How a page that needs authentication is asked for.
    struct LogOn {
        std::uint32_t kind = CBP_AUTH_NONE;
        const char *user = nullptr;
        const cbp_secret *password = nullptr;
    };
    Call::Response page(const std::string &url, const LogOn &log_on);

    Call call() const { return call_; }
    const Connection &connection() const { return connection_; }

private:
    Call::Response send(const char *method, const std::string &url, cbp_bytes body, bool repeatable);
    /// Throws for every status but 200.
    void require_success(const Call::Response &response, const std::string &what) const;

    Call call_;
    const Connection &connection_;
};

} // namespace scep
