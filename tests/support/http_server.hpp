#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pki.hpp"
#include "socket.hpp"

/// A server on the loopback that answers as a test wants it to, well or badly, with and without TLS.
namespace certbroker::test {

/// One connection as a handler sees it.
class Connection {
public:
    virtual ~Connection() = default;
    /// What has come so far; empty at the end or when the server stops.
    virtual std::string read_some() = 0;
    /// False when the other side is gone.
    virtual bool write(std::string_view text) = 0;
    /// Headers and, by Content-Length, body of the next request; empty when there is none.
    std::string read_request();
    /// Writes a status, headers and a body with its length.
    bool answer(int status, std::string_view body, std::string_view headers = {});
    bool stopping() const { return *stop; }

    const std::atomic<bool> *stop = nullptr;
    std::function<void(const std::string &)> note; ///< told of every request
    int number = 0;                                ///< of the connection, from 1

private:
    std::string buffer_;
};

using Handler = std::function<void(Connection &)>;

/// Root, issuing CA and leaf under names that no other process uses: Windows looks for issuers by name in its stores
/// also, where another test may have put one of its own.
const Pki &server_pki();

/// An issuer and what it certified for TLS; names are SANs ("127.0.0.1", "localhost").
struct TlsIdentity {
    crypto::KeyHandle key;
    x509::Chain chain;
};
TlsIdentity make_tls_identity(const Issuer &issuer, const std::vector<std::string> &names, bool client = false,
                              const crypto::KeySpec &spec = p256);

struct TlsOptions {
    TlsIdentity identity;
    std::vector<x509::Certificate> client_roots; ///< not empty: a client certificate from one of them is required
    bool client_optional = false;                ///< asked for, but not required
    bool tls12 = false;                          ///< nothing newer
    bool only_tls11 = false;
    bool only_tls13 = false;
};

class Server {
public:
    /// Plain HTTP.
    explicit Server(Handler handler, bool ip6 = false);
    Server(Handler handler, TlsOptions tls);
    ~Server();
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    std::string url(const std::string &path = "/", const std::string &host = "127.0.0.1") const;
    std::uint16_t port() const noexcept { return port_; }
    int connections() const noexcept { return connections_; }
    /// Requests read by read_request, in order.
    std::vector<std::string> requests() const;
    /// The same when it is over: what was on its way has had the time to arrive.
    std::vector<std::string> all_requests(std::chrono::milliseconds patience = std::chrono::milliseconds(100));

private:
    void listen(bool ip6);
    void stop();
    void accept_loop();
    void serve(net::Socket socket, int number);

    Handler handler_;
    std::shared_ptr<void> tls_; ///< SSL_CTX
    net::Socket socket_ = net::none;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_{false};
    std::atomic<int> connections_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

} // namespace certbroker::test
