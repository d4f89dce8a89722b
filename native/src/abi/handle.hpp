#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace certbroker::abi {

enum class Kind : std::uint8_t {
    none,
    context,
    error,
    buffer,
    secret,
    cancel,
    settings,
    request,
    key,
    csr,
    certificate,
    chain,
    provider,
    issue,
    store,
    entry,
    row,
};

/// Which Kind an object type has; specialised beside each type in objects.hpp.
template<class Object>
struct KindOf;

/// Handles are not addresses: they name a slot and the generation of what lives in it, so that a freed, foreign or
/// made-up handle is found out without touching memory that may be gone. The table is the one thing that is global in
/// the library, because most functions get no context; it holds no state of its own. Thread-safe.
namespace handles {

void *add(Kind kind, std::shared_ptr<void> object);
std::shared_ptr<void> get(Kind kind, const void *handle) noexcept;
/// The object, so that it dies outside the table's lock; nullptr when the handle was none.
std::shared_ptr<void> remove(Kind kind, const void *handle) noexcept;
/// How many handles of that kind live; tests ask that it returns to where it was.
std::size_t count(Kind kind) noexcept;

} // namespace handles

template<class Handle, class Object>
Handle *make_handle(std::shared_ptr<Object> object) {
    return static_cast<Handle *>(handles::add(KindOf<Object>::kind, std::move(object)));
}

template<class Object>
std::shared_ptr<Object> lookup(const void *handle) noexcept {
    return std::static_pointer_cast<Object>(handles::get(KindOf<Object>::kind, handle));
}

/// A handle that an object lends out (a chain's certificates, an error's cause): gone with its owner.
template<class Handle, class Object>
class LentHandle {
public:
    LentHandle() = default;
    explicit LentHandle(std::shared_ptr<Object> object) : handle_(make_handle<Handle>(std::move(object))) {}
    LentHandle(LentHandle &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    LentHandle &operator=(LentHandle &&other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    LentHandle(const LentHandle &) = delete;
    LentHandle &operator=(const LentHandle &) = delete;
    ~LentHandle() { (void)handles::remove(KindOf<Object>::kind, handle_); }

    const Handle *get() const noexcept { return handle_; }

private:
    Handle *handle_ = nullptr;
};

} // namespace certbroker::abi
