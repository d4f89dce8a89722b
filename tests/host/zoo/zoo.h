/* What the animals of the zoo have in common: a plugin that is right in everything but its one sin. Plain C, as an outsider
 * may write it. */
#ifndef ZOO_H
#define ZOO_H
#include "certbroker/plugin.h"

static const cbp_host *zoo_host;

static cbp_status CBP_CALL zoo_open(const cbp_host *host, cbp_host_ctx *context, cbp_call *call, const cbp_settings *settings, cbp_instance **out) {
    static int something;
    (void)context;
    (void)call;
    (void)settings;
    zoo_host = host;
    *out = (cbp_instance *)&something;
    return CBP_OK;
}
static void CBP_CALL zoo_close(cbp_instance *instance) {
    (void)instance;
}

/* SIN is the body of submit; EXTRA changes the descriptor `p` before it is handed out the first time. */
#define ZOO_PLUGIN(ID, EXTRA)                                                                                          \
    CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(uint32_t major);                                 \
    CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(uint32_t major) {                                \
        static cbp_plugin p;                                                                                           \
        (void)major;                                                                                                   \
        p.struct_size = sizeof p;                                                                                      \
        p.abi_major = CERTBROKER_PLUGIN_ABI_MAJOR;                                                                     \
        p.abi_minor = CERTBROKER_PLUGIN_ABI_MINOR;                                                                     \
        p.capabilities = CBP_CAN_SUBMIT;                                                                               \
        p.id = ID;                                                                                                     \
        p.title = "An animal of the zoo";                                                                              \
        p.version = "1.0.0";                                                                                           \
        p.help_url = "https://example.com";                                                                            \
        p.open = zoo_open;                                                                                             \
        p.close = zoo_close;                                                                                           \
        p.submit = submit;                                                                                             \
        EXTRA;                                                                                                         \
        return &p;                                                                                                     \
    }
#endif
