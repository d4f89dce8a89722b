/* Answers twice. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)call;
    (void)order;
    (void)zoo_host->denied(call, "zoo", "no", "");
    return zoo_host->denied(call, "zoo", "no again", "");
}

ZOO_PLUGIN("zoo-two-results", (void)0)
