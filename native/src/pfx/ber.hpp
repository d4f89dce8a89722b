#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace certbroker::pfx {

/// Some writers (NSS, Java's older ones, Apple's) encode PKCS#12 in BER: lengths left open, octet strings in pieces
/// (X.690 section 8). This gives the same one element with definite lengths and whole universal octet strings, whose
/// contents stay as they are. At most 32 levels; Base.Der for what is no BER. Everything behind the element is refused.
Result<Bytes> definite_lengths(ByteView ber);

} // namespace certbroker::pfx
