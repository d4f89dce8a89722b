#include "provider/worker.hpp"

#include <gsl/util>

#if !defined(_WIN32)
#include <csignal>
#include <pthread.h>
#endif

namespace certbroker::provider {

Worker::~Worker() {
    // Only reached with a thread when stop() and leave() were both forgotten; ending the process would be worse.
    if (thread_.joinable()) thread_.detach();
}

void Worker::post(std::shared_ptr<Call> call) {
    if (!thread_.joinable()) {
#if !defined(_WIN32)
        // Signals belong to the threads of the host process; .NET's runtime must not find them here.
        sigset_t all;
        sigset_t before;
        (void)sigfillset(&all);
        for (const int synchronous : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
            (void)sigdelset(&all, synchronous);
        (void)pthread_sigmask(SIG_SETMASK, &all, &before);
        const auto restore = gsl::finally([&] { (void)pthread_sigmask(SIG_SETMASK, &before, nullptr); });
#endif
        // The thread keeps the worker: an abandoned one must not lose its mutex.
        thread_ = std::thread([self = shared_from_this()] { self->loop(); });
    }
    {
        const std::lock_guard lock(mutex_);
        next_ = std::move(call);
    }
    posted_.notify_one();
}

void Worker::stop() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    posted_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Worker::leave() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        left_ = true;
    }
    posted_.notify_one();
    if (thread_.joinable()) thread_.detach();
}

void Worker::loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
        posted_.wait(lock, [this] { return next_ != nullptr || stop_; });
        // A thread that was left behind never ends: ending while the process does would run thread-local destructors of
        // libraries that have been torn down already.
        while (next_ == nullptr && left_)
            posted_.wait(lock);
        if (next_ == nullptr) return;
        const std::shared_ptr<Call> call = std::move(next_);
        next_ = nullptr;
        lock.unlock();
        call->run();
        lock.lock();
    }
}

} // namespace certbroker::provider
