#include "capabilities.hpp"

// Before the header that needs it.
#include "base/win32.hpp"

#include <wincrypt.h>
#include <winhttp.h>

#include "crypto/pkcs12.hpp"
#include "fixture.hpp"

namespace certbroker::test::missing {
namespace {

struct CloseInternet {
    void operator()(void *handle) const noexcept { (void)WinHttpCloseHandle(handle); }
};
using Internet = std::unique_ptr<void, CloseInternet>;

struct Outcome {
    DWORD error = 0;
    DWORD status = 0;
    std::string body;
};

Internet open_session(DWORD protocols = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2) {
    Internet session(
        WinHttpOpen(L"probe", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME, WINHTTP_NO_PROXY_BYPASS, 0));
    if (session && WinHttpSetOption(session.get(), WINHTTP_OPTION_SECURE_PROTOCOLS, &protocols, sizeof protocols) == 0)
        session.reset();
    return session;
}

/// One GET with WinHTTP alone. Every certificate is taken unless `strict`.
Outcome ask(const Internet &session, const wchar_t *host, std::uint16_t port, bool secure, bool strict = false) {
    Outcome outcome;
    const auto failed = [&] {
        outcome.error = GetLastError();
        return outcome;
    };
    if (!session) return failed();
    const Internet connection(WinHttpConnect(session.get(), host, port, 0));
    if (!connection) return failed();
    const Internet request(WinHttpOpenRequest(connection.get(), L"GET", L"/", nullptr, WINHTTP_NO_REFERER,
                                              WINHTTP_DEFAULT_ACCEPT_TYPES, secure ? WINHTTP_FLAG_SECURE : 0));
    if (!request) return failed();
    DWORD ignore = SECURITY_FLAG_IGNORE_UNKNOWN_CA | SECURITY_FLAG_IGNORE_CERT_CN_INVALID |
                   SECURITY_FLAG_IGNORE_CERT_DATE_INVALID | SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE;
    if (strict) ignore = SECURITY_FLAG_IGNORE_UNKNOWN_CA;
    if (secure && WinHttpSetOption(request.get(), WINHTTP_OPTION_SECURITY_FLAGS, &ignore, sizeof ignore) == 0)
        return failed();
    if (WinHttpSendRequest(request.get(), nullptr, 0, nullptr, 0, 0, 0) == 0 ||
        WinHttpReceiveResponse(request.get(), nullptr) == 0)
        return failed();
    DWORD size = sizeof outcome.status;
    (void)WinHttpQueryHeaders(request.get(), WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER, nullptr,
                              &outcome.status, &size, nullptr);
    for (char buffer[4096];;) {
        DWORD got = 0;
        if (WinHttpReadData(request.get(), buffer, sizeof buffer, &got) == 0) return failed();
        if (got == 0) return outcome;
        outcome.body.append(buffer, got);
    }
}

void CALLBACK close_at_sending(HINTERNET handle, DWORD_PTR, DWORD status, void *, DWORD) {
    if (status == WINHTTP_CALLBACK_STATUS_SENDING_REQUEST) (void)WinHttpCloseHandle(handle);
}

std::string code(DWORD error) {
    return std::to_string(error);
}

} // namespace

std::string chunk_errors() {
    Server server(say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"));
    const Outcome outcome = ask(open_session(), L"127.0.0.1", server.port(), false);
    return outcome.error != 0 ? "" : "this WinHTTP takes a chunked body that was cut off for a whole one";
}

std::string interim_answers() {
    Server server(say("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    const Outcome outcome = ask(open_session(), L"127.0.0.1", server.port(), false);
    return outcome.status == 200 ? "" : "this WinHTTP takes an interim answer (103) for the answer";
}

std::string separate_sessions() {
    Server server(always(200, "ok"));
    const Internet one = open_session();
    const Internet other = open_session();
    (void)ask(one, L"127.0.0.1", server.port(), false);
    (void)ask(other, L"127.0.0.1", server.port(), false);
    return server.connections() == 2 ? "" : "this WinHTTP's sessions share their connections";
}

std::string certificate_request() {
    const TlsFixture f;
    TlsOptions options = f.tls();
    options.client_roots = {f.authority.root.certificate};
    options.tls12 = true;
    Server server(always(200, "ok"), options);
    const Outcome outcome = ask(open_session(), L"localhost", server.port(), true);
    return outcome.error == ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED
               ? ""
               : "this WinHTTP does not say that a client certificate is wanted (it says " + code(outcome.error) + ")";
}

std::string ec_client_keys() {
    const TlsFixture f;
    const crypto::ClientCredentials client = f.credentials(f.authority.ca, p256);
    crypto::Pkcs12Contents contents;
    contents.keys.push_back({must(client.key->export_pkcs8()), Bytes{1}, {}});
    contents.certificates.push_back({client.chain_der.front(), Bytes{1}, {}});
    Bytes pfx =
        must(crypto::make_pkcs12(contents, Secret(as_bytes("x")), crypto::Pkcs12Protection::triple_des_sha1, 1));
    CRYPT_DATA_BLOB blob{static_cast<DWORD>(pfx.size()), pfx.data()};
    for (const DWORD flags : {PKCS12_ALWAYS_CNG_KSP | PKCS12_NO_PERSIST_KEY, PKCS12_NO_PERSIST_KEY}) {
        if (HCERTSTORE store = PFXImportCertStore(&blob, L"x", flags)) {
            (void)CertCloseStore(store, 0);
            return {};
        }
    }
    return "this Windows takes no PFX with an EC key (" + code(GetLastError()) + ")";
}

std::string tls13() {
    const TlsFixture f;
    TlsOptions options = f.tls();
    options.only_tls13 = true;
    Server server(always(200, "ok"), options);
    const Outcome outcome = ask(open_session(WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3), L"localhost", server.port(), true);
    return outcome.error == 0 ? "" : "this WinHTTP has no TLS 1.3 (" + code(outcome.error) + ")";
}

std::string ip6() {
    std::uint16_t port = 0;
    const net::Socket socket = net::listen(true, port);
    if (socket == net::none) return "this machine has no IPv6";
    net::close(socket);
    Server server(always(200, "ok"), true);
    const Outcome outcome = ask(open_session(), L"[::1]", server.port(), false);
    return outcome.error == 0 ? "" : "this WinHTTP takes no IPv6 addresses in brackets (" + code(outcome.error) + ")";
}

std::string ip_names() {
    const TlsFixture f;
    Server server(always(200, "ok"), f.tls());
    const Outcome outcome = ask(open_session(), L"127.0.0.1", server.port(), true, true);
    return outcome.error == 0
               ? ""
               : "this WinHTTP does not take a certificate for an IP address (" + code(outcome.error) + ")";
}

std::string lower_anchors() {
    CERT_CHAIN_ENGINE_CONFIG config{};
    config.cbSize = sizeof config;
    config.hExclusiveRoot = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr);
    config.dwExclusiveFlags = CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG;
    HCERTCHAINENGINE engine = nullptr;
    const bool made = CertCreateCertificateChainEngine(&config, &engine) != 0;
    const DWORD error = GetLastError();
    if (made) CertFreeCertificateChainEngine(engine);
    (void)CertCloseStore(config.hExclusiveRoot, 0);
    return made ? "" : "this Windows takes nobody but roots for an anchor (" + code(error) + ")";
}

std::string header_limit() {
    Server server([](Connection &connection) {
        (void)connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 1000; ++i)
            connection.write("X-Header: " + std::string(1000, 'x') + "\r\n");
        connection.write("Content-Length: 0\r\n\r\n");
    });
    const Outcome outcome = ask(open_session(), L"127.0.0.1", server.port(), false);
    return outcome.error != 0 ? "" : "this WinHTTP has no limit for an answer's headers";
}

std::string proxy_refusals() {
    Server proxy(say("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: "
                     "0\r\n\r\n"));
    const std::wstring name = L"127.0.0.1:" + std::to_wstring(proxy.port());
    const Internet session(
        WinHttpOpen(L"probe", WINHTTP_ACCESS_TYPE_NAMED_PROXY, name.c_str(), WINHTTP_NO_PROXY_BYPASS, 0));
    const Outcome outcome = ask(session, L"ca.example.test", 443, true);
    return outcome.status == 407
               ? ""
               : "this WinHTTP does not tell that a proxy makes no way to a server (" + code(outcome.error) + ")";
}

std::string aborted_requests() {
    Server server(always(200, "ok"));
    const Internet session(WinHttpOpen(L"probe", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME,
                                       WINHTTP_NO_PROXY_BYPASS, WINHTTP_FLAG_ASYNC));
    const Internet connection(WinHttpConnect(session.get(), L"127.0.0.1", server.port(), 0));
    HINTERNET request = WinHttpOpenRequest(connection.get(), L"GET", L"/", nullptr, WINHTTP_NO_REFERER,
                                           WINHTTP_DEFAULT_ACCEPT_TYPES, 0);
    (void)WinHttpSetStatusCallback(request, &close_at_sending, WINHTTP_CALLBACK_FLAG_SEND_REQUEST, 0);
    if (WinHttpSendRequest(request, nullptr, 0, nullptr, 0, 0, 0) == 0)
        return "this WinHTTP sends nothing (" + code(GetLastError()) + ")";
    return server.all_requests(std::chrono::milliseconds(500)).empty()
               ? ""
               : "this WinHTTP sends a request that was closed as it was about to be sent";
}

} // namespace certbroker::test::missing
