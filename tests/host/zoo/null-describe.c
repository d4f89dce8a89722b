/* Knows no version of the plugin interface. */
#include "certbroker/plugin.h"

CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(uint32_t major);
CBP_EXPORT const cbp_plugin *CBP_CALL certbroker_plugin_describe(uint32_t major) {
    (void)major;
    return NULL;
}
