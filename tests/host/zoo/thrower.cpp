// Lets a C++ exception out of a slot.
#include <stdexcept>

#include "certbroker/plugin.hpp"

namespace {

cbp_status CBP_CALL open(const cbp_host *, cbp_host_ctx *, cbp_call *, const cbp_settings *, cbp_instance **out) {
    static int something = 0;
    *out = reinterpret_cast<cbp_instance *>(&something);
    return CBP_OK;
}
void CBP_CALL close(cbp_instance *) {}
cbp_status CBP_CALL submit(cbp_instance *, cbp_call *, const cbp_order *) {
    throw std::runtime_error("thrown by the zoo");
}

constexpr cbp_plugin make() {
    cbp_plugin p{};
    p.struct_size = sizeof p;
    p.abi_major = CERTBROKER_PLUGIN_ABI_MAJOR;
    p.abi_minor = CERTBROKER_PLUGIN_ABI_MINOR;
    p.capabilities = CBP_CAN_SUBMIT;
    p.id = "zoo-thrower";
    p.title = "An animal of the zoo";
    p.version = "1.0.0";
    p.help_url = "https://example.com";
    p.open = open;
    p.close = close;
    p.submit = submit;
    return p;
}
constexpr cbp_plugin descriptor = make();

} // namespace

extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(std::uint32_t) {
    return &descriptor;
}
