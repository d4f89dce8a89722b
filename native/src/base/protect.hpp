#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

/// Secrets at rest. On Windows DPAPI encrypts them, so that a copy of the file (a backup, a disk) says nothing; on
/// Linux the file's permissions alone keep them, as there is nothing of the kind (docs/threat-model.md).
namespace certbroker::protect {

enum class Scope {
    machine, ///< every account of this machine that may read the file
    user,    ///< this account alone, on this machine (or where its profile roams)
};

Result<Bytes> seal(ByteView secret, Scope scope);
/// Base.Sealed when it was made on another machine or by another account, or is damaged.
Result<SecretBytes> unseal(ByteView sealed);

} // namespace certbroker::protect
