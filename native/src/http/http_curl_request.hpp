#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/http.hpp"
#include "http/url.hpp"

/// One request on its way through a libcurl handle.
namespace certbroker::http::detail {

/// Fails with Http.Request for a method, header or size that may not be sent.
Result<void> check_request(const Request &request);

struct FreeList {
    void operator()(curl_slist *list) const noexcept;
};

/// What is sent and what came back. Callbacks point at it, so it stays where it is while the transfer runs.
class Transfer {
public:
    /// `method`, `url` and `with_body` may differ from the request's after a redirect.
    Transfer(const Request &request, std::string method, const Url &url, bool with_body);
    Transfer(const Transfer &) = delete;
    Transfer &operator=(const Transfer &) = delete;
    ~Transfer();

    /// Sets all options on a handle that was reset. Http.Request when a placed secret does not fit a header.
    Result<void> apply(CURL *easy);

    Response response;
    bool too_large = false;
    bool out_of_memory = false;

private:
    static std::size_t on_body(char *data, std::size_t size, std::size_t count, void *self) noexcept;
    static std::size_t on_header(char *data, std::size_t size, std::size_t count, void *self) noexcept;
    static std::size_t on_read(char *out, std::size_t size, std::size_t count, void *self) noexcept;
    static int on_seek(void *self, curl_off_t offset, int origin) noexcept;

    Result<void> add_header(const std::string &name, const std::string &value);
    void apply_method(CURL *easy);
    void apply_authentication(CURL *easy);

    const Request &request_;
    std::string method_;
    Url url_;
    bool with_body_;
    std::unique_ptr<curl_slist, FreeList> headers_;
    SecretBytes placed_body_;
    ByteView body_;
    std::size_t body_at_ = 0;
    bool answered_ = false; ///< a status line came
    std::size_t header_bytes_ = 0;
};

/// Safe methods: asking twice changes nothing (RFC 9110 section 9.2.1).
bool is_safe_method(std::string_view method) noexcept;

} // namespace certbroker::http::detail
