/* Its token is larger than 64 KiB. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)call;
    (void)order;
    static uint8_t token[65537];
    cbp_bytes bytes;
    bytes.data = token;
    bytes.size = sizeof token;
    return zoo_host->pending(call, bytes, 1, "", "wait", "");
}

ZOO_PLUGIN("zoo-big-token", (void)0)
