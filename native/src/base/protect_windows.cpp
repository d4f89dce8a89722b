#include "base/win32.hpp"

#include <wincrypt.h>

#include <array>
#include <memory>

#include <gsl/narrow>

#include "base/errors.hpp"
#include "base/protect.hpp"

namespace certbroker::protect {
namespace {

/// Keeps what other programs sealed from being taken for ours; no secret.
constexpr std::string_view purpose = "CertBroker authority secrets";

DATA_BLOB blob_of(ByteView bytes) {
    // DPAPI's parameters are not const, and not written to.
    return {gsl::narrow<DWORD>(bytes.size()), const_cast<BYTE *>(bytes.data())};
}

} // namespace

Result<Bytes> seal(ByteView secret, Scope scope) {
    const std::uint8_t nothing = 0;
    DATA_BLOB in = blob_of(secret.empty() ? ByteView(&nothing, std::size_t{0}) : secret);
    DATA_BLOB entropy = blob_of(as_bytes(purpose));
    DATA_BLOB out{};
    const DWORD flags = CRYPTPROTECT_UI_FORBIDDEN | (scope == Scope::machine ? CRYPTPROTECT_LOCAL_MACHINE : 0U);
    if (CryptProtectData(&in, nullptr, &entropy, nullptr, nullptr, flags, &out) == 0)
        return win32::system_error(errors::sealed, "A secret could not be sealed", GetLastError());
    const std::unique_ptr<void, win32::LocalFreeDeleter> owner(out.pbData);
    return Bytes(out.pbData, out.pbData + out.cbData);
}

Result<SecretBytes> unseal(ByteView sealed) {
    DATA_BLOB in = blob_of(sealed);
    DATA_BLOB entropy = blob_of(as_bytes(purpose));
    DATA_BLOB out{};
    if (CryptUnprotectData(&in, nullptr, &entropy, nullptr, nullptr, CRYPTPROTECT_UI_FORBIDDEN, &out) == 0)
        return win32::system_error(errors::sealed, "A secret could not be unsealed", GetLastError());
    const std::unique_ptr<void, win32::LocalFreeDeleter> owner(out.pbData);
    SecretBytes secret(out.pbData, out.pbData + out.cbData);
    wipe(out.pbData, out.cbData);
    return secret;
}

} // namespace certbroker::protect
