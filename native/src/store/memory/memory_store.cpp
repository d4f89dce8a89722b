#include "store/memory/memory_store.hpp"

#include <map>
#include <mutex>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "store/errors.hpp"
#include "store/key_uri.hpp"

namespace certbroker::store {
namespace {

struct Item {
    x509::Certificate certificate;
    std::string friendly_name;
    bool archived = false;
};
using Items = std::map<std::string, Item, std::less<>>; ///< by thumbprint

/// One location of one registry.
struct Shelf {
    std::mutex mutex;
    std::map<std::string, Items, std::less<>> stores;           ///< by name
    std::map<std::string, crypto::KeyHandle, std::less<>> keys; ///< by uri
};

class MemoryStore final : public Store {
public:
    MemoryStore(StoreUri uri, std::shared_ptr<Shelf> shelf) : uri_(std::move(uri)), shelf_(std::move(shelf)) {}

    const StoreUri &uri() const noexcept override { return uri_; }
    std::uint64_t capabilities() const noexcept override { return can_write | keeps_keys | friendly_names; }

    Result<crypto::KeyHandle> create_key(const KeyOptions &options, const Operation &operation) override {
        CERTBROKER_TRY(const crypto::KeyHandle made, generate(options, operation));
        return import_key(*made, options.exportable, operation);
    }

    Result<crypto::KeyHandle> import_key(const crypto::PrivateKey &key, bool exportable,
                                         const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The key could not be stored"));
        const std::string key_uri = uri_of(key.public_key().sha256());
        const std::lock_guard lock(shelf_->mutex);
        if (const auto found = shelf_->keys.find(key_uri); found != shelf_->keys.end()) {
            if (!found->second->exportable() || exportable) return found->second;
        }
        CERTBROKER_TRY(const SecretBytes pkcs8, crypto::encode_for_store(key));
        CERTBROKER_TRY(crypto::KeyHandle stored, crypto::import_key(ByteView(pkcs8), Secret(), key_uri, exportable));
        shelf_->keys[key_uri] = stored;
        return stored;
    }

    Result<crypto::KeyHandle> open_key(std::string_view key_uri) override {
        CERTBROKER_TRY(const KeyUri parsed, KeyUri::parse(key_uri));
        if (parsed.kind != uri_.kind || parsed.location != uri_.location) return key_missing(key_uri);
        return find_key(parsed.sha256);
    }

    Result<crypto::KeyHandle> find_key(ByteView public_key_sha256) override {
        const std::string key_uri = uri_of(public_key_sha256);
        const std::lock_guard lock(shelf_->mutex);
        const auto found = shelf_->keys.find(key_uri);
        if (found == shelf_->keys.end()) return key_missing(key_uri);
        return found->second;
    }

    Result<void> remove_key(std::string_view key_uri, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The key could not be removed"));
        CERTBROKER_TRY(const KeyUri parsed, KeyUri::parse(key_uri));
        const std::lock_guard lock(shelf_->mutex);
        const auto key = shelf_->keys.find(parsed.to_string());
        // Another kind or location makes another uri.
        if (key == shelf_->keys.end()) return key_missing(key_uri);
        for (const auto &[name, items] : shelf_->stores) {
            for (const auto &[thumbprint, item] : items) {
                if (item.certificate.public_key().sha256() == parsed.sha256)
                    return key_in_use(key_uri, item.certificate, StoreUri{uri_.kind, uri_.location, name});
            }
        }
        shelf_->keys.erase(key);
        return {};
    }

    Result<Entry> put(const x509::Certificate &certificate, const PutOptions &options,
                      const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The certificate could not be stored"));
        CERTBROKER_CHECK(check_friendly_name(options.friendly_name));
        const std::lock_guard lock(shelf_->mutex);
        const auto [item, added] = shelf_->stores[uri_.name].try_emplace(
            certificate.thumbprint(), Item{certificate, options.friendly_name, false});
        if (!added && options.replace_properties) item->second.friendly_name = options.friendly_name;
        return entry(item->second);
    }

    Result<Entry> get(std::string_view thumbprint) override {
        CERTBROKER_TRY(const std::string normal, normalize_thumbprint(thumbprint));
        const std::lock_guard lock(shelf_->mutex);
        const Item *item = find(normal);
        if (item == nullptr) return not_found(uri_, normal);
        return entry(*item);
    }

    Result<void> each(const std::function<bool(const Entry &)> &each, const Operation &operation) override {
        std::vector<Entry> entries;
        {
            // A copy, so that the callback may use the store.
            const std::lock_guard lock(shelf_->mutex);
            const auto items = shelf_->stores.find(uri_.name);
            if (items == shelf_->stores.end()) return {};
            entries.reserve(items->second.size());
            for (const auto &[thumbprint, item] : items->second)
                entries.push_back(entry(item));
        }
        for (const Entry &found : entries) {
            CERTBROKER_CHECK(operation.check("The store could not be listed"));
            if (!each(found)) break;
        }
        return {};
    }

    Result<Entry> update(std::string_view thumbprint, const Changes &changes, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The certificate could not be changed"));
        if (changes.friendly_name) CERTBROKER_CHECK(check_friendly_name(*changes.friendly_name));
        CERTBROKER_TRY(const std::string normal, normalize_thumbprint(thumbprint));
        const std::lock_guard lock(shelf_->mutex);
        Item *item = find(normal);
        if (item == nullptr) return not_found(uri_, normal);
        if (changes.friendly_name) item->friendly_name = *changes.friendly_name;
        if (changes.archived) item->archived = *changes.archived;
        return entry(*item);
    }

    Result<void> remove(std::string_view thumbprint, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The certificate could not be removed"));
        CERTBROKER_TRY(const std::string normal, normalize_thumbprint(thumbprint));
        const std::lock_guard lock(shelf_->mutex);
        if (find(normal) == nullptr) return not_found(uri_, normal);
        shelf_->stores[uri_.name].erase(normal);
        return {};
    }

private:
    std::string uri_of(ByteView sha256) const { return KeyUri{uri_.kind, uri_.location, to_bytes(sha256)}.to_string(); }

    Item *find(const std::string &thumbprint) const {
        const auto items = shelf_->stores.find(uri_.name);
        if (items == shelf_->stores.end()) return nullptr;
        const auto item = items->second.find(thumbprint);
        return item == items->second.end() ? nullptr : &item->second;
    }

    Entry entry(const Item &item) const {
        Entry out{item.certificate, uri_, item.friendly_name, {}, false, item.archived};
        if (const auto key = shelf_->keys.find(uri_of(item.certificate.public_key().sha256()));
            key != shelf_->keys.end()) {
            out.key_uri = key->second->uri();
            out.exportable = key->second->exportable();
        }
        return out;
    }

    StoreUri uri_;
    std::shared_ptr<Shelf> shelf_;
};

class MemoryBackend final : public Backend {
public:
    Result<std::unique_ptr<Store>> open(const StoreUri &uri) const override {
        return std::unique_ptr<Store>(
            std::make_unique<MemoryStore>(uri, uri.location == Location::local_machine ? machine_ : user_));
    }

private:
    std::shared_ptr<Shelf> machine_ = std::make_shared<Shelf>();
    std::shared_ptr<Shelf> user_ = std::make_shared<Shelf>();
};

} // namespace

std::unique_ptr<const Backend> make_memory_backend() {
    return std::make_unique<MemoryBackend>();
}

} // namespace certbroker::store
