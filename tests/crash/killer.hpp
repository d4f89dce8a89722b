#pragma once

#include <sys/types.h>

#include <string>

/// Processes that die.
namespace certbroker::crash {

/// Starts this very program anew, as the process of a scenario. It kills itself at its `fault`-th fault point; 0:
/// never.
pid_t start(const std::string &home, const std::string &scenario, long fault);

enum class End { finished, killed, failed };
End wait_for(pid_t process);
/// What the process said before it died.
std::string last_words(const std::string &home);

/// All kills so far.
long kills() noexcept;

} // namespace certbroker::crash
