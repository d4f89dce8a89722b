#pragma once

#include <cstdint>
#include <string>

/// Processes that die.
namespace certbroker::crash {

using Process = std::intptr_t; ///< process number, or HANDLE on Windows

/// Starts this very program anew, as the process of a scenario. It kills itself at its `fault`-th fault point; 0:
/// never.
Process start_child(const std::string &home, const std::string &scenario, long fault);
/// In the child: what it says before it dies goes where last_words finds it.
void open_last_words(const std::string &home);
/// As nobody can refuse: SIGKILL, TerminateProcess.
void kill_child(Process process);
[[noreturn]] void kill_myself(const char *where);

enum class End { finished, killed, failed };
/// Waits, and forgets the process.
End wait_for(Process process);
/// What the process said before it died.
std::string last_words(const std::string &home);

/// All kills so far.
long kills() noexcept;
void count_kill() noexcept;

} // namespace certbroker::crash
