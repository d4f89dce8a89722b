/* Says that all is well and gives nothing. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)call;
    (void)order;
    return CBP_OK;
}

ZOO_PLUGIN("zoo-no-result", (void)0)
