#pragma once
// An optional C++ face of plugin.h: a provider is a class, its settings a table, exceptions stop at the edge.
// Header-only and self-contained (C++20); nothing of it crosses the boundary.
//
//   struct Example {
//       Example(certbroker::plugin::Host host, certbroker::plugin::Call call, certbroker::plugin::Settings settings);
//       cbp_status submit(certbroker::plugin::Call call, const cbp_order &order);
//       cbp_status poll(certbroker::plugin::Call call, cbp_bytes token);
//   };
//   constexpr cbp_plugin descriptor = certbroker::plugin::describe<Example>("example", "Example CA", "1.0.0", help,
//   settings); extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t major) {
//       return major == CERTBROKER_PLUGIN_ABI_MAJOR ? &descriptor : nullptr;
//   }
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "certbroker/plugin.h"

namespace certbroker::plugin {

inline cbp_bytes bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}
inline std::string_view text(cbp_bytes value) {
    return {reinterpret_cast<const char *>(value.data), value.size};
}

/// Throw it (or let a helper throw it) to end a call: becomes host->fail(status, message) with the remedy.
struct Failure {
    cbp_status status;
    std::string message;
    std::string remedy;
    std::string id = {}; ///< "Example.NoSuchProfile"; empty = none of its own
};

/// The status of a catalogue's row, by the word that errors.def has for it.
constexpr cbp_status status_of(std::string_view word) {
    constexpr std::pair<std::string_view, cbp_status> words[] = {
        {"argument", CBP_E_ARGUMENT},   {"unsupported", CBP_E_UNSUPPORTED}, {"timeout", CBP_E_TIMEOUT},
        {"not_found", CBP_E_NOT_FOUND}, {"policy", CBP_E_POLICY},           {"auth", CBP_E_AUTH},
        {"network", CBP_E_NETWORK},     {"remote", CBP_E_REMOTE},           {"protocol", CBP_E_PROTOCOL},
        {"trust", CBP_E_TRUST}};
    for (const auto &[known, status] : words) {
        if (known == word) return status;
    }
    return CBP_E_INTERNAL;
}

/// A failure that a provider names, with the remedy that is right unless a better one is known: a row of the errors.def
/// beside its code, CERTBROKER_ERROR(name, "Example.NoSuchProduct", status, "what happened", "what the admin does
/// next"), which docs/errors.md is made from.
struct ErrorKind {
    const char *id;
    cbp_status status;
    const char *remedy;
};

/// `message` is one line "what could not be done: why".
inline Failure failure(const ErrorKind &kind, std::string message) {
    return Failure{kind.status, std::move(message), kind.remedy, kind.id};
}
inline Failure failure(const ErrorKind &kind, std::string message, std::string remedy) {
    return Failure{kind.status, std::move(message), std::move(remedy), kind.id};
}

/// The instance's view of the host; valid until the instance is closed.
class Host {
public:
    Host(const cbp_host *table, cbp_host_ctx *context) : table_(table), context_(context) {}
    const cbp_host *operator->() const { return table_; }
    const cbp_host *table() const { return table_; }
    std::int64_t now() const { return table_->now(context_); }
    void log(std::int32_t level, const std::string &message) const { table_->log(context_, level, message.c_str()); }

private:
    const cbp_host *table_;
    cbp_host_ctx *context_;
};

/// Settings of a connection (instance-scoped) or an order (call-scoped).
class Settings {
public:
    Settings(const cbp_host *table, const cbp_settings *settings) : table_(table), settings_(settings) {}
    std::string text(const char *name) const {
        const char *value = settings_ != nullptr ? table_->setting_text(settings_, name) : nullptr;
        return value != nullptr ? value : "";
    }
    std::int64_t number(const char *name) const {
        return settings_ != nullptr ? table_->setting_number(settings_, name) : 0;
    }
    bool flag(const char *name) const { return number(name) != 0; }
    const cbp_settings *raw() const { return settings_; }

private:
    const cbp_host *table_;
    const cbp_settings *settings_;
};

/// The running call. Its helpers throw Failure for what the host has not failed yet, Stop for what it has.
class Call {
public:
    struct Stop {
        cbp_status status;
    };
    Call(const cbp_host *table, cbp_call *call) : table_(table), call_(call) {}
    cbp_call *raw() const { return call_; }
    const cbp_host *host() const { return table_; }

    cbp_status fail(cbp_status status, const std::string &message, const std::string &remedy = {}) const {
        if (!remedy.empty()) table_->fail_remedy(call_, remedy.c_str());
        return table_->fail(call_, status, message.c_str());
    }
    /// Ends the call when a host function did not work: its failure is recorded already.
    void check(cbp_status status) const {
        if (status != CBP_OK) throw Stop{status};
    }

    struct Response {
        std::int32_t status;
        std::string_view body;
        const cbp_response *raw;
    };
    Response send(const cbp_http_request &request) const {
        const cbp_response *response = nullptr;
        check(table_->http_send(call_, &request, &response));
        return {table_->http_status(response), plugin::text(table_->http_body(response)), response};
    }
    std::string header(const Response &response, const char *name) const {
        const char *value = table_->http_header(response.raw, name);
        return value != nullptr ? value : "";
    }
    std::string csr_pem(cbp_bytes der) const {
        const char *pem = nullptr;
        check(table_->csr_pem(call_, der, &pem));
        return pem;
    }
    const cbp_parsed *parse(std::int32_t kind, cbp_bytes value) const {
        const cbp_parsed *parsed = nullptr;
        check(table_->parse(call_, kind, value, &parsed));
        return parsed;
    }
    std::vector<std::string> texts(const cbp_parsed *parsed, std::int32_t field) const {
        std::vector<std::string> out;
        for (std::size_t i = 0;; ++i) {
            const char *value = table_->parsed_text(call_, parsed, field, i);
            if (value == nullptr) return out;
            out.emplace_back(value);
        }
    }
    std::vector<cbp_bytes> split_certificates(cbp_bytes value) const {
        const cbp_list *list = nullptr;
        check(table_->split_certificates(call_, value, &list));
        std::vector<cbp_bytes> out(table_->list_count(list));
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = table_->list_at(list, i);
        return out;
    }
    /// Empty when there is none.
    std::string state(const std::string &key) const {
        cbp_bytes value{};
        const cbp_status status = table_->state_get(call_, key.c_str(), &value);
        if (status == CBP_E_NOT_FOUND) return {};
        check(status);
        return std::string(plugin::text(value));
    }
    void put_state(const std::vector<std::pair<std::string, std::string>> &values) const {
        std::vector<const char *> keys;
        std::vector<cbp_bytes> contents;
        for (const auto &[key, value] : values) {
            keys.push_back(key.c_str());
            contents.push_back(plugin::bytes(value));
        }
        check(table_->state_put(call_, keys.data(), contents.data(), keys.size()));
    }
    cbp_status issued(const std::vector<cbp_bytes> &chain, const std::string &reference) const {
        return table_->issued(call_, chain.data(), chain.size(), reference.c_str());
    }
    cbp_status pending(std::string_view token, std::uint32_t poll_after_seconds, const std::string &message,
                       const std::string &reference) const {
        return table_->pending(call_, plugin::bytes(token), poll_after_seconds, "", message.c_str(), reference.c_str());
    }
    /// A host that knows no remedies of denials gets it with the message.
    cbp_status denied(const std::string &reason, const std::string &message, const std::string &reference,
                      const std::string &remedy = {}) const {
        const bool apart = !remedy.empty() && CBP_HAS(table_, denied_remedy);
        if (apart) table_->denied_remedy(call_, remedy.c_str());
        const std::string said = apart || remedy.empty() ? message : message + ". " + remedy;
        return table_->denied(call_, reason.c_str(), said.c_str(), reference.c_str());
    }

private:
    const cbp_host *table_;
    cbp_call *call_;
};

namespace detail {

/// What a cbp_instance really is: the provider's object and the table to talk to.
template<class Provider>
struct Instance {
    const cbp_host *table;
    Provider provider;
    Instance(const cbp_host *t, cbp_host_ctx *context, Call call, Settings settings)
        : table(t), provider(Host(t, context), call, settings) {}
};

/// Runs one slot; nothing leaves it but a status.
template<class Body>
cbp_status guarded(const cbp_host *table, cbp_call *call, Body &&body) noexcept {
    try {
        return body();
    } catch (const Call::Stop &stop) {
        return stop.status;
    } catch (const Failure &failure) {
        if (!failure.remedy.empty()) table->fail_remedy(call, failure.remedy.c_str());
        if (!failure.id.empty() && CBP_HAS(table, fail_id)) table->fail_id(call, failure.id.c_str());
        return table->fail(call, failure.status, failure.message.c_str());
    } catch (const std::bad_alloc &) {
        return table->fail(call, CBP_E_MEMORY, "The provider could not go on: out of memory");
    } catch (const std::exception &problem) {
        return table->fail(call, CBP_E_INTERNAL, problem.what());
    } catch (...) {
        return table->fail(call, CBP_E_INTERNAL, "The provider could not go on: an exception of unknown type");
    }
}

template<class Provider>
struct Slots {
    using Object = Instance<Provider>;
    static Object &object(cbp_instance *instance) { return *reinterpret_cast<Object *>(instance); }

    static cbp_status CBP_CALL open(const cbp_host *table, cbp_host_ctx *context, cbp_call *call,
                                    const cbp_settings *settings, cbp_instance **out) {
        return guarded(table, call, [&] {
            *out = reinterpret_cast<cbp_instance *>(
                new Object(table, context, Call(table, call), Settings(table, settings)));
            return static_cast<cbp_status>(CBP_OK);
        });
    }
    static void CBP_CALL close(cbp_instance *instance) { delete &object(instance); }

    /// One slot for a member function `cbp_status f(Call, Arguments...)`.
    template<auto Member>
    struct Bind;
    template<class... Arguments, cbp_status (Provider::*Member)(Call, Arguments...)>
    struct Bind<Member> {
        template<class T>
        using Wire = std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<std::remove_reference_t<T>>, T>;
        template<class T>
        static T unwire(Wire<T> value) {
            if constexpr (std::is_reference_v<T>)
                return *value;
            else
                return value;
        }
        static cbp_status CBP_CALL slot(cbp_instance *instance, cbp_call *call, Wire<Arguments>... arguments) {
            Object &self = object(instance);
            return guarded(self.table, call, [&] {
                return (self.provider.*Member)(Call(self.table, call), unwire<Arguments>(arguments)...);
            });
        }
    };
};

} // namespace detail

/// What goes to the CA: the message that the CSR travels in where there is one, else the CSR. `kind` is CBP_MESSAGE_...
struct Sendable {
    cbp_bytes der;
    std::uint32_t kind;
};
inline Sendable sendable(const cbp_order &order) {
    if (CBP_HAS(&order, message_kind) && order.message_kind != CBP_MESSAGE_NONE)
        return {order.message_der, order.message_kind};
    return {order.csr_der, CBP_MESSAGE_NONE};
}

/// The descriptor of a Provider class. Slots are taken from the member functions that exist: submit (required), poll,
/// withdraw, renew, revoke, list_profiles, policy, ca_chain, find, get_certificate, get_crl, check, search, endpoints;
/// the capability bits follow. `extra` adds bits that no function shows (CBP_NEEDS_NETWORK, CBP_NEEDS_CSR_KEY,
/// CBP_TAKES_REQUEST_MESSAGES).
template<class Provider>
constexpr cbp_plugin describe(const char *id, const char *title, const char *version, const char *help_url,
                              const certbroker_setting_info *const *settings, std::uint64_t extra = 0) {
    using Slots = detail::Slots<Provider>;
    cbp_plugin p{};
    p.struct_size = sizeof(cbp_plugin);
    p.abi_major = CERTBROKER_PLUGIN_ABI_MAJOR;
    p.abi_minor = CERTBROKER_PLUGIN_ABI_MINOR;
    p.capabilities = CBP_CAN_SUBMIT | extra;
    p.id = id;
    p.title = title;
    p.version = version;
    p.help_url = help_url;
    p.settings = settings;
    p.open = &Slots::open;
    p.close = &Slots::close;
    p.submit = &Slots::template Bind<&Provider::submit>::slot;
#define CBP_SLOT_(name, bit)                                                                                           \
    if constexpr (requires { &Provider::name; }) {                                                                     \
        p.name = &Slots::template Bind<&Provider::name>::slot;                                                         \
        p.capabilities |= bit;                                                                                         \
    }
    CBP_SLOT_(poll, CBP_CAN_POLL)
    CBP_SLOT_(withdraw, CBP_CAN_WITHDRAW)
    CBP_SLOT_(renew, CBP_CAN_RENEW)
    CBP_SLOT_(revoke, CBP_CAN_REVOKE)
    CBP_SLOT_(list_profiles, CBP_CAN_LIST_PROFILES)
    CBP_SLOT_(policy, CBP_CAN_POLICY)
    CBP_SLOT_(ca_chain, CBP_CAN_CA_CHAIN)
    CBP_SLOT_(find, CBP_CAN_FIND)
    CBP_SLOT_(get_certificate, CBP_CAN_GET_CERTIFICATE)
    CBP_SLOT_(get_crl, CBP_CAN_GET_CRL)
    CBP_SLOT_(check, CBP_CAN_CHECK)
    CBP_SLOT_(search, CBP_CAN_SEARCH)
    CBP_SLOT_(endpoints, CBP_CAN_ENDPOINTS)
#undef CBP_SLOT_
    return p;
}

/// One row of a settings table.
constexpr certbroker_setting_info setting(std::uint32_t scope, std::uint32_t type, const char *name,
                                          const char *summary, std::uint32_t flags = 0, const char *fallback = nullptr,
                                          const char *const *choices = nullptr, std::int64_t min = 0,
                                          std::int64_t max = 0, const char *hint = nullptr) {
    return {sizeof(certbroker_setting_info), type, scope, flags, name, summary, fallback, choices, min, max, hint};
}

} // namespace certbroker::plugin
