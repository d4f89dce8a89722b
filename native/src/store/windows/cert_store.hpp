#pragma once

#include <functional>
#include <string>
#include <vector>

#include "store/store.hpp"
#include "store/windows/key_place.hpp"

/// Certificate stores of Windows, opened for one piece of work at a time: a handle shows what was there when it was
/// opened, and what other processes do in the meantime would be unseen.
namespace certbroker::store {

class CertStore {
public:
    enum class Mode {
        own,   ///< what lies in the location itself, to read
        shown, ///< what the system shows there, to read: in LocalMachine what came by Group Policy and with Windows,
               ///< too
        write, ///< what lies in the location itself, to change; made where it is missing
    };
    /// A store that does not exist is an empty one, unless it is to be changed. Store.Access, Store.Io.
    static Result<CertStore> open(Location location, std::string_view name, Mode mode);
    /// The names of a location's stores.
    static std::vector<std::string> names(Location location);

    /// By SHA-1. Empty when there is none.
    ContextHandle find(ByteView sha1) const;
    /// Until `each` says false.
    void each(const std::function<bool(PCCERT_CONTEXT)> &each) const;

    /// Adds a certificate with its properties, or puts it in the place of the one that is there: one write. Durable
    /// when this returns.
    Result<void> put(PCCERT_CONTEXT context);
    /// False when there was none. Durable when this returns.
    Result<bool> remove(ByteView sha1);

private:
    CertStore(StoreHandle handle, Location location, std::string name)
        : handle_(std::move(handle)), location_(location), name_(std::move(name)) {}
    Error failure(const char *what, DWORD code) const;
    Result<void> commit(DWORD flags);
    /// Looks with new eyes whether the certificate is there with those properties.
    bool is_written(PCCERT_CONTEXT context, ByteView sha1) const;

    StoreHandle handle_;
    Location location_;
    std::string name_;
};

/// A context in memory, with no properties.
Result<ContextHandle> make_context(ByteView der);
/// A copy in memory with the same properties, to be changed and put back. `memory` owns it.
struct MemoryCopy {
    StoreHandle memory;
    ContextHandle context;
};
Result<MemoryCopy> copy_context(PCCERT_CONTEXT context);

inline ByteView der_of(PCCERT_CONTEXT context) noexcept {
    return {context->pbCertEncoded, context->cbCertEncoded};
}
std::string friendly_name_of(PCCERT_CONTEXT context);
bool is_archived(PCCERT_CONTEXT context) noexcept;
/// The SHA-256 of a certificate's SubjectPublicKeyInfo; empty when it cannot be read.
Bytes key_hash_of(PCCERT_CONTEXT context);
/// False: GetLastError says why. Empty: the property goes.
bool set_friendly_name(PCCERT_CONTEXT context, std::string_view name);
bool set_archived(PCCERT_CONTEXT context, bool archived) noexcept;

} // namespace certbroker::store
