#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "provider/call.hpp"

namespace certbroker::provider {

/// The thread on which one provider's calls run. Made with the first call; left alone when a plugin hangs in it.
class Worker : public std::enable_shared_from_this<Worker> {
public:
    Worker() = default;
    ~Worker();
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    /// Runs the call as soon as the thread is free. Throws std::system_error when no thread can be made.
    void post(std::shared_ptr<Call> call);
    /// Lets the thread end after what it does now, and waits for it.
    void stop();
    /// Lets the thread go: it ends when the plugin returns, if ever.
    void leave();

private:
    void loop();

    std::mutex mutex_;
    std::condition_variable posted_;
    std::shared_ptr<Call> next_;
    bool stop_ = false;
    bool left_ = false;
    std::thread thread_;
};

} // namespace certbroker::provider
