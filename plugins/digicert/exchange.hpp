#pragma once

#include <string>
#include <string_view>

#include "connection.hpp"
#include "errors.hpp"
#include "soap.hpp"

/// One SOAP exchange over mutual TLS, and what it means when it fails: the messages follow the connector's, with the
/// cause that its users had to guess.
namespace digicert {

using certbroker::plugin::Call;

/// What an exchange is for.
struct Purpose {
    const soap::Service *service;
    std::string_view action;
    const char *failed;       ///< beginning of messages: "Failed to get DigiCert policy"
    const ErrorKind *timeout; ///< which failure a time-out is
    bool repeatable;          ///< the host may send it again when the connection broke
    xml::Limits limits;
};
extern const Purpose get_policy, enroll, ask_pending, search_certificates, update_status, register_user;

/// Reads an answer; what is wrong with it begins as the purpose's other failures do.
template<class Read>
auto read_for(const Purpose &purpose, Read &&read) {
    try {
        return read();
    } catch (Failure &problem) {
        if (!problem.message.starts_with(purpose.failed))
            problem.message = std::string(purpose.failed) + ": " + problem.message;
        throw;
    }
}

/// The exchanges of one call.
class Exchange {
public:
    Exchange(Call call, const Connection &connection) : call_(call), connection_(connection) {}

    /// The answer, which holds no fault. `about` stands in the message of a fault: "profile 2.16...".
    soap::Reply post(const Purpose &purpose, const std::string &envelope, const std::string &about);
    /// The same, but a fault is an answer like another.
    soap::Reply post_for_any(const Purpose &purpose, const std::string &envelope);
    [[noreturn]] void refuse(const Purpose &purpose, const soap::Fault &fault, const std::string &about) const;
    /// An id for exchanges without an order.
    std::string new_transaction() const;
    /// An order's id, as what DigiCert takes: at most 40 characters.
    std::string transaction_of(std::string_view idempotency) const;
    /// The service echoes the id; another one is worth a line in the log.
    void check_echo(const std::string &sent, const std::string &echoed) const;

private:
    const cbp_key *key();
    Call::Response send(const Purpose &purpose, const std::string &envelope);
    [[noreturn]] void no_answer(const Purpose &purpose, cbp_status status) const;

    Call call_;
    const Connection &connection_;
    const cbp_key *key_ = nullptr;
};

} // namespace digicert
