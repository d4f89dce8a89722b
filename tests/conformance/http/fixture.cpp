#include "fixture.hpp"

#include <fstream>

namespace certbroker::test {

using namespace std::chrono_literals;

http::Request plain(const Server &server, const std::string &path) {
    http::Request request;
    request.url = server.url(path);
    request.allow_plain = true;
    return request;
}

http::Request post(const Server &server, std::string_view body) {
    http::Request request = plain(server);
    request.method = "POST";
    request.body = to_bytes(as_bytes(body));
    return request;
}

Operation patient() {
    return Operation().with_timeout(30s);
}

Result<http::Response> send(const http::Request &request, const Operation &operation) {
    return http::make_client()->send(request, operation);
}

Handler always(int status, std::string body, std::string headers) {
    return [=](Connection &connection) {
        while (!connection.read_request().empty()) {
            if (!connection.answer(status, body, headers)) return;
        }
    };
}

Handler say(std::string text) {
    return [=](Connection &connection) {
        (void)connection.read_request();
        connection.write(text);
    };
}

void hang(Connection &connection) {
    while (!connection.stopping())
        std::this_thread::sleep_for(5ms);
}

std::chrono::milliseconds shortest(std::chrono::milliseconds limit, const std::function<void()> &work) {
    auto best = std::chrono::milliseconds::max();
    for (int attempt = 0; attempt < 3 && best > limit; ++attempt) {
        const auto start = std::chrono::steady_clock::now();
        work();
        best = std::min(
            best, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start));
    }
    return best;
}

TlsFixture::TlsFixture() {
    std::ofstream(trust) << "a remark\n" << authority.root.certificate.to_pem() << authority.ca.certificate.to_pem();
}

TlsOptions TlsFixture::tls(const std::vector<std::string> &names) const {
    TlsOptions options;
    options.identity = make_tls_identity(authority.ca, names);
    return options;
}

http::Request TlsFixture::request(const Server &server, const std::string &path) const {
    http::Request made;
    made.url = server.url(path, "localhost");
    made.extra_trust_file = trust;
    return made;
}

crypto::ClientCredentials TlsFixture::credentials(const Issuer &issuer, const crypto::KeySpec &spec) const {
    const TlsIdentity identity = make_tls_identity(issuer, {}, true, spec);
    crypto::ClientCredentials made{identity.key, {}};
    for (const auto &certificate : identity.chain)
        made.chain_der.push_back(certificate.der());
    return made;
}

} // namespace certbroker::test
