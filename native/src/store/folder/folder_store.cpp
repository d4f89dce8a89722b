#include "store/folder/folder_store.hpp"

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "store/errors.hpp"
#include "store/folder/folder_files.hpp"
#include "store/folder/folder_keys.hpp"
#include "store/key_uri.hpp"

namespace certbroker::store {
namespace {

using Kind = file::Lock::Kind;

class FolderStore final : public Store {
public:
    FolderStore(StoreUri uri, std::string_view root)
        : uri_(std::move(uri)), files_(root, uri_.location), keys_(files_) {}

    const StoreUri &uri() const noexcept override { return uri_; }
    std::uint64_t capabilities() const noexcept override {
        return can_write | keeps_keys | persistent | friendly_names;
    }

    Result<crypto::KeyHandle> create_key(const KeyOptions &options, const Operation &operation) override {
        CERTBROKER_TRY(const crypto::KeyHandle made, generate(options, operation));
        CERTBROKER_TRY(const file::Lock lock, files_.lock(Kind::shared, operation));
        return keys_.store(made, options.exportable);
    }

    Result<crypto::KeyHandle> import_key(const crypto::PrivateKey &key, bool exportable,
                                         const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The key could not be stored"));
        // A copy of its own: what is returned outlives the caller's key.
        CERTBROKER_TRY(const SecretBytes pkcs8, crypto::encode_for_store(key));
        CERTBROKER_TRY(const crypto::KeyHandle copy, crypto::import_key(pkcs8, Secret(), {}, exportable));
        CERTBROKER_TRY(const file::Lock lock, files_.lock(Kind::shared, operation));
        return keys_.store(copy, exportable);
    }

    Result<crypto::KeyHandle> open_key(std::string_view key_uri) override {
        CERTBROKER_TRY(const KeyUri parsed, KeyUri::parse(key_uri));
        if (!is_mine(parsed)) return key_missing(key_uri);
        return keys_.open(parsed.sha256);
    }

    Result<void> check_key(std::string_view key_uri) override {
        CERTBROKER_TRY(const KeyUri parsed, KeyUri::parse(key_uri));
        if (!is_mine(parsed)) return key_missing(key_uri);
        return keys_.check(parsed.sha256);
    }

    Result<crypto::KeyHandle> find_key(ByteView public_key_sha256) override { return keys_.open(public_key_sha256); }

    Result<void> remove_key(std::string_view key_uri, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The key could not be removed"));
        CERTBROKER_TRY(const KeyUri parsed, KeyUri::parse(key_uri));
        if (!is_mine(parsed)) return key_missing(key_uri);
        // The lock keeps a certificate from being added between the look and the removal.
        CERTBROKER_TRY(const file::Lock lock, files_.lock(Kind::exclusive, operation));
        CERTBROKER_TRY(const std::optional<Entry> user, find_user(parsed.sha256, operation));
        if (user) return key_in_use(key_uri, user->certificate, user->store);
        CERTBROKER_TRY(const bool removed, keys_.remove(parsed.sha256));
        if (!removed) return key_missing(key_uri);
        return {};
    }

    Result<Entry> put(const x509::Certificate &certificate, const PutOptions &options,
                      const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The certificate could not be stored"));
        CERTBROKER_CHECK(check_friendly_name(options.friendly_name));
        const std::string &thumbprint = certificate.thumbprint();
        const Properties wanted{options.friendly_name, false};
        if (files_.holds(uri_.name, certificate)) {
            // An intermediate of a thousand certificates is put a thousand times: nothing to change, nobody to wait
            // for.
            const Properties now = properties(thumbprint, operation);
            if (!options.replace_properties || now.friendly_name == options.friendly_name)
                return entry(certificate, now);
        } else {
            // Shared: many may add at once, each waiting for its own disk writes only.
            CERTBROKER_TRY(const file::Lock lock, files_.lock(Kind::shared, operation));
            const auto present = files_.read_certificate(uri_.name, thumbprint);
            const bool damaged = !present && present.error().id() == errors::store_damaged.id;
            if (!present && !damaged) return present.error();
            if (damaged)
                operation.write(LogLevel::warning, "store.folder", describe(present.error()) + "; it is written again");
            if (damaged || !*present) {
                CERTBROKER_CHECK(files_.write_new(uri_.name, certificate, wanted));
                return entry(certificate, wanted);
            }
        }
        CERTBROKER_TRY(const file::Lock lock, files_.lock(Kind::exclusive, operation));
        Properties now = properties(thumbprint, operation);
        // Removed by somebody else just now: then it is a new one after all.
        if (!files_.has_certificate(uri_.name, thumbprint)) {
            CERTBROKER_CHECK(files_.write_new(uri_.name, certificate, wanted));
            return entry(certificate, wanted);
        }
        if (options.replace_properties && now.friendly_name != options.friendly_name) {
            now.friendly_name = options.friendly_name;
            CERTBROKER_CHECK(files_.write_certificate_properties(uri_.name, thumbprint, now));
        }
        return entry(certificate, now);
    }

    Result<Entry> get(std::string_view thumbprint) override {
        CERTBROKER_TRY(const std::string normal, normalize_thumbprint(thumbprint));
        CERTBROKER_TRY(const auto certificate, files_.read_certificate(uri_.name, normal));
        if (!certificate) return not_found(uri_, normal);
        return entry(*certificate, properties(normal, Operation()));
    }

    Result<void> each(const std::function<bool(const Entry &)> &each, const Operation &operation) override {
        return files_.each_thumbprint(uri_.name, [&](const std::string &thumbprint) -> Result<bool> {
            CERTBROKER_CHECK(operation.check("The store could not be listed"));
            auto certificate = files_.read_certificate(uri_.name, thumbprint);
            if (!certificate) {
                // One bad file hides nothing but itself.
                operation.write(LogLevel::warning, "store.folder", describe(certificate.error()) + "; it is left out");
                return true;
            }
            if (!*certificate) return true; // removed since the listing
            return each(entry(**certificate, properties(thumbprint, operation)));
        });
    }

    Result<Entry> update(std::string_view thumbprint, const Changes &changes, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The certificate could not be changed"));
        if (changes.friendly_name) CERTBROKER_CHECK(check_friendly_name(*changes.friendly_name));
        CERTBROKER_TRY(const std::string normal, normalize_thumbprint(thumbprint));
        // Asked before the lock, too, which would make folders.
        if (!files_.has_certificate(uri_.name, normal)) return not_found(uri_, normal);
        CERTBROKER_TRY(const file::Lock lock, files_.lock(Kind::exclusive, operation));
        CERTBROKER_TRY(const auto certificate, files_.read_certificate(uri_.name, normal));
        if (!certificate) return not_found(uri_, normal);
        const Properties before = properties(normal, operation);
        Properties after = before;
        if (changes.friendly_name) after.friendly_name = *changes.friendly_name;
        if (changes.archived) after.archived = *changes.archived;
        if (after != before) CERTBROKER_CHECK(files_.write_certificate_properties(uri_.name, normal, after));
        return entry(*certificate, after);
    }

    Result<void> remove(std::string_view thumbprint, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The certificate could not be removed"));
        CERTBROKER_TRY(const std::string normal, normalize_thumbprint(thumbprint));
        if (!files_.has_certificate(uri_.name, normal)) return not_found(uri_, normal);
        CERTBROKER_TRY(const file::Lock lock, files_.lock(Kind::exclusive, operation));
        CERTBROKER_TRY(const bool removed, files_.remove_certificate(uri_.name, normal));
        if (!removed) return not_found(uri_, normal);
        return {};
    }

private:
    bool is_mine(const KeyUri &key) const noexcept { return key.kind == uri_.kind && key.location == uri_.location; }

    /// A certificate of any store of the location that uses the key.
    Result<std::optional<Entry>> find_user(const Bytes &sha256, const Operation &operation) const {
        CERTBROKER_TRY(const std::vector<std::string> names, files_.store_names());
        std::optional<Entry> user;
        for (const std::string &name : names) {
            const auto look = [&](const std::string &thumbprint) -> Result<bool> {
                CERTBROKER_CHECK(operation.check("The key could not be removed"));
                auto certificate = files_.read_certificate(name, thumbprint);
                // A damaged certificate needs no key.
                if (certificate && *certificate && (*certificate)->public_key().sha256() == sha256)
                    user = Entry{**certificate, StoreUri{uri_.kind, uri_.location, name}, {}, {}, false, false};
                return !user;
            };
            CERTBROKER_CHECK(files_.each_thumbprint(name, look));
            if (user) break;
        }
        return user;
    }

    /// Unreadable properties cost the friendly name, not the certificate.
    Properties properties(std::string_view thumbprint, const Operation &operation) const {
        auto read = files_.read_certificate_properties(uri_.name, thumbprint);
        if (read) return *std::move(read);
        operation.write(LogLevel::warning, "store.folder", describe(read.error()) + "; they are taken as empty");
        return {};
    }

    Entry entry(const x509::Certificate &certificate, const Properties &properties) const {
        Entry out{certificate, uri_, properties.friendly_name, {}, false, properties.archived};
        keys_.describe(certificate.public_key().sha256(), out);
        return out;
    }

    StoreUri uri_;
    FolderFiles files_;
    FolderKeys keys_;
};

class FolderBackend final : public Backend {
public:
    explicit FolderBackend(Roots roots) : roots_(std::move(roots)) {}

    Result<std::unique_ptr<Store>> open(const StoreUri &uri) const override {
        const std::string &root = roots_.of(uri.location);
        if (root.empty())
            return fail(errors::argument, "The store " + uri.to_string() +
                                              " could not be opened: no data folder is set for " +
                                              std::string(location_name(uri.location)));
        return std::unique_ptr<Store>(std::make_unique<FolderStore>(uri, root));
    }

private:
    Roots roots_;
};

} // namespace

std::unique_ptr<const Backend> make_folder_backend(const Roots &roots) {
    return std::make_unique<FolderBackend>(roots);
}

} // namespace certbroker::store
