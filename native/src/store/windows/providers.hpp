#pragma once

#include "store/windows/key_place.hpp"

namespace certbroker::store {

/// Which provider shall make a key: the options' name or type, or Windows' own key storage provider. A name belongs to
/// CryptoAPI when a type goes with it or CryptoAPI knows it. The container's name is left empty.
/// Store.KeyProvider, Base.Argument.
Result<KeyPlace> choose_provider(const KeyOptions &options, Location location);
/// A TPM or another device of the Platform Crypto Provider is there.
bool has_hardware_keys();

} // namespace certbroker::store
