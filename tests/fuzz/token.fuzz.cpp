#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "provider/provider.hpp"

extern "C" const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major);

namespace {

using namespace certbroker;

/// One open local-ca, linked in, with everything in memory, and an order that is pending under a known token.
struct Laboratory {
    Laboratory()
        : stores(store::Roots::under("/nonexistent/fuzz")), state(provider::make_memory_state()), registry({}) {
        services.stores = &stores;
        services.state = state.get();
        services.random = &crypto::system_random();
        services.clock = &system_clock();
        services.log = &null_log();
        services.store_kind = "memory";
        registry.add_static(certbroker_plugin_describe(CERTBROKER_PLUGIN_ABI_MAJOR));
        auto plugin = registry.find("local-ca");
        if (!plugin) std::abort();
        auto opened = provider::Provider::open(*plugin, "fuzz", Settings(), services, Operation());
        if (!opened) std::abort();
        ca = *std::move(opened);
        const crypto::KeyHandle key = *crypto::generate_key({crypto::KeyAlgorithm::ecdsa_p256, 256});
        x509::CsrSpec spec;
        spec.subject = *x509::Name::parse("CN=fuzz");
        const x509::Csr csr = *x509::create_csr(spec, *key);
        provider::Order order;
        order.csr = &csr;
        order.idempotency = "known";
        order.settings.set("decision", std::string("pending"));
        order.settings.set("pending-for", std::string("1d"));
        const auto outcome = ca->submit(order, Operation());
        if (!outcome || outcome->state != provider::Outcome::State::pending) std::abort();
    }
    store::StoreRegistry stores;
    std::unique_ptr<provider::StateStore> state;
    provider::Registry registry;
    provider::Services services;
    std::unique_ptr<provider::Provider> ca;
};

} // namespace

/// A pending token comes out of a journal that anybody may have edited: whatever it holds, the answer is an answer or
/// an error of the caller, never a broken contract.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static Laboratory laboratory;
    const auto outcome = laboratory.ca->poll({data, size}, Operation());
    if (!outcome && (outcome.error().status() == Status::plugin || outcome.error().message().empty())) std::abort();
    if (outcome && as_text({data, size}) != "known") std::abort();
    return 0;
}
