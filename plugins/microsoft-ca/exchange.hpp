#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connection.hpp"

/// One HTTP exchange with a server of the CA, and what it means when it fails.
namespace microsoft_ca {

/// What is sent.
struct Ask {
    const char *method = "GET";
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string_view body = {};
    const cbp_secret_place *const *places = nullptr;
    bool repeatable = true;                        ///< asking twice does no harm
    std::size_t most = 4UL * 1024 * 1024;          ///< bytes of the answer
    Authentication as = Authentication::negotiate; ///< user_name and anonymous: nothing of HTTP
    const cbp_key *client_key = nullptr;           ///< certificate: another one than the setting's
};

/// Nothing of it can have reached the service, so another address may be tried. Is a Failure like another to who does
/// not care.
struct NotSent : Failure {
    explicit NotSent(Failure failure) : Failure(std::move(failure)) {}
};

/// The exchanges of one call.
class Exchange {
public:
    Exchange(Call call, const Connection &connection) : call_(call), connection_(connection) {}

    /// An answer of any status. `what` begins the message of a failure: "The request could not be sent". Throws
    /// NotSent, or a Failure when it may have arrived.
    Call::Response send(const Ask &ask, const std::string &what);
    /// What a status other than success means: credentials, access, not installed, or an HTTP error. NotSent where the
    /// service itself has seen nothing, but for 401: the same password at the next address might lock the account.
    [[noreturn]] void refuse(const Call::Response &response, const std::string &url, const std::string &what) const;

    Call call() const { return call_; }
    const Connection &connection() const { return connection_; }
    /// The setting password; nullptr when there is none.
    const cbp_secret *password() const;

private:
    const cbp_key *key();
    [[noreturn]] void no_answer(cbp_status status, const Ask &ask, const std::string &what) const;

    Call call_;
    const Connection &connection_;
    const cbp_key *key_ = nullptr;
};

/// "host", "host:port": of a URL that the host has accepted, for messages.
std::string host_of(std::string_view url);

/// Until an order is sent, whatever fails cannot have issued anything, and the host may be told so.
template<class Body>
auto before_sending(Call call, Body &&body) {
    try {
        return body();
    } catch (...) {
        call.host()->fail_detail(call.raw(), CBP_DETAIL_NOT_SENT, 1);
        throw;
    }
}

} // namespace microsoft_ca
