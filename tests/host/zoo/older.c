/* Built against a first version whose table ended at submit; it must work. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)order;
    return zoo_host->denied(call, "zoo", "no", "");
}

/* A frozen copy: what lies behind submit was not there then, and must not be read. */
struct frozen_plugin {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;
    uint64_t capabilities;
    const char *id, *title, *version, *help_url;
    const certbroker_setting_info *const *settings;
    cbp_status(CBP_CALL *open)(const cbp_host *, cbp_host_ctx *, cbp_call *, const cbp_settings *, cbp_instance **);
    void(CBP_CALL *close)(cbp_instance *);
    cbp_status(CBP_CALL *check)(cbp_instance *, cbp_call *);
    cbp_status(CBP_CALL *submit)(cbp_instance *, cbp_call *, const cbp_order *);
};

CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(uint32_t major);
CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(uint32_t major) {
    static const struct frozen_plugin p = {sizeof(struct frozen_plugin), 0, 1, CBP_CAN_SUBMIT, "zoo-older", "An animal of the zoo", "1.0.0", "https://example.com",
                                           NULL, zoo_open, zoo_close, NULL, submit};
    return major == 0 ? (const cbp_plugin *)&p : NULL;
}
