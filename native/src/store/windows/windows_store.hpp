#pragma once

#include <memory>

#include "store/common.hpp"

namespace certbroker::store {

/// The certificate stores of Windows, with keys in CNG or CryptoAPI. `roots` says where the lock files lie that keep
/// changes of several steps apart; the stores themselves are the system's.
std::unique_ptr<const Backend> make_windows_backend(const Roots &roots);

} // namespace certbroker::store
