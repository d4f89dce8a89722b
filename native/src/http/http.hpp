#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/operation.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/credentials.hpp"

/// HTTP for providers, who never open a connection themselves.
namespace certbroker::http {

enum class Escape { none = 0, xml = 1, form = 2, json = 3, base64 = 4 }; ///< as CBP_ESCAPE_...
enum class Authentication { none = 0, basic = 1, negotiate = 2, ntlm = 3 };

/// Every occurrence of marker in header values and body is replaced by the secret just before sending; traces keep the
/// marker.
struct SecretPlace {
    std::string marker;
    Secret secret;
    Escape escape = Escape::none;
};

struct Request {
    std::string method = "GET";
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    Bytes body;
    std::vector<SecretPlace> places;
    Authentication authentication = Authentication::none;
    std::string user;
    Secret password;
    std::optional<crypto::ClientCredentials> client;
    std::string extra_trust_file;  ///< PEM with further trust anchors, UTF-8 path; empty = the system's only
    std::string proxy;             ///< http://host:port for this request alone; empty = the client's own
    bool follow_redirects = false; ///< same scheme, host and port only, at most 5
    bool idempotent = false;       ///< may be sent once more when the connection broke
    bool allow_plain = false;      ///< http:// allowed
    std::size_t max_response = 16UL * 1024 * 1024;
};

struct Response {
    std::int32_t status = 0;
    std::vector<std::pair<std::string, std::string>> headers; ///< of the final response, in order
    Bytes body;
    std::string connection; ///< for traces: TLS version and the server's name for itself, where the client knows them

    const std::string *header(std::string_view name) const noexcept; ///< first, any case
};

/// Sends requests; connections are kept and reused per host and client key. Thread-safe. A response of any status is a
/// success. Failures: Http.Url and Http.Request (refused here), Http.Resolve, Http.Connect, Http.ServerTrust and
/// Http.TrustFile (nothing was sent), Http.ClientCertificate (missing, or the server refused it), Http.Broken (the
/// request had left, at least in part, and nothing or only part of an answer came), Http.TooLarge, Http.Redirect, and
/// Base.Timeout, Base.Cancelled (it may have left).
class Client {
public:
    virtual ~Client() = default;
    virtual Result<Response> send(const Request &request, const Operation &operation) = 0;
};

/// libcurl here, WinHTTP on Windows. proxy: empty = the system's settings (on Linux: none).
std::unique_ptr<Client> make_client(const std::string &proxy = {});

/// Replaces markers by escaped secrets. For clients; the result is as secret as what went in.
SecretBytes place_secrets(ByteView text, const std::vector<SecretPlace> &places);
/// Whether a failure of Client::send happened before anything was sent; what Http.Broken, time-outs and cancellation
/// stopped may have left.
bool left_nothing(const Error &failure) noexcept;
/// A URL without user information, query values and fragment, for logs and messages.
std::string redact_url(std::string_view url);

} // namespace certbroker::http
