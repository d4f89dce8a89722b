/* Issues bytes that are no certificate. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)call;
    (void)order;
    static const uint8_t garbage[4] = {0x30, 0x82, 0xff, 0xff};
    cbp_bytes bytes;
    bytes.data = garbage;
    bytes.size = sizeof garbage;
    return zoo_host->issued(call, &bytes, 1, "r");
}

ZOO_PLUGIN("zoo-garbage-certificate", (void)0)
