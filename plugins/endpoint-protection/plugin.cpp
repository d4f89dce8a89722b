// Endpoint-protection certificates by SCEP (RFC 8894): NDES in front of a Microsoft CA, or any other SCEP server. All
// cryptography is the host's, keys are handles.
#include "scep.hpp"

namespace {

constexpr cbp_plugin descriptor = certbroker::plugin::describe<scep::EndpointProtection>(
    "endpoint-protection", "Endpoint Protection (SCEP, NDES)", "0.1.0", "docs/providers/endpoint-protection.md",
    scep::settings_table, CBP_NEEDS_NETWORK | CBP_NEEDS_CSR_KEY);

} // namespace

extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major) {
    return host_abi_major == CERTBROKER_PLUGIN_ABI_MAJOR ? &descriptor : nullptr;
}
