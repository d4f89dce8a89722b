#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "x509/certificate.hpp"

/// Name constraints (RFC 5280 section 4.2.1.10). Private to x509, but for tests.
namespace certbroker::x509::detail {

/// Checks the names of `certificate` (subject and alternative names) against the constraints `value` of a CA above it.
/// DNS, e-mail, IP and directory names are understood; a constraint on another form refuses every name of that form,
/// for it cannot be shown to fit. Chain.Broken says which name breaks which rule.
Result<void> check_name_constraints(ByteView value, const Certificate &certificate);

} // namespace certbroker::x509::detail
