/* Fails without saying why. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)call;
    (void)order;
    return CBP_E_REMOTE;
}

ZOO_PLUGIN("zoo-silent-error", (void)0)
