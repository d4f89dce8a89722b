#pragma once

#include "base/operation.hpp"
#include "http/http_winhttp_session.hpp"
#include "http/rules.hpp"

/// One request and its answer over WinHTTP.
namespace certbroker::http::detail {

/// Whether WinHTTP could send the request a second time without being told to: it then needs a session whose
/// connections nobody has used before.
bool needs_fresh_connection(const Attempt &attempt);

Result<Response> exchange(const std::shared_ptr<const Session> &session, const Attempt &attempt,
                          const Operation &operation);

} // namespace certbroker::http::detail
