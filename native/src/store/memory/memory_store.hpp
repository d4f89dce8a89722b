#pragma once

#include <memory>

#include "store/common.hpp"

namespace certbroker::store {

/// Stores that live as long as their registry: for trying things out, for tests, and for keys nobody shall keep.
/// All stores of one backend see the same certificates and keys.
std::unique_ptr<const Backend> make_memory_backend();

} // namespace certbroker::store
