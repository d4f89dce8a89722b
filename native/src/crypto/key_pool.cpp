#include "crypto/key_pool.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/errors.hpp"

namespace certbroker::crypto {
namespace {

constexpr std::size_t most_keys = 64;
constexpr unsigned most_threads = 16;

} // namespace

struct KeyPool::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t wanted = 0;
    std::optional<KeySpec> spec; ///< of what lies ready and is being made
    std::deque<KeyHandle> ready;
    std::size_t in_work = 0;
    std::uint64_t round = 0; ///< grows when what is being made is no longer wanted
    std::optional<Error> trouble;
    std::vector<std::thread> threads;

    void work(std::uint64_t mine);
    void start();
    /// Ends the round; the threads are the caller's to join, without the lock.
    std::vector<std::thread> end();
};

void KeyPool::State::work(std::uint64_t mine) {
    std::unique_lock lock(mutex);
    for (;;) {
        changed.wait(lock, [&] { return round != mine || ready.size() + in_work < wanted; });
        if (round != mine) return;
        ++in_work;
        const KeySpec making = *spec;
        lock.unlock();
        auto key = generate_key(making, [&] {
            const std::lock_guard look(mutex);
            return round != mine;
        });
        lock.lock();
        if (round != mine) return;
        --in_work;
        if (key)
            ready.push_back(*std::move(key));
        else
            trouble = std::move(key).error();
        changed.notify_all();
        if (trouble) return;
    }
}

void KeyPool::State::start() {
    const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1U, most_threads);
    const std::uint64_t mine = round;
    for (unsigned i = 0; i < count; ++i)
        threads.emplace_back([this, mine] { work(mine); });
}

std::vector<std::thread> KeyPool::State::end() {
    ++round;
    ready.clear();
    in_work = 0;
    spec.reset();
    trouble.reset();
    changed.notify_all();
    return std::exchange(threads, {});
}

KeyPool::KeyPool() : state_(std::make_unique<State>()) {}

KeyPool::~KeyPool() {
    keep_ahead(0);
}

void KeyPool::keep_ahead(std::size_t keys) {
    std::vector<std::thread> over;
    {
        const std::lock_guard lock(state_->mutex);
        state_->wanted = std::min(keys, most_keys);
        if (keys == 0)
            over = state_->end();
        else
            state_->changed.notify_all();
    }
    for (std::thread &thread : over)
        thread.join();
}

Result<KeyHandle> KeyPool::take(const KeySpec &spec, const std::function<bool()> &cancelled) {
    std::vector<std::thread> over;
    Result<KeyHandle> taken = [&]() -> Result<KeyHandle> {
        std::unique_lock lock(state_->mutex);
        if (state_->wanted == 0 || spec.algorithm != KeyAlgorithm::rsa) {
            lock.unlock();
            return generate_key(spec, cancelled);
        }
        if (state_->spec != spec) {
            over = state_->end();
            state_->spec = spec;
            state_->start();
        }
        for (;;) {
            if (!state_->ready.empty()) {
                KeyHandle key = std::move(state_->ready.front());
                state_->ready.pop_front();
                state_->changed.notify_all();
                return key;
            }
            if (state_->trouble) return *state_->trouble;
            if (state_->spec != spec) { // somebody stopped it, or wants another kind
                lock.unlock();
                return generate_key(spec, cancelled);
            }
            (void)state_->changed.wait_for(lock, std::chrono::milliseconds(20));
            if (cancelled) {
                lock.unlock();
                if (cancelled()) return fail(errors::cancelled, "A key could not be made: the work was cancelled");
                lock.lock();
            }
        }
    }();
    for (std::thread &thread : over)
        thread.join();
    return taken;
}

} // namespace certbroker::crypto
