#pragma once

#include <atomic>

namespace certbroker::fault {

/// Called at every durable step with its name. The product never sets it; the crash tests kill the process in it.
using Hook = void (*)(const char *name);

extern std::atomic<Hook> hook;

/// Marks a place where a crash must lose nothing. Put one before and one after every durable write.
inline void point(const char *name) {
    if (const Hook h = hook.load(std::memory_order_relaxed)) h(name);
}

} // namespace certbroker::fault
