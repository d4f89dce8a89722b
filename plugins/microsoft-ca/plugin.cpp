// A Microsoft CA (Active Directory Certificate Services) by one of three roads: the enrolment web services (MS-XCEP,
// MS-WSTEP), the web enrolment pages (/certsrv), or DCOM (MS-WCCE). Never run against Windows itself; what its
// published interfaces leave open is said in docs/providers/microsoft-ca.md.
#include "microsoft_ca.hpp"

namespace {

constexpr cbp_plugin descriptor = certbroker::plugin::describe<microsoft_ca::MicrosoftCa>(
    "microsoft-ca", "Microsoft CA (AD CS)", "0.1.0", "docs/providers/microsoft-ca.md", microsoft_ca::settings_table,
    CBP_NEEDS_NETWORK | CBP_TAKES_REQUEST_MESSAGES);

} // namespace

extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t host_abi_major) {
    return host_abi_major == CERTBROKER_PLUGIN_ABI_MAJOR ? &descriptor : nullptr;
}
