#include "provider/provider.hpp"

#include <algorithm>

#include "base/errors.hpp"
#include "base/event.hpp"
#include "provider/errors.hpp"
#include "provider/provider_state.hpp"

namespace certbroker::provider {
namespace {

/// What hung plugins still hold. Reachable, so that leak checkers see that it is on purpose.
void keep_forever(std::shared_ptr<Instance> instance) {
    static auto *mutex = new std::mutex;
    static auto *kept = new std::vector<std::shared_ptr<Instance>>;
    const std::lock_guard lock(*mutex);
    kept->push_back(std::move(instance));
}

void learn_secrets(Redactor &redactor, const Settings &settings) {
    for (const auto &[name, value] : settings.values()) {
        if (const auto *secret = std::get_if<Secret>(&value)) redactor.add(*secret);
    }
}

} // namespace

void Provider::State::poison(const char *slot) {
    poisoned = true;
    worker->leave();
    keep_forever(instance);
    if (Log *log = instance->services.log)
        log->event(LogEvent(events::plugin_poisoned, instance->source,
                            std::string("The provider did not come back from ") + slot +
                                " and was abandoned; its connection cannot be used any more")
                       .with("provider", instance->plugin->id)
                       .with("call", slot));
}

Result<void> Provider::State::run(const std::shared_ptr<Call> &call, const Operation &operation) {
    const std::string what = "The provider '" + instance->plugin->id + "' could not " + call->slot();
    CERTBROKER_CHECK(operation.check(what));
    try {
        worker->post(call);
    } catch (const std::system_error &problem) {
        return fail(errors::provider_failed, what + ": no thread can be made: " + problem.what())
            .with_status(Status::memory)
            .in(instance->source);
    }
    if (!call->wait_until_done(operation, grace)) {
        poison(call->slot());
        if (operation.cancellation->requested())
            return fail(errors::cancelled, what + ": it did not stop when it was cancelled, and was abandoned")
                .in(instance->source);
        return fail(errors::timeout, what + ": it did not return in time, and was abandoned").in(instance->source);
    }
    return call->judge();
}

Result<void> Provider::State::ready(bool has_slot, const char *slot) const {
    if (poisoned)
        return fail(errors::provider_poisoned,
                    "The provider '" + instance->plugin->id + "' could not " + slot + ": it hung in an earlier call")
            .in(instance->source);
    if (!has_slot)
        return fail(errors::provider_unsupported,
                    "The provider '" + instance->plugin->id + "' could not " + slot + ": it does not offer this")
            .in(instance->source);
    return {};
}

void Provider::State::close() {
    if (poisoned || instance->object == nullptr) return;
    Operation operation;
    if (instance->services.log != nullptr) operation.log = instance->services.log;
    operation = operation.with_timeout(std::chrono::seconds(5));
    const auto call = make_call("close", 0, Stage::other, operation);
    call->body = [](Call &running) -> cbp_status {
        running.instance().table.close(running.instance().object);
        return CBP_OK;
    };
    const auto closed = run(call, operation);
    if (!closed && instance->services.log != nullptr)
        instance->services.log->write(LogLevel::warning, instance->source, describe(closed.error()));
    instance->object = nullptr;
}

Provider::Provider(std::unique_ptr<State> state) : state_(std::move(state)) {}

Provider::~Provider() {
    state_->close();
    if (!state_->poisoned) state_->worker->stop();
}

Result<std::unique_ptr<Provider>> Provider::open(std::shared_ptr<const Plugin> plugin, std::string instance_name,
                                                 const Settings &settings, const Services &services,
                                                 const Operation &operation) {
    if (!plugin || !plugin->usable())
        return fail(errors::provider_disabled,
                    "The provider '" + (plugin ? plugin->id : std::string()) +
                        "' cannot be used: " + (plugin ? plugin->disabled_reason : "there is none"))
            .with_remedy(plugin && !plugin->disabled_remedy.empty() ? plugin->disabled_remedy
                                                                    : errors::provider_disabled.remedy);
    auto instance = std::make_shared<Instance>();
    instance->table = complete_table(*plugin->descriptor);
    instance->source = "provider." + plugin->id;
    instance->name = instance_name.empty() ? plugin->id : std::move(instance_name);
    auto checked = check_settings(instance->table, CBP_SCOPE_CONNECTION, settings);
    if (!checked) return std::move(checked).error().in(instance->source);
    instance->settings = *std::move(checked);
    instance->plugin = std::move(plugin);
    instance->services = services;
    if (instance->services.clock == nullptr) instance->services.clock = operation.clock;
    if (instance->services.random == nullptr) instance->services.random = &crypto::system_random();
    learn_secrets(instance->redactor, instance->settings);

    auto state = std::make_unique<State>();
    state->instance = std::move(instance);
    std::unique_ptr<Provider> provider(new Provider(std::move(state)));
    State &opened = *provider->state_;
    const auto call = opened.make_call("open", 0, Stage::other, operation);
    auto made = std::make_shared<cbp_instance *>(nullptr);
    call->arguments = made;
    call->body = [slot = made.get()](Call &running) -> cbp_status {
        const Instance &self = running.instance();
        return self.table.open(&host_table(), self.context(), running.handle(), self.settings_handle(), slot);
    };
    Result<void> result = opened.run(call, operation);
    if (opened.poisoned) return std::move(result).error();
    // Also when a rule was broken on the way: what was made must be closed.
    opened.instance->object = *made;
    if (!result) return std::move(result).error();
    if (*made == nullptr)
        return fail(errors::provider_contract, "The provider '" + opened.instance->plugin->id +
                                                   "' broke its contract in open: it returned OK without an instance")
            .in(opened.instance->source);
    return provider;
}

const Plugin &Provider::plugin() const noexcept {
    return *state_->instance->plugin;
}
const std::string &Provider::instance() const noexcept {
    return state_->instance->name;
}
std::uint64_t Provider::capabilities() const noexcept {
    return state_->instance->table.capabilities;
}
void Provider::set_grace(std::chrono::milliseconds grace) noexcept {
    state_->grace = grace;
}

} // namespace certbroker::provider
