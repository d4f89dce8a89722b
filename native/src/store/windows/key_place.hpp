#pragma once

#include <optional>
#include <string>

#include "store/store.hpp"
#include "store/windows/handles.hpp"

namespace certbroker::store {

/// Where Windows keeps a private key: what the property CERT_KEY_PROV_INFO of a certificate says.
struct KeyPlace {
    std::wstring container;
    std::wstring provider;
    DWORD type = 0; ///< of the CSP (PROV_RSA_SCHANNEL, ...); 0: `provider` is a key storage provider of CNG
    DWORD spec = 0; ///< AT_KEYEXCHANGE, AT_SIGNATURE; 0 with CNG
    bool machine = false;

    bool operator==(const KeyPlace &) const = default;
    bool cng() const noexcept { return type == 0; }
    /// For messages: "the container 'x' of Microsoft Software Key Storage Provider".
    std::string to_string() const;
};

/// The place that a certificate names; nothing when it names none.
std::optional<KeyPlace> place_of(PCCERT_CONTEXT context);
/// Links a certificate to its key. False: GetLastError says why.
bool set_place(PCCERT_CONTEXT context, const KeyPlace &place) noexcept;

/// Why the key at a place could not be opened: Store.KeyMissing, Store.Access or Store.Io.
Error key_failure(const KeyPlace &place, DWORD code);

} // namespace certbroker::store
