#include "store/windows/os_failure.hpp"

#include <winerror.h>

#include "store/errors.hpp"

namespace certbroker::store {

bool is_access(DWORD code) noexcept {
    switch (code) {
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
    case static_cast<DWORD>(E_ACCESSDENIED):
    case static_cast<DWORD>(NTE_PERM):
    case static_cast<DWORD>(NTE_SILENT_CONTEXT): // only a person at the screen could let us
    case static_cast<DWORD>(SCARD_W_SECURITY_VIOLATION):
    case static_cast<DWORD>(SCARD_W_CANCELLED_BY_USER):
        return true;
    default:
        return false;
    }
}

bool is_absent(DWORD code) noexcept {
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case static_cast<DWORD>(NTE_BAD_KEYSET):
    case static_cast<DWORD>(NTE_KEYSET_NOT_DEF):
    case static_cast<DWORD>(NTE_KEYSET_ENTRY_BAD):
    case static_cast<DWORD>(NTE_NO_KEY):
    case static_cast<DWORD>(NTE_NOT_FOUND):
    case static_cast<DWORD>(CRYPT_E_NOT_FOUND):
        return true;
    default:
        return false;
    }
}

bool is_unsupported(DWORD code) noexcept {
    switch (code) {
    case ERROR_NOT_SUPPORTED:
    case ERROR_CALL_NOT_IMPLEMENTED:
    case static_cast<DWORD>(E_NOTIMPL):
    case static_cast<DWORD>(NTE_NOT_SUPPORTED):
    case static_cast<DWORD>(NTE_BAD_ALGID):
    case static_cast<DWORD>(NTE_BAD_TYPE):
    case static_cast<DWORD>(NTE_BAD_LEN):
    case static_cast<DWORD>(NTE_BAD_FLAGS):
    case static_cast<DWORD>(NTE_INVALID_PARAMETER):
        return true;
    default:
        return false;
    }
}

Error os_failure(std::string what, DWORD code) {
    return win32::system_error(is_access(code) ? errors::store_access : errors::store_io, std::move(what), code)
        .in("store.windows");
}

} // namespace certbroker::store
