#pragma once

#include <memory>

#include "store/common.hpp"

namespace certbroker::store {

/// Stores as files, which an admin can look at, back up and repair with ordinary tools:
///
///   <root>/<store>/<first 2 hex>/<THUMBPRINT>.der          the certificate
///   <root>/<store>/<first 2 hex>/<THUMBPRINT>.properties   friendly name and the like, only where there is something
///   to say <root>/keys/<SHA-256 of the public key>.pem            PKCS#8, 0600 in a 0700 folder, shared by the
///   location's stores <root>/.lock                                           held exclusively by what changes or
///   removes
///
/// A certificate has a key when the file of that name is there: there is no link that could break.
std::unique_ptr<const Backend> make_folder_backend(const Roots &roots);

} // namespace certbroker::store
