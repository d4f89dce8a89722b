#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/pki.hpp"

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
    int number = 0; ///< of the connection, from 1

private:
    std::string buffer_;
};

using Handler = std::function<void(Connection &)>;

/// An issuer and what it certified for TLS; names are SANs ("127.0.0.1", "localhost").
struct TlsIdentity {
    crypto::KeyHandle key;
    x509::Chain chain;
};
TlsIdentity make_tls_identity(const Issuer &issuer, const std::vector<std::string> &names, bool client = false);

struct TlsOptions {
    TlsIdentity identity;
    std::vector<x509::Certificate> client_roots; ///< not empty: a client certificate from one of them is required
    bool tls12 = false;                          ///< nothing newer
    bool only_tls11 = false;
};

class Server {
public:
    /// Plain HTTP.
    explicit Server(Handler handler);
    Server(Handler handler, TlsOptions tls);
    ~Server();
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    std::string url(const std::string &path = "/", const std::string &host = "127.0.0.1") const;
    std::uint16_t port() const noexcept { return port_; }
    int connections() const noexcept { return connections_; }
    /// Requests read by read_request, in order.
    std::vector<std::string> requests() const;

private:
    friend class Connection;
    void listen();
    void accept_loop();
    void serve(int socket, int number);

    Handler handler_;
    std::shared_ptr<void> tls_; ///< SSL_CTX
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_{false};
    std::atomic<int> connections_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

} // namespace certbroker::test
