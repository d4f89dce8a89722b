/* A choice without choices, in a table that is otherwise fine. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    (void)instance;
    (void)order;
    return zoo_host->denied(call, "zoo", "no", "");
}

static const certbroker_setting_info choice = {sizeof(certbroker_setting_info), CBP_CHOICE, CBP_SCOPE_CONNECTION, 0, "colour", "A colour.", NULL, NULL, 0, 0, NULL};
static const certbroker_setting_info *const table[] = {&choice, NULL};

ZOO_PLUGIN("zoo-bad-setting", p.settings = table)
