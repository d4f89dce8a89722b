#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_session.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "base/fault.hpp"
#include "killer.hpp"
#include "scenarios.hpp"

namespace certbroker::crash {
namespace {

std::atomic<long> faults_left{0};
long killed = 0;

void die_here(const char *name) {
    if (faults_left.fetch_sub(1) != 1) return;
    (void)::dprintf(STDERR_FILENO, "killed at %s\n", name);
    (void)::kill(::getpid(), SIGKILL);
    ::pause(); // the signal may find another thread first
}

int child(const std::string &home, const std::string &scenario, long fault) {
    faults_left = fault;
    if (fault > 0) fault::hook = &die_here;
    return run(home, scenario);
}

} // namespace

pid_t start(const std::string &home, const std::string &scenario, long fault) {
    const std::string number = std::to_string(fault);
    const std::string words = home + "/last-words";
    const pid_t process = ::fork();
    if (process < 0) throw std::runtime_error("no process could be started");
    if (process > 0) return process;
    const int out = ::open(words.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)::dup2(out, STDERR_FILENO);
    ::execl("/proc/self/exe", "certbroker-crash", "--crash-child", home.c_str(), scenario.c_str(), number.c_str(),
            nullptr);
    ::_exit(127);
}

End wait_for(pid_t process) {
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        ++killed;
        return End::killed;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? End::finished : End::failed;
}

std::string last_words(const std::string &home) {
    std::ostringstream text;
    text << std::ifstream(home + "/last-words").rdbuf();
    return text.str();
}

long kills() noexcept {
    return killed;
}

} // namespace certbroker::crash

int main(int argc, char *argv[]) {
    using namespace certbroker::crash;
    if (argc == 5 && std::string_view(argv[1]) == "--crash-child")
        return child(argv[2], argv[3], std::strtol(argv[4], nullptr, 10));
    const int result = Catch::Session().run(argc, argv);
    std::cout << "certbroker-crash: " << kills() << " processes were killed\n";
    return result;
}
