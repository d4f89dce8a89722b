#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"

namespace certbroker {

/// Overwrites memory in a way the compiler may not leave out.
void wipe(void *memory, std::size_t size) noexcept;

/// An allocator whose memory is wiped before it is given back, and locked into RAM where the system allows it.
template<class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template<class U>
    WipingAllocator(const WipingAllocator<U> &) noexcept {} // NOLINT(google-explicit-constructor)
    T *allocate(std::size_t n);
    void deallocate(T *memory, std::size_t n) noexcept;
    template<class U>
    bool operator==(const WipingAllocator<U> &) const noexcept {
        return true;
    }
};

void *allocate_locked(std::size_t size);
void free_locked(void *memory, std::size_t size) noexcept;

template<class T>
T *WipingAllocator<T>::allocate(std::size_t n) {
    return static_cast<T *>(allocate_locked(n * sizeof(T)));
}
template<class T>
void WipingAllocator<T>::deallocate(T *memory, std::size_t n) noexcept {
    free_locked(memory, n * sizeof(T));
}

/// Bytes that are wiped when they go: private keys on their way to a store, decrypted PFX contents.
using SecretBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

/// A password, challenge or API key. Shared, immutable; has no text form, so that it cannot be logged by accident.
/// The default-made Secret is "none given", which is not the same as an empty one.
class Secret {
public:
    Secret() = default;
    explicit Secret(ByteView bytes) : bytes_(std::make_shared<const SecretBytes>(bytes.begin(), bytes.end())) {}

    bool given() const noexcept { return bytes_ != nullptr; }
    bool empty() const noexcept { return !bytes_ || bytes_->empty(); }
    std::size_t size() const noexcept { return bytes_ ? bytes_->size() : 0; }
    /// Only for the code that hands the secret to its use (key derivation, an HTTP header).
    ByteView reveal() const noexcept { return bytes_ ? ByteView(*bytes_) : ByteView(); }

private:
    std::shared_ptr<const SecretBytes> bytes_;
};

} // namespace certbroker
