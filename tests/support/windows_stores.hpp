#pragma once

#include "base/win32.hpp"

#include <wincrypt.h>

#include <string>

#include "store/store.hpp"

/// Stores of the system that belong to a test.
namespace certbroker::test {

/// Removes a store with everything in it.
inline void remove_system_store(store::Location location, const std::string &name) {
    const bool machine = location == store::Location::local_machine;
    const std::wstring wide = win32::widen(name);
    // With this flag nothing is opened and no handle comes back.
    (void)CertOpenStore(CERT_STORE_PROV_SYSTEM_REGISTRY_W, 0, 0,
                        (machine ? CERT_SYSTEM_STORE_LOCAL_MACHINE : CERT_SYSTEM_STORE_CURRENT_USER) |
                            CERT_STORE_DELETE_FLAG,
                        wide.c_str());
    // Windows has removed this by now; elsewhere the name of an empty store stays behind.
    (void)RegDeleteKeyW(machine ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER,
                        (L"Software\\Microsoft\\SystemCertificates\\" + wide).c_str());
}

} // namespace certbroker::test
