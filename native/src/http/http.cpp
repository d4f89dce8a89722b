#include "http/http.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/errors.hpp"

namespace certbroker::http {

const std::string *Response::header(std::string_view name) const noexcept {
    for (const auto &[key, value] : headers) {
        if (iequals(key, name)) return &value;
    }
    return nullptr;
}

bool left_nothing(const Error &failure) noexcept {
    constexpr std::array<std::string_view, 7> before{errors::http_url.id,
                                                     errors::http_request.id,
                                                     errors::http_trust_file.id,
                                                     errors::http_resolve.id,
                                                     errors::http_connect.id,
                                                     errors::http_server_trust.id,
                                                     errors::http_client_certificate.id};
    for (const Error *at = &failure; at != nullptr; at = at->cause()) {
        if (std::find(before.begin(), before.end(), at->id()) != before.end()) return true;
    }
    return false;
}

} // namespace certbroker::http
