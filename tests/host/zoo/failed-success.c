/* Fails and says that all is well. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)call;
    (void)order;
    (void)zoo_host->fail(call, CBP_E_REMOTE, "it failed");
    return CBP_OK;
}

ZOO_PLUGIN("zoo-failed-success", (void)0)
