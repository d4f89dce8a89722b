#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/http.hpp"
#include "http/rules.hpp"

/// One request on its way through a libcurl handle.
namespace certbroker::http::detail {

struct FreeList {
    void operator()(curl_slist *list) const noexcept;
};

/// What is sent and what came back. Callbacks point at it, so it stays where it is while the transfer runs.
class Transfer {
public:
    explicit Transfer(const Attempt &attempt);
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

    const Attempt &attempt_;
    const Request &request_;
    std::unique_ptr<curl_slist, FreeList> headers_;
    SecretBytes placed_body_;
    ByteView body_;
    std::size_t body_at_ = 0;
    bool answered_ = false; ///< a status line came
    std::size_t header_bytes_ = 0;
};

} // namespace certbroker::http::detail
