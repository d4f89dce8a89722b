/* Does not come back, whatever the host says. */
#include <unistd.h>

#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)order;
    sleep(600);
    return zoo_host->denied(call, "zoo", "too late", "");
}

ZOO_PLUGIN("zoo-sleeper", (void)0)
