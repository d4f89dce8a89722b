#pragma once

#include <cstdio>
#include <string>

#include <sys/wait.h>

/// Other programs, asked by tests. Arguments are the tests' own: nothing is quoted for them but by the caller.
namespace certbroker::test {

struct CommandResult {
    int exit_code = -1;
    std::string output; ///< both streams
};

inline CommandResult run(const std::string &command) {
    CommandResult result;
    FILE *pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return result;
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        result.output.append(buffer, got);
    const int status = ::pclose(pipe);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}

inline bool have(const std::string &program) {
    return run("command -v " + program).exit_code == 0;
}

} // namespace certbroker::test
