#include "base/errors.hpp"
#include "provider/call.hpp"
#include "provider/errors.hpp"

namespace certbroker::provider {
namespace {

std::string status_text(cbp_status status) {
    const std::string_view name = status_name(static_cast<Status>(status));
    return name == "E_UNKNOWN" ? std::to_string(status) : std::string(name);
}

} // namespace

bool is_plugin_error(cbp_status status) noexcept {
    switch (status) {
    case CBP_E_ARGUMENT:
    case CBP_E_MEMORY:
    case CBP_E_INTERNAL:
    case CBP_E_UNSUPPORTED:
    case CBP_E_CANCELLED:
    case CBP_E_TIMEOUT:
    case CBP_E_NOT_FOUND:
    case CBP_E_EXISTS:
    case CBP_E_END:
    case CBP_E_INVALID:
    case CBP_E_POLICY:
    case CBP_E_AUTH:
    case CBP_E_ACCESS:
    case CBP_E_NETWORK:
    case CBP_E_REMOTE:
    case CBP_E_PROTOCOL:
    case CBP_E_TRUST:
    case CBP_E_IO:
        return true;
    default:
        return false;
    }
}

cbp_status to_plugin_status(Status status) noexcept {
    switch (status) {
    case Status::handle:
    case Status::plugin:
        return CBP_E_ARGUMENT;
    case Status::text:
    case Status::parse:
    case Status::key_mismatch:
        return CBP_E_INVALID;
    case Status::password:
        return CBP_E_AUTH;
    case Status::busy:
        return CBP_E_IO;
    default:
        return static_cast<cbp_status>(status);
    }
}

Error Call::contract(const std::string &why) const {
    return fail(errors::provider_contract, "The provider '" + instance_->plugin->id + "' broke its contract in " +
                                               slot_ + ": " + redactor_.clean(why, 1000))
        .in(instance_->source);
}

Result<void> Call::judge() {
    if (thrown_) return contract("it threw an exception: " + *thrown_);
    std::string broken;
    {
        const std::lock_guard lock(mutex_); // threads of the plugin may still misbehave
        broken = breach_;
    }
    if (!broken.empty()) return contract(broken);
    return status_ == CBP_OK ? judge_success() : judge_failure();
}

Result<void> Call::judge_failure() {
    if (!is_plugin_error(status_))
        return contract("it returned " + status_text(status_) + ", which is no status a provider may return");
    const std::size_t given = answers.outcomes.size() + answers.profiles.size() + answers.policy.rows.size() +
                              answers.certificates.size() + answers.crls.size();
    if (given > 0 && (allowed_ & answer::outcome) != 0)
        return contract("it gave a result and returned " + status_text(status_) + " as well");
    if (plugin_failure_ && plugin_failure_->first != status_)
        return contract("it returned " + status_text(status_) + " but said fail(" +
                        status_text(plugin_failure_->first) + ", '" + plugin_failure_->second + "')");
    if (!plugin_failure_ && (!host_failure_ || host_status_ != status_))
        return contract("it returned " + status_text(status_) + " without saying why by fail()");

    const auto finish = [&](Error error) {
        if (!remedy_.empty()) error = std::move(error).with_remedy(remedy_);
        for (const auto &[number, value] : numbers_)
            error = std::move(error).with(number, value);
        return std::move(error).in(instance_->source);
    };
    // The host's own failure says it better than any wrapping could: its id and remedy are those of the real trouble.
    if (!plugin_failure_) return finish(*std::move(host_failure_));
    const auto status = static_cast<Status>(status_);
    std::string message = plugin_failure_->second;
    if (message.empty())
        message = "The provider '" + instance_->plugin->id + "' could not " + slot_ + ": it does not say why";
    const bool stopped = (status == Status::cancelled && operation_.cancellation->requested()) ||
                         (status == Status::timeout && operation_.remaining().count() == 0);
    const bool asked_for =
        allowed_ == (answer::issued | answer::pending | answer::denied) || allowed_ == answer::certificate;
    const ErrorKind &kind = stopped && status == Status::cancelled     ? errors::cancelled
                            : stopped                                  ? errors::timeout
                            : status == Status::not_found && asked_for ? errors::provider_not_found
                                                                       : errors::provider_failed;
    // What the host says about its own limits keeps its name; everything else may have the plugin's.
    const bool named = !failure_id_.empty() && !stopped && &kind == &errors::provider_failed;
    Error error = fail(kind, std::move(message)).with_status(status);
    if (named) error = std::move(error).with_id(failure_id_);
    if (plugin_cause_) error = std::move(error).because(*std::move(plugin_cause_));
    return finish(std::move(error));
}

Result<void> Call::judge_success() {
    if ((allowed_ & answer::outcome) != 0) {
        if (answers.outcomes.empty()) return contract("it returned OK without a result");
        if (answers.outcomes.size() > 1) return contract("it gave more than one result");
    }
    if ((allowed_ & answer::certificate) != 0 && answers.certificates.empty())
        return contract("it returned OK without a certificate");
    if ((allowed_ & answer::crl) != 0 && answers.crls.size() != 1)
        return contract(answers.crls.empty() ? "it returned OK without a CRL" : "it gave more than one CRL");
    if ((allowed_ & answer::check) != 0 && answers.checks.empty())
        return contract("it returned OK without a single check");
    return {};
}

} // namespace certbroker::provider
