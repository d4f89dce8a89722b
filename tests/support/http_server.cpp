#include "http_server.hpp"

#include <cstdlib>
#include <openssl/ssl.h>

#include <stdexcept>

#include "base/der.hpp"
#include "base/text.hpp"
#include "crypto/openssl.hpp"
#include "crypto/random.hpp"

namespace certbroker::test {
namespace {

bool readable(net::Socket socket, const std::atomic<bool> &stop) {
    while (!stop) {
        if (net::readable(socket, 20)) return true;
    }
    return false;
}

class PlainConnection final : public Connection {
public:
    explicit PlainConnection(net::Socket socket) : socket_(socket) { net::never_block(socket); }
    std::string read_some() override {
        char buffer[16384];
        if (!readable(socket_, *stop)) return {};
        const long got = net::receive(socket_, buffer, sizeof buffer);
        return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
    }
    bool write(std::string_view text) override {
        while (!text.empty()) {
            // A client that reads no more must not keep the server from stopping.
            while (!net::writable(socket_, 20)) {
                if (*stop) return false;
            }
            const long sent = net::send(socket_, text.data(), text.size());
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

private:
    net::Socket socket_;
};

class TlsConnection final : public Connection {
public:
    TlsConnection(net::Socket socket, SSL *ssl) : socket_(socket), ssl_(ssl) {}
    std::string read_some() override {
        char buffer[16384];
        if (SSL_pending(ssl_) == 0 && !readable(socket_, *stop)) return {};
        const int got = SSL_read(ssl_, buffer, sizeof buffer);
        return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
    }
    bool write(std::string_view text) override {
        return text.empty() || SSL_write(ssl_, text.data(), static_cast<int>(text.size())) > 0;
    }

private:
    net::Socket socket_;
    SSL *ssl_;
};

crypto::openssl::Certificate native(const x509::Certificate &certificate) {
    return crypto::openssl::read_certificate(certificate.der());
}

std::shared_ptr<void> make_context(const TlsOptions &options) {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    // Every connection shows its certificates: a resumed session would hide what a test is about.
    (void)SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
    (void)SSL_CTX_set_num_tickets(context.get(), 0);
    if (options.tls12) (void)SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
    if (options.only_tls13) (void)SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    if (options.only_tls11) {
        SSL_CTX_set_security_level(context.get(), 0);
        (void)SSL_CTX_set_min_proto_version(context.get(), TLS1_1_VERSION);
        (void)SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
    }
    bool good = SSL_CTX_use_certificate(context.get(), native(options.identity.chain.front()).get()) == 1 &&
                SSL_CTX_use_PrivateKey(context.get(), options.identity.key->native()) == 1;
    for (std::size_t i = 1; i < options.identity.chain.size(); ++i)
        good = good && SSL_CTX_add1_chain_cert(context.get(), native(options.identity.chain[i]).get()) == 1;
    for (const x509::Certificate &root : options.client_roots)
        good = good && X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), native(root).get()) == 1;
    if (!options.client_roots.empty())
        SSL_CTX_set_verify(context.get(),
                           SSL_VERIFY_PEER | (options.client_optional ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT), nullptr);
    if (!good) throw std::runtime_error("the test server's TLS cannot be set up");
    return context;
}

/// A reset would swallow the alert that the test wants to see; so what is still coming is read first.
void drain(net::Socket socket) {
    net::finish_sending(socket);
    net::never_block(socket);
    char buffer[4096];
    while (net::readable(socket, 200) && net::receive(socket, buffer, sizeof buffer) > 0) {
    }
}

} // namespace

std::string Connection::read_request() {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        const std::string more = read_some();
        if (more.empty()) return {};
        buffer_ += more;
    }
    std::size_t length = 0;
    const std::string head = ascii_lower(std::string_view(buffer_).substr(0, end));
    if (const auto at = head.find("content-length:"); at != std::string::npos)
        length = std::strtoul(head.c_str() + at + 15, nullptr, 10);
    while (buffer_.size() < end + 4 + length) {
        const std::string more = read_some();
        if (more.empty()) return {};
        buffer_ += more;
    }
    std::string request = buffer_.substr(0, end + 4 + length);
    buffer_.erase(0, end + 4 + length);
    if (note) note(request);
    return request;
}

bool Connection::answer(int status, std::string_view body, std::string_view headers) {
    return write("HTTP/1.1 " + std::to_string(status) + " Status\r\n" + std::string(headers) +
                 "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

namespace {

/// Whether both numbers of an ECDSA signature on P-256 fill their 32 octets. Wine 8 takes a signature for wrong when
/// one of them begins with a zero octet and is therefore shorter, which happens once in a hundred times.
bool has_long_signature(const x509::Certificate &certificate) {
    der::Reader outer = must(der::read_single(certificate.der(), der::sequence));
    (void)must(outer.next(der::sequence));
    (void)must(outer.next(der::sequence));
    const Bytes signature = must(outer.read_bits());
    der::Reader numbers = must(der::read_single(signature, der::sequence));
    const std::size_t r = must(numbers.next(der::integer)).content.size();
    return r >= 32 && must(numbers.next(der::integer)).content.size() >= 32;
}

} // namespace

const Pki &server_pki() {
    static const Pki made = [] {
        const std::string suffix = " " + must(crypto::random_uuid(crypto::system_random()));
        Pki fresh;
        fresh.root = make_root("CN=Server Root" + suffix);
        fresh.ca = make_issued("CN=Server CA" + suffix, fresh.root, true);
        while (!has_long_signature(fresh.ca.certificate))
            fresh.ca = make_issued("CN=Server CA" + suffix, fresh.root, true);
        fresh.leaf = make_issued("CN=web01.example.com", fresh.ca, false);
        fresh.chain = {fresh.leaf.certificate, fresh.ca.certificate, fresh.root.certificate};
        return fresh;
    }();
    return made;
}

TlsIdentity make_tls_identity(const Issuer &issuer, const std::vector<std::string> &names, bool client,
                              const crypto::KeySpec &key) {
    TlsIdentity made;
    made.key = must(crypto::generate_key(key));
    x509::CertificateSpec spec;
    spec.subject = must(x509::Name::parse("CN=tls test"));
    spec.issuer = issuer.certificate.subject();
    spec.serial = must(crypto::random_serial(crypto::system_random()));
    spec.not_before = 1'700'000'000;
    spec.not_after = 4'000'000'000;
    spec.spki = made.key->public_key().spki();
    std::vector<x509::GeneralName> sans;
    for (const std::string &name : names) {
        auto ip = x509::make_ip(name);
        sans.push_back(ip ? *ip : must(x509::make_dns(name)));
    }
    if (!sans.empty()) spec.extensions.push_back(x509::make_subject_alt_name(sans));
    spec.extensions.push_back(x509::make_enhanced_key_usage({client ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1"}));
    spec.extensions.push_back(x509::make_authority_key_identifier(issuer.certificate.public_key().key_identifier()));
    x509::Certificate certificate = must(x509::sign_certificate(spec, *issuer.key));
    while (issuer.key->public_key().spec() == p256 && !has_long_signature(certificate))
        certificate = must(x509::sign_certificate(spec, *issuer.key));
    made.chain = {std::move(certificate), issuer.certificate};
    return made;
}

Server::Server(Handler handler, bool ip6) : handler_(std::move(handler)) {
    listen(ip6);
}

Server::Server(Handler handler, TlsOptions tls) : handler_(std::move(handler)), tls_(make_context(tls)) {
    listen(false);
}

void Server::listen(bool ip6) {
    socket_ = net::listen(ip6, port_);
    if (socket_ == net::none) throw std::runtime_error("the test server cannot listen");
    acceptor_ = std::thread([this] { accept_loop(); });
}

Server::~Server() {
    stop();
}

void Server::stop() {
    stop_ = true;
    if (acceptor_.joinable()) acceptor_.join();
    for (std::thread &thread : threads_)
        thread.join();
    threads_.clear();
    if (socket_ != net::none) net::close(std::exchange(socket_, net::none));
}

std::vector<std::string> Server::all_requests(std::chrono::milliseconds patience) {
    std::this_thread::sleep_for(patience);
    stop();
    return requests();
}

std::string Server::url(const std::string &path, const std::string &host) const {
    return std::string(tls_ ? "https" : "http") + "://" + host + ":" + std::to_string(port_) + path;
}

std::vector<std::string> Server::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void Server::accept_loop() {
    while (readable(socket_, stop_)) {
        const net::Socket socket = net::accept(socket_);
        if (socket == net::none) continue;
        const int number = ++connections_;
        threads_.emplace_back([this, socket, number] { serve(socket, number); });
    }
}

void Server::serve(net::Socket socket, int number) {
    const auto handle = [&](Connection &connection) {
        connection.stop = &stop_;
        connection.number = number;
        connection.note = [this](const std::string &request) {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        };
        handler_(connection);
    };
    if (!tls_) {
        PlainConnection connection(socket);
        handle(connection);
    } else if (readable(socket, stop_)) {
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(static_cast<SSL_CTX *>(tls_.get())), &SSL_free);
        (void)SSL_set_fd(ssl.get(), static_cast<int>(socket));
        if (SSL_accept(ssl.get()) == 1) {
            TlsConnection connection(socket, ssl.get());
            handle(connection);
            (void)SSL_shutdown(ssl.get());
        }
    }
    drain(socket);
    net::close(socket);
}

} // namespace certbroker::test
