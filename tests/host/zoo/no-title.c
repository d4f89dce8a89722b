/* Has no name for people. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)call;
    (void)order;
    return zoo_host->denied(call, "zoo", "no", "");
}

ZOO_PLUGIN("zoo-no-title", p.title = "")
