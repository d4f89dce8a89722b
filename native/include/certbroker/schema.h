#ifndef CERTBROKER_SCHEMA_H
#define CERTBROKER_SCHEMA_H
/* The table that describes a plugin's settings. One definition, five uses: validation, cmdlet parameters, completion,
 * documentation, and the settings file. C99 and C++11 or later. */
#include <stdint.h>

typedef enum cbp_setting_type {
    CBP_TEXT = 1,
    CBP_NUMBER = 2,   /* decimal, within min..max */
    CBP_BOOL = 3,     /* true or false */
    CBP_URL = 4,      /* absolute, https unless the hint says otherwise; no user information in it */
    CBP_DURATION = 5, /* seconds, or with a unit: 90s, 15m, 8h, 30d; min and max in seconds */
    CBP_CHOICE = 6,   /* one of choices, any case; handed to the plugin as written in choices */
    CBP_SECRET = 7,   /* kept apart, never handed to the plugin as text */
    CBP_KEY = 8,      /* a key's uri, or a thumbprint of a certificate with its key in LocalMachine or CurrentUser My */
    CBP_PATH = 9,     /* an absolute path */
    CBP_LIST = 10     /* texts joined by commas */
} cbp_setting_type;

enum { CBP_REQUIRED = 1 << 0, CBP_ADVANCED = 1 << 1, CBP_DEPRECATED = 1 << 2 };
enum { CBP_SCOPE_CONNECTION = 0, CBP_SCOPE_ORDER = 1 };

typedef struct certbroker_setting_info {
    uint32_t struct_size;        /* sizeof(certbroker_setting_info) of the plugin's header */
    uint32_t type;               /* cbp_setting_type */
    uint32_t scope;              /* CBP_SCOPE_... */
    uint32_t flags;
    const char *name;            /* kebab-case, at most 64; in Pascal case the cmdlet parameter */
    const char *summary;         /* one sentence: help text, documentation row */
    const char *default_text;    /* NULL = none */
    const char *const *choices;  /* NULL-terminated; CBP_CHOICE only */
    int64_t min, max;            /* CBP_NUMBER and CBP_DURATION; both 0 = no bounds */
    const char *pattern_hint;    /* for people, not code: "32 hex digits"; may be NULL */
} certbroker_setting_info;
#endif
