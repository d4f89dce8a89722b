#include "base/event_log.hpp"

namespace certbroker {

std::shared_ptr<Log> system_event_log() {
    return nullptr;
}

} // namespace certbroker
