#include "base/encoding.hpp"
#include "crypto/errors.hpp"
#include "provider/host.hpp"

namespace certbroker::provider::host {
namespace {

Result<const store::StoreRegistry *> stores_of(Call &call) {
    const store::StoreRegistry *stores = call.instance().services.stores;
    if (stores == nullptr)
        return fail(errors::provider_unsupported, "The provider cannot use keys: there are no stores here");
    return stores;
}

Result<void> key_create_body(Call &call, const char *store_text, const char *algorithm_text, uint32_t bits,
                             const cbp_key **out) {
    CERTBROKER_CHECK(call.required(out, "out"));
    CERTBROKER_TRY(std::string uri, call.optional_text(store_text, "store", 200));
    CERTBROKER_TRY(const std::string name, call.text(algorithm_text, "algorithm", 64));
    const auto algorithm = crypto::parse_key_algorithm(name);
    if (!algorithm)
        return fail(errors::key_algorithm,
                    "The key cannot be made: '" + name + "' is no key algorithm that is known here");
    store::KeyOptions options;
    CERTBROKER_TRY(options.spec, crypto::checked_key_spec(*algorithm, bits));
    const Services &services = call.instance().services;
    if (uri.empty()) uri = std::string(store::location_name(services.location)) + "/My";
    if (uri.find(':') == std::string::npos && !services.store_kind.empty()) uri = services.store_kind + ":" + uri;
    CERTBROKER_TRY(const store::StoreRegistry *const stores, stores_of(call));
    CERTBROKER_TRY(const std::unique_ptr<store::Store> store, stores->open(uri));
    CERTBROKER_TRY(crypto::KeyHandle key, store->create_key(options, call.operation()));
    std::string key_uri = key->uri();
    *out = call.add<cbp_key>(KeyObject{std::move(key), std::move(key_uri), std::nullopt, {}});
    return {};
}

cbp_status CBP_CALL key_create(cbp_call *handle, const char *store, const char *algorithm, uint32_t bits,
                               const cbp_key **out) {
    return serve_status(handle, "key_create",
                        [&](Call &call) { return key_create_body(call, store, algorithm, bits, out); });
}

Result<void> key_open_body(Call &call, const char *text, const cbp_key **out) {
    CERTBROKER_CHECK(call.required(out, "out"));
    CERTBROKER_TRY(std::string uri, call.text(text, "uri", 1000));
    CERTBROKER_TRY(crypto::KeyHandle key, open_key_once(call, uri));
    *out = call.add<cbp_key>(KeyObject{std::move(key), std::move(uri), std::nullopt, {}});
    return {};
}

cbp_status CBP_CALL key_open(cbp_call *handle, const char *uri, const cbp_key **out) {
    return serve_status(handle, "key_open", [&](Call &call) { return key_open_body(call, uri, out); });
}

const char *CBP_CALL key_uri(cbp_call *handle, const cbp_key *key) {
    return serve<const char *>(handle, "key_uri", nullptr, [&](Call &call) -> const char * {
        const KeyObject *object = call.find<KeyObject>(key);
        return object != nullptr ? call.keep(object->key->uri()) : nullptr;
    });
}

cbp_status CBP_CALL key_public(cbp_call *handle, const cbp_key *key, cbp_bytes *spki) {
    return serve_status(handle, "key_public", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(spki, "spki_der"));
        CERTBROKER_TRY(const KeyObject *const object, key_of(call, key, "key"));
        *spki = call.keep(Bytes(object->key->public_key().spki()));
        return {};
    });
}

cbp_status CBP_CALL key_certificate(cbp_call *handle, const cbp_key *key, cbp_bytes *der) {
    return serve_status(handle, "key_certificate", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(der, "der"));
        CERTBROKER_TRY(KeyObject *const object, key_of(call, key, "key"));
        CERTBROKER_CHECK(load_chain(call, *object));
        if (object->chain_der.empty())
            return fail(errors::provider_not_found,
                        "The certificate of the key '" + object->uri + "' cannot be used: there is none in My");
        *der = call.keep(Bytes(object->chain_der.front()));
        return {};
    });
}

cbp_status CBP_CALL key_sign(cbp_call *handle, const cbp_key *key, const char *digest, cbp_bytes input,
                             cbp_bytes *signature) {
    return serve_status(handle, "key_sign", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(signature, "signature"));
        CERTBROKER_TRY(const KeyObject *const object, key_of(call, key, "key"));
        CERTBROKER_TRY(const crypto::DigestAlgorithm algorithm, digest_of(call, digest, "SHA256"));
        CERTBROKER_TRY(const ByteView data, call.bytes(input, "input"));
        CERTBROKER_TRY(Bytes made, object->key->sign({algorithm, false}, data));
        *signature = call.keep(std::move(made));
        return {};
    });
}

cbp_status CBP_CALL digest(cbp_call *handle, const char *name, cbp_bytes input, cbp_bytes *out) {
    return serve_status(handle, "digest", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(out, "out"));
        CERTBROKER_CHECK(call.required(name, "algorithm"));
        CERTBROKER_TRY(const crypto::DigestAlgorithm algorithm, digest_of(call, name, "SHA256"));
        CERTBROKER_TRY(const ByteView data, call.bytes(input, "input"));
        *out = call.keep(crypto::digest(algorithm, data));
        return {};
    });
}

cbp_status CBP_CALL base64_encode(cbp_call *handle, cbp_bytes input, const char **out) {
    return serve_status(handle, "base64_encode", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(out, "text"));
        CERTBROKER_TRY(const ByteView data, call.bytes(input, "input"));
        *out = call.keep(to_base64(data));
        return {};
    });
}

cbp_status CBP_CALL base64_decode(cbp_call *handle, const char *text, cbp_bytes *out) {
    return serve_status(handle, "base64_decode", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(out, "out"));
        CERTBROKER_TRY(const std::string value, call.text(text, "text", 128UL * 1024 * 1024));
        CERTBROKER_TRY(Bytes decoded, from_base64(value));
        *out = call.keep(std::move(decoded));
        return {};
    });
}

cbp_status CBP_CALL hex_encode(cbp_call *handle, cbp_bytes input, const char **out) {
    return serve_status(handle, "hex_encode", [&](Call &call) -> Result<void> {
        CERTBROKER_CHECK(call.required(out, "text"));
        CERTBROKER_TRY(const ByteView data, call.bytes(input, "input"));
        *out = call.keep(to_hex(data));
        return {};
    });
}

} // namespace

Result<crypto::KeyHandle> open_key_once(Call &call, const std::string &uri) {
    constexpr std::size_t max_cached = 8;
    auto &cached = call.instance().keys_by_uri;
    for (const auto &[known, key] : cached) {
        if (known == uri) return key;
    }
    CERTBROKER_TRY(const store::StoreRegistry *const stores, stores_of(call));
    CERTBROKER_TRY(crypto::KeyHandle key, stores->open_key(uri));
    if (cached.size() >= max_cached) cached.erase(cached.begin());
    cached.emplace_back(uri, key);
    return key;
}

Result<KeyObject *> key_of(Call &call, const cbp_key *handle, const char *what) {
    CERTBROKER_CHECK(call.required(handle, what));
    KeyObject *object = call.find<KeyObject>(handle);
    if (object == nullptr) return call.breach("'" + std::string(what) + "' is no key of this call");
    return object;
}

Result<crypto::DigestAlgorithm> digest_of(Call &call, const char *name, const char *fallback) {
    CERTBROKER_TRY(std::string text, call.optional_text(name, "digest", 64));
    if (text.empty()) text = fallback;
    const auto algorithm = crypto::parse_digest(text);
    if (!algorithm)
        return fail(errors::digest_algorithm,
                    "'" + text + "' cannot be used: it is no hash algorithm that is known here");
    return *algorithm;
}

void fill_keys(cbp_host &table) noexcept {
    table.key_create = &key_create;
    table.key_open = &key_open;
    table.key_uri = &key_uri;
    table.key_public = &key_public;
    table.key_certificate = &key_certificate;
    table.key_sign = &key_sign;
    table.digest = &digest;
    table.base64_encode = &base64_encode;
    table.base64_decode = &base64_decode;
    table.hex_encode = &hex_encode;
}

} // namespace certbroker::provider::host
