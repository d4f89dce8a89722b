// DigiCert PKI Platform 8 (once VeriSign and Symantec Managed PKI): SOAP 1.1 over mutual TLS with the RA certificate.
// Never run against the live service; what its published interface leaves open is said in docs/providers/digicert.md.
#include "digicert.hpp"

namespace {

constexpr cbp_plugin descriptor = certbroker::plugin::describe<digicert::DigiCert>(
    "digicert", "DigiCert PKI Platform", "0.1.0", "docs/providers/digicert.md", digicert::settings_table,
    CBP_NEEDS_NETWORK);

} // namespace

extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major) {
    return host_abi_major == CERTBROKER_PLUGIN_ABI_MAJOR ? &descriptor : nullptr;
}
