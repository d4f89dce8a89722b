#pragma once

#if defined(_WIN32)
#include <catch2/catch_test_macros.hpp>
#else
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <cstdio>
#include <exception>
#include <functional>
#include <string>

/// Work in a forked process. What it finds out comes back as its exit code: Catch2's checks belong to the parent.
namespace certbroker::test {

struct ChildFailure {
    std::string why;
};

/// In a child: ends it with a failure that its parent prints.
inline void demand(bool fine, const std::string &why) {
    if (!fine) throw ChildFailure{why};
}
template<class R>
auto demand_value(R result) {
    if (!result) throw ChildFailure{result.error().id() + ": " + result.error().message()};
    return *std::move(result);
}

#if defined(_WIN32)

/// Windows has no fork, so a case that needs one is skipped there; tests/crash starts and kills whole programs instead.
inline int run_child(const std::function<void()> &) {
    SKIP("Windows has no fork: tests/crash kills processes there");
    return -1; // not reached, which this compiler does not see
}
using ChildId = int;
inline ChildId start_child(const std::function<void()> &work) {
    return run_child(work);
}
inline int wait_for_child(ChildId) {
    return -1;
}

#else

using ChildId = pid_t;
inline constexpr int child_failed = 99;

/// Starts the work; 0 is success, `child_failed` a failed demand (printed to stderr), anything else its own _exit.
inline ChildId start_child(const std::function<void()> &work) {
    (void)std::fflush(nullptr);
    const ChildId pid = ::fork();
    if (pid != 0) return pid;
    int code = 0;
    try {
        work();
    } catch (const ChildFailure &failure) {
        (void)std::fprintf(stderr, "child: %s\n", failure.why.c_str());
        code = child_failed;
    } catch (const std::exception &failure) {
        (void)std::fprintf(stderr, "child: %s\n", failure.what());
        code = child_failed;
    }
    ::_exit(code);
}

inline int wait_for_child(ChildId pid) {
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}
inline int run_child(const std::function<void()> &work) {
    return wait_for_child(start_child(work));
}

#endif

/// Runs `work` again and again, killed at its first, second, ... fault point, until it gets through. After each death
/// `after` is called with false, and with true after the run that got through. Returns how many deaths there were.
int die_at_every_fault_point(const std::function<void()> &work, const std::function<void(bool completed)> &after);

} // namespace certbroker::test

#include "base/fault.hpp"

namespace certbroker::test {

namespace detail {
inline int points_to_live = 0;
inline constexpr int died = 77;
inline void die_in_time(const char *) {
#if !defined(_WIN32)
    if (points_to_live-- == 0) ::_exit(died);
#endif
}
} // namespace detail

inline int die_at_every_fault_point(const std::function<void()> &work,
                                    const std::function<void(bool completed)> &after) {
    for (int deaths = 0;; ++deaths) {
        const int code = run_child([&] {
            detail::points_to_live = deaths;
            fault::hook = detail::die_in_time;
            work();
        });
        after(code == 0);
        if (code == detail::died) continue;
        return code == 0 ? deaths : -1;
    }
}

} // namespace certbroker::test
