#include <atomic>
#include <catch2/catch_session.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/fault.hpp"
#include "killer.hpp"
#include "scenarios.hpp"

namespace certbroker::crash {
namespace {

std::atomic<long> faults_left{0};
long killed = 0;

void die_here(const char *name) {
    if (faults_left.fetch_sub(1) == 1) kill_myself(name);
}

int child(const std::string &home, const std::string &scenario, long fault) {
    open_last_words(home);
    faults_left = fault;
    if (fault > 0) fault::hook = &die_here;
    return run(home, scenario);
}

} // namespace

std::string last_words(const std::string &home) {
    std::ostringstream text;
    text << std::ifstream(home + "/last-words").rdbuf();
    return text.str();
}

long kills() noexcept {
    return killed;
}

void count_kill() noexcept {
    ++killed;
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
