#include "store/store.hpp"

/// Where keys have no providers; Windows' are in windows/providers.cpp.
namespace certbroker::store {

std::vector<KeyProvider> key_providers() {
    return {};
}

} // namespace certbroker::store
