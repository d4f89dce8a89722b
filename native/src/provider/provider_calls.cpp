#include <algorithm>

#include "base/text.hpp"
#include "provider/errors.hpp"
#include "provider/provider.hpp"
#include "provider/provider_state.hpp"
#include "x509/request_message.hpp"

namespace certbroker::provider {
namespace {

/// A copy of all that an order refers to: an abandoned plugin may read it later.
struct OwnedOrder {
    Order order;
    Bytes csr_der;
    Bytes current_der;
    Bytes message;
    x509::MessageKind message_kind = x509::MessageKind::none;
    Settings settings;
};

cbp_bytes view(const Bytes &bytes) {
    return {bytes.data(), bytes.size()};
}

const char *or_null(const std::string &text) {
    return text.empty() ? nullptr : text.c_str();
}

/// Fills in the C struct with handles of the running call, and calls submit or renew.
cbp_status send_order(Call &call, const OwnedOrder &owned, bool renew) {
    cbp_order wire{};
    wire.struct_size = sizeof(cbp_order);
    wire.csr_der = view(owned.csr_der);
    if (owned.order.csr_key)
        wire.csr_key = call.add<cbp_key>(KeyObject{owned.order.csr_key, owned.order.csr_key->uri(), std::nullopt, {}});
    wire.profile = or_null(owned.order.profile);
    wire.not_after = owned.order.not_after;
    wire.settings = call.add<cbp_settings>(SettingsObject{owned.settings});
    wire.idempotency = owned.order.idempotency.c_str();
    wire.current_der = view(owned.current_der);
    if (owned.order.current_key) {
        KeyObject key{owned.order.current_key, owned.order.current_key->uri(), std::nullopt, {}};
        if (!owned.current_der.empty()) key.chain_der.push_back(owned.current_der);
        wire.current_key = call.add<cbp_key>(std::move(key));
    }
    wire.message_der = view(owned.message);
    wire.message_kind = static_cast<std::uint32_t>(owned.message_kind);
    const Instance &instance = call.instance();
    return (renew ? instance.table.renew : instance.table.submit)(instance.object, call.handle(), &wire);
}

} // namespace

Result<Outcome> Provider::State::outcome_of(const std::shared_ptr<Call> &call, const Operation &operation) {
    CERTBROKER_CHECK(run(call, operation));
    Outcome outcome = std::move(call->answers.outcomes.front());
    if (outcome.state == Outcome::State::denied) outcome.remedy = std::move(call->answers.denied_remedy);
    return outcome;
}

/// A provider that knows nothing of messages would send the bare CSR, without the signature that was meant to go along.
Result<void> Provider::State::takes_message(const x509::Csr &csr, const char *slot) const {
    if (csr.message() == nullptr || (instance->table.capabilities & CBP_TAKES_REQUEST_MESSAGES) != 0) return {};
    return fail(errors::provider_message, "The provider '" + instance->plugin->id + "' could not " + slot +
                                              ": it sends no " +
                                              std::string(x509::message_kind_name(csr.message()->kind)) + " messages")
        .in(instance->source);
}

Result<Outcome> Provider::State::order_call(const Order &order, bool renew, const Operation &operation) {
    const char *slot = renew ? "renew" : "submit";
    const std::lock_guard lock(one_call_at_a_time);
    CERTBROKER_CHECK(ready(renew ? instance->table.renew != nullptr : instance->table.submit != nullptr, slot));
    if (order.csr == nullptr || (renew && order.current == nullptr))
        return fail(errors::provider_unsupported, "The provider '" + instance->plugin->id + "' could not " + slot +
                                                      ": there is no " +
                                                      (order.csr == nullptr ? "request" : "certificate to renew"))
            .with_status(Status::argument)
            .in(instance->source);
    if ((instance->table.capabilities & CBP_NEEDS_CSR_KEY) != 0 && !order.csr_key)
        return fail(errors::provider_unsupported,
                    "The provider '" + instance->plugin->id + "' could not " + slot +
                        ": its protocol needs the request's private key, and the request was made elsewhere")
            .with_remedy("Let CertBroker make the request, on the computer that will use the certificate.")
            .in(instance->source);
    CERTBROKER_CHECK(takes_message(*order.csr, slot));
    auto checked = check_settings(instance->table, CBP_SCOPE_ORDER, order.settings);
    if (!checked) return std::move(checked).error().in(instance->source);
    auto owned = std::make_shared<OwnedOrder>();
    owned->order = order;
    owned->csr_der = order.csr->der();
    if (const x509::RequestMessage *message = order.csr->message()) {
        owned->message = message->der;
        owned->message_kind = message->kind;
    }
    if (order.current != nullptr) owned->current_der = order.current->der();
    owned->settings = *std::move(checked);
    owned->order.csr = nullptr;
    owned->order.current = nullptr;
    const auto call = make_call(slot, answer::outcome, Stage::submit, operation);
    for (const auto &[name, value] : owned->settings.values()) {
        if (const auto *secret = std::get_if<Secret>(&value)) call->redactor().add(*secret);
    }
    call->order_csr = *order.csr;
    call->order_key = order.csr_key;
    call->arguments = owned;
    call->body = [owned = owned.get(), renew](Call &running) { return send_order(running, *owned, renew); };
    return outcome_of(call, operation);
}

Result<Outcome> Provider::submit(const Order &order, const Operation &operation) {
    return state_->order_call(order, false, operation);
}

Result<Outcome> Provider::renew(const Order &order, const Operation &operation) {
    return state_->order_call(order, true, operation);
}

Result<Outcome> Provider::poll(ByteView token, const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.poll != nullptr, "poll"));
    const auto call = state.make_call("poll", answer::outcome, Stage::wait, operation);
    const auto owned = std::make_shared<Bytes>(to_bytes(token));
    call->arguments = owned;
    call->body = [bytes = owned.get()](Call &running) {
        return running.instance().table.poll(running.instance().object, running.handle(), view(*bytes));
    };
    return state.outcome_of(call, operation);
}

Result<Outcome> Provider::find(const Query &query, const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.find != nullptr, "find"));
    const auto call =
        state.make_call("find", answer::issued | answer::pending | answer::denied, Stage::wait, operation);
    struct Owned {
        Query query;
        Bytes csr_der;
    };
    const auto owned = std::make_shared<Owned>(Owned{query, query.csr != nullptr ? query.csr->der() : Bytes()});
    owned->query.csr = nullptr;
    if (query.csr != nullptr) call->order_csr = *query.csr;
    call->arguments = owned;
    call->body = [asked = owned.get()](Call &running) {
        cbp_query wire{};
        wire.struct_size = sizeof(cbp_query);
        wire.page = asked->query.page;
        wire.idempotency = or_null(asked->query.idempotency);
        wire.public_key_sha256 = or_null(asked->query.public_key_sha256);
        wire.serial = or_null(asked->query.serial);
        wire.reference = or_null(asked->query.reference);
        wire.terms = or_null(asked->query.terms);
        wire.csr_der = view(asked->csr_der);
        return running.instance().table.find(running.instance().object, running.handle(), &wire);
    };
    return state.outcome_of(call, operation);
}

Result<void> Provider::withdraw(ByteView token, const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.withdraw != nullptr, "withdraw"));
    const auto call = state.make_call("withdraw", 0, Stage::other, operation);
    const auto owned = std::make_shared<Bytes>(to_bytes(token));
    call->arguments = owned;
    call->body = [bytes = owned.get()](Call &running) {
        return running.instance().table.withdraw(running.instance().object, running.handle(), view(*bytes));
    };
    return state.run(call, operation);
}

Result<void> Provider::revoke(const x509::Certificate &certificate, x509::RevocationReason reason,
                              const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.revoke != nullptr, "revoke"));
    const auto call = state.make_call("revoke", 0, Stage::other, operation);
    const auto owned = std::make_shared<Bytes>(certificate.der());
    call->arguments = owned;
    call->body = [bytes = owned.get(), reason](Call &running) {
        return running.instance().table.revoke(running.instance().object, running.handle(), view(*bytes),
                                               static_cast<std::int32_t>(reason));
    };
    return state.run(call, operation);
}

Result<std::vector<CheckRow>> Provider::check(const CheckWish &wish, const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.check != nullptr, "check"));
    const auto call = state.make_call("check", answer::check, Stage::other, operation);
    struct Owned {
        std::string profile;
        Bytes csr_der;
    };
    const auto owned = std::make_shared<Owned>(Owned{wish.profile, wish.csr != nullptr ? wish.csr->der() : Bytes()});
    call->arguments = owned;
    call->body = [asked = owned.get()](Call &running) {
        cbp_check wire{};
        wire.struct_size = sizeof(cbp_check);
        wire.profile = or_null(asked->profile);
        wire.csr_der = view(asked->csr_der);
        return running.instance().table.check(running.instance().object, running.handle(), &wire);
    };
    CERTBROKER_CHECK(state.run(call, operation));
    return std::move(call->answers.checks);
}

Result<FoundPage> Provider::search(const Search &search, const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.search != nullptr, "search"));
    const auto call = state.make_call("search", answer::found, Stage::other, operation);
    const auto owned = std::make_shared<Search>(search);
    call->arguments = owned;
    call->body = [asked = owned.get()](Call &running) {
        cbp_search wire{};
        wire.struct_size = sizeof(cbp_search);
        wire.start = asked->start;
        wire.subject = or_null(asked->subject);
        wire.email = or_null(asked->email);
        wire.serial = or_null(asked->serial);
        wire.status = or_null(asked->status);
        wire.profile = or_null(asked->profile);
        wire.owner = or_null(asked->owner);
        return running.instance().table.search(running.instance().object, running.handle(), &wire);
    };
    CERTBROKER_CHECK(state.run(call, operation));
    // A page that does not lead on would be asked for again and again.
    FoundPage &page = call->answers.found;
    if (page.next && *page.next <= search.start)
        return fail(errors::provider_contract,
                    "The provider '" + state.instance->plugin->id +
                        "' broke its contract in search: the next page starts no later than this one")
            .in(state.instance->source);
    return std::move(page);
}

Result<std::vector<Endpoint>> Provider::endpoints(const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(true, "endpoints"));
    if (state.instance->table.endpoints == nullptr) return std::vector<Endpoint>();
    const auto call = state.make_call("endpoints", answer::endpoint, Stage::other, operation);
    call->body = [](Call &running) {
        return running.instance().table.endpoints(running.instance().object, running.handle());
    };
    CERTBROKER_CHECK(state.run(call, operation));
    return std::move(call->answers.endpoints);
}

Result<std::vector<Provider::Profile>> Provider::list_profiles(const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.list_profiles != nullptr, "list_profiles"));
    const auto call = state.make_call("list_profiles", answer::profile, Stage::other, operation);
    call->body = [](Call &running) {
        return running.instance().table.list_profiles(running.instance().object, running.handle());
    };
    CERTBROKER_CHECK(state.run(call, operation));
    return std::move(call->answers.profiles);
}

Result<profile::Policy> Provider::policy(std::string_view profile, const Operation &operation, PolicyPurpose purpose) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(true, "policy"));
    profile::Policy none;
    none.profile = profile;
    if (state.instance->table.policy == nullptr) return none;
    const auto call = state.make_call("policy", answer::rule, Stage::policy, operation);
    call->policy_purpose = purpose;
    const auto owned = std::make_shared<std::string>(profile);
    call->arguments = owned;
    call->body = [name = owned.get()](Call &running) {
        return running.instance().table.policy(running.instance().object, running.handle(), or_null(*name));
    };
    CERTBROKER_CHECK(state.run(call, operation));
    call->answers.policy.profile = profile;
    return std::move(call->answers.policy);
}

Result<x509::Chain> Provider::ca_chain(std::string_view profile, const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.ca_chain != nullptr, "ca_chain"));
    const auto call = state.make_call("ca_chain", answer::certificate, Stage::other, operation);
    const auto owned = std::make_shared<std::string>(profile);
    call->arguments = owned;
    call->body = [name = owned.get()](Call &running) {
        return running.instance().table.ca_chain(running.instance().object, running.handle(), or_null(*name));
    };
    CERTBROKER_CHECK(state.run(call, operation));
    const std::vector<x509::Certificate> &given = call->answers.certificates;
    const auto broken = [&](const std::string &why) {
        return fail(errors::provider_contract,
                    "The provider '" + state.instance->plugin->id + "' broke its contract in ca_chain: " + why)
            .in(state.instance->source);
    };
    // The issuer stands first by contract; the rest may come in any order.
    x509::Chain chain = x509::build_chain(given.front(), given);
    if (chain.size() != given.size()) return broken("the certificates do not form one chain");
    x509::ChainCheck check;
    check.now = state.instance->services.clock->now();
    if (auto verified = x509::verify_chain(chain, check); !verified)
        return std::move(verified).error().in(state.instance->source);
    return chain;
}

Result<x509::Certificate> Provider::get_certificate(std::string_view serial_hex, const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.get_certificate != nullptr, "get_certificate"));
    const auto call = state.make_call("get_certificate", answer::certificate, Stage::other, operation);
    const auto owned = std::make_shared<std::string>(serial_hex);
    call->arguments = owned;
    call->body = [serial = owned.get()](Call &running) {
        return running.instance().table.get_certificate(running.instance().object, running.handle(), serial->c_str());
    };
    CERTBROKER_CHECK(state.run(call, operation));
    if (call->answers.certificates.size() != 1)
        return fail(errors::provider_contract,
                    "The provider '" + state.instance->plugin->id +
                        "' broke its contract in get_certificate: it gave more than one certificate")
            .in(state.instance->source);
    return call->answers.certificates.front();
}

Result<Bytes> Provider::get_crl(const Operation &operation) {
    State &state = *state_;
    const std::lock_guard lock(state.one_call_at_a_time);
    CERTBROKER_CHECK(state.ready(state.instance->table.get_crl != nullptr, "get_crl"));
    const auto call = state.make_call("get_crl", answer::crl, Stage::other, operation);
    call->body = [](Call &running) {
        return running.instance().table.get_crl(running.instance().object, running.handle());
    };
    CERTBROKER_CHECK(state.run(call, operation));
    return std::move(call->answers.crls.front());
}

} // namespace certbroker::provider
