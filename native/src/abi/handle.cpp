#include "abi/handle.hpp"

#include <array>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace certbroker::abi::handles {
namespace {

struct Slot {
    std::uint32_t generation = 1;
    Kind kind = Kind::none;
    std::shared_ptr<void> object;
};

struct Table {
    std::shared_mutex mutex;
    std::vector<Slot> slots;
    std::vector<std::uint32_t> free;
    std::array<std::size_t, 32> counts{};
};

Table &table() {
    // Never destroyed: programs free handles from their own static destructors.
    static Table *const the_table = new Table;
    return *the_table;
}

static_assert(sizeof(void *) == 8, "handles need 64-bit pointers; other processors are not supported yet");

/// generation << 32 | index << 1 | 1: odd, so that it is never the address of anything aligned.
void *encode(std::uint32_t index, std::uint32_t generation) noexcept {
    return reinterpret_cast<void *>(static_cast<std::uintptr_t>(generation) << 32U |
                                    static_cast<std::uintptr_t>(index) << 1U | 1U);
}

Slot *find(Table &t, Kind kind, const void *handle) noexcept {
    const auto value = reinterpret_cast<std::uintptr_t>(handle);
    const std::size_t index = (value & 0xffffffffU) >> 1U;
    if ((value & 1U) == 0 || index >= t.slots.size()) return nullptr;
    Slot &slot = t.slots[index];
    if (slot.kind != kind || slot.generation != value >> 32U) return nullptr;
    return &slot;
}

} // namespace

void *add(Kind kind, std::shared_ptr<void> object) {
    Table &t = table();
    const std::unique_lock lock(t.mutex);
    if (t.free.empty()) {
        t.slots.emplace_back();
        t.free.reserve(t.slots.size()); // so that remove() never allocates
        t.free.push_back(static_cast<std::uint32_t>(t.slots.size() - 1));
    }
    const std::uint32_t index = t.free.back();
    t.free.pop_back();
    Slot &slot = t.slots[index];
    slot.kind = kind;
    slot.object = std::move(object);
    ++t.counts[static_cast<std::size_t>(kind)];
    return encode(index, slot.generation);
}

std::shared_ptr<void> get(Kind kind, const void *handle) noexcept {
    Table &t = table();
    const std::shared_lock lock(t.mutex);
    const Slot *slot = find(t, kind, handle);
    return slot != nullptr ? slot->object : nullptr;
}

std::shared_ptr<void> remove(Kind kind, const void *handle) noexcept {
    Table &t = table();
    const std::unique_lock lock(t.mutex);
    Slot *slot = find(t, kind, handle);
    if (slot == nullptr) return nullptr;
    std::shared_ptr<void> object = std::move(slot->object);
    slot->object.reset();
    slot->kind = Kind::none;
    ++slot->generation;
    t.free.push_back(static_cast<std::uint32_t>(slot - t.slots.data()));
    --t.counts[static_cast<std::size_t>(kind)];
    return object;
}

std::size_t count(Kind kind) noexcept {
    Table &t = table();
    const std::shared_lock lock(t.mutex);
    return t.counts[static_cast<std::size_t>(kind)];
}

} // namespace certbroker::abi::handles
