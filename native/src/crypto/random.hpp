#pragma once

#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace certbroker::crypto {

/// A source of unpredictable bytes; contexts carry one so that tests can pin it.
class Random {
public:
    virtual ~Random() = default;
    virtual Result<void> fill(std::span<std::uint8_t> out) = 0;
};

/// The system's generator. Thread-safe.
Random &system_random();

/// 16 random bytes as a positive, non-zero serial number of 127 random bits (RFC 5280 section 4.1.2.2).
Result<Bytes> random_serial(Random &random);
/// A version 4 UUID (RFC 9562) in lower-case text, for journal and message ids.
Result<std::string> random_uuid(Random &random);

} // namespace certbroker::crypto
