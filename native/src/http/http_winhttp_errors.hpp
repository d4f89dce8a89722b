#pragma once

#include <string>

#include "base/error.hpp"
#include "http/http_winhttp_handles.hpp"

/// WinHTTP's and Schannel's codes as errors that people understand.
namespace certbroker::http::detail {

/// How far a request had come when it failed, and what was heard on the way.
struct Circumstances {
    std::string url; ///< redacted
    bool sent = false;
    bool answered = false;      ///< the answer's headers are there
    bool client_given = false;  ///< a client certificate was at hand
    bool client_wanted = false; ///< the server asked for one, and there was none
    DWORD complaints = 0;       ///< WINHTTP_CALLBACK_STATUS_FLAG_...
};

/// Http.TooLarge is not among them: it is too_large of rules.hpp for is_header_overflow.
Error failure(DWORD code, const Circumstances &circumstances);
bool is_header_overflow(DWORD code) noexcept;
/// The handshake failed, and neither code nor complaints say over what.
bool is_bare_handshake_failure(DWORD code, DWORD complaints) noexcept;
/// Http.ServerTrust.
Error distrust(const std::string &url, const std::string &why);

} // namespace certbroker::http::detail
