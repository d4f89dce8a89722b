#include "store/windows/windows_keys.hpp"

#include <atomic>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "store/common.hpp"
#include "store/errors.hpp"
#include "store/folder/folder_files.hpp"
#include "store/key_uri.hpp"
#include "store/windows/capi_key.hpp"
#include "store/windows/cert_store.hpp"
#include "store/windows/cng_key.hpp"
#include "store/windows/os_failure.hpp"
#include "store/windows/patience.hpp"
#include "store/windows/providers.hpp"
#include "store/windows/request_store.hpp"

namespace certbroker::store {
namespace {

using Mode = CertStore::Mode;

/// False once Windows' own key storage provider has made an RSA key here and not kept it: then every further try would
/// cost the making of a key.
std::atomic<bool> cng_keeps_rsa_keys{true};

Result<bool> remove_at(const KeyPlace &place) {
    return place.cng() ? remove_cng_key(place) : remove_capi_key(place);
}

Result<std::wstring> new_container() {
    CERTBROKER_TRY(const std::string uuid, crypto::random_uuid(crypto::system_random()));
    return win32::widen("certbroker-" + uuid);
}

/// Where keys are looked for, the likeliest first.
std::vector<std::string> stores_of(Location location) {
    std::vector<std::string> names{std::string(request_store), "My"};
    for (std::string &name : CertStore::names(location)) {
        if (!iequals(name, names[0]) && !iequals(name, names[1])) names.push_back(std::move(name));
    }
    return names;
}

/// Calls `each` for the certificates of a public key in the location's stores, until it says false. A store that this
/// account may not read holds nothing for it.
void each_of_key(Location location, ByteView sha256,
                 const std::function<bool(const std::string &store, PCCERT_CONTEXT context)> &each) {
    bool go_on = true;
    for (const std::string &name : stores_of(location)) {
        const auto store = CertStore::open(location, name, Mode::own);
        if (!store) continue;
        store->each([&](PCCERT_CONTEXT context) {
            if (equal(key_hash_of(context), sha256)) go_on = each(name, context);
            return go_on;
        });
        if (!go_on) return;
    }
}

/// Removes a key that nobody was told of and nobody would find.
void give_up(const KeyPlace &place, const Operation &operation) {
    if (const auto removed = remove_at(place); !removed)
        operation.write(LogLevel::warning, "store.windows", describe(removed.error()));
}

bool is_kind_refusal(const Error &error) noexcept {
    return error.id() == errors::store_key_kind.id;
}

/// CryptoAPI's place for RSA keys that CNG does not keep.
KeyPlace capi_instead(const KeyPlace &place) {
    return {place.container, rsa_aes_csp, PROV_RSA_AES, AT_KEYEXCHANGE, place.machine};
}

void tell_of_capi(const Operation &operation, const Error &why) {
    operation.write(LogLevel::info, "store.windows",
                    "CNG keeps no RSA keys here (" + describe(why) + "); they go to CryptoAPI");
}

} // namespace

std::string WindowsKeys::uri(ByteView sha256) const {
    return KeyUri{"windows", location_, to_bytes(sha256)}.to_string();
}

Result<std::optional<file::Lock>> WindowsKeys::lock(const Operation &operation) const {
    if (root_.empty()) return std::optional<file::Lock>();
    CERTBROKER_TRY(file::Lock lock, FolderFiles(root_, location_).lock(file::Lock::Kind::exclusive, operation));
    return std::optional<file::Lock>(std::move(lock));
}

Result<crypto::KeyHandle> WindowsKeys::open(const KeyPlace &place) const {
    return place.cng() ? open_cng_key(place, location_) : open_capi_key(place, location_);
}

Result<WindowsKeys::Found> WindowsKeys::find(ByteView sha256) const {
    Result<Found> found = key_missing(uri(sha256));
    each_of_key(location_, sha256, [&](const std::string &, PCCERT_CONTEXT context) {
        const auto place = place_of(context);
        if (!place) return true;
        auto key = open(*place);
        // Another key may lie in a container that was removed and made again.
        if (key && equal((*key)->public_key().sha256(), sha256)) {
            found = Found{*std::move(key), *place};
            return false;
        }
        if (!key && key.error().id() != errors::store_key_missing.id) found = std::move(key).error();
        return true;
    });
    return found;
}

Result<KeyPlace> WindowsKeys::find_place(ByteView sha256) const {
    // Without the key itself: a provider may write down a container once more when it is closed after its removal.
    CERTBROKER_TRY(Found found, find(sha256));
    return std::move(found.place);
}

Result<crypto::KeyHandle> WindowsKeys::create(const KeyOptions &options, const Operation &operation) const {
    CERTBROKER_CHECK(operation.check("The key could not be made"));
    CERTBROKER_TRY(const crypto::KeySpec spec, crypto::checked_key_spec(options.spec.algorithm, options.spec.bits));
    {
        // Everybody may make keys for the machine; who may not note them anywhere hears it before one is made.
        CERTBROKER_TRY(const auto lock_, lock(operation));
        CERTBROKER_CHECK(CertStore::open(location_, request_store, Mode::write));
    }
    CERTBROKER_TRY(KeyPlace place, choose_provider(options, location_));
    place.container = win32::widen(options.container);
    if (place.container.empty()) {
        CERTBROKER_TRY(place.container, new_container());
    }
    fault::point("windows.key");
    CERTBROKER_TRY(const KeyPlace made, make(std::move(place), spec, options, operation));
    fault::point("windows.key");
    const auto lock_ = lock(operation);
    if (!lock_) {
        give_up(made, operation);
        return lock_.error();
    }
    return keep(made, operation);
}

Result<KeyPlace> WindowsKeys::make(KeyPlace place, const crypto::KeySpec &spec, const KeyOptions &options,
                                   const Operation &operation) const {
    const bool exportable = options.exportable;
    const bool rsa = spec.algorithm == crypto::KeyAlgorithm::rsa;
    const bool own_choice = options.provider_name.empty() && options.provider_type == 0;
    // Windows does not let the making of a key be stopped: neither NCryptFinalizeKey nor CryptGenKey takes a word for
    // it. So it runs aside, and a cancelled one is removed when it is done. A key on a curve is there at once.
    const auto try_at = [&](const KeyPlace &at) -> Result<void> {
        const auto work = [at, spec, exportable] {
            return at.cng() ? make_cng_key(at, spec, exportable) : make_capi_key(at, spec, exportable);
        };
        if (!rsa) return work();
        return wait_patiently(operation, "The key could not be made", work, [at] { (void)remove_at(at); });
    };
    if (own_choice && rsa && !cng_keeps_rsa_keys) place = capi_instead(place);
    auto made = try_at(place);
    if (!made && own_choice && rsa && place.cng() && is_kind_refusal(made.error())) {
        tell_of_capi(operation, made.error());
        place = capi_instead(place);
        made = try_at(place);
        if (made) cng_keeps_rsa_keys = false;
    }
    if (!made) return std::move(made).error();
    return place;
}

Result<crypto::KeyHandle> WindowsKeys::keep(const KeyPlace &place, const Operation &operation) const {
    const auto kept = [&]() -> Result<crypto::KeyHandle> {
        CERTBROKER_TRY(crypto::KeyHandle key, open(place));
        CERTBROKER_CHECK(prove_usable(*key));
        CERTBROKER_CHECK(add_marker(location_, place, *key, *operation.clock));
        return key;
    }();
    if (!kept) give_up(place, operation);
    return kept;
}

Result<KeyPlace> WindowsKeys::store(ByteView pkcs8, crypto::KeyAlgorithm algorithm, bool exportable,
                                    const Operation &operation) const {
    KeyPlace place{{}, software_ksp, 0, 0, location_ == Location::local_machine};
    CERTBROKER_TRY(place.container, new_container());
    auto stored = import_cng_key(place, pkcs8, exportable);
    if (!stored && algorithm == crypto::KeyAlgorithm::rsa && is_kind_refusal(stored.error())) {
        tell_of_capi(operation, stored.error());
        place = capi_instead(place);
        stored = import_capi_key(place, pkcs8, exportable);
    }
    if (!stored) return std::move(stored).error();
    return place;
}

Result<crypto::KeyHandle> WindowsKeys::import(const crypto::PrivateKey &key, bool exportable,
                                              const Operation &operation) const {
    CERTBROKER_CHECK(operation.check("The key could not be stored"));
    const Bytes &sha256 = key.public_key().sha256();
    CERTBROKER_TRY(const auto lock_, lock(operation));
    CERTBROKER_CHECK(CertStore::open(location_, request_store, Mode::write));
    std::optional<KeyPlace> before;
    if (const auto found = find(sha256)) {
        if (!found->key->exportable() || exportable) return found->key;
        before = found->place;
    } else if (found.error().status() == Status::access) {
        return found.error();
    }
    // A key of this computer that may leave its place may be stored in another one.
    auto pkcs8 = crypto::encode_for_store(key);
    if (!pkcs8) pkcs8 = key.export_pkcs8();
    if (!pkcs8) return std::move(pkcs8).error();
    fault::point("windows.key");
    CERTBROKER_TRY(const KeyPlace place, store(*pkcs8, key.spec()->algorithm, exportable, operation));
    fault::point("windows.key");
    CERTBROKER_TRY(crypto::KeyHandle stored, keep(place, operation));
    CERTBROKER_TRY(const int certificates, link(sha256, place));
    CERTBROKER_CHECK(remove_markers(location_, sha256, Markers::own, certificates > 0 ? nullptr : &place));
    // The one that could leave goes when nothing names it any more.
    if (before) CERTBROKER_CHECK(remove_at(*before));
    return stored;
}

Result<int> WindowsKeys::link(ByteView sha256, const KeyPlace &place) const {
    struct Certificate {
        std::string store;
        MemoryCopy copy;
    };
    std::vector<Certificate> certificates;
    Result<void> copied;
    each_of_key(location_, sha256, [&](const std::string &store, PCCERT_CONTEXT context) {
        if (iequals(store, request_store)) return true;
        auto copy = copy_context(context);
        if (copy) certificates.push_back({store, *std::move(copy)});
        if (!copy) copied = std::move(copy).error();
        return copied.has_value();
    });
    CERTBROKER_CHECK(std::move(copied));
    for (const Certificate &certificate : certificates) {
        if (!set_place(certificate.copy.context.get(), place))
            return os_failure("The certificate could not be linked to its key", GetLastError());
        CERTBROKER_TRY(CertStore store, CertStore::open(location_, certificate.store, Mode::write));
        CERTBROKER_CHECK(store.put(certificate.copy.context.get()));
    }
    return static_cast<int>(certificates.size());
}

Result<void> WindowsKeys::remove(ByteView sha256, const Operation &operation) const {
    CERTBROKER_TRY(const auto lock_, lock(operation));
    CERTBROKER_TRY(const KeyPlace place, find_place(sha256));
    Result<void> unused;
    each_of_key(location_, sha256, [&](const std::string &store, PCCERT_CONTEXT context) {
        // Somebody else's pending request needs the key as much as a certificate does.
        if (iequals(store, request_store) && is_own_marker(context)) return true;
        auto user = x509::Certificate::parse(der_of(context));
        if (!user) return true;
        unused = key_in_use(uri(sha256), *user, StoreUri{"windows", location_, store});
        return false;
    });
    CERTBROKER_CHECK(std::move(unused));
    fault::point("windows.remove-key");
    CERTBROKER_CHECK(remove_at(place));
    fault::point("windows.remove-key");
    return remove_markers(location_, sha256, Markers::own);
}

void WindowsKeys::describe(PCCERT_CONTEXT context, Entry &entry) const {
    const auto place = place_of(context);
    if (!place) return;
    const Bytes &sha256 = entry.certificate.public_key().sha256();
    const auto key = open(*place);
    if (key && (*key)->public_key().sha256() == sha256) {
        entry.key_uri = (*key)->uri();
        entry.exportable = (*key)->exportable();
        return;
    }
    // Windows says of a key that this account may not read that it is not there. Who may read everything knows.
    const bool knows = location_ == Location::current_user || win32::is_elevated();
    if (!key && (!knows || key.error().id() != errors::store_key_missing.id)) entry.key_uri = uri(sha256);
}

Result<void> WindowsKeys::keep_findable(PCCERT_CONTEXT context, std::string_view store,
                                        const Operation &operation) const {
    const auto place = place_of(context);
    if (!place) return {};
    const Bytes sha256 = key_hash_of(context);
    bool named_elsewhere = false;
    each_of_key(location_, sha256, [&](const std::string &name, PCCERT_CONTEXT other) {
        const bool itself = iequals(name, store) && equal(der_of(other), der_of(context));
        named_elsewhere = !itself && place_of(other) == place;
        return !named_elsewhere;
    });
    if (named_elsewhere) return {};
    const auto key = open(*place);
    if (!key || (*key)->public_key().sha256() != sha256) return {}; // there is nothing to be found
    return add_marker(location_, *place, **key, *operation.clock);
}

} // namespace certbroker::store
