#include "provider/worker.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>

#if !defined(_WIN32)
#include <pthread.h>
#endif

#include "fake.hpp"

using namespace certbroker;
using namespace certbroker::test;

TEST_CASE("All calls of one provider run on one thread, which takes no signals") {
    Host host;
    std::vector<std::thread::id> threads;
#if !defined(_WIN32) // which has no signals that could find the wrong thread
    bool term_blocked = false;
    bool segv_blocked = true;
#endif
    host.script->check = [&](const Plug &plug) {
        threads.push_back(std::this_thread::get_id());
#if !defined(_WIN32)
        sigset_t mask;
        (void)pthread_sigmask(SIG_BLOCK, nullptr, &mask);
        term_blocked = sigismember(&mask, SIGTERM) == 1;
        segv_blocked = sigismember(&mask, SIGSEGV) == 1;
#endif
        return pass(plug);
    };
    const auto opened = must(host.open());
    for (int i = 0; i < 3; ++i)
        must(opened->check({}, host.operation));
    REQUIRE(threads.size() == 3);
    CHECK(threads[0] == threads[1]);
    CHECK(threads[1] == threads[2]);
    CHECK(threads[0] != std::this_thread::get_id());
#if !defined(_WIN32)
    CHECK(term_blocked);
    CHECK_FALSE(segv_blocked);
#endif
}

TEST_CASE("A worker that never ran stops at once") {
    const auto worker = std::make_shared<provider::Worker>();
    worker->stop();
    const auto left = std::make_shared<provider::Worker>();
    left->leave();
    SUCCEED("both came back");
}
