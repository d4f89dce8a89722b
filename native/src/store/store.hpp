#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/operation.hpp"
#include "base/result.hpp"
#include "base/settings.hpp"
#include "crypto/key.hpp"
#include "crypto/key_pool.hpp"
#include "x509/certificate.hpp"
#include "x509/chain.hpp"

/// Stores keep certificates and keys. Back-ends are compiled in: one folder each, registered in store_registry.cpp.
namespace certbroker::store {

enum class Location { local_machine, current_user };
std::string_view location_name(Location location) noexcept;             ///< "LocalMachine", "CurrentUser"
std::optional<Location> parse_location(std::string_view name) noexcept; ///< any case

/// kind:location/name. "folder:LocalMachine/My", "memory:CurrentUser/My", "windows:LocalMachine/My".
struct StoreUri {
    std::string kind;
    Location location = Location::current_user;
    std::string name; ///< My, Root, CA, TrustedPeople or any other; letters, digits, blank, '-', '_', '.'; at most 64

    /// Kind may be left out (then `default_kind`); separators '/' and '\'. Known names get their usual case.
    static Result<StoreUri> parse(std::string_view text, std::string_view default_kind);
    std::string to_string() const;
};

/// Capability bits, as certbroker_store_capability.
enum Capability : std::uint64_t {
    can_write = 1 << 0,
    keeps_keys = 1 << 1,
    persistent = 1 << 2,
    friendly_names = 1 << 3,
    grants = 1 << 4,
    hardware_keys = 1 << 5,
};

/// A certificate in a store.
struct Entry {
    x509::Certificate certificate;
    StoreUri store;
    std::string friendly_name; ///< UTF-8
    std::string key_uri;       ///< empty: no private key here
    bool exportable = false;
    bool archived = false;

    bool has_private_key() const noexcept { return !key_uri.empty(); }
};

struct KeyOptions {
    crypto::KeySpec spec;
    bool exportable = false;
    std::string provider_name{}; ///< CSP/KSP, for stores that have such
    std::uint32_t provider_type = 0;
    std::string container{}; ///< wished name; empty = made up
    std::uint32_t key_spec = 0;
    crypto::KeyPool *pool = nullptr; ///< where keys may lie ready, for stores whose keys are made by OpenSSL
};

/// An account that may use a private key.
struct KeyReader {
    std::string account; ///< DOMAIN\name; the SID where nobody knows its name
    std::string sid;     ///< S-1-...
    std::string rights;  ///< "read", "full control", or the access mask in hex
};

/// What makes and keeps keys on this computer.
struct KeyProvider {
    std::string name;
    std::uint32_t type = 0; ///< of a CryptoAPI provider; 0: a key storage provider of CNG
};
/// All of them, for completion and messages; none where the system has no such things.
std::vector<KeyProvider> key_providers();

struct PutOptions {
    std::string friendly_name;
    bool replace_properties = true; ///< put of a certificate that is there already: set the friendly name anew
};

/// One place: kind, location, name. A Store object belongs to one thread at a time; several processes and objects may
/// use the same place at once. Every write is atomic and durable when the call returns.
class Store {
public:
    virtual ~Store() = default;
    virtual const StoreUri &uri() const noexcept = 0;
    virtual std::uint64_t capabilities() const noexcept = 0;

    /// Makes a key that is durable when this returns; RSA generation obeys the operation's cancellation.
    virtual Result<crypto::KeyHandle> create_key(const KeyOptions &options, const Operation &operation) = 0;
    /// Makes an existing key durable here; the same key twice is one key, and one that was stored as not
    /// exportable stays so.
    virtual Result<crypto::KeyHandle> import_key(const crypto::PrivateKey &key, bool exportable,
                                                 const Operation &operation) = 0;
    /// Store.KeyMissing when there is none.
    virtual Result<crypto::KeyHandle> open_key(std::string_view key_uri) = 0;
    /// That the key is in its place, for those who do not use it: the same errors, for less work where that can be.
    /// Damage inside the key may stay unseen.
    virtual Result<void> check_key(std::string_view key_uri);
    /// By PublicKey::sha256; nullptr-handle result is never returned: Store.KeyMissing when absent.
    virtual Result<crypto::KeyHandle> find_key(ByteView public_key_sha256) = 0;
    /// Refuses (Store.KeyInUse) while a certificate in any store of the location uses it.
    virtual Result<void> remove_key(std::string_view key_uri, const Operation &operation) = 0;
    /// Lets another account use a key, in stores with the capability `grants`: DOMAIN\name, name@domain or a SID. The
    /// others' rights stay. Store.Account, Store.KeyMissing; Store.NoGrants where a store has nothing of the kind.
    virtual Result<void> grant_read(std::string_view key_uri, std::string_view account, const Operation &operation);
    /// Who may use a key. The same errors.
    virtual Result<std::vector<KeyReader>> readers(std::string_view key_uri);

    /// Adds a certificate; it is linked to its key when the location has that key. Adding it again is no failure.
    virtual Result<Entry> put(const x509::Certificate &certificate, const PutOptions &options,
                              const Operation &operation) = 0;
    /// Direct look-up, independent of the number of entries. Store.NotFound.
    virtual Result<Entry> get(std::string_view thumbprint) = 0;
    /// Calls `each` for every entry until it says false. Looks at all of them.
    virtual Result<void> each(const std::function<bool(const Entry &)> &each, const Operation &operation) = 0;
    /// Calls `each` for the certificates that the system shows here though they lie elsewhere, until it says false: a
    /// user of Windows has the machine's CA and Root stores beside his own. None by default.
    virtual Result<void> each_inherited(const std::function<bool(const x509::Certificate &)> &each,
                                        const Operation &operation);
    /// Changes what is given. Store.NotFound.
    struct Changes {
        std::optional<std::string> friendly_name;
        std::optional<bool> archived;
    };
    virtual Result<Entry> update(std::string_view thumbprint, const Changes &changes, const Operation &operation) = 0;
    /// Store.NotFound when it is not there. The key stays.
    virtual Result<void> remove(std::string_view thumbprint, const Operation &operation) = 0;
};

/// Where the data of a context lives.
struct Roots {
    std::string machine;      ///< LocalMachine's data folder, UTF-8 path
    std::string user;         ///< CurrentUser's
    std::string store_kind{}; ///< of stores that are named without one; empty: the platform's
    const std::string &of(Location location) const noexcept {
        return location == Location::local_machine ? machine : user;
    }
    /// home given: <home>/LocalMachine and <home>/CurrentUser, and folder stores, on Windows too: a home is a world of
    /// its own, which leaves nothing in the machine's stores. Else base/file's machine_data_folder and the user's
    /// folder, which the caller passes (the library reads no environment).
    static Roots under(const std::string &home);
};

/// Opens stores by uri and shares what belongs together (the memory stores of one registry are one set). Thread-safe.
class StoreRegistry {
public:
    explicit StoreRegistry(Roots roots);
    ~StoreRegistry();
    StoreRegistry(const StoreRegistry &) = delete;
    StoreRegistry &operator=(const StoreRegistry &) = delete;

    const Roots &roots() const noexcept;
    /// What a uri without a kind means: the roots' own wish, else "windows" on Windows and "folder" elsewhere.
    std::string_view default_kind() const noexcept;
    Result<std::unique_ptr<Store>> open(std::string_view uri) const;
    Result<std::unique_ptr<Store>> open(const StoreUri &uri) const;
    /// Opens the store a key uri belongs to and then the key.
    Result<crypto::KeyHandle> open_key(std::string_view key_uri) const;
    /// The same with Store::check_key.
    Result<void> check_key(std::string_view key_uri) const;

private:
    Result<std::unique_ptr<Store>> store_of(std::string_view key_uri) const;

    struct State;
    std::unique_ptr<State> state_;
};

/// What placing a CA's answer did.
struct Placed {
    Entry entry;
    std::vector<std::string> warnings; ///< "The root 'CN=...' was not added to Root: pass -TrustRoot ..."
};
struct PlaceOptions {
    PutOptions put;
    bool trust_root = false;
    bool intermediates = true;
};
/// Puts the leaf into `store`, intermediates into the location's CA store, a self-signed last one into Root only when
/// trusted by option. Trouble with the chain is a warning and never fails the leaf.
Result<Placed> place_chain(const StoreRegistry &registry, Store &store, const x509::Chain &chain,
                           const PlaceOptions &options, const Operation &operation);
/// The chain of an entry from My, CA and Root of its location, of the same kind.
Result<x509::Chain> complete_chain(const StoreRegistry &registry, const Entry &entry, const Operation &operation);

} // namespace certbroker::store
