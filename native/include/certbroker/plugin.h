#ifndef CERTBROKER_PLUGIN_H
#define CERTBROKER_PLUGIN_H
/* CertBroker's plugin ABI: the only header a provider's author needs (plugin.hpp beside it is an optional C++ wrapper).
 * A provider teaches CertBroker one certification authority's protocol. It links no TLS and no cryptography: the host
 * gives HTTP, keys, CMS, certificates, clock, wait, log, random and durable state. C99 and C++11 or later.
 *
 * Lifetimes
 *   instance-scoped: `host`, `cbp_host_ctx` and the settings passed to open live until close returns.
 *   call-scoped:     everything else that is passed in, and every cbp_bytes, text and handle the host returns (keys,
 *                    responses, parsed objects, lists, secrets), lives until the slot that was called returns.
 *   Results are copied by the host, so a plugin may free its own memory at once. No memory changes owner.
 * Threads
 *   One instance is used by one call at a time, on any thread; two instances may run in parallel. All host functions are
 *   to be called on the thread of the running call.
 * Errors
 *   A slot returns CBP_OK after giving its result, or `return host->fail(call, CBP_E_..., "what: why")`. Success without a
 *   result, two results, or an error without fail() break the contract: the caller sees E_PLUGIN.
 * Exceptions
 *   No exception may leave a slot: the table is noexcept by contract. A C++ exception of the host's own toolchain is
 *   caught and reported; one of another toolchain ends the process. plugin.hpp catches inside the plugin.
 * Versions
 *   Structs only grow at their end and start with struct_size; a plugin asks CBP_HAS(host, slot) before it uses a slot
 *   that came after the version it must run on. The host does the same with the plugin's table. */
#include <stddef.h>
#include <stdint.h>
#include "certbroker/schema.h"

#ifdef __cplusplus
extern "C" {
#endif
#if defined(_WIN32)
# define CBP_CALL __cdecl
# define CBP_EXPORT __declspec(dllexport)
#else
# define CBP_CALL
# define CBP_EXPORT __attribute__((visibility("default")))
#endif
#define CERTBROKER_PLUGIN_ABI_MAJOR 0u
#define CERTBROKER_PLUGIN_ABI_MINOR 2u
#define CBP_HAS(table, slot) ((table)->struct_size >= (uint32_t)(((const char *)&(table)->slot - (const char *)(table)) + (ptrdiff_t)sizeof((table)->slot)))

typedef struct cbp_bytes { const uint8_t *data; size_t size; } cbp_bytes; /* borrowed */
typedef int32_t cbp_status;
/* What a plugin may answer; the numbers are certbroker's statuses (status.def). */
enum {
    CBP_OK = 0, CBP_E_ARGUMENT = -1, CBP_E_MEMORY = -4, CBP_E_INTERNAL = -5, CBP_E_UNSUPPORTED = -6, CBP_E_CANCELLED = -7,
    CBP_E_TIMEOUT = -8, CBP_E_NOT_FOUND = -9, CBP_E_EXISTS = -10, CBP_E_END = -11, CBP_E_INVALID = -13, CBP_E_POLICY = -14,
    CBP_E_AUTH = -16, CBP_E_ACCESS = -17, CBP_E_NETWORK = -18, CBP_E_REMOTE = -19, CBP_E_PROTOCOL = -20, CBP_E_TRUST = -21,
    CBP_E_IO = -23
};

/* Handles of the host; a plugin only passes them back. */
typedef struct cbp_host_ctx cbp_host_ctx; /* this instance, as the host knows it */
typedef struct cbp_call cbp_call;         /* the running call: deadline, cancellation, error slot, result slot, scratch */
typedef struct cbp_key cbp_key;           /* a private key: used, never read */
typedef struct cbp_secret cbp_secret;     /* a secret: placed, never read */
typedef struct cbp_response cbp_response; /* an HTTP response */
typedef struct cbp_settings cbp_settings;
typedef struct cbp_parsed cbp_parsed;     /* a CSR or certificate, parsed */
typedef struct cbp_list cbp_list;         /* byte strings */
typedef struct cbp_instance cbp_instance; /* the plugin's own object */

enum { CBP_LOG_TRACE = 0, CBP_LOG_DEBUG = 1, CBP_LOG_INFO = 2, CBP_LOG_WARNING = 3, CBP_LOG_ERROR = 4 };
enum { CBP_DETAIL_HTTP_STATUS = 1, CBP_DETAIL_OS_CODE = 2, CBP_DETAIL_RETRY_AFTER_SECONDS = 4, CBP_DETAIL_LINE = 5, CBP_DETAIL_COLUMN = 6,
       CBP_DETAIL_NOT_SENT = 7, /* 0.2; submit, renew: 1 = the order did not leave, whatever the status; it may be sent again */
       CBP_DETAIL_FIND_LAG_SECONDS = 8 /* 0.2; find, with CBP_E_NOT_FOUND: the CA may show an order as late as so many seconds after it
                                        * was sent; until then nothing is sent again */ };

/* --- HTTP ---------------------------------------------------------------------------------------------------------- */

/* A secret placed into a header or the body. In the header value or body, every occurrence of `marker` (chosen by the
 * plugin, such as "{{password}}") is replaced by the secret, escaped as said. Traces show the marker. */
enum { CBP_ESCAPE_NONE = 0, CBP_ESCAPE_XML = 1, CBP_ESCAPE_FORM = 2, CBP_ESCAPE_JSON = 3, CBP_ESCAPE_BASE64 = 4 };
typedef struct cbp_secret_place {
    uint32_t struct_size;
    uint32_t escape;
    const char *marker;
    const cbp_secret *secret;
} cbp_secret_place;

enum { CBP_AUTH_NONE = 0, CBP_AUTH_BASIC = 1, CBP_AUTH_NEGOTIATE = 2, CBP_AUTH_NTLM = 3 };
enum { CBP_HTTP_FOLLOW_REDIRECTS = 1 << 0, /* same host and scheme only; secrets and client certificate never go elsewhere */
       CBP_HTTP_IDEMPOTENT = 1 << 1,       /* the host may repeat it when the connection broke */
       CBP_HTTP_ALLOW_PLAIN = 1 << 2 };    /* http:// is allowed (protocols that protect themselves: SCEP, CRL) */
typedef struct cbp_http_request {
    uint32_t struct_size;
    uint32_t flags;
    const char *method;
    const char *url;
    const char *const *headers;            /* name, value, name, value, NULL; may be NULL */
    cbp_bytes body;
    const cbp_key *tls_client_key;         /* NULL = none; from setting_key, its certificate chain goes along */
    uint32_t auth;                         /* CBP_AUTH_... */
    const char *auth_user;                 /* _BASIC, _NTLM: the user's name; NULL with _NEGOTIATE = the account running this */
    const cbp_secret *auth_secret;
    const cbp_secret_place *const *places; /* NULL-terminated list of pointers; may be NULL */
    const char *extra_trust_pem_setting;   /* NAME of a CBP_PATH setting with further trust anchors, or NULL */
    size_t max_response;                   /* 0 = 16 MiB */
    uint32_t timeout_ms;                   /* for this exchange, from connecting to the last byte; 0 = as long as the call may take */
    const char *proxy;                     /* 0.2; http://host:port, without credentials; NULL = as the host is set up */
} cbp_http_request;

/* --- parsed objects -------------------------------------------------------------------------------------------------- */
enum { CBP_PARSE_CSR = 1, CBP_PARSE_CERTIFICATE = 2 };
enum {
    CBP_FIELD_SUBJECT = 1, CBP_FIELD_ISSUER = 2, CBP_FIELD_SERIAL = 3 /* hex */, CBP_FIELD_THUMBPRINT = 4, CBP_FIELD_KEY_ALGORITHM = 5,
    CBP_FIELD_SUBJECT_ALT_NAME = 6 /* list: dns=... */, CBP_FIELD_ENHANCED_KEY_USAGE = 7 /* list of OIDs */, CBP_FIELD_KEY_USAGE = 8 /* list of names */,
    CBP_FIELD_SUBJECT_ATTRIBUTE = 9 /* list: 2.5.4.3=web01 */, CBP_FIELD_KEY_ID = 10 /* SHA-256 of the SPKI, hex */, CBP_FIELD_SIGNATURE_ALGORITHM = 11,
    CBP_FIELD_TEMPLATE = 12 /* template name or OID in the extensions, or the CertificateTemplate attribute */,
    CBP_FIELD_REQUEST_ATTRIBUTE = 13 /* list: name=value */
};
enum { CBP_BYTES_DER = 1, CBP_BYTES_SUBJECT = 2, CBP_BYTES_ISSUER = 3, CBP_BYTES_PUBLIC_KEY = 4 /* SPKI */, CBP_BYTES_SERIAL = 5, CBP_BYTES_KEY_IDENTIFIER = 6 };
enum { CBP_NUMBER_NOT_BEFORE = 1, CBP_NUMBER_NOT_AFTER = 2, CBP_NUMBER_KEY_LENGTH = 3, CBP_NUMBER_IS_CA = 4 };

/* --- CMS (RFC 5652) ----------------------------------------------------------------------------------------------------- */
enum { CBP_ASN1_PRINTABLE = 0x13, CBP_ASN1_UTF8 = 0x0c, CBP_ASN1_OCTETS = 0x04, CBP_ASN1_INTEGER = 0x02, CBP_ASN1_DER = 0 };
typedef struct cbp_attribute {
    uint32_t struct_size;
    uint32_t asn1_type; /* CBP_ASN1_...; _DER: value is the complete encoding */
    const char *oid;
    cbp_bytes value;
} cbp_attribute;
enum { CBP_CMS_ALLOW_LEGACY = 1 << 0,  /* DES, 3DES, SHA-1, MD5: only where a setting of the plugin says so */
       CBP_CMS_MAY_LACK_CONTENT = 1 << 1 }; /* 0.2; cms_verify: a message without content is one whose content is empty */

typedef struct cbp_cms_sign_options {
    uint32_t struct_size;
    uint32_t flags;
    const char *digest;                        /* "SHA256" */
    const cbp_attribute *const *attributes;    /* signed attributes, NULL-terminated list of pointers; may be NULL */
    const cbp_bytes *certificates;             /* further certificates; may be NULL */
    size_t certificate_count;
} cbp_cms_sign_options;

/* --- signing certificates (local-ca; SCEP's self-signed one) ----------------------------------------------------------- */
enum { CBP_CERTIFY_CA = 1 << 0,                /* a CA certificate: basicConstraints CA, keyCertSign, cRLSign */
       CBP_CERTIFY_COPY_NAMES = 1 << 1,        /* subject and SAN from the CSR */
       CBP_CERTIFY_COPY_USAGES = 1 << 2 };     /* KeyUsage and EKU from the CSR where profile leaves them open */
typedef struct cbp_certify {
    uint32_t struct_size;
    uint32_t flags;
    int64_t not_before, not_after;             /* unix seconds */
    cbp_bytes serial;                          /* empty = 127 random bits */
    const char *subject;                       /* a distinguished name; NULL = the CSR's */
    const char *digest;                        /* NULL = SHA256 */
    const char *const *enhanced_key_usage;     /* OIDs, NULL-terminated; NULL = none or the CSR's */
    const char *const *key_usage;              /* names, NULL-terminated; NULL = digitalSignature, for RSA keyEncipherment too */
    const char *crl_url;                       /* NULL = none */
    int32_t path_length;                       /* CA only; -1 = none */
} cbp_certify;
typedef struct cbp_revoked {
    uint32_t struct_size;
    int32_t reason;                            /* RFC 5280 CRLReason */
    int64_t revoked_at;
    cbp_bytes serial;
} cbp_revoked;

/* --- policy: asked before a CSR is made ---------------------------------------------------------------------------------- */
enum {
    CBP_RULE_KEY = 1,               /* "RSA 2048-4096", "ECDSA_P256": allowed; the first is the default of new keys */
    CBP_RULE_DIGEST = 2,            /* "SHA256": allowed */
    CBP_RULE_SUBJECT_REQUIRED = 3,  /* "CN" */
    CBP_RULE_SUBJECT_ALLOWED = 4,
    CBP_RULE_SAN_REQUIRED = 5,      /* "dns", "email", "upn", ... */
    CBP_RULE_SAN_ALLOWED = 6,       /* "none" forbids all */
    CBP_RULE_DNS_PATTERN = 7,       /* "*.example.com" */
    CBP_RULE_EKU_REQUIRED = 8,      /* OID */
    CBP_RULE_EKU_ALLOWED = 9,
    CBP_RULE_MAX_VALIDITY_DAYS = 10,
    CBP_RULE_CSR_EXTENSION = 11,    /* "oid=hex": the host adds it to the CSR; "!oid=hex": as critical (0.2) */
    CBP_RULE_CSR_TEMPLATE_NAME = 12,/* the host adds the v1 template extension */
    CBP_RULE_CSR_CHALLENGE = 13,    /* with add_rule_secret only: the challengePassword attribute */
    CBP_RULE_FIXED = 14,            /* "O=Example": the CA sets this whatever is asked */
    CBP_RULE_INFORMATION = 15,      /* a sentence for people */
    CBP_RULE_RENEWAL_SECONDS = 16,  /* 0.2: how long before its end a certificate is to be renewed */
    CBP_RULE_RENEWAL_MESSAGE = 17   /* 0.2: "PKCS7", "CMC": renewals come as this message, signed with the old key; without that key
                                     * the host refuses, or sends the bare CSR after "PKCS7 or PKCS10", "CMC or PKCS10" */
};

/* What the rules are for (policy_purpose). A secret that can be used once is fetched for CBP_PURPOSE_REQUEST only: looking must use
 * nothing up, and the certificate in use, whose key is at hand and which is in date, speaks for its renewal itself. */
enum { CBP_PURPOSE_LOOK = 0,     /* a check, a display: no request is made by them */
       CBP_PURPOSE_REQUEST = 1,  /* a request is made by them next */
       CBP_PURPOSE_RENEWAL = 2   /* the same, to be sent by renew with current_key */ };

/* --- what a CA has issued (search), where it is (endpoints), what check goes by ------------------------------------- */
/* One certificate of a search. Texts may be NULL where the CA does not say. */
typedef struct cbp_found {
    uint32_t struct_size;
    int32_t reason;              /* RFC 5280 CRLReason of a revoked one; -1 = none */
    cbp_bytes certificate_der;   /* DER; empty when the CA gives none */
    const char *serial;          /* hex */
    const char *subject;
    const char *status;          /* "Valid", "Expired", "Revoked", "Suspended", or the CA's own word */
    const char *profile;
    const char *email;
    const char *owner;           /* whom the CA counts it for: a seat, a requester */
    int64_t not_before, not_after, revoked_at; /* unix seconds; 0 = not said */
} cbp_found;

/* Where a CA is asked: what the host's own checks (name, connection, TLS, client certificate, clock) try out. */
typedef struct cbp_endpoint {
    uint32_t struct_size;
    uint32_t flags;                        /* CBP_HTTP_ALLOW_PLAIN */
    const char *url;                       /* answers GET with anything; nothing may happen there by a GET */
    const char *key_setting;               /* NAME of the CBP_KEY setting with the TLS client certificate, or NULL */
    const char *extra_trust_pem_setting;   /* NAME of a CBP_PATH setting, or NULL */
    uint32_t timeout_ms;                   /* as in cbp_http_request */
} cbp_endpoint;

/* What the host gives. Append only. */
typedef struct cbp_host {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;

    /* log, clock, wait, errors. Messages must not hold secrets; the host blanks those it knows. */
    void(CBP_CALL *log)(cbp_host_ctx *, int32_t level, const char *message);
    int32_t(CBP_CALL *log_enabled)(cbp_host_ctx *, int32_t level);
    int64_t(CBP_CALL *now)(cbp_host_ctx *);                             /* unix seconds; tests drive it */
    cbp_status(CBP_CALL *wait)(cbp_call *, uint32_t milliseconds);      /* CBP_E_CANCELLED or _TIMEOUT when it should stop */
    int32_t(CBP_CALL *cancelled)(cbp_call *);
    void(CBP_CALL *progress)(cbp_call *, int32_t percent, const char *message);
    cbp_status(CBP_CALL *fail)(cbp_call *, cbp_status status, const char *message); /* returns status */
    void(CBP_CALL *fail_remedy)(cbp_call *, const char *remedy);        /* what the admin does about it, one sentence */
    void(CBP_CALL *fail_detail)(cbp_call *, int32_t detail, int64_t value);
    cbp_status(CBP_CALL *random)(cbp_call *, uint8_t *out, size_t size);
    void *(CBP_CALL *scratch)(cbp_call *, size_t size);                 /* zeroed memory until the call ends; NULL = none left (16 MiB a call) */

    /* settings, validated against the plugin's own table */
    const char *(CBP_CALL *setting_text)(const cbp_settings *, const char *name);     /* NULL when absent, or a secret */
    int64_t(CBP_CALL *setting_number)(const cbp_settings *, const char *name);         /* NUMBER, DURATION (seconds), BOOL; 0 when absent */
    cbp_status(CBP_CALL *setting_key)(cbp_call *, const cbp_settings *, const char *name, const cbp_key **out);
    const cbp_secret *(CBP_CALL *setting_secret)(cbp_call *, const cbp_settings *, const char *name); /* NULL when absent */

    /* HTTP: proxy, TLS trust, client certificates, deadlines, limits, redaction and connection reuse are the host's. A
     * response of any status is CBP_OK; no response is CBP_E_NETWORK, _TRUST, _AUTH, _TIMEOUT, _CANCELLED (fail is set). */
    cbp_status(CBP_CALL *http_send)(cbp_call *, const cbp_http_request *, const cbp_response **out);
    int32_t(CBP_CALL *http_status)(const cbp_response *);
    const char *(CBP_CALL *http_header)(const cbp_response *, const char *name);       /* first of that name, any case; NULL */
    cbp_bytes(CBP_CALL *http_body)(const cbp_response *);
    /* A secret out of a response (a challenge page): the text between the first `before` and the next `after`. A page in
     * UTF-16, by its mark or its NUL octets, is searched as its text in UTF-8 (0.2). */
    cbp_status(CBP_CALL *secret_extract)(cbp_call *, const cbp_response *, const char *before, const char *after, const cbp_secret **out);

    /* keys, by handle. algorithm: "RSA", "ECDSA_P256", ... store: "LocalMachine/My"; NULL = the instance's own place */
    cbp_status(CBP_CALL *key_create)(cbp_call *, const char *store, const char *algorithm, uint32_t bits, const cbp_key **out);
    cbp_status(CBP_CALL *key_open)(cbp_call *, const char *uri, const cbp_key **out);
    const char *(CBP_CALL *key_uri)(cbp_call *, const cbp_key *);
    cbp_status(CBP_CALL *key_public)(cbp_call *, const cbp_key *, cbp_bytes *spki_der);
    cbp_status(CBP_CALL *key_certificate)(cbp_call *, const cbp_key *, cbp_bytes *der); /* of a CBP_KEY setting given as thumbprint */
    cbp_status(CBP_CALL *key_sign)(cbp_call *, const cbp_key *, const char *digest, cbp_bytes input, cbp_bytes *signature);

    /* bytes */
    cbp_status(CBP_CALL *digest)(cbp_call *, const char *algorithm, cbp_bytes input, cbp_bytes *out);
    cbp_status(CBP_CALL *base64_encode)(cbp_call *, cbp_bytes input, const char **text);
    cbp_status(CBP_CALL *base64_decode)(cbp_call *, const char *text, cbp_bytes *out);
    cbp_status(CBP_CALL *hex_encode)(cbp_call *, cbp_bytes input, const char **text);

    /* CSRs and certificates */
    cbp_status(CBP_CALL *parse)(cbp_call *, int32_t kind, cbp_bytes der_or_pem, const cbp_parsed **out);
    const char *(CBP_CALL *parsed_text)(cbp_call *, const cbp_parsed *, int32_t field, size_t index); /* NULL past the end or when absent */
    cbp_bytes(CBP_CALL *parsed_bytes)(const cbp_parsed *, int32_t which);
    int64_t(CBP_CALL *parsed_number)(const cbp_parsed *, int32_t which);
    /* Every certificate of PEM text, DER, or a certs-only PKCS#7, DER each. */
    cbp_status(CBP_CALL *split_certificates)(cbp_call *, cbp_bytes input, const cbp_list **out);
    size_t(CBP_CALL *list_count)(const cbp_list *);
    cbp_bytes(CBP_CALL *list_at)(const cbp_list *, size_t index);
    cbp_status(CBP_CALL *csr_pem)(cbp_call *, cbp_bytes csr_der, const char **pem);

    /* CMS */
    cbp_status(CBP_CALL *cms_sign)(cbp_call *, const cbp_key *, cbp_bytes signer_der, cbp_bytes content, const cbp_cms_sign_options *, cbp_bytes *out);
    cbp_status(CBP_CALL *cms_verify)(cbp_call *, cbp_bytes message, const cbp_bytes *candidates_der, size_t candidate_count, uint32_t flags, cbp_bytes *content, cbp_bytes *signer_der);
    /* An attribute of the message last verified in this call: its first value; CBP_E_NOT_FOUND (without fail) when absent. */
    cbp_status(CBP_CALL *cms_attribute)(cbp_call *, const char *oid, int32_t *asn1_type, cbp_bytes *value);
    cbp_status(CBP_CALL *cms_encrypt)(cbp_call *, cbp_bytes recipient_der, const char *cipher, uint32_t flags, cbp_bytes content, cbp_bytes *out);
    cbp_status(CBP_CALL *cms_decrypt)(cbp_call *, const cbp_key *, cbp_bytes recipient_der, uint32_t flags, cbp_bytes message, cbp_bytes *content);

    /* signing: issuer_der empty = self-signed (csr_der empty: a certificate for the key itself, subject given) */
    cbp_status(CBP_CALL *certify)(cbp_call *, const cbp_key *issuer_key, cbp_bytes issuer_der, cbp_bytes csr_der, const cbp_certify *, cbp_bytes *certificate_der);
    cbp_status(CBP_CALL *sign_crl)(cbp_call *, const cbp_key *issuer_key, cbp_bytes issuer_der, int64_t this_update, int64_t next_update, uint64_t number, const cbp_revoked *const *revoked, size_t count, cbp_bytes *crl_der);

    /* small durable state of this instance (per authority): keys are texts of at most 200 bytes, values at most 1 MiB.
     * Durable when put returns. put with empty value removes. */
    cbp_status(CBP_CALL *state_get)(cbp_call *, const char *key, cbp_bytes *value); /* CBP_E_NOT_FOUND (without fail) when absent */
    cbp_status(CBP_CALL *state_put)(cbp_call *, const char *const *keys, const cbp_bytes *values, size_t count); /* all or nothing */
    cbp_status(CBP_CALL *state_list)(cbp_call *, const char *prefix, const cbp_list **keys); /* in order, without NUL; at most 100,000 */
    /* Adds 1 to a counter and returns its new value, atomically among all processes. */
    cbp_status(CBP_CALL *state_count)(cbp_call *, const char *key, uint64_t *value);

    /* results, copied */
    cbp_status(CBP_CALL *issued)(cbp_call *, const cbp_bytes *chain_der, size_t count, const char *reference);
    cbp_status(CBP_CALL *pending)(cbp_call *, cbp_bytes token, uint32_t poll_after_seconds, const char *reason, const char *message, const char *reference);
    cbp_status(CBP_CALL *denied)(cbp_call *, const char *reason, const char *message, const char *reference);
    cbp_status(CBP_CALL *uncertain)(cbp_call *, const char *message, const char *reference); /* the request left, no answer came */
    cbp_status(CBP_CALL *add_profile)(cbp_call *, const char *id, const char *title);
    cbp_status(CBP_CALL *add_rule)(cbp_call *, int32_t rule, const char *value);
    cbp_status(CBP_CALL *add_rule_secret)(cbp_call *, int32_t rule, const cbp_secret *value);
    cbp_status(CBP_CALL *add_certificate)(cbp_call *, cbp_bytes der);  /* ca_chain (issuer first, root last), get_certificate */
    cbp_status(CBP_CALL *add_crl)(cbp_call *, cbp_bytes der);
    /* check: status 0 passed, 1 warning, 2 failed, 3 skipped; cause and remedy may be NULL */
    cbp_status(CBP_CALL *add_check)(cbp_call *, const char *id, const char *name, int32_t status, const char *message, const char *cause, const char *remedy);

    /* As state_put, but only when none of the keys exists yet, atomically among all processes: CBP_E_EXISTS (without
     * fail) otherwise. For what must be made exactly once, such as a CA's own root. */
    cbp_status(CBP_CALL *state_put_new)(cbp_call *, const char *const *keys, const cbp_bytes *values, size_t count);

    /* since 0.2 */
    /* A stable id for the failure that fail reports: "DigiCert.UnknownProfile". What stands before the dot is the plugin's
     * id in its own spelling, without hyphens and in any case; both parts are letters and digits beginning with a capital.
     * Scripts compare it; it belongs on the provider's page. */
    void(CBP_CALL *fail_id)(cbp_call *, const char *id);
    cbp_status(CBP_CALL *add_found)(cbp_call *, const cbp_found *);          /* search: at most 1,000 a call */
    cbp_status(CBP_CALL *search_more)(cbp_call *, uint64_t next);            /* search: there is more, from this start on */
    cbp_status(CBP_CALL *add_endpoint)(cbp_call *, const cbp_endpoint *);    /* endpoints */
    /* Every CRL of a certs-only PKCS#7, DER each; none is an empty list. Nothing is verified. */
    cbp_status(CBP_CALL *split_crls)(cbp_call *, cbp_bytes input, const cbp_list **out);
    /* Whether one certificate's signature is that of another's key, and its issuer's name that one's: CBP_E_NOT_FOUND
     * (without fail) when not. Neither validity nor purpose is looked at. */
    cbp_status(CBP_CALL *issued_by)(cbp_call *, cbp_bytes certificate_der, cbp_bytes issuer_der);
    /* After http_send failed: 1 = nothing of the request can have reached the server (no address, no connection, no trust),
     * so that another address may be tried; 0 = it may have. */
    int32_t(CBP_CALL *http_not_sent)(cbp_call *);
    /* list_profiles: what the CA says of a profile that add_profile has named, for people and for Test-CBTemplate
     * (names in docs/plugin-guide.md); at most 200 a profile. */
    cbp_status(CBP_CALL *add_profile_attribute)(cbp_call *, const char *profile, const char *name, const char *value);
    /* What the admin does about a denial, one sentence: said with denied, before it or after. */
    void(CBP_CALL *denied_remedy)(cbp_call *, const char *remedy);
    int32_t(CBP_CALL *policy_purpose)(cbp_call *);                           /* policy: CBP_PURPOSE_... */
} cbp_host;

/* What a CSR travels in, where it does not travel alone (0.2). */
enum { CBP_MESSAGE_NONE = 0,
       CBP_MESSAGE_PKCS7 = 1, /* SignedData (RFC 5652) around the CSR, signed with another key: a renewal, an enrolment agent */
       CBP_MESSAGE_CMC = 2 }; /* a CMC full PKI request (RFC 5272 section 3.2.1) */

/* One issuance. Call-scoped. */
typedef struct cbp_order {
    uint32_t struct_size;
    uint32_t flags;
    cbp_bytes csr_der;
    const cbp_key *csr_key;      /* NULL when the CSR came from outside, or may be so without CBP_NEEDS_CSR_KEY */
    const char *profile;         /* template or product; NULL = the CA's default */
    int64_t not_after;           /* 0 = the CA decides */
    const cbp_settings *settings;/* order scope */
    const char *idempotency;     /* stable per request: a repeated submit must not issue twice */
    cbp_bytes current_der;       /* renew: the certificate in use */
    const cbp_key *current_key;  /* renew: its key; NULL when it is not at hand */
    cbp_bytes message_der;       /* 0.2; what to send instead of csr_der, the same after a crash; empty = csr_der itself. Only for
                                  * plugins with CBP_TAKES_REQUEST_MESSAGES */
    uint32_t message_kind;       /* 0.2; CBP_MESSAGE_... */
} cbp_order;

/* What find may go by; unused members are empty. */
typedef struct cbp_query {
    uint32_t struct_size;
    uint32_t page;               /* from 0; 100 results a page */
    const char *idempotency;
    const char *public_key_sha256; /* hex */
    const char *serial;          /* hex */
    const char *reference;
    const char *terms;           /* free text */
    cbp_bytes csr_der;
} cbp_query;

/* What search may go by; NULL = any. Comparing is the CA's affair: whole values, mostly. */
typedef struct cbp_search {
    uint32_t struct_size;
    uint32_t flags;
    uint64_t start;              /* 0, then what search_more said */
    const char *subject;         /* common name */
    const char *email;
    const char *serial;          /* hex */
    const char *status;          /* as in cbp_found */
    const char *profile;
    const char *owner;
} cbp_search;

/* What check tries besides the connection. */
typedef struct cbp_check {
    uint32_t struct_size;
    uint32_t flags;
    const char *profile;         /* NULL = none was named */
    cbp_bytes csr_der;           /* a request with the names that are to be asked for, never sent; empty = none */
} cbp_check;

enum {
    CBP_CAN_SUBMIT = 1 << 0, CBP_CAN_POLL = 1 << 1, CBP_CAN_WITHDRAW = 1 << 2, CBP_CAN_REVOKE = 1 << 3,
    CBP_CAN_RENEW = 1 << 4, CBP_CAN_LIST_PROFILES = 1 << 5, CBP_CAN_POLICY = 1 << 6, CBP_CAN_CA_CHAIN = 1 << 7,
    CBP_NEEDS_CSR_KEY = 1 << 8, CBP_NEEDS_NETWORK = 1 << 9, CBP_CAN_FIND = 1 << 10,
    CBP_CAN_GET_CERTIFICATE = 1 << 11, CBP_CAN_GET_CRL = 1 << 12, CBP_CAN_CHECK = 1 << 13,
    CBP_CAN_SEARCH = 1 << 14, CBP_CAN_ENDPOINTS = 1 << 15,
    CBP_TAKES_REQUEST_MESSAGES = 1 << 16 /* 0.2; sends cbp_order.message_der as it is, in submit and renew */
};

/* What the plugin gives: one static, constant object; no work happens to produce it. A slot may be NULL when its
 * capability bit is not set; open, close and submit are required. */
typedef struct cbp_plugin {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;
    uint64_t capabilities;
    const char *id;       /* "digicert" = folder = target = file certbroker-digicert = documentation page */
    const char *title;
    const char *version;  /* semver of the plugin */
    const char *help_url;
    const certbroker_setting_info *const *settings; /* NULL-terminated list of pointers; may be NULL */
    cbp_status(CBP_CALL *open)(const cbp_host *, cbp_host_ctx *, cbp_call *, const cbp_settings *, cbp_instance **out);
    void(CBP_CALL *close)(cbp_instance *);
    cbp_status(CBP_CALL *check)(cbp_instance *, cbp_call *, const cbp_check *);            /* add_check, at least one; 0.2: what to check */
    cbp_status(CBP_CALL *submit)(cbp_instance *, cbp_call *, const cbp_order *);           /* issued, pending, denied, uncertain */
    cbp_status(CBP_CALL *poll)(cbp_instance *, cbp_call *, cbp_bytes token);               /* the same */
    cbp_status(CBP_CALL *withdraw)(cbp_instance *, cbp_call *, cbp_bytes token);
    cbp_status(CBP_CALL *renew)(cbp_instance *, cbp_call *, const cbp_order *);            /* as submit */
    cbp_status(CBP_CALL *revoke)(cbp_instance *, cbp_call *, cbp_bytes certificate_der, int32_t reason);
    cbp_status(CBP_CALL *list_profiles)(cbp_instance *, cbp_call *);                       /* add_profile */
    cbp_status(CBP_CALL *policy)(cbp_instance *, cbp_call *, const char *profile);         /* add_rule; profile NULL = default */
    cbp_status(CBP_CALL *ca_chain)(cbp_instance *, cbp_call *, const char *profile);       /* add_certificate; 0.2: of the CA that serves that profile; NULL = default */
    /* find: settles what became of a request: issued, pending, denied; CBP_E_NOT_FOUND by fail() when the CA never got it */
    cbp_status(CBP_CALL *find)(cbp_instance *, cbp_call *, const cbp_query *);
    cbp_status(CBP_CALL *get_certificate)(cbp_instance *, cbp_call *, const char *serial_hex); /* add_certificate */
    cbp_status(CBP_CALL *get_crl)(cbp_instance *, cbp_call *);                             /* add_crl */
    /* since 0.2 */
    cbp_status(CBP_CALL *search)(cbp_instance *, cbp_call *, const cbp_search *);          /* add_found, search_more: one page */
    cbp_status(CBP_CALL *endpoints)(cbp_instance *, cbp_call *);                           /* add_endpoint; works offline */
} cbp_plugin;

/* The only exported symbol. Pure: the same pointer each time, no I/O, no globals touched. NULL for a host major that the
 * plugin does not know. */
typedef const cbp_plugin *(CBP_CALL *certbroker_plugin_describe_fn)(uint32_t host_abi_major);
#define CERTBROKER_PLUGIN_DESCRIBE certbroker_plugin_describe
#ifdef __cplusplus
}
#endif
#endif
