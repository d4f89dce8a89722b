#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"
#include "http/http.hpp"
#include "http/rules.hpp"

/// What people see of an exchange who ask for it (Log::tracing).
namespace certbroker::http::detail {

inline constexpr const char *trace_source = "http.trace";
/// Of a body so much is shown.
inline constexpr std::size_t max_traced_body = 64UL * 1024;

/// Lines that begin with "> " (sent) and "< " (received): request line, headers, body, then status, time and
/// connection, headers, body; or why no answer came. Secrets have their markers or "***"; bodies that are no text are
/// shown by size and SHA-256; control characters are escaped.
std::string trace_of(const Attempt &attempt, const Result<Response> &response, std::chrono::milliseconds took);

} // namespace certbroker::http::detail
