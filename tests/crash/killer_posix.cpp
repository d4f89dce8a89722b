#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <stdexcept>

#include "killer.hpp"

namespace certbroker::crash {

Process start_child(const std::string &home, const std::string &scenario, long fault) {
    const std::string number = std::to_string(fault);
    const pid_t process = ::fork();
    if (process < 0) throw std::runtime_error("no process could be started");
    if (process > 0) return process;
    ::execl("/proc/self/exe", "certbroker-crash", "--crash-child", home.c_str(), scenario.c_str(), number.c_str(),
            nullptr);
    ::_exit(127);
}

void open_last_words(const std::string &home) {
    const int out = ::open((home + "/last-words").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)::dup2(out, STDERR_FILENO);
}

void kill_child(Process process) {
    (void)::kill(static_cast<pid_t>(process), SIGKILL);
}

void kill_myself(const char *where) {
    (void)::dprintf(STDERR_FILENO, "killed at %s\n", where);
    (void)::kill(::getpid(), SIGKILL);
    for (;;)
        ::pause(); // the signal may find another thread first
}

End wait_for(Process process) {
    int status = 0;
    while (::waitpid(static_cast<pid_t>(process), &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        count_kill();
        return End::killed;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? End::finished : End::failed;
}

} // namespace certbroker::crash
