#pragma once

#include <atomic>
#include <cstdint>

/// The handles that plugins hold are numbers, not addresses: a stale or made-up one is looked up, found missing, and
/// nothing is ever read through it. A number is never used twice, so that a handle of an ended call cannot come to name
/// a later one.
namespace certbroker::provider {

struct HandleParts {
    std::uint64_t serial = 0; ///< of the call or instance
    std::uint32_t index = 0;  ///< within it; 0 = itself
};

namespace handle {

// No x86-64 or AArch64 user address looks like this, so a plugin that reads through a handle stops at once.
inline constexpr std::uint64_t mark = 0xcb00'0000'0000'0000;
inline constexpr std::uint32_t max_index = 0xffff;

inline std::uint64_t next_serial() noexcept {
    static std::atomic<std::uint64_t> counter{1};
    return counter.fetch_add(1, std::memory_order_relaxed) & 0xff'ffff'ffffU;
}

template<class T>
T *make(std::uint64_t serial, std::uint32_t index) noexcept {
    static_assert(sizeof(std::uintptr_t) == 8, "handles need 64 bits");
    return reinterpret_cast<T *>(
        static_cast<std::uintptr_t>(mark | serial << 16U | index)); // NOLINT(performance-no-int-to-ptr)
}

inline bool read(const void *value, HandleParts &parts) noexcept {
    const auto number = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(value));
    if (number >> 56U != mark >> 56U) return false;
    parts = {number >> 16U & 0xff'ffff'ffffU, static_cast<std::uint32_t>(number & max_index)};
    return true;
}

} // namespace handle
} // namespace certbroker::provider
