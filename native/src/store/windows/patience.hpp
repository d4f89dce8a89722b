#pragma once

#include <functional>

#include "base/operation.hpp"

namespace certbroker::store {

/// Does what Windows does not let anybody stop on a thread of its own and waits for it as long as the operation may
/// run. When the operation ends first, its failure comes back at once (`what` could not be done), the work goes on
/// alone, and `undo` takes back what it has made. Both run as the account that the caller impersonates. What they use
/// must belong to them: they may outlive the caller. The process may end meanwhile.
Result<void> wait_patiently(const Operation &operation, std::string_view what, std::function<Result<void>()> work,
                            std::function<void()> undo);

} // namespace certbroker::store
