#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace certbroker::provider {

/// What a list gives at most.
inline constexpr std::size_t max_listed_keys = 100'000;

/// Small durable state of plugin instances: (instance, key) -> value. Durable when a put returns; safe among processes
/// and threads.
class StateStore {
public:
    virtual ~StateStore() = default;
    virtual Result<std::optional<Bytes>> get(std::string_view instance, std::string_view key) = 0;
    /// All or nothing; an empty value removes.
    virtual Result<void> put(std::string_view instance, const std::vector<std::pair<std::string, Bytes>> &values) = 0;
    /// As put, but only when none of the keys exists yet; false, and nothing changed, when one does.
    virtual Result<bool> put_new(std::string_view instance,
                                 const std::vector<std::pair<std::string, Bytes>> &values) = 0;
    virtual Result<std::vector<std::string>> list(std::string_view instance, std::string_view prefix) = 0;
    virtual Result<std::uint64_t> count(std::string_view instance, std::string_view key) = 0;
};

/// SQLite file "providers.sqlite" in a location's data folder, made on first use.
std::unique_ptr<StateStore> make_sqlite_state(std::filesystem::path folder);
std::unique_ptr<StateStore> make_memory_state();

} // namespace certbroker::provider
