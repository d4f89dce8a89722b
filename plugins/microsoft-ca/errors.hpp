#pragma once

#include <string>
#include <utility>

#include "certbroker/plugin.hpp"

/// The failures this provider names (errors.def).
namespace microsoft_ca {

using certbroker::plugin::ErrorKind;
using certbroker::plugin::Failure;
using certbroker::plugin::failure;

namespace errors {
#define CERTBROKER_ERROR(name, id, status, meaning, remedy)                                                            \
    inline constexpr ErrorKind name{id, certbroker::plugin::status_of(#status), remedy};
#include "errors.def"
#undef CERTBROKER_ERROR
} // namespace errors

/// "The CA never got it": the host has its own id for that, Provider.NotFound, and goes by it.
inline Failure not_found(std::string message) {
    return Failure{CBP_E_NOT_FOUND, std::move(message), "Check the request id, and the authority."};
}

} // namespace microsoft_ca
