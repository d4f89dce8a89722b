#include "store/windows/windows_store.hpp"

#include <set>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "store/errors.hpp"
#include "store/key_uri.hpp"
#include "store/windows/cert_store.hpp"
#include "store/windows/grants.hpp"
#include "store/windows/os_failure.hpp"
#include "store/windows/providers.hpp"
#include "store/windows/request_store.hpp"
#include "store/windows/windows_keys.hpp"

namespace certbroker::store {
namespace {

using Mode = CertStore::Mode;

class WindowsStore final : public Store {
public:
    WindowsStore(StoreUri uri, const std::string &root) : uri_(std::move(uri)), keys_(root, uri_.location) {}

    const StoreUri &uri() const noexcept override { return uri_; }
    std::uint64_t capabilities() const noexcept override {
        return can_write | keeps_keys | persistent | friendly_names | grants |
               (has_hardware_keys() ? std::uint64_t{hardware_keys} : 0U);
    }

    Result<crypto::KeyHandle> create_key(const KeyOptions &options, const Operation &operation) override {
        return keys_.create(options, operation);
    }

    Result<crypto::KeyHandle> import_key(const crypto::PrivateKey &key, bool exportable,
                                         const Operation &operation) override {
        return keys_.import(key, exportable, operation);
    }

    Result<crypto::KeyHandle> open_key(std::string_view key_uri) override {
        CERTBROKER_TRY(const KeyUri parsed, KeyUri::parse(key_uri));
        if (!is_mine(parsed)) return key_missing(key_uri);
        return find_key(parsed.sha256);
    }

    Result<crypto::KeyHandle> find_key(ByteView public_key_sha256) override {
        CERTBROKER_TRY(const WindowsKeys::Found found, keys_.find(public_key_sha256));
        return found.key;
    }

    Result<void> remove_key(std::string_view key_uri, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The key could not be removed"));
        CERTBROKER_TRY(const KeyUri parsed, KeyUri::parse(key_uri));
        if (!is_mine(parsed)) return key_missing(key_uri);
        return keys_.remove(parsed.sha256, operation);
    }

    Result<void> grant_read(std::string_view key_uri, std::string_view account, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The account could not be let use the key"));
        CERTBROKER_TRY(const KeyPlace place, find_place(key_uri));
        return grant_read_at(place, account);
    }

    Result<std::vector<KeyReader>> readers(std::string_view key_uri) override {
        CERTBROKER_TRY(const KeyPlace place, find_place(key_uri));
        return readers_at(place);
    }

    Result<Entry> put(const x509::Certificate &certificate, const PutOptions &options,
                      const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The certificate could not be stored"));
        CERTBROKER_CHECK(check_friendly_name(options.friendly_name));
        const Bytes thumbprint = crypto::sha1(certificate.der());
        CERTBROKER_TRY(const auto lock, keys_.lock(operation));
        CERTBROKER_TRY(CertStore store, CertStore::open(uri_.location, uri_.name, Mode::write));
        const ContextHandle present = store.find(thumbprint);
        MemoryCopy copy;
        if (present) {
            CERTBROKER_TRY(copy, copy_context(present.get()));
        } else {
            CERTBROKER_TRY(copy.context, make_context(certificate.der()));
        }
        PCCERT_CONTEXT context = copy.context.get();
        bool fine = true;
        const bool named =
            !present || (options.replace_properties && friendly_name_of(context) != options.friendly_name);
        if (named) fine = set_friendly_name(context, options.friendly_name);
        bool linked = false;
        if (!place_of(context)) {
            const auto place = keys_.find_place(certificate.public_key().sha256());
            linked = place.has_value();
            if (linked) fine = fine && set_place(context, *place);
        }
        if (!fine) return os_failure("The certificate could not be prepared for its store", GetLastError());
        if (named || linked) CERTBROKER_CHECK(store.put(context));
        // It is durable: the key is found by it from now on, and no request is pending any more.
        if (place_of(context) && !iequals(uri_.name, request_store)) forget_request(certificate, operation);
        return entry(certificate, context);
    }

    Result<Entry> get(std::string_view thumbprint) override {
        CERTBROKER_TRY(const std::string normal, normalize_thumbprint(thumbprint));
        CERTBROKER_TRY(const Bytes sha1, from_hex(normal));
        CERTBROKER_TRY(const CertStore store, CertStore::open(uri_.location, uri_.name, to_read()));
        const ContextHandle found = store.find(sha1);
        if (!found) return not_found(uri_, normal);
        CERTBROKER_TRY(const x509::Certificate certificate, x509::Certificate::parse(der_of(found.get())));
        return entry(certificate, found.get());
    }

    Result<void> each(const std::function<bool(const Entry &)> &each, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The store could not be listed"));
        CERTBROKER_TRY(const CertStore store, CertStore::open(uri_.location, uri_.name, to_read()));
        Result<void> goes_on;
        std::set<std::string> seen; // Group Policy may have given what is there already
        store.each([&](PCCERT_CONTEXT context) {
            goes_on = operation.check("The store could not be listed");
            if (!goes_on) return false;
            const auto certificate = x509::Certificate::parse(der_of(context));
            if (!certificate) {
                // One bad certificate hides nothing but itself.
                operation.write(LogLevel::warning, "store.windows",
                                uri_.to_string() + ": " + describe(certificate.error()) + "; it is left out");
                return true;
            }
            if (!seen.insert(certificate->thumbprint()).second) return true;
            return each(entry(*certificate, context));
        });
        return goes_on;
    }

    Result<Entry> update(std::string_view thumbprint, const Changes &changes, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The certificate could not be changed"));
        if (changes.friendly_name) CERTBROKER_CHECK(check_friendly_name(*changes.friendly_name));
        CERTBROKER_TRY(const std::string normal, normalize_thumbprint(thumbprint));
        CERTBROKER_TRY(const Bytes sha1, from_hex(normal));
        CERTBROKER_CHECK(must_be_own(sha1, normal));
        CERTBROKER_TRY(const auto lock, keys_.lock(operation));
        CERTBROKER_TRY(CertStore store, CertStore::open(uri_.location, uri_.name, Mode::write));
        const ContextHandle found = store.find(sha1);
        if (!found) return not_found(uri_, normal);
        CERTBROKER_TRY(const x509::Certificate certificate, x509::Certificate::parse(der_of(found.get())));
        CERTBROKER_TRY(const MemoryCopy copy, copy_context(found.get()));
        PCCERT_CONTEXT context = copy.context.get();
        SetLastError(ERROR_NOT_SUPPORTED); // what a system means that says no and not why
        if ((changes.friendly_name && !set_friendly_name(context, *changes.friendly_name)) ||
            (changes.archived && !set_archived(context, *changes.archived)))
            return os_failure("The certificate's properties could not be changed", GetLastError());
        if (changes.friendly_name || changes.archived) CERTBROKER_CHECK(store.put(context));
        return entry(certificate, context);
    }

    Result<void> remove(std::string_view thumbprint, const Operation &operation) override {
        CERTBROKER_CHECK(operation.check("The certificate could not be removed"));
        CERTBROKER_TRY(const std::string normal, normalize_thumbprint(thumbprint));
        CERTBROKER_TRY(const Bytes sha1, from_hex(normal));
        CERTBROKER_CHECK(must_be_own(sha1, normal));
        CERTBROKER_TRY(const auto lock, keys_.lock(operation));
        CERTBROKER_TRY(CertStore store, CertStore::open(uri_.location, uri_.name, Mode::write));
        const ContextHandle found = store.find(sha1);
        if (!found) return not_found(uri_, normal);
        if (const auto kept = keys_.keep_findable(found.get(), uri_.name, operation); !kept)
            operation.write(LogLevel::warning, "store.windows",
                            "The key of " + normal + " stays, but will not be found: " + describe(kept.error()));
        CERTBROKER_TRY(const bool removed, store.remove(sha1));
        if (!removed) return not_found(uri_, normal);
        return {};
    }

    Result<void> each_inherited(const std::function<bool(const x509::Certificate &)> &each,
                                const Operation &operation) override {
        // Every store of a user has the machine's certificates in it but the one with his own.
        if (uri_.location == Location::local_machine || uri_.name == "My") return {};
        CERTBROKER_TRY(const CertStore own, CertStore::open(uri_.location, uri_.name, Mode::own));
        CERTBROKER_TRY(const CertStore shown, CertStore::open(Location::local_machine, uri_.name, Mode::shown));
        Result<void> goes_on;
        shown.each([&](PCCERT_CONTEXT context) {
            goes_on = operation.check("The store could not be listed");
            if (!goes_on) return false;
            if (own.find(crypto::sha1(der_of(context)))) return true;
            const auto certificate = x509::Certificate::parse(der_of(context));
            return !certificate || each(*certificate);
        });
        return goes_on;
    }

private:
    /// A user's store is his own; the machine's holds what administrators gave it by Group Policy as well.
    Mode to_read() const noexcept { return uri_.location == Location::local_machine ? Mode::shown : Mode::own; }
    bool is_mine(const KeyUri &key) const noexcept { return key.kind == uri_.kind && key.location == uri_.location; }

    Result<KeyPlace> find_place(std::string_view key_uri) const {
        CERTBROKER_TRY(const KeyUri parsed, KeyUri::parse(key_uri));
        if (!is_mine(parsed)) return key_missing(key_uri);
        return keys_.find_place(parsed.sha256);
    }

    /// Fails for what is not there, and for what Windows shows there and somebody else keeps.
    Result<void> must_be_own(const Bytes &sha1, const std::string &thumbprint) const {
        CERTBROKER_TRY(const CertStore own, CertStore::open(uri_.location, uri_.name, Mode::own));
        if (own.find(sha1)) return {};
        CERTBROKER_TRY(const CertStore shown, CertStore::open(uri_.location, uri_.name, to_read()));
        if (!shown.find(sha1)) return not_found(uri_, thumbprint);
        return fail(errors::store_access, "The certificate '" + thumbprint + "' could not be changed: it is in " +
                                              uri_.to_string() + " by Group Policy or by Windows itself")
            .in("store.windows")
            .with_remedy("Change it where it comes from: the Group Policy, or the enterprise store of the domain.");
    }

    void forget_request(const x509::Certificate &certificate, const Operation &operation) const {
        const auto removed = remove_markers(uri_.location, certificate.public_key().sha256(), Markers::all);
        // A request that looks pending hurts nobody.
        if (!removed) operation.write(LogLevel::warning, "store.windows", describe(removed.error()));
    }

    Entry entry(const x509::Certificate &certificate, PCCERT_CONTEXT context) const {
        Entry out{certificate, uri_, friendly_name_of(context), {}, false, is_archived(context)};
        keys_.describe(context, out);
        return out;
    }

    StoreUri uri_;
    WindowsKeys keys_;
};

class WindowsBackend final : public Backend {
public:
    explicit WindowsBackend(Roots roots) : roots_(std::move(roots)) {}

    Result<std::unique_ptr<Store>> open(const StoreUri &uri) const override {
        return std::unique_ptr<Store>(std::make_unique<WindowsStore>(uri, roots_.of(uri.location)));
    }

private:
    Roots roots_;
};

} // namespace

std::unique_ptr<const Backend> make_windows_backend(const Roots &roots) {
    return std::make_unique<WindowsBackend>(roots);
}

} // namespace certbroker::store
