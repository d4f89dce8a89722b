/* The whole main job in C: a request from an INF file, issued by a laboratory CA, installed, and exported as PFX.
 * usage: c-minimal certreq.ini home-folder plugin-folder out.pfx     (the password is read from standard input) */
#include <stdio.h>
#include <string.h>

#include "certbroker/certbroker.h"

/* One line for people: where, what, why, and what to do about it. */
static int report(const char *doing, certbroker_error *error) {
    const certbroker_error *cause = error;
    fprintf(stderr, "%s: %s", doing, certbroker_error_message(error));
    while ((cause = certbroker_error_cause(cause)) != NULL) fprintf(stderr, ": %s", certbroker_error_message(cause));
    fprintf(stderr, "\n  %s\n", certbroker_error_remedy(error));
    certbroker_error_free(error);
    return 1;
}

static size_t read_file(const char *path, unsigned char *bytes, size_t size) {
    FILE *in = fopen(path, "rb");
    size_t got = 0;
    if (in != NULL) {
        got = fread(bytes, 1, size, in);
        fclose(in);
    }
    return got;
}

static int write_buffer(const char *path, certbroker_buffer *buffer) {
    FILE *out = fopen(path, "wb");
    int good = out != NULL && fwrite(certbroker_buffer_data(buffer), 1, certbroker_buffer_size(buffer), out) == certbroker_buffer_size(buffer);
    if (out != NULL && fclose(out) != 0) good = 0;
    return good ? 0 : 1;
}

static void show_log(void *payload, int32_t level, certbroker_text source, certbroker_text message) {
    (void)payload;
    if (level >= CERTBROKER_LOG_WARNING) fprintf(stderr, "[%s] %s\n", source, message);
}

int main(int argc, char **argv) {
    static unsigned char inf[1024 * 1024];
    char password_text[256] = "";
    certbroker_error *error = NULL;
    certbroker_settings *settings = NULL;
    certbroker_context *context = NULL;
    certbroker_request *request = NULL;
    certbroker_provider *ca = NULL;
    certbroker_store *store = NULL;
    certbroker_issue *issue = NULL;
    certbroker_entry *entry = NULL;
    certbroker_chain *chain = NULL;
    certbroker_key *key = NULL;
    certbroker_secret *password = NULL;
    certbroker_buffer *pfx = NULL;
    certbroker_text thumbprint = NULL;
    certbroker_operation operation;
    int result = 1;

    if (argc != 5) {
        fprintf(stderr, "usage: %s certreq.ini home-folder plugin-folder out.pfx\n", argv[0]);
        return 2;
    }
    memset(&operation, 0, sizeof operation);
    operation.struct_size = sizeof operation;
    operation.timeout_ms = 60000;
    operation.log = show_log;
    if (fgets(password_text, sizeof password_text, stdin) != NULL) password_text[strcspn(password_text, "\r\n")] = '\0';
    {
        const size_t size = read_file(argv[1], inf, sizeof inf);
        if (certbroker_settings_create(&settings, &error) != CERTBROKER_OK ||
            certbroker_settings_set_text(settings, "home", argv[2], &error) != CERTBROKER_OK ||
            certbroker_settings_set_text(settings, "plugin-folder", argv[3], &error) != CERTBROKER_OK ||
            certbroker_context_create(settings, &context, &error) != CERTBROKER_OK) {
            result = report("start", error);
        } else if (certbroker_request_from_inf(context, inf, size, argv[1], &request, &error) != CERTBROKER_OK ||
                   certbroker_provider_open(context, "local-ca", NULL, &operation, &ca, &error) != CERTBROKER_OK ||
                   certbroker_store_open(context, "LocalMachine/My", NULL, &store, &error) != CERTBROKER_OK ||
                   certbroker_enroll(context, request, ca, NULL, NULL, store, NULL, &operation, &issue, &error) != CERTBROKER_OK) {
            result = report("get a certificate", error);
        } else if (certbroker_issue_state(issue) != CERTBROKER_STATE_INSTALLED) {
            fprintf(stderr, "The CA did not issue the certificate at once.\n");
        } else if (certbroker_issue_entry(issue, &entry, &error) != CERTBROKER_OK ||
                   certbroker_entry_text(entry, CERTBROKER_P_THUMBPRINT, &thumbprint) != CERTBROKER_OK ||
                   certbroker_entry_chain(entry, &chain, &error) != CERTBROKER_OK || certbroker_entry_key(entry, &key, &error) != CERTBROKER_OK ||
                   certbroker_secret_create((const uint8_t *)password_text, strlen(password_text), &password, &error) != CERTBROKER_OK ||
                   certbroker_pfx_export(context, chain, key, password, NULL, &operation, &pfx, &error) != CERTBROKER_OK) {
            result = report("export it", error);
        } else if (write_buffer(argv[4], pfx) != 0) {
            fprintf(stderr, "%s could not be written.\n", argv[4]);
        } else {
            printf("%s\n", thumbprint);
            result = 0;
        }
    }
    certbroker_buffer_free(pfx);
    certbroker_secret_free(password);
    certbroker_key_free(key);
    certbroker_chain_free(chain);
    certbroker_entry_free(entry);
    certbroker_issue_free(issue);
    certbroker_store_close(store);
    certbroker_provider_close(ca);
    certbroker_request_free(request);
    certbroker_context_free(context);
    certbroker_settings_free(settings);
    return result;
}
