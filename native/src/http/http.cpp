#include "http/http.hpp"

#include "base/text.hpp"

namespace certbroker::http {

const std::string *Response::header(std::string_view name) const noexcept {
    for (const auto &[key, value] : headers) {
        if (iequals(key, name)) return &value;
    }
    return nullptr;
}

} // namespace certbroker::http
