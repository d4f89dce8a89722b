#include "http/http_winhttp_errors.hpp"

#include <new>

#include "http/errors.hpp"

namespace certbroker::http::detail {
namespace {

/// What a code is about; how far the request had come decides the rest.
enum class About { connection, resolving, server_certificate, client_certificate, handshake, address };

struct Meaning {
    DWORD code;
    About about;
    const char *why;
};

/// Not in every header: SSPI's and the certificates' codes as Windows returns them.
constexpr DWORD no_credentials = 0x8009030e;
constexpr DWORD wrong_principal = 0x80090322;
constexpr DWORD untrusted_root = 0x80090325;
constexpr DWORD illegal_message = 0x80090326;
constexpr DWORD certificate_unknown = 0x80090327;
constexpr DWORD certificate_expired = 0x80090328;
constexpr DWORD algorithm_mismatch = 0x80090331;
constexpr DWORD invalid_token = 0x80090308;

constexpr Meaning meanings[] = {
    {ERROR_WINHTTP_TIMEOUT, About::connection, "it does not answer in time"},
    {ERROR_WINHTTP_INVALID_URL, About::address, "Windows does not take the address"},
    {ERROR_WINHTTP_UNRECOGNIZED_SCHEME, About::address, "Windows does not take the address"},
    {ERROR_WINHTTP_NAME_NOT_RESOLVED, About::resolving, "its name, or the proxy's, cannot be resolved"},
    {ERROR_WINHTTP_CANNOT_CONNECT, About::connection, "nobody accepts a connection there"},
    {ERROR_WINHTTP_CONNECTION_ERROR, About::connection, "the connection broke"},
    {ERROR_WINHTTP_RESEND_REQUEST, About::connection, "the connection broke before an answer"},
    {ERROR_WINHTTP_OPERATION_CANCELLED, About::connection, "the connection was given up"},
    {ERROR_WINHTTP_LOGIN_FAILURE, About::connection, "logging on failed"},
    {ERROR_WINHTTP_INVALID_SERVER_RESPONSE, About::connection, "what comes back is no HTTP"},
    {ERROR_WINHTTP_CHUNKED_ENCODING_HEADER_SIZE_OVERFLOW, About::connection, "what comes back is no HTTP"},
    {ERROR_WINHTTP_RESPONSE_DRAIN_OVERFLOW, About::connection, "an answer before the answer is too long"},
    {ERROR_WINHTTP_BAD_AUTO_PROXY_SCRIPT, About::connection, "the script that names the proxy is faulty"},
    {ERROR_WINHTTP_UNABLE_TO_DOWNLOAD_SCRIPT, About::connection, "the script that names the proxy cannot be fetched"},
    {ERROR_WINHTTP_AUTO_PROXY_SERVICE_ERROR, About::connection, "Windows cannot tell the proxy"},
    {ERROR_WINHTTP_AUTODETECTION_FAILED, About::connection, "Windows cannot tell the proxy"},
    {ERROR_WINHTTP_SECURE_CERT_DATE_INVALID, About::server_certificate, "its certificate is not valid now"},
    {ERROR_WINHTTP_SECURE_CERT_CN_INVALID, About::server_certificate, "its certificate belongs to another name"},
    {ERROR_WINHTTP_SECURE_INVALID_CA, About::server_certificate,
     "its certificate comes from a root that is not trusted here"},
    {ERROR_WINHTTP_SECURE_CERT_REV_FAILED, About::server_certificate, "nobody says whether its certificate is revoked"},
    {ERROR_WINHTTP_SECURE_CERT_REVOKED, About::server_certificate, "its certificate is revoked"},
    {ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE, About::server_certificate, "its certificate is not for servers"},
    {ERROR_WINHTTP_SECURE_INVALID_CERT, About::server_certificate, "its certificate is not valid"},
    {ERROR_WINHTTP_SECURE_FAILURE_PROXY, About::server_certificate, "the proxy cannot be trusted"},
    {wrong_principal, About::server_certificate, "its certificate belongs to another name"},
    {untrusted_root, About::server_certificate, "its certificate comes from a root that is not trusted here"},
    {certificate_expired, About::server_certificate, "its certificate is not valid now"},
    {ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED, About::client_certificate, "the server asks for one"},
    {ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED_PROXY, About::client_certificate, "the proxy asks for one"},
    {ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY, About::client_certificate, "Windows finds no key for it"},
    {ERROR_WINHTTP_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY, About::client_certificate,
     "this account may not use its private key"},
    {no_credentials, About::client_certificate, "Windows cannot use its key"},
    {ERROR_WINHTTP_SECURE_FAILURE, About::handshake, "no TLS handshake came about"},
    {ERROR_WINHTTP_SECURE_CHANNEL_ERROR, About::handshake, "no TLS handshake came about"},
    {illegal_message, About::handshake, "the server broke off the TLS handshake"},
    {certificate_unknown, About::handshake, "a certificate was refused in the TLS handshake"},
    {algorithm_mismatch, About::handshake, "the server shares no version of TLS and no cipher with this computer"},
    {invalid_token, About::handshake, "what it speaks is no TLS"},
};

Meaning meaning_of(DWORD code) {
    for (const Meaning &known : meanings) {
        if (known.code == code) return known;
    }
    constexpr DWORD facility = 0xffff0000;
    constexpr DWORD facility_sspi = 0x80090000;
    constexpr DWORD facility_certificate = 0x800b0000;
    if ((code & facility) == facility_certificate) return {code, About::server_certificate, nullptr};
    if ((code & facility) == facility_sspi) return {code, About::handshake, nullptr};
    return {code, About::connection, nullptr};
}

/// The complaint about the server's certificate that WinHTTP made besides its code.
const char *complaint(DWORD complaints) {
    if ((complaints & WINHTTP_CALLBACK_STATUS_FLAG_CERT_CN_INVALID) != 0)
        return "its certificate belongs to another name";
    if ((complaints & WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA) != 0)
        return "its certificate comes from a root that is not trusted here";
    if ((complaints & WINHTTP_CALLBACK_STATUS_FLAG_CERT_DATE_INVALID) != 0) return "its certificate is not valid now";
    if ((complaints & WINHTTP_CALLBACK_STATUS_FLAG_CERT_REVOKED) != 0) return "its certificate is revoked";
    if ((complaints & WINHTTP_CALLBACK_STATUS_FLAG_CERT_REV_FAILED) != 0)
        return "nobody says whether its certificate is revoked";
    if ((complaints & WINHTTP_CALLBACK_STATUS_FLAG_CERT_WRONG_USAGE) != 0) return "its certificate is not for servers";
    if ((complaints & WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CERT) != 0) return "its certificate is not valid";
    return nullptr;
}

std::string client_problem(const Circumstances &circumstances, const std::string &why) {
    if (circumstances.client_wanted) return "the server asks for one and none is configured (" + why + ")";
    return circumstances.client_given ? "the server refused it, or Windows cannot use its key (" + why + ")" : why;
}

} // namespace

bool is_header_overflow(DWORD code) noexcept {
    return code == ERROR_WINHTTP_HEADER_SIZE_OVERFLOW || code == ERROR_WINHTTP_HEADER_COUNT_EXCEEDED;
}

bool is_bare_handshake_failure(DWORD code, DWORD complaints) noexcept {
    return complaints == 0 && (code == ERROR_WINHTTP_SECURE_CHANNEL_ERROR || code == ERROR_WINHTTP_SECURE_FAILURE);
}

Error distrust(const std::string &url, const std::string &why) {
    return fail(errors::http_server_trust, "The server cannot be trusted: " + url + ": " + why);
}

Error failure(DWORD code, const Circumstances &circumstances) {
    if (code == ERROR_NOT_ENOUGH_MEMORY || code == ERROR_OUTOFMEMORY) throw std::bad_alloc();
    Meaning meaning = meaning_of(code);
    if (meaning.about == About::handshake) {
        if (const char *about_server = complaint(circumstances.complaints))
            meaning = {code, About::server_certificate, about_server};
    }
    const std::string why = meaning.why != nullptr ? meaning.why + std::string(" (") + std::to_string(code) + ")"
                                                   : win32::describe_error(code);
    // Who gave a certificate, or had none when one was wanted, is told so by a broken handshake; in TLS 1.3 also after
    // the request has left.
    const bool about_client = circumstances.client_given || circumstances.client_wanted;
    const bool broken_off =
        meaning.about == About::handshake || (circumstances.client_wanted && meaning.about == About::connection);
    if (broken_off && about_client && !circumstances.answered) meaning.about = About::client_certificate;
    const auto made = [&](const ErrorKind &kind, const char *what, const std::string &reason) {
        return fail(kind, what + circumstances.url + ": " + reason).with(ErrorNumber::os_code, code);
    };
    switch (meaning.about) {
    case About::resolving:
        return made(errors::http_resolve, "The server cannot be reached: ", why);
    case About::address:
        return made(errors::http_url, "The server cannot be reached: ", why);
    case About::server_certificate:
        return made(errors::http_server_trust, "The server cannot be trusted: ", why);
    case About::client_certificate:
        return made(errors::http_client_certificate, "The client certificate cannot be used for ",
                    client_problem(circumstances, why));
    case About::connection:
    case About::handshake:
        break;
    }
    if (circumstances.sent) return made(errors::http_broken, "The answer did not come whole from ", why);
    return made(errors::http_connect, "The server cannot be reached: ", why);
}

} // namespace certbroker::http::detail
