#pragma once

#include <optional>
#include <string>

#include "crypto/key.hpp"

namespace certbroker::crypto {

/// An AlgorithmIdentifier of a signature, read.
struct ParsedSignature {
    enum class Family { rsa, rsa_pss, ecdsa, eddsa, other } family = Family::other;
    std::string oid;
    std::optional<DigestAlgorithm> digest;
    std::optional<DigestAlgorithm> mgf_digest; ///< PSS
    int salt_length = 0;                       ///< PSS
    bool weak = false;
    std::string name; ///< as Windows shows it, or the OID
};
/// Base.Der when it is no AlgorithmIdentifier; an unknown OID is `other`.
Result<ParsedSignature> parse_signature_algorithm(ByteView algorithm_der);

} // namespace certbroker::crypto
