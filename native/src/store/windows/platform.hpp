#pragma once

#include <functional>
#include <string>

#include "store/store.hpp"

/// What this system's own stores can do, found out by trying, once a process. For tests, which say with it what they
/// leave out and why; the store itself tries and does not ask.
namespace certbroker::store::platform {

/// Empty: it can. Else why not, as a reason for SKIP.
const std::string &no_cng_keys();                ///< Windows' own key storage provider keeps keys
const std::string &no_ecdsa_keys();              ///< a key on a curve is kept
const std::string &no_archive();                 ///< certificates are marked as archived
const std::string &no_grants(Location location); ///< an account can be let use an RSA key
const std::string &no_denials();                 ///< an account without rights is kept from the machine's stores

/// Runs `work` on this thread as this account without its administrators' rights, and returns what it says; or why that
/// is not possible.
std::string as_nobody(const std::function<std::string()> &work);

} // namespace certbroker::store::platform
