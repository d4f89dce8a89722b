/* Calls host functions with NULL for everything it can. */
#include "zoo.h"

static cbp_status CBP_CALL submit(cbp_instance *instance, cbp_call *call, const cbp_order *order) {
    cbp_bytes nothing = {NULL, 5};
    cbp_bytes out = {NULL, 0};
    const char *text = NULL;
    (void)instance;
    (void)order;
    (void)zoo_host->digest(call, NULL, nothing, &out);
    (void)zoo_host->base64_decode(call, NULL, &out);
    (void)zoo_host->base64_encode(call, nothing, &text);
    (void)zoo_host->parse(call, 99, nothing, NULL);
    (void)zoo_host->http_send(call, NULL, NULL);
    (void)zoo_host->key_open(call, NULL, NULL);
    (void)zoo_host->key_create(call, NULL, NULL, 0, NULL);
    (void)zoo_host->state_get(call, NULL, NULL);
    (void)zoo_host->state_put(call, NULL, NULL, 3);
    (void)zoo_host->setting_text(NULL, NULL);
    (void)zoo_host->setting_number(NULL, NULL);
    (void)zoo_host->key_sign(call, (const cbp_key *)(const void *)call, "SHA256", nothing, &out);
    (void)zoo_host->certify(call, NULL, nothing, nothing, NULL, NULL);
    (void)zoo_host->issued(NULL, NULL, 1, NULL);
    (void)zoo_host->log(NULL, 99, NULL);
    return zoo_host->denied(call, NULL, NULL, NULL);
}

ZOO_PLUGIN("zoo-null-arguments", (void)0)
