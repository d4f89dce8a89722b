#pragma once

#include <string>

#include "base/win32.hpp"

/// What an error code of crypt32, ncrypt or CryptoAPI means to a store.
namespace certbroker::store {

/// A SECURITY_STATUS as the code that describe_error and the predicates take.
constexpr DWORD code_of(LONG status) noexcept {
    return static_cast<DWORD>(status);
}

/// This account may not.
bool is_access(DWORD code) noexcept;
/// There is no such key, container, store or certificate. CryptoAPI says the same of a machine key that this account
/// may not read.
bool is_absent(DWORD code) noexcept;
/// The provider does not do this at all.
bool is_unsupported(DWORD code) noexcept;

/// "what: why (0x...)": Store.Access where the account is at fault, else Store.Io.
Error os_failure(std::string what, DWORD code);

} // namespace certbroker::store
