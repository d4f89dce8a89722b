#pragma once

#include <cstring>
#include <exception>
#include <mutex>
#include <new>

#include "provider/call.hpp"
#include "provider/errors.hpp"

/// What the host's functions share. Each of them runs inside serve(): handle checked against the running call, gate
/// held, nothing thrown into the plugin.
namespace certbroker::provider::host {

template<class T, class Body>
T serve(const void *handle, const char *function, T refused, Body body) noexcept {
    Call *call = Call::running();
    if (call == nullptr || !call->owns(handle)) {
        Call::breach_from_elsewhere(handle, function);
        return refused;
    }
    if (call->stopping()) return refused;
    const std::lock_guard gate(call->instance().gate);
    if (call->ended()) return refused;
    call->function = function;
    T result = refused;
    try {
        result = body(*call);
    } catch (const std::bad_alloc &) {
        (void)call->host_failed(
            fail(errors::provider_failed, std::string(function) + " could not be done: out of memory")
                .with_status(Status::memory));
        if constexpr (std::is_same_v<T, cbp_status>) result = CBP_E_MEMORY;
    } catch (const std::exception &problem) {
        (void)call->host_failed(
            fail(errors::provider_failed, std::string(function) + " could not be done: " + problem.what())
                .with_status(Status::internal));
        if constexpr (std::is_same_v<T, cbp_status>) result = CBP_E_INTERNAL;
    }
    call->function = "";
    return result;
}

/// For functions that return a status: body gives a Result<void>, whose Error is remembered as the call's failure.
template<class Body>
cbp_status serve_status(cbp_call *handle, const char *function, Body body) noexcept {
    return serve<cbp_status>(handle, function, CBP_E_CANCELLED, [&](Call &call) -> cbp_status {
        Result<void> result = body(call);
        return result ? CBP_OK : call.host_failed(std::move(result).error());
    });
}

/// A plugin's struct as far as its struct_size says it is there; the rest is zero. `minimum` is the size without which
/// it makes no sense.
template<class T>
Result<T> read_struct(Call &call, const T *given, const char *what, std::size_t minimum) {
    CERTBROKER_CHECK(call.required(given, what));
    const std::size_t size = given->struct_size;
    if (size < minimum || size > 64UL * 1024)
        return call.breach("'" + std::string(what) + "' has an impossible struct_size");
    T copy{};
    std::memcpy(&copy, given, std::min(size, sizeof(T)));
    return copy;
}
#define CERTBROKER_THROUGH(type, member) (offsetof(type, member) + sizeof(type::member))

/// The key behind a handle; NULL and foreign handles are breaches.
Result<KeyObject *> key_of(Call &call, const cbp_key *handle, const char *what);
/// Fills in the certificate chain of a key: its entry's, or that of a certificate in My that has this key.
Result<void> load_chain(Call &call, KeyObject &key);
/// A key as the instance has it open already, else opened and kept: plugins ask for the same ones in every call.
Result<crypto::KeyHandle> open_key_once(Call &call, const std::string &uri);
/// The file that a CBP_PATH setting names; empty when `setting` is NULL or the setting absent.
Result<std::string> trust_file(Call &call, const char *setting);
Result<crypto::DigestAlgorithm> digest_of(Call &call, const char *name, const char *fallback);

void fill_basic(cbp_host &table) noexcept;
void fill_settings(cbp_host &table) noexcept;
void fill_http(cbp_host &table) noexcept;
void fill_keys(cbp_host &table) noexcept;
void fill_objects(cbp_host &table) noexcept;
void fill_cms(cbp_host &table) noexcept;
void fill_signing(cbp_host &table) noexcept;
void fill_state(cbp_host &table) noexcept;
void fill_results(cbp_host &table) noexcept;

} // namespace certbroker::provider::host
