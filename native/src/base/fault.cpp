#include "base/fault.hpp"

namespace certbroker::fault {

std::atomic<Hook> hook{nullptr};

} // namespace certbroker::fault
