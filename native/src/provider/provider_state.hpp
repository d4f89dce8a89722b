#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "provider/call.hpp"
#include "provider/worker.hpp"

namespace certbroker::provider {

/// What stands behind a Provider.
struct Provider::State {
    std::shared_ptr<Instance> instance;
    std::shared_ptr<Worker> worker = std::make_shared<Worker>();
    std::chrono::milliseconds grace{2000};
    bool poisoned = false;
    std::mutex one_call_at_a_time;

    /// Runs one call to its end. Answers are in the call when this succeeds.
    Result<void> run(const std::shared_ptr<Call> &call, const Operation &operation);
    void close();
    std::shared_ptr<Call> make_call(const char *slot, unsigned allowed, Stage stage, const Operation &operation) const {
        return std::make_shared<Call>(instance, slot, allowed, stage, operation);
    }
    /// Poisoned instances and missing capabilities.
    Result<void> ready(bool has_slot, const char *slot) const;
    Result<Outcome> outcome_of(const std::shared_ptr<Call> &call, const Operation &operation);
    Result<void> takes_message(const x509::Csr &csr, const char *slot) const;
    Result<Outcome> order_call(const Order &order, bool renew, const Operation &operation);

private:
    void poison(const char *slot);
};

} // namespace certbroker::provider
