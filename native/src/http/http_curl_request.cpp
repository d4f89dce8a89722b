#include "http/http_curl_request.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace certbroker::http::detail {
void FreeList::operator()(curl_slist *list) const noexcept {
    for (curl_slist *item = list; item != nullptr; item = item->next)
        wipe(item->data, std::strlen(item->data));
    curl_slist_free_all(list);
}

Transfer::Transfer(const Attempt &attempt) : attempt_(attempt), request_(attempt.request) {}

Transfer::~Transfer() = default;

Result<void> Transfer::add_header(const std::string &name, const std::string &value) {
    // libcurl takes "Name;" for a header without a value, and "Name:" as the wish to send none.
    SecretBytes line(name.begin(), name.end());
    CERTBROKER_TRY(const SecretBytes placed, place_header(name, value, request_.places));
    const std::string_view separator = placed.empty() ? ";" : ": ";
    line.insert(line.end(), separator.begin(), separator.end());
    line.insert(line.end(), placed.begin(), placed.end());
    line.push_back(0);
    curl_slist *longer = curl_slist_append(headers_.get(), reinterpret_cast<const char *>(line.data()));
    if (longer == nullptr) throw std::bad_alloc();
    (void)headers_.release();
    headers_.reset(longer);
    return {};
}

Result<void> Transfer::apply(CURL *easy) {
    bool has_agent = false;
    bool has_type = false;
    for (const auto &[name, value] : request_.headers) {
        has_agent = has_agent || iequals(name, "User-Agent");
        if (iequals(name, "Content-Type")) {
            has_type = true;
            if (!attempt_.with_body) continue;
        }
        CERTBROKER_CHECK(add_header(name, value));
    }
    const auto drop_default = [this](const char *header) {
        curl_slist *longer = curl_slist_append(headers_.get(), header);
        if (longer == nullptr) throw std::bad_alloc();
        (void)headers_.release();
        headers_.reset(longer);
    };
    drop_default("Expect:");
    if (!has_type) drop_default("Content-Type:");
    if (attempt_.with_body) {
        if (request_.places.empty()) {
            body_ = request_.body;
        } else {
            placed_body_ = place_secrets(request_.body, request_.places);
            body_ = placed_body_;
        }
    }
    const std::string url = attempt_.url.to_string();
    (void)curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    if (!has_agent) (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "CertBroker");
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    apply_method(easy);
    apply_authentication(easy);
    return {};
}

void Transfer::apply_method(CURL *easy) {
    const bool bodied = attempt_.with_body && (!body_.empty() || !is_safe_method(attempt_.method));
    if (attempt_.method == "HEAD") {
        (void)curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (bodied) {
        (void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
        (void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Transfer::on_read);
        (void)curl_easy_setopt(easy, CURLOPT_READDATA, this);
        (void)curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
        (void)curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
        // Without a body there is nothing whose resending on_seek could refuse.
        if (body_.empty() && !request_.idempotent) (void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    } else {
        (void)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, attempt_.method.c_str());
}

void Transfer::apply_authentication(CURL *easy) {
    const std::string password(as_text(request_.password.reveal()));
    switch (request_.authentication) {
    case Authentication::none:
        return;
    case Authentication::basic:
        (void)curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        break;
    case Authentication::negotiate:
        (void)curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_NEGOTIATE);
        break;
    case Authentication::ntlm:
        (void)curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_NTLM);
        break;
    }
    (void)curl_easy_setopt(easy, CURLOPT_USERNAME, request_.user.c_str());
    (void)curl_easy_setopt(easy, CURLOPT_PASSWORD, password.c_str());
    wipe(const_cast<char *>(password.data()), password.size());
}

std::size_t Transfer::on_body(char *data, std::size_t size, std::size_t count, void *self) noexcept {
    auto &transfer = *static_cast<Transfer *>(self);
    const std::size_t bytes = size * count;
    if (transfer.response.body.size() + bytes > transfer.request_.max_response) {
        transfer.too_large = true;
        return 0;
    }
    try {
        const auto *first = reinterpret_cast<const std::uint8_t *>(data);
        transfer.response.body.insert(transfer.response.body.end(), first, first + bytes);
    } catch (...) {
        transfer.out_of_memory = true;
        return 0;
    }
    return bytes;
}

std::size_t Transfer::on_header(char *data, std::size_t size, std::size_t count, void *self) noexcept {
    auto &transfer = *static_cast<Transfer *>(self);
    const std::size_t bytes = size * count;
    transfer.answered_ = true;
    transfer.header_bytes_ += bytes;
    if (transfer.header_bytes_ > max_header_bytes || transfer.response.headers.size() >= max_header_count) {
        transfer.too_large = true;
        return 0;
    }
    try {
        std::string_view line(data, bytes);
        while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
            line.remove_suffix(1);
        if (line.starts_with("HTTP/")) {
            // Headers of an interim answer (1xx, 401 before NTLM) are not the answer's.
            transfer.response.headers.clear();
            return bytes;
        }
        const auto colon = line.find(':');
        if (colon != std::string_view::npos)
            transfer.response.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    } catch (...) {
        transfer.out_of_memory = true;
        return 0;
    }
    return bytes;
}

std::size_t Transfer::on_read(char *out, std::size_t size, std::size_t count, void *self) noexcept {
    auto &transfer = *static_cast<Transfer *>(self);
    const std::size_t bytes = std::min(size * count, transfer.body_.size() - transfer.body_at_);
    if (bytes > 0) std::memcpy(out, transfer.body_.data() + transfer.body_at_, bytes);
    transfer.body_at_ += bytes;
    return bytes;
}

int Transfer::on_seek(void *self, curl_off_t offset, int origin) noexcept {
    auto &transfer = *static_cast<Transfer *>(self);
    // libcurl rewinds to send again: after an answer (NTLM, Negotiate) that is right, on a connection that died without
    // one the server may have acted already.
    if (!transfer.answered_ && !transfer.request_.idempotent) return CURL_SEEKFUNC_CANTSEEK;
    if (origin != SEEK_SET || offset < 0 || static_cast<std::size_t>(offset) > transfer.body_.size())
        return CURL_SEEKFUNC_FAIL;
    transfer.body_at_ = static_cast<std::size_t>(offset);
    return CURL_SEEKFUNC_OK;
}

} // namespace certbroker::http::detail
