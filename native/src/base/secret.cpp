#include "base/secret.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(_WIN32)
#include "base/win32.hpp"
#else
#include <string.h> // explicit_bzero
#include <sys/mman.h>
#endif

namespace certbroker {

void wipe(void *memory, std::size_t size) noexcept {
    if (memory == nullptr || size == 0) return;
#if defined(_WIN32)
    SecureZeroMemory(memory, size);
#else
    explicit_bzero(memory, size);
#endif
}

void *allocate_locked(std::size_t size) {
    void *memory = ::operator new(size);
    // Locking is best effort: a small RLIMIT_MEMLOCK must not stop an admin from opening a PFX. Pages stay locked
    // (munlock works on whole pages, which may hold another secret by then).
#if defined(_WIN32)
    (void)VirtualLock(memory, size);
#else
    (void)mlock(memory, size);
#endif
    return memory;
}

void free_locked(void *memory, std::size_t size) noexcept {
    wipe(memory, size);
    ::operator delete(memory);
}

} // namespace certbroker
