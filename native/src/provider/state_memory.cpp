#include <map>
#include <mutex>

#include "provider/state.hpp"

namespace certbroker::provider {
namespace {

class MemoryState final : public StateStore {
public:
    Result<std::optional<Bytes>> get(std::string_view instance, std::string_view key) override {
        const std::lock_guard lock(mutex_);
        const auto found = values_.find(Key(instance, key));
        if (found == values_.end()) return std::optional<Bytes>();
        return std::optional<Bytes>(found->second);
    }

    Result<void> put(std::string_view instance, const std::vector<std::pair<std::string, Bytes>> &values) override {
        const std::lock_guard lock(mutex_);
        write(instance, values);
        return {};
    }

    Result<bool> put_new(std::string_view instance, const std::vector<std::pair<std::string, Bytes>> &values) override {
        const std::lock_guard lock(mutex_);
        for (const auto &[key, value] : values) {
            if (values_.contains(Key(instance, key))) return false;
        }
        write(instance, values);
        return true;
    }

    Result<std::vector<std::string>> list(std::string_view instance, std::string_view prefix) override {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> keys;
        for (auto at = values_.lower_bound(Key(instance, prefix)); at != values_.end(); ++at) {
            const auto &[owner, key] = at->first;
            if (owner != instance || !key.starts_with(prefix) || keys.size() >= max_listed_keys) break;
            keys.push_back(key);
        }
        return keys;
    }

    Result<std::uint64_t> count(std::string_view instance, std::string_view key) override {
        const std::lock_guard lock(mutex_);
        return ++counters_[Key(instance, key)];
    }

private:
    using Key = std::pair<std::string, std::string>;

    void write(std::string_view instance, const std::vector<std::pair<std::string, Bytes>> &values) {
        for (const auto &[key, value] : values) {
            if (value.empty())
                values_.erase(Key(instance, key));
            else
                values_.insert_or_assign(Key(instance, key), value);
        }
    }

    std::mutex mutex_;
    std::map<Key, Bytes> values_;
    std::map<Key, std::uint64_t> counters_;
};

} // namespace

std::unique_ptr<StateStore> make_memory_state() {
    return std::make_unique<MemoryState>();
}

} // namespace certbroker::provider
