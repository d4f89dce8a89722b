#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/operation.hpp"
#include "base/result.hpp"
#include "pfx/pfx.hpp"

/// What a file may cost, found out by reading it with our own reader before OpenSSL sees it.
namespace certbroker::pfx {

struct Limits {
    std::size_t size = max_size;
    std::size_t salt = 1024;
    std::int64_t iterations = max_iterations;             ///< of one derivation
    std::int64_t total_iterations = 4LL * max_iterations; ///< of all: integrity, certificates, key, and one to spare
    std::size_t certificates = 100;
};

/// Counts the work that a file's derivations ask for.
class Budget {
public:
    Budget(const Limits &limits, const Operation &operation) : limits_(limits), operation_(operation) {}

    /// Before a derivation, with its AlgorithmIdentifier (RFC 7292 appendix C, RFC 8018 appendix A). Pfx.Limits,
    /// Pfx.Unsupported, Pfx.Format; Base.Cancelled, for a derivation cannot be stopped once it runs.
    Result<void> spend_on(ByteView algorithm_der);
    /// The older integrity check (RFC 7292 appendix B).
    Result<void> spend(std::int64_t iterations, std::size_t salt_size);

private:
    Result<void> spend_on_pbkdf2(ByteView parameters);

    const Limits &limits_;
    const Operation &operation_;
    std::int64_t spent_ = 0;
};

/// Looks through the whole visible structure of a PFX (RFC 7292 section 4): nesting, sizes, and what its integrity
/// check costs, which is spent from `budget`. The other derivations are looked at, and spent when they are done, for
/// some of them stand inside encrypted parts. Returns the file with definite lengths, as OpenSSL shall read it.
Result<Bytes> check_structure(ByteView file, const Limits &limits, Budget &budget, const Operation &operation);

/// pfx::read with limits of the caller's own, for fuzzing.
Result<Contents> read(ByteView bytes, const Secret &password, bool exportable, const Limits &limits,
                      const Operation &operation);

} // namespace certbroker::pfx
