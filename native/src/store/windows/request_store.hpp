#pragma once

#include "base/clock.hpp"
#include "crypto/key.hpp"
#include "store/windows/cert_store.hpp"

/// Keys that wait for their certificate, kept the way Windows keeps them: a self-signed certificate in the location's
/// REQUEST store names the key. MMC shows it under "Certificate Enrollment Requests", and `certreq -accept` finds the
/// key by it.
namespace certbroker::store {

inline constexpr std::string_view request_store = "REQUEST";

/// A marker in memory. The key must be able to sign.
Result<ContextHandle> make_marker(const KeyPlace &place, const crypto::PrivateKey &key, const Clock &clock);
/// Store.Access, Store.Io.
Result<void> add_marker(Location location, const KeyPlace &place, const crypto::PrivateKey &key, const Clock &clock);
/// One of ours, as opposed to certreq's and others': its subject is the container's name.
bool is_own_marker(PCCERT_CONTEXT context);
/// Removes markers of the public key, by its SHA-256; the one of `except` stays.
enum class Markers { own, all };
Result<void> remove_markers(Location location, ByteView key_sha256, Markers which, const KeyPlace *except = nullptr);

} // namespace certbroker::store
