#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http/http.hpp"
#include "support/http_server.hpp"
#include "support/temporary_folder.hpp"

/// What the cases share. Each makes a server of its own and asks it through http::make_client, whatever that is here.
namespace certbroker::test {

http::Request plain(const Server &server, const std::string &path = "/");
http::Request post(const Server &server, std::string_view body);
/// Half a minute: what takes longer is hanging.
Operation patient();
/// With a client of its own.
Result<http::Response> send(const http::Request &request, const Operation &operation = patient());

/// Answers every request of every connection.
Handler always(int status, std::string body, std::string headers = {});
/// Reads a request, writes `text` and closes the connection.
Handler say(std::string text);
/// Says nothing until the test is over.
void hang(Connection &connection);

/// Runs `work` up to three times until it takes at most `limit` of real time; the shortest time there was. For promises
/// about time on machines that have other things to do.
std::chrono::milliseconds shortest(std::chrono::milliseconds limit, const std::function<void()> &work);

/// Trust, identities and a client for TLS.
struct TlsFixture {
    TlsFixture();
    /// A server's options with a certificate for these names.
    TlsOptions tls(const std::vector<std::string> &names = {"localhost", "127.0.0.1"}) const;
    /// https://localhost, trusted by a file.
    http::Request request(const Server &server, const std::string &path = "/") const;
    crypto::ClientCredentials credentials(const Issuer &issuer, const crypto::KeySpec &spec = rsa_2048) const;

    static constexpr crypto::KeySpec rsa_2048{crypto::KeyAlgorithm::rsa, 2048};
    TemporaryFolder folder;
    const Pki &authority = server_pki();
    std::string trust = folder.file("trust.pem");
    std::unique_ptr<http::Client> client = http::make_client();
};

} // namespace certbroker::test
