#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/operation.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/http.hpp"
#include "http/url.hpp"

/// What every client keeps to, whoever moves the bytes: which requests may leave, where redirects may lead, and what
/// may be sent a second time.
namespace certbroker::http::detail {

inline constexpr std::size_t max_header_bytes = 256UL * 1024;
inline constexpr std::size_t max_header_count = 500;
inline constexpr int connect_timeout_ms = 30'000;

/// Where a request goes. Http.Request for a method, header or size that may not be sent, Http.Url for an address that
/// may not be used for it.
Result<Url> check_request(const Request &request);

/// Safe methods: asking twice changes nothing (RFC 9110 section 9.2.1).
bool is_safe_method(std::string_view method) noexcept;

/// The value of a header with its secrets. Http.Request when they do not fit into one.
Result<SecretBytes> place_header(const std::string &name, const std::string &value,
                                 const std::vector<SecretPlace> &places);

/// One request of those that a call may take: after a redirect method, address and body are others than the caller's.
struct Attempt {
    const Request &request;
    std::string method;
    Url url;
    bool with_body;

    /// "POST https://host/path" without secrets, for logs and messages.
    std::string what() const;
};

/// Sends a checked request by means of `perform`: follows redirects to the same server, repeats what may be repeated
/// when the connection broke, and tells a proxy's refusal from an answer.
Result<Response> send_attempts(const Request &request, const Url &url, const Operation &operation,
                               const std::function<Result<Response>(const Attempt &)> &perform);

/// Http.TooLarge.
Error too_large(const Attempt &attempt);
/// Http.Connect: the proxy wants to know who asks (407).
Error proxy_refusal(const Attempt &attempt);

} // namespace certbroker::http::detail
