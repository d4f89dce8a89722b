#pragma once

#include <string>
#include <vector>

/// Looks at a home after a process was killed in it.
namespace certbroker::crash {

/// What is true of the store while the process lies where it was killed, before the next one recovers anything.
std::vector<std::string> look_at_the_scene(const std::string &home, const std::string &scenario);

/// What is true at once after a restart, before anybody goes on: nothing is lost. Each finding is a broken promise.
std::vector<std::string> look(const std::string &home);

/// Takes every open request as far as it goes, as an admin would, and looks again: everything issued is installed,
/// once.
std::vector<std::string> finish(const std::string &home, const std::string &scenario);

} // namespace certbroker::crash
