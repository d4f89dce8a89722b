#pragma once

#include <string>
#include <utility>

#include "certbroker/plugin.hpp"

/// The failures this provider names (errors.def).
namespace digicert {

using certbroker::plugin::ErrorKind;
using certbroker::plugin::Failure;
using certbroker::plugin::failure;

namespace errors {
#define CERTBROKER_ERROR(name, id, status, meaning, remedy)                                                            \
    inline constexpr ErrorKind name{id, certbroker::plugin::status_of(#status), remedy};
#include "errors.def"
#undef CERTBROKER_ERROR
} // namespace errors

} // namespace digicert
