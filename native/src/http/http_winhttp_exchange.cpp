#include "http/http_winhttp_exchange.hpp"

#include <algorithm>
#include <limits>

#include <gsl/narrow>

#include "base/text.hpp"
#include "http/errors.hpp"
#include "http/http_winhttp_async.hpp"
#include "http/http_winhttp_errors.hpp"

namespace certbroker::http::detail {
namespace {

constexpr std::int32_t unauthorized = 401;
constexpr std::int32_t proxy_authentication_required = 407;

void append(WideSecret &out, ByteView utf8) {
    if (utf8.empty()) return;
    const int size = gsl::narrow<int>(utf8.size());
    const auto *text = reinterpret_cast<const char *>(utf8.data());
    const int needed = MultiByteToWideChar(CP_UTF8, 0, text, size, nullptr, 0);
    const std::size_t before = out.size();
    out.resize(before + static_cast<std::size_t>(needed));
    (void)MultiByteToWideChar(CP_UTF8, 0, text, size, out.data() + before, needed);
}

void append(WideSecret &out, std::string_view utf8) {
    append(out, as_bytes(utf8));
}

WideSecret widen_secret(ByteView utf8) {
    WideSecret wide;
    append(wide, utf8);
    wide.push_back(L'\0');
    return wide;
}

/// Bytes beyond ASCII in hex: in what else they would be sent is Windows' secret.
std::string ascii_target(std::string_view target) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : target) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 0xfU];
        }
    }
    return out;
}

DWORD scheme_of(Authentication authentication) {
    switch (authentication) {
    case Authentication::negotiate:
        return WINHTTP_AUTH_SCHEME_NEGOTIATE;
    case Authentication::ntlm:
        return WINHTTP_AUTH_SCHEME_NTLM;
    case Authentication::none:
    case Authentication::basic:
        break;
    }
    return 0;
}

/// WinHTTP answers a challenge itself, and must have the body at hand for that.
bool logs_on(const Request &request) {
    return scheme_of(request.authentication) != 0;
}

class Exchange {
public:
    Exchange(const std::shared_ptr<const Session> &session, const Attempt &attempt, const Operation &operation)
        : session_(session), attempt_(attempt), operation_(operation), request_(session, target(false)) {}
    Result<Response> run();

private:
    AsyncRequest::Target target(bool look_only) const;
    Circumstances circumstances() const;
    Error failed(const Step &step);
    std::optional<std::string> look() const;

    Result<void> prepare();
    Result<void> add_headers();
    Result<void> send_all();
    Result<bool> answer_challenge();
    Result<Response> read_response();
    Result<void> read_headers(Response &response) const;
    Result<void> read_body(Response &response);
    Error proxy_answered(const Response &response) const;

    std::shared_ptr<const Session> session_;
    const Attempt &attempt_;
    const Operation &operation_;
    AsyncRequest request_;
    bool answered_ = false;
    bool client_wanted_ = false;
};

AsyncRequest::Target Exchange::target(bool look_only) const {
    AsyncRequest::Target made;
    made.what = attempt_.what();
    made.method = win32::widen(look_only ? "HEAD" : attempt_.method);
    made.host = win32::widen(attempt_.url.host);
    made.port = attempt_.url.port;
    made.path = look_only ? L"/" : win32::widen(ascii_target(attempt_.url.target));
    made.https = attempt_.url.scheme == "https";
    made.look_only = look_only;
    return made;
}

Circumstances Exchange::circumstances() const {
    Circumstances made;
    made.url = redact_url(attempt_.url.to_string());
    made.sent = request_.sent();
    made.answered = answered_;
    made.client_given = session_->client() != nullptr;
    made.client_wanted = client_wanted_;
    made.complaints = request_.complaints();
    return made;
}

/// Connects once more, takes every certificate, and says what is wrong with it; sends nothing.
std::optional<std::string> Exchange::look() const {
    AsyncRequest request(session_, target(true));
    if (request.open(operation_) != ERROR_SUCCESS) return std::nullopt;
    if (session_->client())
        (void)WinHttpSetOption(request.get(), WINHTTP_OPTION_CLIENT_CERT_CONTEXT,
                               const_cast<CERT_CONTEXT *>(session_->client()->get()), sizeof(CERT_CONTEXT));
    (void)request.send(true, operation_);
    return request.objection();
}

Error Exchange::failed(const Step &step) {
    if (step.stopped) return *step.stopped;
    // WinHTTP's own limit, which is a little behind ours.
    if (auto going = operation_.check(attempt_.what()); !going) return std::move(going).error();
    if (const auto objection = request_.objection()) return distrust(circumstances().url, *objection);
    if (request_.flooded() || is_header_overflow(step.code)) return too_large(attempt_);
    const bool https = attempt_.url.scheme == "https";
    if (https && !request_.sent() && is_bare_handshake_failure(step.code, request_.complaints())) {
        if (const auto objection = look()) return distrust(circumstances().url, *objection);
        if (auto going = operation_.check(attempt_.what()); !going) return std::move(going).error();
    }
    return failure(step.code, circumstances());
}

Result<void> Exchange::add_headers() {
    const Request &request = attempt_.request;
    WideSecret lines;
    const auto add = [&](std::string_view name, ByteView value) {
        append(lines, name);
        append(lines, ": ");
        append(lines, value);
        append(lines, "\r\n");
    };
    for (const auto &[name, value] : request.headers) {
        if (iequals(name, "Content-Type") && !attempt_.with_body) continue;
        CERTBROKER_TRY(const SecretBytes placed, place_header(name, value, request.places));
        add(name, placed);
    }
    if (request.authentication == Authentication::basic) {
        SecretBytes pair(request.user.begin(), request.user.end());
        pair.push_back(':');
        const ByteView password = request.password.reveal();
        pair.insert(pair.end(), password.begin(), password.end());
        add("Authorization", place_secrets(as_bytes("Basic {}"), {{"{}", Secret(pair), Escape::base64}}));
    }
    if (attempt_.with_body && request.body.empty()) add("Content-Length", as_bytes("0"));
    if (lines.empty()) return {};
    if (WinHttpAddRequestHeaders(request_.get(), lines.data(), gsl::narrow<DWORD>(lines.size()),
                                 WINHTTP_ADDREQ_FLAG_ADD) == 0)
        return win32::system_error(errors::http_request, "The HTTP request cannot be sent: Windows refuses its headers",
                                   GetLastError());
    return {};
}

Result<void> Exchange::prepare() {
    const Request &request = attempt_.request;
    if (const DWORD code = request_.open(operation_); code != ERROR_SUCCESS) return failure(code, circumstances());
    DWORD disabled = WINHTTP_DISABLE_COOKIES | WINHTTP_DISABLE_REDIRECTS;
    if (!logs_on(request)) disabled |= WINHTTP_DISABLE_AUTHENTICATION;
    const bool as_oneself = logs_on(request) && request.user.empty();
    DWORD logon = as_oneself ? WINHTTP_AUTOLOGON_SECURITY_LEVEL_LOW : WINHTTP_AUTOLOGON_SECURITY_LEVEL_HIGH;
    if (WinHttpSetOption(request_.get(), WINHTTP_OPTION_DISABLE_FEATURE, &disabled, sizeof disabled) == 0 ||
        WinHttpSetOption(request_.get(), WINHTTP_OPTION_AUTOLOGON_POLICY, &logon, sizeof logon) == 0)
        return failure(GetLastError(), circumstances());
    if (session_->client() && attempt_.url.scheme == "https" &&
        WinHttpSetOption(request_.get(), WINHTTP_OPTION_CLIENT_CERT_CONTEXT,
                         const_cast<CERT_CONTEXT *>(session_->client()->get()), sizeof(CERT_CONTEXT)) == 0)
        return win32::system_error(errors::http_client_certificate, "The client certificate cannot be used",
                                   GetLastError());
    CERTBROKER_CHECK(add_headers());
    if (attempt_.with_body) request_.keep_body(place_secrets(request.body, request.places));
    return {};
}

Result<void> Exchange::send_all() {
    // What WinHTTP was not given as a whole it cannot send twice, nor to a server that is not trusted.
    const bool whole = logs_on(attempt_.request) || !attempt_.with_body;
    Step step = request_.send(whole, operation_);
    if (step.code == ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED && !session_->client() && !request_.sent()) {
        // Many servers only ask; so they are told that there is none.
        client_wanted_ = true;
        if (WinHttpSetOption(request_.get(), WINHTTP_OPTION_CLIENT_CERT_CONTEXT, WINHTTP_NO_CLIENT_CERT_CONTEXT, 0) !=
            0)
            step = request_.send(whole, operation_);
    }
    if (step.good() && !whole) step = request_.write(operation_);
    if (step.good()) step = request_.receive(operation_);
    if (step.code == ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED && !session_->client()) client_wanted_ = true;
    if (!step.good()) return failed(step);
    return {};
}

/// Logs on when the server wants it in the way the request allows; true when the request is to be sent again.
Result<bool> Exchange::answer_challenge() {
    const Request &request = attempt_.request;
    DWORD offered = 0;
    DWORD first = 0;
    DWORD asker = 0;
    const DWORD scheme = scheme_of(request.authentication);
    if (WinHttpQueryAuthSchemes(request_.get(), &offered, &first, &asker) == 0 || (offered & scheme) == 0 ||
        asker != WINHTTP_AUTH_TARGET_SERVER)
        return false;
    const WideSecret user = widen_secret(as_bytes(request.user));
    const WideSecret password = widen_secret(request.password.reveal());
    const bool as_oneself = request.user.empty();
    if (WinHttpSetCredentials(request_.get(), WINHTTP_AUTH_TARGET_SERVER, scheme, as_oneself ? nullptr : user.data(),
                              as_oneself ? nullptr : password.data(), nullptr) == 0)
        return false;
    return true;
}

Result<void> Exchange::read_headers(Response &response) const {
    DWORD status = 0;
    DWORD size = sizeof status;
    if (WinHttpQueryHeaders(request_.get(), WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                            WINHTTP_HEADER_NAME_BY_INDEX, &status, &size, WINHTTP_NO_HEADER_INDEX) == 0)
        return failure(GetLastError(), circumstances());
    response.status = static_cast<std::int32_t>(status);
    size = 0;
    (void)WinHttpQueryHeaders(request_.get(), WINHTTP_QUERY_RAW_HEADERS_CRLF, WINHTTP_HEADER_NAME_BY_INDEX, nullptr,
                              &size, WINHTTP_NO_HEADER_INDEX);
    std::wstring raw(size / sizeof(wchar_t) + 1, L'\0');
    size = gsl::narrow<DWORD>(raw.size() * sizeof(wchar_t));
    if (WinHttpQueryHeaders(request_.get(), WINHTTP_QUERY_RAW_HEADERS_CRLF, WINHTTP_HEADER_NAME_BY_INDEX, raw.data(),
                            &size, WINHTTP_NO_HEADER_INDEX) == 0)
        return failure(GetLastError(), circumstances());
    raw.resize(size / sizeof(wchar_t));
    const std::string text = win32::narrow(raw);
    if (text.size() > max_header_bytes) return too_large(attempt_);
    bool first = true;
    for (std::string_view line : split(text, '\n')) {
        const bool is_status = std::exchange(first, false);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const auto colon = line.find(':');
        if (is_status || colon == std::string_view::npos) continue;
        if (response.headers.size() >= max_header_count) return too_large(attempt_);
        response.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
    return {};
}

/// The length an answer says it has; nothing when it has none, or none is to come.
std::optional<std::uint64_t> length_of(const Response &response, const std::string &method) {
    const std::string *length = response.header("Content-Length");
    if (length == nullptr || response.header("Transfer-Encoding") != nullptr || method == "HEAD" ||
        response.status == 204 || response.status == 304)
        return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : *length) {
        if (c < '0' || c > '9' || value > std::numeric_limits<std::uint64_t>::max() / 10 - 1) return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return length->empty() ? std::nullopt : std::optional(value);
}

Result<void> Exchange::read_body(Response &response) {
    const auto length = length_of(response, attempt_.method);
    if (length && *length > attempt_.request.max_response) return too_large(attempt_);
    for (;;) {
        const Step step = request_.read(operation_);
        if (!step.good()) return failed(step);
        if (step.bytes == 0) break;
        const ByteView part = as_bytes(request_.buffer(step.bytes));
        if (response.body.size() + part.size() > attempt_.request.max_response) return too_large(attempt_);
        response.body.insert(response.body.end(), part.begin(), part.end());
    }
    // WinHTTP takes a connection's early end for the end of the body.
    if (length && response.body.size() != *length)
        return fail(errors::http_broken, "The answer did not come whole from " + circumstances().url + ": only " +
                                             std::to_string(response.body.size()) + " of " + std::to_string(*length) +
                                             " bytes came");
    return {};
}

/// There was no server yet: a proxy was asked for a way to it.
Error Exchange::proxy_answered(const Response &response) const {
    if (response.status == proxy_authentication_required) return proxy_refusal(attempt_);
    return fail(errors::http_connect, "The server cannot be reached: " + circumstances().url +
                                          ": the proxy makes no way to it (" + std::to_string(response.status) + ")")
        .with(ErrorNumber::http_status, response.status);
}

Result<Response> Exchange::read_response() {
    answered_ = true;
    Response response;
    CERTBROKER_CHECK(read_headers(response));
    if (attempt_.url.scheme == "https" && !request_.looked()) return proxy_answered(response);
    CERTBROKER_CHECK(read_body(response));
    return response;
}

Result<Response> Exchange::run() {
    CERTBROKER_CHECK(prepare());
    CERTBROKER_CHECK(send_all());
    CERTBROKER_TRY(Response response, read_response());
    if (response.status != unauthorized || !logs_on(attempt_.request)) return response;
    CERTBROKER_TRY(const bool again, answer_challenge());
    if (!again) return response;
    answered_ = false;
    CERTBROKER_CHECK(send_all());
    return read_response();
}

} // namespace

bool needs_fresh_connection(const Attempt &attempt) {
    if (is_safe_method(attempt.method) || attempt.request.idempotent) return false;
    return attempt.request.body.empty() || !attempt.with_body || logs_on(attempt.request);
}

Result<Response> exchange(const std::shared_ptr<const Session> &session, const Attempt &attempt,
                          const Operation &operation) {
    if (attempt.request.body.size() > std::numeric_limits<DWORD>::max())
        return fail(errors::http_request, "The HTTP request cannot be sent: its body is larger than 4 GiB");
    return Exchange(session, attempt, operation).run();
}

} // namespace certbroker::http::detail
