#pragma once

#include "base/errors.hpp"

namespace certbroker::errors {

#define CERTBROKER_ERROR(name, id, status, meaning, remedy)                                                            \
    inline constexpr ErrorKind name{id, Status::status, meaning, remedy};
#include "abi/errors.def"
#undef CERTBROKER_ERROR

} // namespace certbroker::errors
