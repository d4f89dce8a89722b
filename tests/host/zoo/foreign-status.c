/* Returns a number that means nothing. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)call;
    (void)order;
    return 12345;
}

ZOO_PLUGIN("zoo-foreign-status", (void)0)
