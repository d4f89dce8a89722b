#include "aside.hpp"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace microsoft_ca {
namespace {

struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    std::exception_ptr problem;
};

void run(const std::shared_ptr<Shared> &shared, std::function<void()> body) {
    std::exception_ptr problem;
    try {
        body();
    } catch (...) {
        problem = std::current_exception();
    }
    body = nullptr; // what it owns ends on this thread, before anybody hears of the end
    const std::lock_guard lock(shared->mutex);
    shared->problem = problem;
    shared->done = true;
    shared->changed.notify_all();
}

} // namespace

AsideEnd run_aside(certbroker::plugin::Call call, std::function<void()> body, std::chrono::milliseconds longest,
                   const std::function<void()> &left_behind, cbp_status &status) {
    constexpr std::chrono::milliseconds slice{20}; // how long a cancelled call is not noticed
    const auto end = std::chrono::steady_clock::now() + longest;
    const auto shared = std::make_shared<Shared>();
    std::thread thread(&run, shared, std::move(body));
    const auto leave = [&](AsideEnd why) {
        if (left_behind) left_behind();
        thread.detach();
        return why;
    };
    for (;;) {
        {
            std::unique_lock lock(shared->mutex);
            if (shared->changed.wait_for(lock, slice, [&] { return shared->done; })) break;
        }
        // The host is asked on the call's own thread alone, and never with the lock held.
        status = call.host()->wait(call.raw(), 0);
        if (status != CBP_OK) return leave(AsideEnd::stopped);
        if (std::chrono::steady_clock::now() >= end) return leave(AsideEnd::overdue);
    }
    thread.join();
    if (shared->problem) std::rethrow_exception(shared->problem);
    return AsideEnd::done;
}

} // namespace microsoft_ca
