#include <algorithm>
#include <chrono>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "http/errors.hpp"
#include "provider/host.hpp"
#include "provider/setting_values.hpp"

namespace certbroker::provider::host {
namespace {

constexpr std::size_t max_response = 256UL * 1024 * 1024;
constexpr std::size_t default_response = 16UL * 1024 * 1024;
constexpr std::size_t max_places = 32;
constexpr std::size_t max_headers = 200;

Result<Secret> secret_of(Call &call, const cbp_secret *handle) {
    const SecretObject *object = call.find<SecretObject>(handle);
    if (object == nullptr) return call.breach("a secret was passed that is none of this call's");
    return object->secret;
}

Result<std::vector<http::SecretPlace>> read_places(Call &call, const cbp_secret_place *const *given) {
    std::vector<http::SecretPlace> places;
    for (; given != nullptr && *given != nullptr; ++given) {
        if (places.size() >= max_places) return call.breach("there are more than 32 places for secrets");
        CERTBROKER_TRY(const cbp_secret_place place,
                       read_struct(call, *given, "places", CERTBROKER_THROUGH(cbp_secret_place, secret)));
        CERTBROKER_TRY(std::string marker, call.text(place.marker, "marker", 200));
        CERTBROKER_TRY(Secret secret, secret_of(call, place.secret));
        if (marker.empty() || place.escape > CBP_ESCAPE_BASE64)
            return call.breach("a place for a secret has no marker or an unknown escape");
        places.push_back({std::move(marker), std::move(secret), static_cast<http::Escape>(place.escape)});
    }
    return places;
}

Result<void> read_headers(Call &call, const char *const *given, http::Request &request) {
    for (; given != nullptr && *given != nullptr; given += 2) {
        if (request.headers.size() >= max_headers) return call.breach("there are more than 200 headers");
        CERTBROKER_TRY(std::string name, call.text(given[0], "headers", 200));
        CERTBROKER_TRY(std::string value, call.text(given[1], "headers", 64UL * 1024));
        request.headers.emplace_back(std::move(name), std::move(value));
    }
    return {};
}

Result<void> read_client(Call &call, const cbp_key *handle, http::Request &request) {
    if (handle == nullptr) return {};
    CERTBROKER_TRY(KeyObject *const key, key_of(call, handle, "tls_client_key"));
    CERTBROKER_CHECK(load_chain(call, *key));
    if (key->chain_der.empty())
        return fail(errors::http_client_certificate,
                    "The client certificate cannot be used: no certificate in My belongs to the key '" + key->uri +
                        "'");
    request.client = crypto::ClientCredentials{key->key, key->chain_der};
    return {};
}

Result<void> read_authentication(Call &call, const cbp_http_request &given, http::Request &request) {
    if (given.auth > CBP_AUTH_NTLM) return call.breach("the kind of authentication is unknown");
    request.authentication = static_cast<http::Authentication>(given.auth);
    CERTBROKER_TRY(request.user, call.optional_text(given.auth_user, "auth_user", 1000));
    if (given.auth_secret != nullptr) {
        CERTBROKER_TRY(request.password, secret_of(call, given.auth_secret));
    }
    const bool needs_user = given.auth == CBP_AUTH_BASIC || given.auth == CBP_AUTH_NTLM;
    if (needs_user && request.user.empty()) return call.breach("this authentication needs a user's name");
    return {};
}

/// A request, and how long its exchange may take.
struct Exchange {
    http::Request request;
    std::chrono::milliseconds timeout{0}; ///< 0 = as long as the call
};

Result<Exchange> read_request(Call &call, const cbp_http_request *pointer) {
    CERTBROKER_TRY(const cbp_http_request given,
                   read_struct(call, pointer, "request", CERTBROKER_THROUGH(cbp_http_request, body)));
    http::Request request;
    CERTBROKER_TRY(request.method, call.text(given.method, "method", 32));
    CERTBROKER_TRY(request.url, call.text(given.url, "url", 16UL * 1024));
    CERTBROKER_CHECK(read_headers(call, given.headers, request));
    CERTBROKER_TRY(const ByteView body, call.bytes(given.body, "body"));
    request.body = to_bytes(body);
    CERTBROKER_CHECK(read_client(call, given.tls_client_key, request));
    CERTBROKER_CHECK(read_authentication(call, given, request));
    CERTBROKER_TRY(request.places, read_places(call, given.places));
    CERTBROKER_TRY(request.extra_trust_file, trust_file(call, given.extra_trust_pem_setting));
    CERTBROKER_TRY(request.proxy, call.optional_text(given.proxy, "proxy", 2048));
    request.follow_redirects = (given.flags & CBP_HTTP_FOLLOW_REDIRECTS) != 0;
    request.idempotent = (given.flags & CBP_HTTP_IDEMPOTENT) != 0;
    request.allow_plain = (given.flags & CBP_HTTP_ALLOW_PLAIN) != 0;
    request.max_response = given.max_response == 0 ? default_response : std::min(given.max_response, max_response);
    return Exchange{std::move(request), std::chrono::milliseconds(given.timeout_ms)};
}

/// Sends it within its own time-out; a deadline of the whole call stays what it is.
Result<http::Response> exchange(http::Client &client, const Exchange &wanted, const Operation &operation) {
    if (wanted.timeout.count() == 0) return client.send(wanted.request, operation);
    auto response = client.send(wanted.request, operation.with_timeout(wanted.timeout));
    if (response || response.error().id() != errors::timeout.id || operation.remaining().count() == 0) return response;
    return fail(errors::http_timeout, "No answer came from " + http::redact_url(wanted.request.url) + " within " +
                                          std::to_string(wanted.timeout.count()) + " ms");
}

Result<void> http_send_body(Call &call, const cbp_http_request *pointer, const cbp_response **out) {
    CERTBROKER_CHECK(call.required(out, "out"));
    CERTBROKER_TRY(const Exchange wanted, read_request(call, pointer));
    const http::Request &request = wanted.request;
    http::Client *client = call.instance().services.http;
    if (client == nullptr)
        return fail(errors::provider_unsupported, "The provider cannot reach its CA: there is no network here");
    CERTBROKER_TRY(http::Response response, exchange(*client, wanted, call.operation()));
    if (response.body.size() > request.max_response)
        return fail(errors::http_too_large, "The answer of " + http::redact_url(request.url) +
                                                " cannot be used: it is larger than " +
                                                std::to_string(request.max_response) + " bytes");
    *out = call.add<cbp_response>(std::move(response));
    call.exchange_succeeded();
    return {};
}

cbp_status CBP_CALL http_send(cbp_call *handle, const cbp_http_request *request, const cbp_response **out) {
    return serve_status(handle, "http_send", [&](Call &call) { return http_send_body(call, request, out); });
}

int32_t CBP_CALL http_not_sent(cbp_call *handle) {
    return serve<int32_t>(handle, "http_not_sent", 0, [](Call &call) {
        return call.host_failure() && http::left_nothing(*call.host_failure()) ? 1 : 0;
    });
}

int32_t CBP_CALL http_status(const cbp_response *handle) {
    return serve<int32_t>(handle, "http_status", 0, [&](Call &call) {
        const http::Response *response = call.find<http::Response>(handle);
        return response != nullptr ? response->status : 0;
    });
}

const char *CBP_CALL http_header(const cbp_response *handle, const char *name) {
    return serve<const char *>(handle, "http_header", nullptr, [&](Call &call) -> const char * {
        const http::Response *response = call.find<http::Response>(handle);
        const auto key = call.text(name, "name", 200);
        const std::string *value = response != nullptr && key ? response->header(*key) : nullptr;
        return value != nullptr ? value->c_str() : nullptr;
    });
}

cbp_bytes CBP_CALL http_body(const cbp_response *handle) {
    return serve<cbp_bytes>(handle, "http_body", cbp_bytes{}, [&](Call &call) {
        const http::Response *response = call.find<http::Response>(handle);
        return response != nullptr ? cbp_bytes{response->body.data(), response->body.size()} : cbp_bytes{};
    });
}

/// A page as text: NDES writes UTF-16.
std::string page_text(ByteView body) {
    const bool little = body.size() >= 2 && body[0] == 0xff && body[1] == 0xfe;
    const bool big = body.size() >= 2 && body[0] == 0xfe && body[1] == 0xff;
    if (little || big) return utf16_to_utf8(body.subspan(2), big);
    if (body.size() >= 2 && body[0] != 0 && body[1] == 0) return utf16_to_utf8(body, false);
    if (body.size() >= 2 && body[0] == 0 && body[1] != 0) return utf16_to_utf8(body, true);
    return std::string(as_text(body));
}

Result<void> secret_extract_body(Call &call, const cbp_response *handle, const char *before, const char *after,
                                 const cbp_secret **out) {
    constexpr std::size_t max_secret = 4096;
    CERTBROKER_CHECK(call.required(out, "out"));
    CERTBROKER_TRY(const std::string first, call.text(before, "before"));
    CERTBROKER_TRY(const std::string last, call.text(after, "after"));
    if (first.empty() || last.empty()) return call.breach("'before' or 'after' is empty");
    const http::Response *response = call.find<http::Response>(handle);
    if (response == nullptr) return call.breach("the response is none of this call's");
    const std::string text = page_text(response->body);
    const std::string_view page = text;
    const auto missing = [] {
        return fail(errors::provider_failed, "The answer cannot be used: what should be read from it is not there")
            .with_status(Status::protocol);
    };
    const auto start = page.find(first);
    if (start == std::string_view::npos) return missing();
    const auto rest = page.substr(start + first.size());
    const auto end = rest.find(last);
    if (end == std::string_view::npos || end == 0 || end > max_secret) return missing();
    const Secret secret(as_bytes(rest.substr(0, end)));
    call.redactor().add(secret);
    *out = call.add<cbp_secret>(SecretObject{secret});
    return {};
}

cbp_status CBP_CALL secret_extract(cbp_call *handle, const cbp_response *response, const char *before,
                                   const char *after, const cbp_secret **out) {
    return serve_status(handle, "secret_extract",
                        [&](Call &call) { return secret_extract_body(call, response, before, after, out); });
}

} // namespace

Result<std::string> trust_file(Call &call, const char *setting) {
    if (setting == nullptr) return std::string();
    CERTBROKER_TRY(const std::string name, call.text(setting, "extra_trust_pem_setting", 64));
    const auto *info = find_setting(call.instance().table.settings, CBP_SCOPE_CONNECTION, name);
    if (info == nullptr || info->type != CBP_PATH) return call.breach("'" + name + "' is no CBP_PATH setting");
    const std::string *path = call.instance().settings.text(name);
    return path != nullptr ? *path : std::string();
}

void fill_http(cbp_host &table) noexcept {
    table.http_send = &http_send;
    table.http_not_sent = &http_not_sent;
    table.http_status = &http_status;
    table.http_header = &http_header;
    table.http_body = &http_body;
    table.secret_extract = &secret_extract;
}

} // namespace certbroker::provider::host
