#include "store/windows/patience.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/win32.hpp"

namespace certbroker::store {
namespace {

struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Result<void>> result;
    bool abandoned = false;
};

/// What the calling thread impersonates; nothing when it runs as its process does.
std::shared_ptr<win32::Handle> impersonated() {
    HANDLE token = nullptr;
    if (OpenThreadToken(GetCurrentThread(), TOKEN_IMPERSONATE | TOKEN_QUERY, TRUE, &token) == 0) return nullptr;
    return std::make_shared<win32::Handle>(token);
}

/// The library may not be unloaded any more: a thread goes on in it.
void stay_loaded() {
    HMODULE self = nullptr;
    (void)GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                             reinterpret_cast<const wchar_t *>(&stay_loaded), &self);
}

} // namespace

Result<void> wait_patiently(const Operation &operation, std::string_view what, std::function<Result<void>()> work,
                            std::function<void()> undo) {
    CERTBROKER_CHECK(operation.check(what));
    const auto shared = std::make_shared<Shared>();
    std::thread([shared, token = impersonated(), work = std::move(work), undo = std::move(undo)] {
        if (token != nullptr) (void)SetThreadToken(nullptr, token->get());
        Result<void> result = work();
        std::unique_lock lock(shared->mutex);
        const bool take_back = shared->abandoned && result.has_value();
        shared->result = std::move(result);
        shared->done.notify_one();
        lock.unlock();
        if (take_back) undo();
    }).detach();
    std::unique_lock lock(shared->mutex);
    while (!shared->result) {
        constexpr std::chrono::milliseconds slice(20); // so that a cancellation is noticed
        (void)shared->done.wait_for(lock, slice, [&] { return shared->result.has_value(); });
        if (shared->result) break;
        if (auto goes_on = operation.check(what); !goes_on) {
            stay_loaded();
            shared->abandoned = true;
            return goes_on;
        }
    }
    return *std::move(shared->result);
}

} // namespace certbroker::store
