#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "certbroker/plugin.h"
#include "provider/handles.hpp"
#include "provider/provider.hpp"
#include "provider/redactor.hpp"

namespace certbroker::provider {

/// The plugin's table with every slot that its struct_size does not cover set to NULL, so that older plugins can be
/// asked like new ones.
cbp_plugin complete_table(const cbp_plugin &descriptor) noexcept;

/// What is behind the handle of a key.
struct KeyObject {
    crypto::KeyHandle key;
    std::string uri;                   ///< as it was asked for
    std::optional<store::Entry> entry; ///< of a CBP_KEY setting
    std::vector<Bytes> chain_der;      ///< leaf first; filled when first needed
};

/// What the host knows of one configured connection. Shared by the Provider and the worker; when a plugin hangs, the
/// worker keeps it.
struct Instance {
    std::shared_ptr<const Plugin> plugin;
    cbp_plugin table{};
    std::string name;   ///< names the durable state
    std::string source; ///< "provider.<id>", the source of errors and log lines
    Settings settings;  ///< checked, defaults filled in
    Services services;
    Redactor redactor; ///< knows the settings' secrets
    std::uint64_t serial = handle::next_serial();
    cbp_instance *object = nullptr;

    /// Held while a host function runs. Whoever abandons a call takes it first: from then on no host function of that
    /// call touches the services, which may be gone soon.
    std::mutex gate;

    /// What a plugin asks for in every call: its CA's key and certificate. Guarded by the gate.
    std::vector<std::pair<std::string, crypto::KeyHandle>> keys_by_uri;
    std::optional<x509::Certificate> last_issuer;
    /// What CBP_KEY settings stand for, with the certificate's chain, for a minute: a batch asks with every exchange.
    struct NamedKey {
        std::string value;
        std::chrono::steady_clock::time_point read;
        KeyObject object;
    };
    std::vector<NamedKey> keys_by_setting;

    cbp_host_ctx *context() const noexcept { return handle::make<cbp_host_ctx>(serial, 0); }
    const cbp_settings *settings_handle() const noexcept { return handle::make<cbp_settings>(serial, 1); }
};

/// The table that plugins are given (host_*.cpp).
const cbp_host &host_table() noexcept;

} // namespace certbroker::provider
