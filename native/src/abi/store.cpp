#include "abi/guard.hpp"
#include "base/encoding.hpp"
#include "base/event.hpp"
#include "base/text.hpp"
#include "certbroker/certbroker.h"
#include "x509/errors.hpp"

using namespace certbroker;
using namespace certbroker::abi;

namespace {

template<class Body>
certbroker_status with_store(certbroker_store *store, const certbroker_operation *operation, certbroker_error **error,
                             Body &&body) noexcept {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_TRY(const auto object, resolve<StoreObject>(store, "store"));
        const OperationScope scope(*object->context, operation);
        CERTBROKER_CHECK(scope.ready());
        return body(*object, scope.operation());
    });
}

Result<void> give_entry(std::shared_ptr<Context> context, store::Entry entry, certbroker_entry **out) {
    *out = make_handle<certbroker_entry>(std::make_shared<EntryObject>(std::move(context), std::move(entry)));
    return {};
}

/// Whether an entry is what the caller looks for; thumbprints go another, direct way.
bool matches(const store::Entry &entry, std::int32_t by, const std::string &value) {
    const x509::Certificate &certificate = entry.certificate;
    switch (by) {
    case CERTBROKER_FIND_ALL:
        return true;
    case CERTBROKER_FIND_SUBJECT:
        return ascii_lower(certificate.subject().to_string()).find(ascii_lower(value)) != std::string::npos;
    case CERTBROKER_FIND_KEY_ID:
        return iequals(to_hex(certificate.public_key().sha256()), value);
    case CERTBROKER_FIND_FRIENDLY_NAME:
        return iequals(entry.friendly_name, value);
    case CERTBROKER_FIND_SUBJECT_ALT_NAME:
        for (const x509::GeneralName &name : certificate.subject_alt_names()) {
            if (iequals(name.value, value)) return true;
        }
        return false;
    default:
        return false;
    }
}

/// "The certificate 'CN=web01' was put into folder:LocalMachine/My".
LogEvent event_about(const EventKind &kind, const char *what, const StoreObject &object, const store::Entry &entry) {
    const std::string subject = entry.certificate.subject().to_string();
    const std::string place = object.store->uri().to_string();
    LogEvent event = LogEvent(kind, "store", "The certificate '" + subject + "' was " + what + " " + place)
                         .with("subject", subject)
                         .with("thumbprint", entry.certificate.thumbprint())
                         .with("store", place);
    if (&kind != &events::certificate_stored) return event;
    return std::move(event).with("privateKey", entry.has_private_key() ? "true" : "false");
}

Result<std::string> key_of(const EntryObject &entry) {
    if (!entry.value.has_private_key())
        return fail(errors::no_such_part, "The private key could not be opened: the certificate has none here");
    return entry.value.key_uri;
}

Result<void> find_by_thumbprint(StoreObject &object, const std::string &value, certbroker_entry_fn each,
                                void *payload) {
    CERTBROKER_TRY(const std::string thumbprint, normalize_thumbprint(value));
    auto entry = object.store->get(thumbprint);
    if (!entry) {
        if (entry.error().status() == Status::not_found) return {};
        return std::move(entry).error();
    }
    certbroker_entry *handle = nullptr;
    CERTBROKER_CHECK(give_entry(object.context, *std::move(entry), &handle));
    (void)each(payload, handle);
    return {};
}

} // namespace

extern "C" {

certbroker_status CERTBROKER_CALL certbroker_store_open(certbroker_context *context, const char *uri,
                                                        const certbroker_settings *settings, certbroker_store **out,
                                                        certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(auto ctx, resolve<Context>(context, "context"));
        CERTBROKER_TRY(const std::string text, text_in(uri, "uri"));
        CERTBROKER_TRY(const Settings options, options_in(settings, "settings", {}));
        auto object = std::make_shared<StoreObject>();
        CERTBROKER_TRY(object->store, ctx->broker->stores().open(text));
        object->context = std::move(ctx);
        *out = make_handle<certbroker_store>(std::move(object));
        return {};
    });
}

uint64_t CERTBROKER_CALL certbroker_store_capabilities(const certbroker_store *store) {
    const auto object = lookup<StoreObject>(store);
    return object ? object->store->capabilities() : 0;
}

certbroker_status CERTBROKER_CALL certbroker_store_put(certbroker_store *store, const certbroker_chain *chain,
                                                       const certbroker_key *key_or_null,
                                                       const certbroker_settings *options,
                                                       const certbroker_operation *operation, certbroker_entry **out,
                                                       certbroker_error **error) {
    return with_store(store, operation, error, [&](StoreObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto certificates, resolve<ChainObject>(chain, "chain"));
        CERTBROKER_TRY(const auto key, resolve_optional<KeyObject>(key_or_null, "key_or_null"));
        CERTBROKER_TRY(const Settings given, options_in(options, "options",
                                                        {{"friendly-name"},
                                                         {"exportable", OptionKind::flag},
                                                         {"trust-root", OptionKind::flag},
                                                         {"chain", OptionKind::flag}}));
        if (key) {
            const x509::Certificate &leaf = certificates->value.front();
            if (!(leaf.public_key() == key->key->public_key()))
                return fail(errors::certificate_mismatch,
                            "The certificate could not be added: the key is not the one of '" +
                                leaf.subject().to_string() + "'");
            // The key first: a certificate never stands in a store without the key it came with.
            CERTBROKER_TRY(const auto stored,
                           object.store->import_key(*key->key, given.flag("exportable", key->key->exportable()), op));
        }
        store::PlaceOptions place;
        if (const std::string *name = given.text("friendly-name"))
            place.put.friendly_name = *name;
        else
            place.put.replace_properties = false;
        place.trust_root = given.flag("trust-root");
        place.intermediates = given.flag("chain", true);
        CERTBROKER_TRY(store::Placed placed, store::place_chain(object.context->broker->stores(), *object.store,
                                                                certificates->value, place, op));
        for (const std::string &warning : placed.warnings)
            op.write(LogLevel::warning, "store", warning);
        op.log->event(event_about(events::certificate_stored, "put into", object, placed.entry));
        return give_entry(object.context, std::move(placed.entry), out);
    });
}

certbroker_status CERTBROKER_CALL certbroker_store_find(certbroker_store *store, int32_t by, const char *value,
                                                        const certbroker_operation *operation, certbroker_entry_fn each,
                                                        void *payload, certbroker_error **error) {
    return with_store(store, operation, error, [&](StoreObject &object, const Operation &op) -> Result<void> {
        if (each == nullptr) return fail(errors::argument, "The parameter 'each' could not be used: it is NULL");
        if (by < CERTBROKER_FIND_ALL || by > CERTBROKER_FIND_SUBJECT_ALT_NAME)
            return fail(errors::argument,
                        "The certificates could not be found: " + std::to_string(by) + " is no way to look for them");
        std::string text;
        if (by != CERTBROKER_FIND_ALL) {
            CERTBROKER_TRY(text, text_in(value, "value"));
        }
        if (by == CERTBROKER_FIND_THUMBPRINT) return find_by_thumbprint(object, text, each, payload);
        // Collected first: the caller may change the store from its callback.
        std::vector<store::Entry> found;
        CERTBROKER_CHECK(object.store->each(
            [&](const store::Entry &entry) {
                if (matches(entry, by, text)) found.push_back(entry);
                return true;
            },
            op));
        for (store::Entry &entry : found) {
            certbroker_entry *handle = nullptr;
            CERTBROKER_CHECK(give_entry(object.context, std::move(entry), &handle));
            if (each(payload, handle) != 0) break;
        }
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_store_remove(certbroker_store *store, const certbroker_entry *entry,
                                                          const certbroker_settings *options,
                                                          const certbroker_operation *operation,
                                                          certbroker_error **error) {
    return with_store(store, operation, error, [&](StoreObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_TRY(const auto target, resolve<EntryObject>(entry, "entry"));
        CERTBROKER_TRY(const Settings given, options_in(options, "options", {{"delete-key", OptionKind::flag}}));
        CERTBROKER_CHECK(object.store->remove(target->value.certificate.thumbprint(), op));
        const bool with_key = given.flag("delete-key") && target->value.has_private_key();
        Result<void> removed;
        if (with_key) removed = object.store->remove_key(target->value.key_uri, op);
        op.log->event(event_about(events::certificate_removed, "removed from", object, target->value)
                          .with("privateKey", with_key && removed ? "removed" : "kept"));
        return removed;
    });
}

certbroker_status CERTBROKER_CALL certbroker_store_update(certbroker_store *store, const certbroker_entry *entry,
                                                          const certbroker_settings *options,
                                                          const certbroker_operation *operation, certbroker_entry **out,
                                                          certbroker_error **error) {
    return with_store(store, operation, error, [&](StoreObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto target, resolve<EntryObject>(entry, "entry"));
        CERTBROKER_TRY(const Settings given,
                       options_in(options, "options", {{"friendly-name"}, {"archived", OptionKind::flag}}));
        store::Store::Changes changes;
        if (const std::string *name = given.text("friendly-name")) changes.friendly_name = *name;
        if (given.contains("archived")) changes.archived = given.flag("archived");
        CERTBROKER_TRY(store::Entry updated, object.store->update(target->value.certificate.thumbprint(), changes, op));
        return give_entry(object.context, std::move(updated), out);
    });
}

certbroker_status CERTBROKER_CALL certbroker_store_grant_read(certbroker_store *store, const certbroker_entry *entry,
                                                              const char *account,
                                                              const certbroker_operation *operation,
                                                              certbroker_error **error) {
    return with_store(store, operation, error, [&](StoreObject &object, const Operation &op) -> Result<void> {
        CERTBROKER_TRY(const auto target, resolve<EntryObject>(entry, "entry"));
        CERTBROKER_TRY(const std::string name, text_in(account, "account"));
        CERTBROKER_TRY(const std::string key, key_of(*target));
        CERTBROKER_CHECK(object.store->grant_read(key, name, op));
        op.log->event(LogEvent(events::key_access_granted, "store", "'" + name + "' may use a private key")
                          .with("subject", target->value.certificate.subject().to_string())
                          .with("thumbprint", target->value.certificate.thumbprint())
                          .with("store", object.store->uri().to_string())
                          .with("account", name));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_store_list_key_readers(certbroker_store *store,
                                                                    const certbroker_entry *entry,
                                                                    const certbroker_operation *operation,
                                                                    certbroker_row_fn each, void *payload,
                                                                    certbroker_error **error) {
    return with_store(store, operation, error, [&](StoreObject &object, const Operation &) -> Result<void> {
        CERTBROKER_CHECK(callback(each));
        CERTBROKER_TRY(const auto target, resolve<EntryObject>(entry, "entry"));
        CERTBROKER_TRY(const std::string key, key_of(*target));
        CERTBROKER_TRY(const auto readers, object.store->readers(key));
        for (const store::KeyReader &reader : readers) {
            Bag bag;
            bag.text(CERTBROKER_P_NAME, reader.account)
                .text(CERTBROKER_P_ID, reader.sid)
                .text(CERTBROKER_P_VALUE, reader.rights);
            if (!show_row(each, payload, std::move(bag))) break;
        }
        return {};
    });
}

void CERTBROKER_CALL certbroker_store_close(certbroker_store *store) {
    (void)handles::remove(Kind::store, store);
}

const certbroker_certificate *CERTBROKER_CALL certbroker_entry_certificate(const certbroker_entry *entry) {
    const auto object = lookup<EntryObject>(entry);
    return object ? object->certificate.get() : nullptr;
}

certbroker_status CERTBROKER_CALL certbroker_entry_chain(const certbroker_entry *entry, certbroker_chain **out,
                                                         certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto object, resolve<EntryObject>(entry, "entry"));
        x509::Chain chain;
        if (object->detached_chain) {
            chain = *object->detached_chain;
        } else {
            CERTBROKER_TRY(chain, store::complete_chain(object->context->broker->stores(), object->value, Operation()));
        }
        *out = make_handle<certbroker_chain>(std::make_shared<ChainObject>(std::move(chain)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_entry_key(const certbroker_entry *entry, certbroker_key **out,
                                                       certbroker_error **error) {
    return guard(error, [&]() -> Result<void> {
        CERTBROKER_CHECK(output(out));
        CERTBROKER_TRY(const auto object, resolve<EntryObject>(entry, "entry"));
        crypto::KeyHandle key = object->detached_key;
        if (!key) {
            if (!object->value.has_private_key())
                return fail(errors::no_such_part, "The private key could not be opened: the certificate has none here");
            CERTBROKER_TRY(key, object->context->broker->stores().open_key(object->value.key_uri));
        }
        *out = make_handle<certbroker_key>(std::make_shared<KeyObject>(std::move(key)));
        return {};
    });
}

certbroker_status CERTBROKER_CALL certbroker_entry_text(const certbroker_entry *entry, int32_t property,
                                                        certbroker_text *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = nullptr;
    return quiet<certbroker_status>(CERTBROKER_E_MEMORY, [&] {
        const auto object = lookup<EntryObject>(entry);
        return object ? object->bag().get_text(property, 0, out) : static_cast<certbroker_status>(CERTBROKER_E_HANDLE);
    });
}

certbroker_status CERTBROKER_CALL certbroker_entry_number(const certbroker_entry *entry, int32_t property,
                                                          int64_t *out) {
    if (out == nullptr) return CERTBROKER_E_ARGUMENT;
    *out = 0;
    return quiet<certbroker_status>(CERTBROKER_E_MEMORY, [&] {
        const auto object = lookup<EntryObject>(entry);
        return object ? object->bag().get_number(property, out) : static_cast<certbroker_status>(CERTBROKER_E_HANDLE);
    });
}

void CERTBROKER_CALL certbroker_entry_free(certbroker_entry *entry) {
    (void)handles::remove(Kind::entry, entry);
}

} // extern "C"
