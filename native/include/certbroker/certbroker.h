#ifndef CERTBROKER_CERTBROKER_H
#define CERTBROKER_CERTBROKER_H
/* CertBroker's C ABI: the only header a consumer includes. C99 and C++11 or later.
 *
 * Rules, for every function:
 *
 *  1. Order of parameters: subject, inputs, operation, outputs, error. Every output is NULL or 0 from entry on.
 *  2. Functions that cannot fail return their value. All others return a status: 0 or negative (status.def). _free and
 *     _close take NULL and do nothing.
 *  3. Text is UTF-8 and NUL-terminated on every platform, paths included. Invalid UTF-8 gives CERTBROKER_E_TEXT.
 *  4. What came through **out is the caller's, to give back with the _free of its type. What a function returned, and
 *     every certbroker_text, is borrowed: it lives as long as the handle that was passed. Buffers are wiped when freed.
 *  5. Secrets go in as certbroker_secret, which has no getter. No function takes a password as text.
 *  6. Threads: context, provider list, cancel are free-threaded. Immutable handles (csr, certificate, chain, issue,
 *     error, entry, buffer, secret) may be read from many threads. All others: one thread at a time. Calls block;
 *     callbacks come on the calling thread, inside the call, and must not call back into the handle being used.
 *  7. Every call that can take time has a certbroker_operation (NULL = no deadline beyond the context's default, no
 *     callbacks). certbroker_cancel_request from any thread ends it with CERTBROKER_E_CANCELLED, at the latest 250 ms
 *     plus the plugin's current step later; a deadline ends it with CERTBROKER_E_TIMEOUT.
 *  8. No global state, no init or shutdown, no environment variable is read. All state hangs on the context.
 *  9. A NULL, freed or foreign handle gives CERTBROKER_E_HANDLE (or NULL, 0), never undefined behaviour: handles
 *     resolve through a generation-checked table.
 * 10. Lists that cost work come by callback; lists in memory by index until CERTBROKER_E_END. Rows are opaque and valid
 *     inside the callback only. A callback that returns other than 0 stops the list; the call still succeeds.
 * 11. Options are certbroker_settings, checked against tables: unknown names fail with the nearest known name.
 * 12. Errors: error may be NULL. When a function fails and error is not NULL, *error is the caller's to free. */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(CERTBROKER_STATIC)
# define CERTBROKER_EXPORT
#elif defined(_WIN32)
# if defined(CERTBROKER_BUILDING)
#  define CERTBROKER_EXPORT __declspec(dllexport)
# else
#  define CERTBROKER_EXPORT __declspec(dllimport)
# endif
#else
# define CERTBROKER_EXPORT __attribute__((visibility("default")))
#endif
#if defined(_WIN32)
# define CERTBROKER_CALL __cdecl
#else
# define CERTBROKER_CALL
#endif
/* CERTBROKER_API(major, minor): the first ABI version that has the function. */
#define CERTBROKER_API(major, minor) CERTBROKER_EXPORT
#define CERTBROKER_ABI_MAJOR 0
#define CERTBROKER_ABI_MINOR 2

typedef int32_t certbroker_status;
enum certbroker_status_code {
#define CERTBROKER_STATUS(c_name, cpp_name, number, sentence, category) CERTBROKER_##c_name = number,
#include "certbroker/status.def"
#undef CERTBROKER_STATUS
    CERTBROKER_STATUS_LAST_ = INT32_MIN
};

enum certbroker_property {
#define CERTBROKER_PROPERTY(name, number, kind, sentence) CERTBROKER_P_##name = number,
#include "certbroker/properties.def"
#undef CERTBROKER_PROPERTY
    CERTBROKER_P_LAST_ = INT32_MAX
};

enum certbroker_state {
    CERTBROKER_STATE_PREPARED = 1,   /* the key is durable, the request is made and waits for its certificate */
    CERTBROKER_STATE_SUBMITTING = 2, /* being sent right now, or interrupted while it was */
    CERTBROKER_STATE_PENDING = 3,    /* the CA will decide later: certbroker_resume */
    CERTBROKER_STATE_ISSUED = 4,     /* the certificate is durable, not yet installed */
    CERTBROKER_STATE_INSTALLED = 5,  /* done */
    CERTBROKER_STATE_DENIED = 6,
    CERTBROKER_STATE_FAILED = 7,     /* a failure before anything reached the CA; may be submitted again */
    CERTBROKER_STATE_UNCERTAIN = 8,  /* the request left, no answer came: resume asks the CA before anything is sent again */
    CERTBROKER_STATE_ABANDONED = 9
};

enum certbroker_encoding {
    CERTBROKER_ENCODING_PEM = 1,          /* RFC 7468, LF */
    CERTBROKER_ENCODING_DER = 2,
    CERTBROKER_ENCODING_CERTREQ = 3,      /* requests: BEGIN NEW CERTIFICATE REQUEST, CRLF, as certreq.exe writes */
    CERTBROKER_ENCODING_P7B = 4,          /* chains: certs-only PKCS#7, DER */
    CERTBROKER_ENCODING_P7B_PEM = 5
};

enum certbroker_find_by {
    CERTBROKER_FIND_ALL = 0,
    CERTBROKER_FIND_THUMBPRINT = 1,    /* as people paste it: blanks, colons, quotes, any case */
    CERTBROKER_FIND_SUBJECT = 2,       /* part of the subject's text, any case */
    CERTBROKER_FIND_KEY_ID = 3,        /* 64 hex digits */
    CERTBROKER_FIND_FRIENDLY_NAME = 4, /* whole, any case */
    CERTBROKER_FIND_SUBJECT_ALT_NAME = 5 /* value of any SAN, whole, any case */
};

enum certbroker_severity { CERTBROKER_SEVERITY_INFORMATION = 1, CERTBROKER_SEVERITY_WARNING = 2, CERTBROKER_SEVERITY_ERROR = 3 };
enum certbroker_log_level { CERTBROKER_LOG_TRACE = 0, CERTBROKER_LOG_DEBUG = 1, CERTBROKER_LOG_INFO = 2, CERTBROKER_LOG_WARNING = 3, CERTBROKER_LOG_ERROR = 4 };
enum certbroker_stage {
    CERTBROKER_STAGE_POLICY = 1, CERTBROKER_STAGE_KEY = 2, CERTBROKER_STAGE_REQUEST = 3, CERTBROKER_STAGE_SUBMIT = 4,
    CERTBROKER_STAGE_WAIT = 5, CERTBROKER_STAGE_VERIFY = 6, CERTBROKER_STAGE_INSTALL = 7, CERTBROKER_STAGE_OTHER = 8
};
enum certbroker_number {
    CERTBROKER_NUMBER_HTTP_STATUS = 1, CERTBROKER_NUMBER_OS_CODE = 2, CERTBROKER_NUMBER_OPENSSL_CODE = 3,
    CERTBROKER_NUMBER_RETRY_AFTER_SECONDS = 4, CERTBROKER_NUMBER_LINE = 5, CERTBROKER_NUMBER_COLUMN = 6,
    CERTBROKER_NUMBER_NOT_SENT = 7, CERTBROKER_NUMBER_FIND_LAG_SECONDS = 8
};
/* What a provider can do (CERTBROKER_P_CAPABILITIES); the same bits as CBP_CAN_... in plugin.h. */
enum certbroker_capability {
    CERTBROKER_CAN_SUBMIT = 1 << 0, CERTBROKER_CAN_POLL = 1 << 1, CERTBROKER_CAN_WITHDRAW = 1 << 2, CERTBROKER_CAN_REVOKE = 1 << 3,
    CERTBROKER_CAN_RENEW = 1 << 4, CERTBROKER_CAN_LIST_PROFILES = 1 << 5, CERTBROKER_CAN_POLICY = 1 << 6, CERTBROKER_CAN_CA_CHAIN = 1 << 7,
    CERTBROKER_NEEDS_CSR_KEY = 1 << 8, CERTBROKER_NEEDS_NETWORK = 1 << 9, CERTBROKER_CAN_FIND = 1 << 10,
    CERTBROKER_CAN_GET_CERTIFICATE = 1 << 11, CERTBROKER_CAN_GET_CRL = 1 << 12, CERTBROKER_CAN_CHECK = 1 << 13,
    CERTBROKER_CAN_SEARCH = 1 << 14, CERTBROKER_CAN_ENDPOINTS = 1 << 15
};
/* What a store can do (certbroker_store_capabilities). */
enum certbroker_store_capability {
    CERTBROKER_STORE_CAN_WRITE = 1 << 0, CERTBROKER_STORE_KEEPS_KEYS = 1 << 1, CERTBROKER_STORE_PERSISTENT = 1 << 2,
    CERTBROKER_STORE_FRIENDLY_NAMES = 1 << 3, CERTBROKER_STORE_GRANTS = 1 << 4, CERTBROKER_STORE_HARDWARE_KEYS = 1 << 5
};

typedef struct certbroker_context certbroker_context;         /* thread-safe */
typedef struct certbroker_error certbroker_error;             /* immutable */
typedef struct certbroker_buffer certbroker_buffer;           /* bytes; wiped when freed */
typedef struct certbroker_secret certbroker_secret;           /* locked, wiped memory; no getter */
typedef struct certbroker_cancel certbroker_cancel;           /* thread-safe */
typedef struct certbroker_settings certbroker_settings;       /* named values */
typedef struct certbroker_request certbroker_request;         /* what is wanted, from an INF file or from code */
typedef struct certbroker_key certbroker_key;                 /* a private key, maybe not exportable */
typedef struct certbroker_csr certbroker_csr;                 /* PKCS#10, immutable */
typedef struct certbroker_certificate certbroker_certificate; /* immutable */
typedef struct certbroker_chain certbroker_chain;             /* immutable, leaf first */
typedef struct certbroker_provider certbroker_provider;       /* one configured CA connection */
typedef struct certbroker_issue certbroker_issue;             /* how far a request has come: certbroker_state */
typedef struct certbroker_store certbroker_store;
typedef struct certbroker_entry certbroker_entry;             /* one certificate, with its key if it has one */
typedef struct certbroker_row certbroker_row;                 /* one row of a list, valid inside the callback */

typedef const char *certbroker_text;

typedef void(CERTBROKER_CALL *certbroker_log_fn)(void *payload, int32_t level, certbroker_text source, certbroker_text message);
/* Other than 0 asks to cancel. percent is 0..100, or -1 when nobody can tell. */
typedef int32_t(CERTBROKER_CALL *certbroker_progress_fn)(void *payload, int32_t stage, int32_t percent, certbroker_text message);
typedef int32_t(CERTBROKER_CALL *certbroker_row_fn)(void *payload, const certbroker_row *row);
/* The entry is the callee's to free. */
typedef int32_t(CERTBROKER_CALL *certbroker_entry_fn)(void *payload, certbroker_entry *entry);

/* Flags of certbroker_operation. TRACE: log gets every exchange with the CA, too: one call of level
 * CERTBROKER_LOG_TRACE and source "http.trace" each, whose message has several lines; secrets are left out. */
enum certbroker_operation_flag { CERTBROKER_OPERATION_TRACE = 1 << 0 };

/* How one call may run. Unset = all zero bits; struct_size is sizeof(certbroker_operation). Lives for the call. */
typedef struct certbroker_operation {
    uint32_t struct_size;
    uint32_t timeout_ms; /* 0 = the context's default-timeout-ms */
    certbroker_cancel *cancel; /* may be NULL */
    certbroker_log_fn log; /* may be NULL */
    certbroker_progress_fn progress; /* may be NULL */
    void *payload;
    uint32_t flags; /* CERTBROKER_OPERATION_... */
} certbroker_operation;

/* --- base ------------------------------------------------------------------------------------------------------ */

/* major << 16 | minor. While major is 0 every minor may break. */
CERTBROKER_API(0, 1) uint32_t CERTBROKER_CALL certbroker_abi_version(void);
CERTBROKER_API(0, 1) certbroker_text CERTBROKER_CALL certbroker_version_text(void);
/* "E_NOT_FOUND", static. */
CERTBROKER_API(0, 1) certbroker_text CERTBROKER_CALL certbroker_status_name(certbroker_status status);

/* settings, all optional: home (folder that replaces both data roots), machine-root, user-root (LocalMachine's and
 * CurrentUser's data folders), plugin-folder, plugin-trust (manifest = shipped and approved only, the default; any =
 * every plugin in the folder, for development), log-file, log-format (text, the default, or json), log-level (trace,
 * debug, info, the default, warning, error), default-timeout-ms (100 to 86,400,000; default 300,000). Without log-file
 * the section [log] of certbroker.ini in user-root, else in machine-root, says where the log goes (docs/events.md). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_context_create(const certbroker_settings *settings, certbroker_context **out, certbroker_error **error);
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_context_free(certbroker_context *context);

/* Words for completion. kind: "enhanced-key-usage", "key-usage", "key-algorithm", "hash-algorithm", "store-name",
 * "revocation-reason", "request-option", "key-provider" (what keeps keys on this computer; nothing on Linux). Rows: NAME,
 * VALUE (OID or number; of a key provider its CryptoAPI type, 0 for a key storage provider), SUMMARY. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_list_vocabulary(certbroker_context *context, const char *kind, certbroker_row_fn each, void *payload, certbroker_error **error);

/* --- rows ---------------------------------------------------------------------------------------------------------- */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_row_text(const certbroker_row *row, int32_t property, size_t index, certbroker_text *out);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_row_number(const certbroker_row *row, int32_t property, int64_t *out);

/* --- errors: returned, never kept in thread-local state --------------------------------------------------------- */
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_error_free(certbroker_error *error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_error_status(const certbroker_error *error);
CERTBROKER_API(0, 1) certbroker_text CERTBROKER_CALL certbroker_error_id(const certbroker_error *error);      /* "Inf.Subject": docs/errors.md */
CERTBROKER_API(0, 1) certbroker_text CERTBROKER_CALL certbroker_error_source(const certbroker_error *error);  /* "core.csr", "store.folder", "provider.local-ca" */
CERTBROKER_API(0, 1) certbroker_text CERTBROKER_CALL certbroker_error_message(const certbroker_error *error); /* one line, no secrets */
CERTBROKER_API(0, 1) certbroker_text CERTBROKER_CALL certbroker_error_remedy(const certbroker_error *error);  /* what the admin does next */
CERTBROKER_API(0, 1) certbroker_text CERTBROKER_CALL certbroker_error_file(const certbroker_error *error);    /* "" when there is none */
CERTBROKER_API(0, 1) const certbroker_error *CERTBROKER_CALL certbroker_error_cause(const certbroker_error *error); /* borrowed; NULL at the end */
/* field: CERTBROKER_NUMBER_...; CERTBROKER_E_NOT_FOUND when the error has no such number. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_error_number(const certbroker_error *error, int32_t field, int64_t *out);

/* --- bytes, secrets, cancellation, settings ---------------------------------------------------------------------- */
CERTBROKER_API(0, 1) const uint8_t *CERTBROKER_CALL certbroker_buffer_data(const certbroker_buffer *buffer);
CERTBROKER_API(0, 1) size_t CERTBROKER_CALL certbroker_buffer_size(const certbroker_buffer *buffer);
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_buffer_free(certbroker_buffer *buffer);
/* Copies; passwords are UTF-8 without a terminating NUL. bytes may be NULL when size is 0. At most 64 KiB. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_secret_create(const uint8_t *bytes, size_t size, certbroker_secret **out, certbroker_error **error);
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_secret_free(certbroker_secret *secret);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_cancel_create(certbroker_cancel **out, certbroker_error **error);
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_cancel_request(certbroker_cancel *cancel); /* any thread, any number of times */
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_cancel_free(certbroker_cancel *cancel);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_settings_create(certbroker_settings **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_settings_set_text(certbroker_settings *settings, const char *name, const char *value, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_settings_set_secret(certbroker_settings *settings, const char *name, const certbroker_secret *value, certbroker_error **error);
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_settings_free(certbroker_settings *settings);

/* --- what is wanted ------------------------------------------------------------------------------------------------- */

/* Reads certreq INF text (UTF-8 with or without BOM, UTF-16LE/BE with BOM or recognisably without, Windows-1252; at most
 * 1 MiB). source_name is the file name that diagnostics carry. Succeeds whenever the bytes can be read at all, so that
 * certbroker_request_check can show every problem; using a request with errors fails with the first of them. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_request_from_inf(certbroker_context *context, const uint8_t *bytes, size_t size, const char *source_name, certbroker_request **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_request_create(certbroker_context *context, certbroker_request **out, certbroker_error **error);
/* Sets a property, or adds to a LIST property. Values are checked at once: CERTBROKER_E_INVALID, E_PARSE or E_ARGUMENT. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_request_set(certbroker_request *request, int32_t property, const char *value, certbroker_error **error);
/* Reads back: SUBJECT, TEMPLATE, KEY_ALGORITHM, HASH_ALGORITHM, FRIENDLY_NAME, REQUEST_TYPE, PROVIDER_NAME, SOURCE,
 * SUBJECT_ALT_NAME, ENHANCED_KEY_USAGE, KEY_USAGE, MACHINE_KEY_SET ("true", "false"), EXPORTABLE ("true", "false"),
 * SECURITY_IDENTIFIER, REQUESTER_NAME, RENEWAL_CERT, USE_EXISTING_KEY_SET ("true", "false"). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_request_text(const certbroker_request *request, int32_t property, size_t index, certbroker_text *out);
/* Gives the request the names of a person or device. person: what is known of it, texts by name (mail, UserPrincipalName,
 * DisplayName, or any other name that a template uses). profile, the same for everybody:
 *   subject-format       CommonName, CommonNameIncludingEmail or CommonNameAsEmail; or
 *   subject              a template: CN={{UserName}},E={{EmailAddress}},O=Example. Every variable needs a value; values are
 *                        put in once and quoted as a whole, so that none adds an RDN. Neither of both: the subject stays.
 *   san                  Email, Upn, OtherName, Guid, Dns, Sid, joined by commas or line ends; each may have a template:
 *                        Dns={{DeviceName}}.example.com. Without one e-mail falls back to UPN, UPN to e-mail, both then to
 *                        a subject that looks like an e-mail address.
 *   other-name-oid       the type of OtherName; its value is in hex. Default 1.3.6.1.4.1.311.25.1 (DS Object Guid).
 *   other-name-validate  true: the value has to be one whole DER element. Default false: other octets are put into an
 *                        OCTET STRING.
 * docs/person-profiles.md has the names that are recognised. On failure the request is as it was. */
CERTBROKER_API(0, 2) certbroker_status CERTBROKER_CALL certbroker_request_apply_person(certbroker_request *request, const certbroker_settings *profile, const certbroker_settings *person, certbroker_error **error);
/* All diagnostics, not the first one. With a provider also its policy for template_or_null. Rows: SEVERITY, RULE,
 * MESSAGE, REMEDY, FILE, LINE, COLUMN. CERTBROKER_OK whatever the diagnostics say. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_request_check(const certbroker_request *request, certbroker_provider *provider_or_null, const char *template_or_null, const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error);
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_request_free(certbroker_request *request);

/* --- keys and CSRs ---------------------------------------------------------------------------------------------------- */

/* Makes a key as the request wants it, durable in the store (memory only when store_or_null is NULL). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_key_generate(certbroker_context *context, const certbroker_request *request, certbroker_store *store_or_null, const certbroker_operation *operation, certbroker_key **out, certbroker_error **error);
/* uri as certbroker_key_text(KEY_URI) gave it. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_key_open(certbroker_context *context, const char *uri, certbroker_key **out, certbroker_error **error);
/* PKCS#8 (plain or encrypted), PKCS#1 or SEC1, PEM or DER, into memory. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_key_import(certbroker_context *context, const uint8_t *bytes, size_t size, const certbroker_secret *password_or_null, certbroker_key **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_key_text(const certbroker_key *key, int32_t property, certbroker_text *out); /* KEY_URI, KEY_ID, KEY_ALGORITHM */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_key_number(const certbroker_key *key, int32_t property, int64_t *out);       /* KEY_LENGTH, EXPORTABLE */
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_key_free(certbroker_key *key);
/* Builds and signs a request with a key at hand; nothing is journalled (certbroker_prepare does that). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_csr_create(certbroker_context *context, const certbroker_request *request, const certbroker_key *key, const certbroker_operation *operation, certbroker_csr **out, certbroker_error **error);
/* PEM, bare base64 or DER. Verifies the request's own signature. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_csr_parse(certbroker_context *context, const uint8_t *bytes, size_t size, certbroker_csr **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_csr_encode(const certbroker_csr *csr, int32_t encoding, certbroker_buffer **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_csr_text(const certbroker_csr *csr, int32_t property, size_t index, certbroker_text *out); /* SUBJECT, KEY_ALGORITHM, KEY_ID, SIGNATURE_ALGORITHM, SUBJECT_ALT_NAME, ENHANCED_KEY_USAGE, KEY_USAGE, SECURITY_IDENTIFIER, REQUEST_TYPE (PKCS10, PKCS7, CMC), SIGNED_BY, REQUESTER_NAME, RENEWAL_CERT */
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_csr_free(certbroker_csr *csr);

/* --- certificates and chains -------------------------------------------------------------------------------------------- */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_certificate_parse(certbroker_context *context, const uint8_t *bytes, size_t size, certbroker_certificate **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_certificate_text(const certbroker_certificate *certificate, int32_t property, size_t index, certbroker_text *out);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_certificate_number(const certbroker_certificate *certificate, int32_t property, int64_t *out);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_certificate_encode(const certbroker_certificate *certificate, int32_t encoding, certbroker_buffer **out, certbroker_error **error); /* PEM, DER */
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_certificate_free(certbroker_certificate *certificate);
/* Every certificate of a PEM bundle, DER, or PKCS#7 file; sorted leaf first where they form a chain. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_chain_parse(certbroker_context *context, const uint8_t *bytes, size_t size, certbroker_chain **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_chain_encode(const certbroker_chain *chain, int32_t encoding, certbroker_buffer **out, certbroker_error **error); /* PEM, P7B, P7B_PEM */
CERTBROKER_API(0, 1) size_t CERTBROKER_CALL certbroker_chain_size(const certbroker_chain *chain);
CERTBROKER_API(0, 1) const certbroker_certificate *CERTBROKER_CALL certbroker_chain_at(const certbroker_chain *chain, size_t index); /* borrowed; NULL past the end */
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_chain_free(certbroker_chain *chain);

/* --- providers -------------------------------------------------------------------------------------------------------------- */

/* Every plugin in the folder, those that cannot be used too, with the reason. Rows: ID, TITLE, VERSION, PATH, HASH,
 * PUBLISHER, TRUST, DISABLED_REASON, CAPABILITIES, HELP_URL. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_list(certbroker_context *context, certbroker_row_fn each, void *payload, certbroker_error **error);
/* The settings table. Rows: NAME, SUMMARY, TYPE, SCOPE, REQUIRED, DEFAULT, CHOICE, MINIMUM, MAXIMUM, HINT, ADVANCED, IS_SECRET. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_list_settings(certbroker_context *context, const char *id, certbroker_row_fn each, void *payload, certbroker_error **error);
/* Pins a third-party plugin: its file must have that SHA-256 (64 hex digits) now and whenever it is loaded. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_approve(certbroker_context *context, const char *id, const char *sha256, certbroker_error **error);
/* Opens a connection with settings at hand, without an authority. settings may be NULL. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_open(certbroker_context *context, const char *id, const certbroker_settings *settings, const certbroker_operation *operation, certbroker_provider **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_text(const certbroker_provider *provider, int32_t property, certbroker_text *out); /* ID, TITLE, VERSION, AUTHORITY */
/* Rows: ID, NAME, CHECK_STATUS, MESSAGE, CAUSE, REMEDY. CERTBROKER_OK whatever the checks say. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_check(certbroker_provider *provider, const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error);
/* Rows: ID, TITLE, PROFILE_ATTRIBUTE. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_list_profiles(certbroker_provider *provider, const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error);
/* What the CA asks of a request for that profile. Rows: ID (rule name), VALUE, MESSAGE. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_list_rules(certbroker_provider *provider, const char *profile_or_null, const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error);
/* What templates let their requesters do, above all name somebody else (ESC1 and its kin). templates_or_null: names, one a line;
 * NULL = all that the CA lists. Rows: ID (docs/troubleshooting.md), NAME, TEMPLATE, CHECK_STATUS, MESSAGE, CAUSE, REMEDY. */
CERTBROKER_API(0, 2) certbroker_status CERTBROKER_CALL certbroker_provider_check_templates(certbroker_provider *provider, const char *templates_or_null, const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error);
/* Issuer first, root last, verified; of the CA that serves the profile (NULL = the CA's default). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_ca_chain(certbroker_provider *provider, const char *profile_or_null, const certbroker_operation *operation, certbroker_chain **out, certbroker_error **error);
/* What the CA has issued. terms (all optional, compared as the CA does it): subject (the common name), email, serial
 * (hex), status (Valid, Expired, Revoked, Suspended), template, owner. Rows, as far as the CA says: SERIAL_NUMBER, SUBJECT,
 * ISSUER, THUMBPRINT, CERTIFICATE (base64), CA_STATUS, TEMPLATE, EMAIL_ADDRESS, OWNER, REASON (RFC 5280 number as text),
 * NOT_BEFORE, NOT_AFTER, REVOKED_AT. Pages are fetched as rows are taken: a callback that says stop saves the rest. */
CERTBROKER_API(0, 2) certbroker_status CERTBROKER_CALL certbroker_provider_search(certbroker_provider *provider, const certbroker_settings *terms, const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error);
/* DER. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_crl(certbroker_provider *provider, const certbroker_operation *operation, certbroker_buffer **out, certbroker_error **error);
/* One arrow each, without journal and store; what certbroker_enroll and certbroker_resume are made of. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_submit(certbroker_provider *provider, const certbroker_csr *csr, const char *profile_or_null, const certbroker_settings *order, const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_poll(certbroker_provider *provider, const uint8_t *token, size_t token_size, const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_withdraw(certbroker_provider *provider, const uint8_t *token, size_t token_size, const certbroker_operation *operation, certbroker_error **error);
/* reason: RFC 5280 CRLReason; certificateHold (6) suspends, removeFromCRL (8) resumes. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_provider_revoke(certbroker_provider *provider, const certbroker_certificate *certificate, int32_t reason, const certbroker_operation *operation, certbroker_error **error);
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_provider_close(certbroker_provider *provider);

/* --- authorities: named, remembered CA connections ---------------------------------------------------------------------- */

/* location: "LocalMachine" or "CurrentUser"; NULL looks in CurrentUser, then LocalMachine (register: CurrentUser).
 * Settings are checked against the provider's table; secrets are kept apart, readable by their owner only. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_authority_register(certbroker_context *context, const char *location, const char *name, const char *provider_id, const certbroker_settings *settings, certbroker_error **error);
/* Changes the settings given, keeps the others; an empty text removes one. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_authority_update(certbroker_context *context, const char *location, const char *name, const certbroker_settings *settings, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_authority_unregister(certbroker_context *context, const char *location, const char *name, certbroker_error **error);
/* Rows: NAME, PROVIDER, STORE_LOCATION, CREATED, CHANGED. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_authority_list(certbroker_context *context, const char *location, certbroker_row_fn each, void *payload, certbroker_error **error);
/* Rows: NAME, VALUE (empty for secrets), IS_SECRET. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_authority_list_settings(certbroker_context *context, const char *location, const char *name, certbroker_row_fn each, void *payload, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_authority_open(certbroker_context *context, const char *location, const char *name, const certbroker_operation *operation, certbroker_provider **out, certbroker_error **error);

/* Everything that can stand between this computer and a certificate, tried in order; nothing is asked for. One row a
 * check (docs/troubleshooting.md): ID, NAME, CHECK_STATUS (Passed, Warning, Failed, Skipped), MESSAGE (what was seen), CAUSE,
 * REMEDY, CONNECTOR_MESSAGE (how Microsoft's connector reports the same). CERTBROKER_OK whatever the checks say.
 * authority and location as in certbroker_authority_open; without an authority the provider in options is looked at.
 * settings (may be NULL) come on top of the authority's. options, all optional: provider (an id), template, store (where
 * issued certificates go; default CurrentUser/My: a key and a certificate are put there and taken out again), account
 * (whose service must be able to use the client certificate's key). request_or_null: the names that are to be asked for. */
CERTBROKER_API(0, 2) certbroker_status CERTBROKER_CALL certbroker_authority_check(certbroker_context *context, const char *location, const char *name_or_null, const certbroker_settings *settings, const certbroker_settings *options, const certbroker_request *request_or_null, const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error);

/* --- Intune connectors: their .NET configuration files ------------------------------------------------------------------ */

/* paths: files, or folders of a connector, one a line. A folder means NDESConnector.exe.config, or the three files of the newer
 * connector. Rows: FILE, NAME, VALUE, LINE, COLUMN (0 = not set: RACertThumbprint and CloudCAConnTimeoutInMilliseconds are
 * always shown), SUMMARY, WARNING (given twice, malformed, different from the other files). */
CERTBROKER_API(0, 2) certbroker_status CERTBROKER_CALL certbroker_connector_list(certbroker_context *context, const char *paths, certbroker_row_fn each, void *payload, certbroker_error **error);
/* Sets RACertThumbprint (as people paste it) and CloudCAConnTimeoutInMilliseconds (over 0) in all the files, or in none; every
 * other byte stays. What changes gets a backup <file>.<yyyyMMdd-HHmmss>.bak (UTC) and is replaced in one step, with its rights.
 * Rows: FILE, PATH (the backup; empty when the file said so already). The connector's services have to be restarted. */
CERTBROKER_API(0, 2) certbroker_status CERTBROKER_CALL certbroker_connector_set(certbroker_context *context, const char *paths, const certbroker_settings *values, certbroker_row_fn each, void *payload, certbroker_error **error);

/* --- issues ------------------------------------------------------------------------------------------------------------------- */
CERTBROKER_API(0, 1) int32_t CERTBROKER_CALL certbroker_issue_state(const certbroker_issue *issue);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_issue_text(const certbroker_issue *issue, int32_t property, size_t index, certbroker_text *out); /* REQUEST_ID, CA_REFERENCE, MESSAGE, REASON, REMEDY (denied), AUTHORITY, PROVIDER, TEMPLATE, STORE, KEY_ID, STATE_NAME, WARNING */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_issue_number(const certbroker_issue *issue, int32_t property, int64_t *out);                      /* STATE, CREATED, CHANGED, NEXT_TRY, SENT_AT, RENEWAL_SECONDS */
/* CERTBROKER_E_NOT_FOUND when the issue has none. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_issue_csr(const certbroker_issue *issue, certbroker_csr **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_issue_chain(const certbroker_issue *issue, certbroker_chain **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_issue_entry(const certbroker_issue *issue, certbroker_entry **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_issue_token(const certbroker_issue *issue, certbroker_buffer **out, certbroker_error **error);
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_issue_free(certbroker_issue *issue);

/* --- stores ---------------------------------------------------------------------------------------------------------------------- */

/* uri: [kind:]location/name, such as LocalMachine/My; kinds: folder (default on Linux), memory, windows (default on
 * Windows). Stores are made when they are first written to. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_store_open(certbroker_context *context, const char *uri, const certbroker_settings *settings, certbroker_store **out, certbroker_error **error);
CERTBROKER_API(0, 1) uint64_t CERTBROKER_CALL certbroker_store_capabilities(const certbroker_store *store);
/* Adds the chain's leaf, with the key made durable first; the other certificates go to the location's CA store, a
 * self-signed one to Root only with trust-root. options: friendly-name, exportable (true, false; default true for a
 * key that may be exported), trust-root (default false), chain (default true). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_store_put(certbroker_store *store, const certbroker_chain *chain, const certbroker_key *key_or_null, const certbroker_settings *options, const certbroker_operation *operation, certbroker_entry **out, certbroker_error **error);
/* CERTBROKER_FIND_...; value is ignored for ALL. Nothing found is no failure. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_store_find(certbroker_store *store, int32_t by, const char *value, const certbroker_operation *operation, certbroker_entry_fn each, void *payload, certbroker_error **error);
/* options: delete-key (default false: the key stays). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_store_remove(certbroker_store *store, const certbroker_entry *entry, const certbroker_settings *options, const certbroker_operation *operation, certbroker_error **error);
/* options: friendly-name, archived (true, false). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_store_update(certbroker_store *store, const certbroker_entry *entry, const certbroker_settings *options, const certbroker_operation *operation, certbroker_entry **out, certbroker_error **error);
/* Lets another account use the entry's private key, in stores with the capability for grants (windows): DOMAIN\account,
 * account@domain, DOMAIN\service$ for a group managed service account, or a SID. What others may do stays as it is. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_store_grant_read(certbroker_store *store, const certbroker_entry *entry, const char *account, const certbroker_operation *operation, certbroker_error **error);
/* Who may use the entry's private key. Rows: NAME (DOMAIN\account, the SID where nobody knows it), ID (the SID), VALUE
 * ("read", "full control", or the access mask in hex). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_store_list_key_readers(certbroker_store *store, const certbroker_entry *entry, const certbroker_operation *operation, certbroker_row_fn each, void *payload, certbroker_error **error);
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_store_close(certbroker_store *store);
CERTBROKER_API(0, 1) const certbroker_certificate *CERTBROKER_CALL certbroker_entry_certificate(const certbroker_entry *entry); /* borrowed */
/* Leaf first, as far as the stores of its location (My, CA, Root) hold the issuers. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_entry_chain(const certbroker_entry *entry, certbroker_chain **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_entry_key(const certbroker_entry *entry, certbroker_key **out, certbroker_error **error);
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_entry_text(const certbroker_entry *entry, int32_t property, certbroker_text *out); /* FRIENDLY_NAME, STORE, STORE_LOCATION, STORE_NAME, THUMBPRINT, KEY_URI, KEY_ID */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_entry_number(const certbroker_entry *entry, int32_t property, int64_t *out);       /* HAS_PRIVATE_KEY, EXPORTABLE, ARCHIVED */
CERTBROKER_API(0, 1) void CERTBROKER_CALL certbroker_entry_free(certbroker_entry *entry);

/* --- PFX (PKCS#12, RFC 7292) ---------------------------------------------------------------------------------------------------- */

/* password_or_null NULL = none. options: friendly-name, crypto-algorithm (AES256_SHA256 default, TripleDES_SHA1),
 * iterations (1,000 to 10,000,000; default 100,000). A key that may not be exported: CERTBROKER_E_ACCESS. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_pfx_export(certbroker_context *context, const certbroker_chain *chain, const certbroker_key *key, const certbroker_secret *password_or_null, const certbroker_settings *options, const certbroker_operation *operation, certbroker_buffer **out, certbroker_error **error);
/* Opens a PFX of at most 16 MiB and 10,000,000 iterations; the entry is not in a store yet (certbroker_store_put). Wrong
 * password: CERTBROKER_E_PASSWORD. options: exportable (default false: how the key will be kept). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_pfx_import(certbroker_context *context, const uint8_t *bytes, size_t size, const certbroker_secret *password_or_null, const certbroker_settings *options, const certbroker_operation *operation, certbroker_entry **out, certbroker_error **error);

/* --- the road: every step journalled, nothing lost, nothing sent twice -------------------------------------------------------- */

/* road options (settings, may be NULL): install (default true), trust-root (default false), friendly-name, wait-seconds
 * (default 0: how long to keep asking while the CA says pending), archive-old (renewal; default true), reuse-key
 * (renewal; default false), not-after (seconds since 1970: the end that the CA is asked for; default 0, the CA decides),
 * allow-differences (default false: a certificate for another person, host or account, a CA certificate nobody asked for, or
 * one with impossible dates stays ISSUED, not installed, and the call fails; what a CA may well change comes as WARNING),
 * exact (default false: not even that is taken),
 * allow-weak-signature (default false: the same for MD5, SHA-1 and short keys of the CA), ask-now (certbroker_resume; default
 * true: false leaves a pending request alone until its NEXT_TRY). What was allowed once stays allowed for the request.
 * signing-certificate (thumbprint; prepare, enroll): who signs a request of REQUEST_TYPE PKCS7 or CMC besides its own key, an
 * enrolment agent for REQUESTER_NAME; found in the stores with its key. */

/* Makes the key, durable in the store, and the CSR; remembers both. State PREPARED; for RequestType=Cert the self-signed
 * certificate is installed at once: INSTALLED. The provider's policy is asked when there is one. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_prepare(certbroker_context *context, const certbroker_request *request, certbroker_provider *provider_or_null, const char *template_or_null, certbroker_store *store, const certbroker_settings *options, const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error);
/* Requests that follow one another have their RSA keys made ahead on all processors, so many at a time (at most 64), until 0
 * is said, which waits for the threads (at most some 100 ms). For stores whose keys are files or memory; keys of Windows'
 * providers are made where they live. */
CERTBROKER_API(0, 2) certbroker_status CERTBROKER_CALL certbroker_keep_keys_ahead(certbroker_context *context, uint32_t keys, certbroker_error **error);
/* What certreq -accept does: pairs a CA's answer (PEM, DER, .p7b, with or without chain) with the waiting key by public
 * key. request_id_or_null NULL searches all waiting requests of both locations. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_complete(certbroker_context *context, const char *request_id_or_null, const uint8_t *bytes, size_t size, certbroker_store *store_or_null, const certbroker_settings *options, const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error);
/* Policy, key, CSR, submit, match and verify, install. Issued, pending, denied and uncertain are all CERTBROKER_OK. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_enroll(certbroker_context *context, const certbroker_request *request, certbroker_provider *provider, const char *template_or_null, const certbroker_settings *order, certbroker_store *store, const certbroker_settings *options, const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error);
/* The same for a request made by certbroker_prepare (state PREPARED or FAILED). */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_enroll_prepared(certbroker_context *context, const char *request_id, certbroker_provider *provider, const char *template_or_null, const certbroker_settings *order, const certbroker_settings *options, const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error);
/* The same for a CSR made elsewhere; the certificate is installed only when the store has the key. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_enroll_csr(certbroker_context *context, const certbroker_csr *csr, certbroker_provider *provider, const char *template_or_null, const certbroker_settings *order, certbroker_store *store, const certbroker_settings *options, const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error);
/* A new certificate for an entry's names; the old one stays until the new one is verified and installed, then is archived. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_renew(certbroker_context *context, certbroker_store *store, const certbroker_entry *entry, certbroker_provider *provider, const char *template_or_null, const certbroker_settings *order, const certbroker_settings *options, const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error);
/* Takes a pending, uncertain or interrupted request as far as it goes now. provider_or_null NULL opens its authority. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_resume(certbroker_context *context, const char *request_id, certbroker_provider *provider_or_null, const certbroker_settings *options, const certbroker_operation *operation, certbroker_issue **out, certbroker_error **error);
/* Gives a waiting request up; its key is removed only with options delete-key=true and when nothing else uses it. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_abandon(certbroker_context *context, const char *request_id, const certbroker_settings *options, const certbroker_operation *operation, certbroker_error **error);
/* The journal, newest first. location NULL = both. what: "open" (prepared, submitting, pending, issued, failed,
 * uncertain) or "all". Rows: REQUEST_ID, STATE, STATE_NAME, SUBJECT, AUTHORITY, PROVIDER, TEMPLATE, CA_REFERENCE, MESSAGE,
 * REASON, REMEDY, THUMBPRINT, REPLACES, KEY_ID, STORE, STORE_LOCATION, STORE_NAME, FRIENDLY_NAME, CREATED, CHANGED, NEXT_TRY, SENT_AT,
 * RENEWAL_SECONDS. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_list_requests(certbroker_context *context, const char *location, const char *what, certbroker_row_fn each, void *payload, certbroker_error **error);
/* Loads one request of the journal as an issue, with its CSR. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_open_request(certbroker_context *context, const char *request_id, certbroker_issue **out, certbroker_error **error);
/* What happened to a request, oldest first. Rows: CREATED, STATE, STATE_NAME, MESSAGE. */
CERTBROKER_API(0, 1) certbroker_status CERTBROKER_CALL certbroker_list_events(certbroker_context *context, const char *request_id, certbroker_row_fn each, void *payload, certbroker_error **error);

#ifdef __cplusplus
}
#endif
#endif
