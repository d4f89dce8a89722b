#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "crypto/key.hpp"

namespace certbroker::crypto {

/// A client's identity for TLS: a key by handle and its certificate chain (DER, leaf first). On Windows the http layer
/// takes the store's CERT_CONTEXT by the key's uri instead of the chain.
struct ClientCredentials {
    KeyHandle key;
    std::vector<Bytes> chain_der;
};

} // namespace certbroker::crypto
