#include "http/rules.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/text.hpp"
#include "http/errors.hpp"
#include "http/trace.hpp"

namespace certbroker::http::detail {
namespace {

constexpr int max_redirects = 5;
constexpr std::int32_t proxy_authentication_required = 407;

bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               others.find(c) != std::string_view::npos;
    });
}

bool is_header_value(ByteView value) {
    return std::none_of(value.begin(), value.end(),
                        [](std::uint8_t byte) { return (byte < 0x20 && byte != '\t') || byte == 0x7f; });
}

Error bad_request(std::string why) {
    return fail(errors::http_request, "The HTTP request cannot be sent: " + std::move(why));
}

Result<void> check_headers(const Request &request) {
    std::size_t total = 0;
    for (const auto &[name, value] : request.headers) {
        total += name.size() + value.size();
        if (!is_token(name)) return bad_request("a header has a name that is not allowed");
        if (!is_header_value(as_bytes(value)))
            return bad_request("the header '" + name + "' holds a control character");
        for (const char *own : {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect"}) {
            if (iequals(name, own)) return bad_request("the header '" + name + "' is the client's own business");
        }
    }
    if (total > max_header_bytes || request.headers.size() > max_header_count)
        return bad_request("its headers are larger than 256 KiB");
    return {};
}

/// Nothing but http://host:port: credentials are refused, and a path would mean nothing.
Result<void> check_proxy(const std::string &proxy) {
    if (proxy.empty()) return {};
    CERTBROKER_TRY(const Url url, parse_url(proxy));
    if (url.scheme == "http" && url.target == "/") return {};
    return fail(errors::http_url, "The proxy '" + redact_url(proxy) + "' cannot be used: it is not http://host:port");
}

bool is_loopback(const Url &url) {
    return url.host == "localhost" || url.host == "127.0.0.1" || url.host == "[::1]";
}

Result<void> check_scheme(const Request &request, const Url &url) {
    if (url.scheme == "https") return {};
    const auto refuse = [&](std::string why) {
        return fail(errors::http_url, "The URL '" + redact_url(request.url) + "' cannot be used: " + std::move(why));
    };
    if (!request.allow_plain) return refuse("only https is allowed here");
    const bool tells = request.authentication == Authentication::basic || !request.places.empty();
    if (tells && !is_loopback(url)) return refuse("a secret would travel unprotected over http");
    return {};
}

bool is_redirect(std::int32_t status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Turns the attempt to where its answer points. Http.Redirect when it may not go there.
Result<void> follow(Attempt &attempt, const Response &response, const std::string &location, int redirects) {
    const auto refuse = [&](const std::string &why) {
        return fail(errors::http_redirect, "The redirect of " + redact_url(attempt.url.to_string()) + " to '" +
                                               redact_url(location) + "' cannot be followed: " + why)
            .with(ErrorNumber::http_status, response.status);
    };
    auto target = resolve_url(attempt.url, location);
    if (!target) return refuse("it is no address").because(std::move(target).error());
    if (!target->same_origin(attempt.url)) return refuse("it leads to another server");
    if (redirects > max_redirects) return refuse("there were five already");
    // As every client does: 301 and 302 turn a POST into a GET, 303 everything (RFC 9110 section 15.4).
    const bool becomes_get = response.status == 303
                                 ? attempt.method != "HEAD"
                                 : attempt.method == "POST" && (response.status == 301 || response.status == 302);
    if (becomes_get) {
        attempt.method = "GET";
        attempt.with_body = false;
    }
    attempt.url = *std::move(target);
    return {};
}

} // namespace

Result<Url> check_request(const Request &request) {
    if (!is_token(request.method) || request.method.size() > 32) return bad_request("its method is no method");
    if (request.method == "CONNECT" || request.method == "TRACE")
        return bad_request("the method " + request.method + " is not allowed");
    CERTBROKER_CHECK(check_headers(request));
    CERTBROKER_CHECK(check_proxy(request.proxy));
    CERTBROKER_TRY(Url url, parse_url(request.url));
    CERTBROKER_CHECK(check_scheme(request, url));
    return url;
}

bool is_safe_method(std::string_view method) noexcept {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

Result<SecretBytes> place_header(const std::string &name, const std::string &value,
                                 const std::vector<SecretPlace> &places) {
    SecretBytes placed = place_secrets(as_bytes(value), places);
    if (!is_header_value(placed))
        return bad_request("a secret for the header '" + name + "' holds a control character");
    return placed;
}

std::string Attempt::what() const {
    return method + " " + redact_url(url.to_string());
}

Result<Response> send_attempts(const Request &request, const Url &url, const Operation &operation,
                               const std::function<Result<Response>(const Attempt &)> &perform) {
    Attempt attempt{request, request.method, url, !request.body.empty() || !is_safe_method(request.method)};
    bool again = request.idempotent;
    for (int redirects = 0;;) {
        CERTBROKER_CHECK(operation.check(attempt.what()));
        const bool traced = operation.log->tracing();
        const auto start = std::chrono::steady_clock::now();
        Result<Response> response = perform(attempt);
        if (traced)
            operation.log->trace(trace_source, trace_of(attempt, response,
                                                        std::chrono::duration_cast<std::chrono::milliseconds>(
                                                            std::chrono::steady_clock::now() - start)));
        if (!response && again && response.error().id() == errors::http_broken.id) {
            again = false;
            operation.write(LogLevel::info, "core.http", "Sending once more: " + response.error().message());
            continue;
        }
        if (!response) return response;
        operation.write(LogLevel::debug, "core.http",
                        attempt.what() + ": " + std::to_string(response->status) + ", " +
                            std::to_string(response->body.size()) + " bytes");
        if (response->status == proxy_authentication_required) return proxy_refusal(attempt);
        const std::string *location =
            request.follow_redirects && is_redirect(response->status) ? response->header("Location") : nullptr;
        if (location == nullptr) return response;
        CERTBROKER_CHECK(follow(attempt, *response, *location, ++redirects));
    }
}

Error too_large(const Attempt &attempt) {
    return fail(errors::http_too_large,
                "The answer of " + redact_url(attempt.url.to_string()) + " cannot be used: it is larger than " +
                    std::to_string(attempt.request.max_response) + " bytes, or its headers are larger than 256 KiB");
}

Error proxy_refusal(const Attempt &attempt) {
    return fail(errors::http_connect,
                "The server cannot be reached: " + redact_url(attempt.url.to_string()) +
                    ": the proxy lets nobody through who does not log on (407); CertBroker logs on to no proxy")
        .with(ErrorNumber::http_status, proxy_authentication_required)
        .with_remedy("Name a proxy that takes this computer without a password, or exempt the server from the proxy.");
}

} // namespace certbroker::http::detail
