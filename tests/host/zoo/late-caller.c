/* Remembers a call that is over and uses it in the next one. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    static cbp_call *remembered;
    (void)instance;
    (void)order;
    if (remembered != NULL) {
        (void)zoo_host->denied(remembered, "zoo", "to the wrong one", "");
        (void)zoo_host->fail(remembered, CBP_E_REMOTE, "to the wrong one");
        (void)zoo_host->scratch(remembered, 100);
        (void)zoo_host->cancelled(remembered);
    }
    remembered = call;
    return zoo_host->denied(call, "zoo", "no", "");
}

ZOO_PLUGIN("zoo-late-caller", (void)0)
