// The smallest plugins there are, as files. Which one is decided by the build.
#include "certbroker/plugin.h"

namespace {

cbp_status CBP_CALL open(const cbp_host *, cbp_host_ctx *, cbp_call *, const cbp_settings *, cbp_instance **out) {
    static int instance = 0;
    *out = reinterpret_cast<cbp_instance *>(&instance);
    return CBP_OK;
}
void CBP_CALL close(cbp_instance *) {}
cbp_status CBP_CALL submit(cbp_instance *, cbp_call *, const cbp_order *) {
    return CBP_OK; // a breach: neither a result nor a failure
}

#if defined(CERTBROKER_TEST_LIAR)
constexpr const char *id = "somebody-else";
#else
constexpr const char *id = "test-good";
#endif

constexpr cbp_plugin make() {
    cbp_plugin p{};
    p.struct_size = sizeof(cbp_plugin);
    p.abi_major = CERTBROKER_PLUGIN_ABI_MAJOR;
    p.abi_minor = CERTBROKER_PLUGIN_ABI_MINOR;
    p.capabilities = CBP_CAN_SUBMIT;
    p.id = id;
    p.title = "A test";
    p.version = "1.2.3";
    p.help_url = "https://example.com";
    p.open = &open;
    p.close = &close;
    p.submit = &submit;
    return p;
}
constexpr cbp_plugin descriptor = make();

} // namespace

#if defined(CERTBROKER_TEST_MUTE)
extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL something_else(uint32_t) {
    return &descriptor;
}
#else
extern "C" CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(uint32_t major) {
    return major == CERTBROKER_PLUGIN_ABI_MAJOR ? &descriptor : nullptr;
}
#endif
