#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#if !defined(_WIN32)
#include <sys/wait.h>
#endif

/// Other programs, asked by tests. Arguments are the tests' own: nothing is quoted for them but by the caller.
namespace certbroker::test {

struct CommandResult {
    int exit_code = -1;
    std::string output; ///< both streams
};

inline CommandResult run(const std::string &command) {
    CommandResult result;
#if defined(_WIN32)
    FILE *pipe = ::_popen((command + " 2>&1").c_str(), "rb");
#else
    FILE *pipe = ::popen((command + " 2>&1").c_str(), "r");
#endif
    if (pipe == nullptr) return result;
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        result.output.append(buffer, got);
#if defined(_WIN32)
    result.exit_code = ::_pclose(pipe);
#else
    const int status = ::pclose(pipe);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
#endif
    return result;
}

inline bool have(const std::string &program) {
#if defined(_WIN32)
    const char *path = std::getenv("PATH");
    std::stringstream folders(path != nullptr ? path : "");
    std::error_code ignored;
    for (std::string folder; std::getline(folders, folder, ';');) {
        if (std::filesystem::exists(std::filesystem::path(folder) / (program + ".exe"), ignored)) return true;
    }
    return false;
#else
    return run("command -v " + program).exit_code == 0;
#endif
}

} // namespace certbroker::test
